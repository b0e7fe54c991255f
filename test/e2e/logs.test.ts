import { expect, test } from 'vitest';
import { createProject, type ScriptStep } from '../rig/repository.ts';
import { jsonOf, type RefusalJson } from './observations.ts';

const say = (...texts: readonly string[]): readonly ScriptStep[] => texts.map((text) => ({ say: text }));
const write: ScriptStep = { write: { path: 'out.txt', text: 'two\n' } };

test('pawl logs prints what the agent said, of any attempt, harmless for a terminal', async () => {
  await using project = await createProject({
    tasks: [{ id: 'T-001' }, { id: 'T-002' }],
    config: { gates: { check: 'test ! -e T-001 || grep -q two out.txt' } },
    script: {
      'T-001': [say('first try', 'red \u001b[31malert\u001b[0m'), [...say('second try'), write]],
      'T-002': [[{ write: { path: 'b.txt', text: 'b\n' } }]],
    },
  });
  const refused = async (...args: readonly string[]): Promise<readonly string[]> => {
    const { error } = jsonOf(await project.run(['logs', ...args, '--json'])) as RefusalJson;
    return [error.code, error.message];
  };
  expect(await refused('T-001')).toEqual(['NO-LOG', 'T-001 has no log: there was no attempt at it']);
  expect((await project.run(['run'])).exitCode).toBe(0);
  const last = await project.run(['logs', 'T-001']);
  expect(last.stdout).toContain('second try');
  expect(last.stdout).not.toContain('first try');
  const first = await project.run(['logs', 'T-001', '--attempt', '1']);
  expect(first.stdout).toContain('first try');
  expect(first.stdout).not.toContain('\u001b');
  const one = await project.run(['logs', 'T-001', '--lines', '1']);
  expect(one.stdout.trimEnd().split('\n')).toHaveLength(1);
  expect(await refused('T-001', '--attempt', '9')).toEqual([
    'NO-LOG',
    'T-001 has no log: there was no attempt 9 at it',
  ]);
  expect((await refused('T-001', '--lines', 'x'))[0]).toBe('USAGE');
});

test('pawl logs --follow prints on into the next attempt, and ends with the task', async () => {
  await using project = await createProject({
    tasks: [{ id: 'T-001' }],
    script: {
      'T-001': [
        [...say('one'), { wait: { ms: 1500 } }, ...say('two')],
        [...say('three'), { wait: { ms: 1500 } }, ...say('four'), write],
      ],
    },
  });
  await using run = project.start(['run']);
  await run.waitForLine(/attempt 1 started/);
  await using logs = project.start(['logs', 'T-001', '--follow']);
  expect((await run.exit).exitCode).toBe(0);
  const { exitCode, stdout } = await logs.exit;
  expect(exitCode).toBe(0);
  const order = ['one', 'two', '--- attempt 2 ---', 'three', 'four'].map((text) => stdout.indexOf(text));
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(order).not.toContain(-1);
});
