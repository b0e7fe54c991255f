import { describe, expect, test } from 'vitest';
import { createProject, type Project, type ScriptStep } from '../rig/repository.ts';
import { bodiesOf, jsonOf, leavingUserAlone, refusalOf } from './observations.ts';

const write = (path: string): ScriptStep => ({ write: { path, text: `${path}\n` } });
const spend = (costUsd: number, tokens = 1_000): ScriptStep => ({ spend: { costUsd, inputTokens: tokens } });
const hang: ScriptStep = { hang: { ignoreTerm: false } };

function project(
  script: Readonly<Record<string, readonly (readonly ScriptStep[])[]>>,
  config: Readonly<Record<string, unknown>>,
): Promise<Project> {
  return createProject({ tasks: Object.keys(script).map((id) => ({ id })), script, config });
}

describe('a budget', () => {
  test('of an attempt ends its agent, and the task waits for a person to grant more', async () => {
    await using it = await project(
      {
        'T-001': [
          [spend(1.5), spend(1), hang],
          [spend(0.5), write('a.txt')],
        ],
      },
      { budgets: { attempt: { usd: 2 } } },
    );
    const first = await leavingUserAlone(it, () => it.run(['run']));
    expect(first.exitCode, first.stdout).toBe(1);
    expect(first.stdout).toContain(
      'T-001 blocked: budget used up: 2.50 USD of the 2.00 USD for one attempt are used; `pawl grant 2usd --task T-001` grants as much again',
    );
    expect(it.orphans()).toEqual([]);
    const explained = await it.run(['explain', 'T-001']);
    expect(explained.stdout).toContain('`pawl grant 2usd --task T-001`');
    const granted = await it.run(['grant', '2usd', '--task', 'T-001', '--reason', 'It is worth it']);
    expect(granted).toMatchObject({
      exitCode: 0,
      stdout: '2.00 USD more for T-001. Type `pawl run` to go on.\n',
    });
    const second = await it.run(['run']);
    expect(second.exitCode, second.stdout).toBe(0);
    const shown = await it.run(['show', 'T-001']);
    expect(shown.stdout).toContain(
      'used 2000 tokens (2000 in, 0 out, 0 from cache, 0 to cache), 2.50 USD reported',
    );
    expect(shown.stdout).toContain('It is worth it');
    const status = await it.run(['status']);
    expect(status.stdout).toContain('- Spent: 3.00 USD, 3000 tokens');
  });

  test('of the run ends every agent at once, blames no task, and names the sum and the command', async () => {
    await using it = await project(
      { 'T-001': [[spend(1), hang], [write('a.txt')]], 'T-002': [[spend(1.25), hang], [write('b.txt')]] },
      { parallel: 2 },
    );
    const first = await it.run(['run', '--budget', '2usd']);
    expect(first.exitCode, first.stdout).toBe(1);
    const used =
      '2.25 USD of the 2.00 USD for this run are used; `pawl grant 2usd --run` grants as much again';
    expect(first.stdout).toContain(`${used}; then type \`pawl run\`.`);
    expect((await it.run(['status'])).stdout).toContain(`${used}; then type \`pawl run\`.`);
    const interrupted = bodiesOf(it.events(), 'attempt.interrupted');
    expect(interrupted.map(({ task, because }) => `${task} ${because}`).toSorted()).toEqual([
      'T-001 budget',
      'T-002 budget',
    ]);
    expect(bodiesOf(it.events(), 'attempt.failed')).toEqual([]);
    const blocked = await it.run(['blocked']);
    expect(blocked.stdout).toContain(
      'blocked (budget): 2.25 USD of the 2.00 USD for this run are used; `pawl grant 2usd --run` grants as much again',
    );
    expect(await it.run(['next', '--json'])).toMatchObject({ exitCode: 1 });
    const held = await it.run(['run', '--json']);
    expect(jsonOf(held)).toMatchObject({ end: 'finished', pulse: { spending: { run: { usd: 2.25 } } } });
    await it.run(['grant', '10usd']);
    const second = await it.run(['run', '--json']);
    expect(second.exitCode, second.stdout).toBe(0);
    expect(jsonOf(second)).toMatchObject({
      pulse: { spending: { run: { usd: 2.25 }, limits: [{ scope: 'run', unit: 'usd', limit: 12 }] } },
    });
  });

  test('in tokens holds an agent whose price nobody knows; one in money is said not to', async () => {
    const tokens: ScriptStep = { spend: { inputTokens: 5_000, model: 'house-model' } };
    await using it = await project(
      {
        'T-001': [
          [tokens, hang],
          [tokens, write('a.txt')],
        ],
      },
      { budgets: { attempt: { tokens: 5_000 }, run: { usd: 1 } } },
    );
    expect((await it.run(['run'])).exitCode).toBe(1);
    await it.run(['grant', '20ktok', '--task', 'T-001']);
    const exit = await it.run(['run']);
    expect(exit.exitCode, exit.stdout).toBe(0);
    expect(exit.stdout).toContain(
      'WARN::COST-UNKNOWN::T-001: what house-model costs is not known (`prices` in the configuration), so that no budget in money holds it',
    );
  });

  test('in money holds an agent that reports tokens only, by the price of its model', async () => {
    const tokens: ScriptStep = { spend: { inputTokens: 1_000_000, model: 'house-model' } };
    await using it = await project(
      { 'T-001': [[tokens, tokens, hang]] },
      { budgets: { task: { usd: 2 } }, prices: { 'house-model': { input: 1, output: 2 } } },
    );
    const exit = await it.run(['run']);
    expect(exit.exitCode, exit.stdout).toBe(1);
    expect(exit.stdout).toContain('2.00 USD of the 2.00 USD for this task are used');
    expect(exit.stdout).toContain('of it by the price list of');
  });

  test('counts what an attempt had used when its run was killed', async () => {
    await using it = await project(
      { 'T-001': [[spend(3), hang]] },
      { budgets: { run: { usd: 2.5 } }, limits: { idleSeconds: 60 } },
    );
    const killed = it.start(['run'], { env: { ...it.env, PAWL_FAULT: 'agent-ended' } });
    await killed.exit;
    const exit = await it.run(['run']);
    expect(exit.exitCode, exit.stdout).toBe(1);
    expect(exit.stdout).toContain('3.00 USD of 2.50 USD for the run');
    expect(bodiesOf(it.events(), 'attempt.started')).toHaveLength(1);
  });

  test('that is granted while the run is at work lets it go on', async () => {
    const untilTold = 'until [ -e "$(git rev-parse --git-common-dir)/go" ]; do sleep 0.05; done';
    const untilCommitted = {
      run: {
        argv: ['sh', '-c', 'until git for-each-ref refs/pawl/attempts | grep -q T-001; do sleep 0.05; done'],
      },
    };
    await using it = await project(
      {
        'T-001': [[write('a.txt')]],
        'T-002': [[untilCommitted, spend(2), hang], [write('b.txt')]],
      },
      { parallel: 2, gates: { check: untilTold }, budgets: { day: { usd: 2 } } },
    );
    await using run = it.start(['run']);
    await run.waitForLine(/T-001 attempt 1 committed/);
    await run.waitForLine(/T-002 attempt 1 interrupted by the end of a budget/);
    const handed = await it.run(['grant', '1usd', '--day']);
    expect(handed.stdout).toContain('The running process takes it within a second.');
    await run.waitForLine(/T-002 attempt 2 started/);
    it.write({ '.git/go': '' });
    const exit = await run.exit;
    expect(exit.exitCode, exit.stdout).toBe(0);
  });
});

describe('turns', () => {
  test('beyond the limit end the attempt, which counts against the task', async () => {
    await using it = await project(
      { 'T-001': [[...Array.from({ length: 4 }, () => spend(0)), hang], [write('a.txt')]] },
      { limits: { turns: 3 } },
    );
    const exit = await it.run(['run']);
    expect(exit.exitCode, exit.stdout).toBe(0);
    expect(bodiesOf(it.events(), 'attempt.failed').map(({ failure }) => failure)).toEqual([
      { kind: 'agent', how: 'turn-limit', message: 'the model was asked more than 3 times' },
    ]);
  });
});

describe('bad input', () => {
  test('is refused with a code, and nothing is recorded', async () => {
    await using it = await project({ 'T-001': [[write('a.txt')]] }, { budgets: { run: { usd: 5 } } });
    expect(refusalOf(await it.run(['grant', '5usd', '--json']))).toBe('NO-RUN 2');
    expect((await it.run(['run'])).exitCode).toBe(0);
    const before = it.events().length;
    expect(refusalOf(await it.run(['grant', 'much', '--json']))).toBe('USAGE 2');
    expect((await it.run(['grant', '5eur'])).stderr).toContain('"5eur" is no amount: write 5usd');
    expect(refusalOf(await it.run(['grant', '5usd', '--run', '--day', '--json']))).toBe('USAGE 2');
    expect(refusalOf(await it.run(['grant', '5usd', '--task', 'T-009', '--json']))).toBe('UNKNOWN-TASK 2');
    expect(refusalOf(await it.run(['grant', '5Mtok', '--json']))).toBe('BUDGET-NONE 2');
    expect(refusalOf(await it.run(['run', '--budget', '-3usd', '--json']))).toBe('USAGE 2');
    expect(it.events()).toHaveLength(before);
  });
});
