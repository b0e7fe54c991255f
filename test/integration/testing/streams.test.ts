import { describe, expect, test } from 'vitest';
import { startScriptedModel, type Step } from '../../../src/testing/index.ts';
import { ask, type FormatName, formatNames } from './conversation.ts';
import { bash, expectations, usage, work, write } from './expectations.ts';

/** The parsed events of a stream, in order; `[DONE]` is left as it is. */
async function eventsOf(response: Response): Promise<readonly unknown[]> {
  const text = await response.text();
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) =>
    data === '[DONE]' ? data : (JSON.parse(data) as unknown),
  );
}

/** What follows the first words of a stream: nothing but silence. */
async function readFirst(response: Response, words: string): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes(words)) {
    const piece = await reader?.read();
    if (piece?.value === undefined) throw new Error(`the stream ended after: ${text}`);
    text += piece.value;
  }
  await reader?.cancel();
  return text;
}

/** What tells that a text is whole. */
const textEnds = ['content_block_stop', 'output_text.done', 'output_item.done'];

const ends: Readonly<Record<FormatName, string>> = {
  'anthropic-messages': 'message_stop',
  'openai-responses': 'response.completed',
  'openai-chat': '[DONE]',
  gemini: 'finishReason',
};

describe.each(formatNames)('%s, streamed', (format) => {
  test('breaks off with silence after the text', async () => {
    const step: Step = { kind: 'answer', text: 'Hal', breakOff: 'stall' };
    await using model = await startScriptedModel({ work: [step] });
    const response = await ask(model, 'work', format, { stream: true });
    const said = await readFirst(response, 'Hal');
    for (const end of [ends[format], ...textEnds]) expect(said).not.toContain(end);
  });

  test('breaks off with a closed connection after the text, and before its calls', async () => {
    const call = { tool: 'shell', command: 'ls' } as const;
    const step: Step = { kind: 'answer', text: 'Hal', call, breakOff: 'cut' };
    await using model = await startScriptedModel({ work: [step] });
    const response = await ask(model, 'work', format, { stream: true });
    const pieces: string[] = [];
    const read = async (): Promise<void> => {
      for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) pieces.push(piece);
    };
    await expect(read()).rejects.toThrow('terminated');
    expect(pieces.join('')).toContain('Hal');
    expect(pieces.join('')).not.toContain('bash');
  });

  test('breaks off with an error after the text', async () => {
    const breakOff = { type: 'overloaded', message: 'too much' };
    await using model = await startScriptedModel({ work: [{ kind: 'answer', text: 'Hal', breakOff }] });
    const events = await eventsOf(await ask(model, 'work', format, { stream: true }));
    expect(JSON.stringify(events)).toContain('Hal');
    expect(JSON.stringify(events.at(-1))).toContain('"message":"too much"');
    expect(JSON.stringify(events)).not.toContain(ends[format]);
  });
});

async function streamOf(format: FormatName, step: Step): Promise<readonly unknown[]> {
  await using model = await startScriptedModel({ work: [step] });
  return eventsOf(await ask(model, 'work', format, { stream: true }));
}

describe('a stream', () => {
  const calling = work[0];
  const ended: Step = { kind: 'answer', text: 'Done.', usage };

  test('of Anthropic has a block for the text and one for each call', async () => {
    expect(await streamOf('anthropic-messages', calling)).toMatchObject([
      { type: 'message_start', message: { role: 'assistant', content: [], usage: { input_tokens: 1_000 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Look:' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', name: 'bash', input: {} } },
      { type: 'content_block_delta', index: 1, delta: { partial_json: JSON.stringify(bash) } },
      { type: 'content_block_stop', index: 1 },
      {
        type: 'content_block_start',
        index: 2,
        content_block: { type: 'tool_use', name: 'write', input: {} },
      },
      { type: 'content_block_delta', index: 2, delta: { partial_json: JSON.stringify(write) } },
      { type: 'content_block_stop', index: 2 },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 50 } },
      { type: 'message_stop' },
    ]);
  });

  test('of Anthropic names its events', async () => {
    await using model = await startScriptedModel({ work: [{ kind: 'answer', text: 'Done.' }] });
    const text = await (await ask(model, 'work', 'anthropic-messages', { stream: true })).text();
    expect([...text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name)).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
  });

  test('of OpenAI Responses is numbered, and its items are begun, written and done', async () => {
    const events = (await streamOf('openai-responses', calling)) as {
      type: string;
      sequence_number: number;
    }[];
    expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, index) => index));
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events.at(-1)).toMatchObject({ response: expectations['openai-responses'].calling });
  });

  test('of OpenAI Responses refuses, is incomplete, and fails', async () => {
    const refusal = await streamOf('openai-responses', {
      kind: 'answer',
      text: 'No.',
      stopReason: 'refusal',
    });
    expect(refusal).toContainEqual(expect.objectContaining({ type: 'response.refusal.delta', delta: 'No.' }));
    expect(refusal.at(-1)).toMatchObject({
      type: 'response.completed',
      response: { output: [{ content: [{ type: 'refusal', refusal: 'No.' }] }] },
    });
    const stopReason = 'max_output_tokens';
    const cut = await streamOf('openai-responses', { kind: 'answer', text: 'Hal', stopReason });
    expect(cut.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
    });
    const breakOff = { type: 'context_length_exceeded', message: 'too long' };
    const failed = await streamOf('openai-responses', { kind: 'answer', breakOff });
    expect(failed.at(-1)).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'context_length_exceeded', message: 'too long' } },
    });
  });

  test('of OpenAI Chat Completions ends with the reason, the usage and a last mark', async () => {
    const events = await streamOf('openai-chat', calling);
    expect(events.slice(2, 4)).toMatchObject([
      { choices: [{ delta: { tool_calls: [{ index: 0, id: 'call_1_0' }] } }] },
      { choices: [{ delta: { tool_calls: [{ index: 1, id: 'call_1_1' }] } }] },
    ]);
    expect((await streamOf('openai-chat', ended)).slice(1)).toMatchObject([
      { choices: [{ delta: { content: 'Done.' }, finish_reason: null }] },
      { choices: [{ delta: {}, finish_reason: 'stop' }] },
      expectations['openai-chat'].usage,
      '[DONE]',
    ]);
  });

  test('of Gemini tells reason and usage with its last piece', async () => {
    expect(await streamOf('gemini', calling)).toMatchObject([
      { candidates: [{ content: { parts: [{ text: 'Look:' }] } }] },
      {
        candidates: [
          {
            finishReason: 'STOP',
            content: { parts: [{ functionCall: { name: 'bash' } }, { functionCall: { name: 'write' } }] },
          },
        ],
      },
    ]);
    const events = await streamOf('gemini', ended);
    expect(events[0]).not.toHaveProperty('usageMetadata');
    expect(events[1]).toMatchObject(expectations.gemini.usage as object);
  });
});
