import { describe, expect, test } from 'vitest';
import { startScriptedModel, type Step } from '../../../src/testing/index.ts';
import { ask, formatNames } from './conversation.ts';
import { expectations, work } from './expectations.ts';

describe.each(formatNames)('%s, whole', (format) => {
  const wanted = expectations[format];
  const whole = async (step: Step): Promise<unknown> => {
    await using model = await startScriptedModel({ work: [step] });
    return (await ask(model, 'work', format, { stream: false })).json();
  };

  test('calls several tools in one turn, and goes on when all their results are there', async () => {
    await using model = await startScriptedModel({ work });
    const answers = [0, 1, 2].map(async (results) =>
      (await ask(model, 'work', format, { stream: false, results })).json(),
    );
    const [first, second, third] = await Promise.all(answers);
    expect(first).toMatchObject(wanted.calling as object);
    expect(JSON.stringify(second)).toContain('Look:');
    expect(third).toMatchObject(wanted.ended as object);
    expect(third).toMatchObject(wanted.usage as object);
  });

  test.each(['max_output_tokens', 'never_heard_of'])('stops for the reason %s', async (stopReason) => {
    expect(await whole({ kind: 'answer', text: 'Hal', stopReason })).toMatchObject(
      wanted.stopped(stopReason) as object,
    );
  });

  test('fails with the status and the words of the provider', async () => {
    const step: Step = { kind: 'error', status: 529, type: 'overloaded', message: 'too much' };
    await using model = await startScriptedModel({ work: [step] });
    const response = await ask(model, 'work', format, { stream: false });
    expect(response.status).toBe(529);
    expect(await response.json()).toMatchObject(wanted.error as object);
  });

  test('sends JSON to a side request that wants it', async () => {
    await using model = await startScriptedModel({ work: [{ kind: 'answer', text: 'Done.' }] });
    const asked = { stream: false, tools: [], json: true };
    expect(JSON.stringify(await (await ask(model, 'work', format, asked)).json())).toContain('"{}"');
    expect(model.requests).toMatchObject([{ request: { json: true, tools: [] } }]);
  });

  test('that is to break off does not begin', async () => {
    const breakOff = { type: 'overloaded', message: 'too much' };
    await using model = await startScriptedModel({
      cut: [{ kind: 'answer', text: 'Hal', breakOff: 'cut' }],
      error: [{ kind: 'answer', text: 'Hal', breakOff }],
    });
    await expect(ask(model, 'cut', format, { stream: false })).rejects.toThrow('fetch failed');
    const response = await ask(model, 'error', format, { stream: false });
    expect(response.status).toBe(500);
    expect(JSON.stringify(await response.json())).toContain('"message":"too much"');
  });
});
