import { describe, expect, test } from 'vitest';
import { fillTemplates, parseScript, stepsFor, type Step } from '../../../src/scripted-agent/script.ts';
import { err, ok } from '../../../src/util/result.ts';

function parse(script: unknown): ReturnType<typeof parseScript> {
  return parseScript(JSON.stringify(script), 'script.json');
}

/** Parses one step, as the third one of the first attempt at T-001. */
function parseStep(step: unknown): ReturnType<typeof parseScript> {
  return parse({ tasks: { 'T-001': [[{ say: 'one' }, { say: 'two' }, step]] } });
}

function stepOf(step: unknown): Step | undefined {
  const script = parseStep(step);
  if (!script.ok) throw new Error(script.error);
  return script.value.tasks['T-001']?.[0]?.[2];
}

function saidBy(script: unknown, task: string, attempt: number): unknown {
  const parsed = parse(script);
  return parsed.ok && stepsFor(parsed.value, task, attempt);
}

describe('a step', () => {
  test('is tagged with its verb', () => {
    expect(stepOf({ say: 'hello' })).toEqual({ verb: 'say', text: 'hello' });
    expect(stepOf({ rename: { from: 'a', to: 'b' } })).toEqual({ verb: 'rename', from: 'a', to: 'b' });
  });

  test('may give its text as lines, each of which ends with a line break', () => {
    expect(stepOf({ write: { path: 'a', lines: ['x', '', 'y'] } })).toEqual({
      verb: 'write',
      path: 'a',
      text: 'x\n\ny\n',
    });
    expect(stepOf({ append: { path: 'a', text: 'x' } })).toEqual({ verb: 'append', path: 'a', text: 'x' });
  });

  test('may give a passage as lines, which are joined', () => {
    expect(stepOf({ replace: { path: 'a', find: ['x', 'y'], with: 'z' } })).toEqual({
      verb: 'replace',
      path: 'a',
      find: 'x\ny',
      with: 'z',
    });
  });

  test('has defaults for its options', () => {
    expect(stepOf({ hang: true })).toEqual({ verb: 'hang', ignoreTerm: false });
    expect(stepOf({ claim: 'blocked' })).toEqual({ verb: 'claim', claim: 'blocked', summary: 'blocked' });
    expect(stepOf({ fork: {} })).toEqual({
      verb: 'fork',
      ignoreTerm: true,
      newSession: false,
      keepOutput: false,
      holdMs: 600_000,
    });
  });
});

describe('a mistake', () => {
  test('in the JSON names the file', () => {
    const parsed = parseScript('{', 'script.json');
    expect(parsed).toEqual(err(expect.stringMatching(/^script\.json: not valid JSON: /)));
  });

  test('in a step is named with its path', () => {
    expect(parseStep({ write: { path: 1, text: '' } })).toEqual(
      err('script.json: tasks.T-001[0][2].write.path: Invalid input: expected string, received number'),
    );
    expect(parseStep({ crash: {} })).toEqual(
      err(
        'script.json: tasks.T-001[0][2].crash: expected {"exitCode": 1 to 255} or {"signal": "SIGKILL" or the like}',
      ),
    );
  });

  test('in the verb is answered with the verbs there are', () => {
    const parsed = parseStep({ shout: 'hello' });
    expect(parsed).toEqual(
      err(
        expect.stringMatching(
          /^script\.json: tasks\.T-001\[0\]\[2\]: expected one verb of write, append, .*rateLimit; found shout$/,
        ),
      ),
    );
    expect(parseStep({ say: 'a', wait: { ms: 1 } })).toEqual(err(expect.stringMatching(/found say, wait$/)));
    expect(parseStep({})).toEqual(err(expect.stringMatching(/found nothing$/)));
  });

  test('is reported together with all others', () => {
    const parsed = parse({
      tasks: { 'T-001': [[{ wait: { ms: -1 } }]], 'T-002': [] },
      default: [[{ write: { path: 'a', text: 'x', lines: [] } }]],
    });
    expect(parsed.ok ? [] : parsed.error.split('\n')).toEqual([
      'script.json: tasks.T-001[0][0].wait.ms: Too small: expected number to be >=0',
      'script.json: tasks.T-002: expected the steps of at least one attempt; found none',
      'script.json: default[0][0].write: expected either "text" or "lines"',
    ]);
  });

  test('is to claim twice in one attempt', () => {
    expect(parse({ tasks: { 'T-001': [[{ claim: 'done' }, { claim: 'none' }]] } })).toEqual(
      err('script.json: tasks.T-001[0]: an attempt claims once; found several claims'),
    );
  });
});

describe('the steps for an attempt', () => {
  const attempts = [[{ say: 'first' }], [{ say: 'second' }]];

  test('are those of its number, and the last ones for all further attempts', () => {
    const script = { tasks: { 'T-001': attempts } };
    expect(saidBy(script, 'T-001', 1)).toEqual([{ verb: 'say', text: 'first' }]);
    expect(saidBy(script, 'T-001', 2)).toEqual([{ verb: 'say', text: 'second' }]);
    expect(saidBy(script, 'T-001', 7)).toEqual([{ verb: 'say', text: 'second' }]);
  });

  test('are the default ones for a task that is not named', () => {
    expect(saidBy({ tasks: {}, default: attempts }, 'T-009', 1)).toEqual([{ verb: 'say', text: 'first' }]);
    expect(saidBy({ default: attempts }, 'constructor', 3)).toEqual([{ verb: 'say', text: 'second' }]);
  });

  test('are missing where neither the task nor a default is scripted', () => {
    expect(saidBy({ tasks: { 'T-001': attempts } }, 'T-002', 1)).toBeUndefined();
  });
});

describe('template values', () => {
  test('are filled in wherever a step has text', () => {
    const step: Step = { verb: 'run', argv: ['echo', '{{task}}/{{attempt}}'], mayFail: false };
    expect(fillTemplates(step, { task: 'T-001', attempt: 2 })).toEqual({
      verb: 'run',
      argv: ['echo', 'T-001/2'],
      mayFail: false,
    });
  });

  test('are taken as they are, and other braces are left alone', () => {
    const step: Step = { verb: 'say', text: '{{task}} {{name}} {{task}}' };
    expect(fillTemplates(step, { task: '$&"', attempt: 1 })).toEqual({
      verb: 'say',
      text: '$&" {{name}} $&"',
    });
  });
});

test('an empty script is a script', () => {
  expect(parse({})).toEqual(ok({ tasks: {} }));
});
