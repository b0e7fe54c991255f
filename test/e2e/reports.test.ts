/** What agents report while they work, from the channel to what people see and the next agent is told. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProject, type Project, type ScriptStep } from '../rig/repository.ts';
import { bodiesOf, jsonOf } from './observations.ts';

const write = (path: string): ScriptStep => ({ write: { path, text: `${path}\n` } });
const report = (...args: readonly string[]): ScriptStep => ({ report: args });
const shell = (script: string): ScriptStep => ({ run: { argv: ['sh', '-c', script] } });

function reportsIn(project: Project): readonly string[] {
  return bodiesOf(project.events(), 'attempt.reported').map(
    ({ task, attempt, report: { type } }) => `${task}/${attempt} ${type}`,
  );
}

describe('what an agent reports', () => {
  test('is journalled as a claim, shown to people, and does not make a task done', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001', criteria: ['it works'] }],
      config: { maxAttempts: 1, gates: { check: 'test -e done.txt' } },
      script: {
        'T-001': [
          [
            report('progress', '10', 'read'),
            report('progress', '50'),
            report('progress', '100', 'nothing'),
            report('criterion', 'T-001.AC1', 'met', 'done.txt'),
            report('gap', 'L1', 'which colour', '--assume', 'blue'),
            write('lie.txt'),
          ],
        ],
      },
    });
    const run = await project.run(['run']);
    expect(run.exitCode, run.stdout).toBe(1);
    // Of progress the first report and the last: the one between them came within seconds.
    expect(reportsIn(project)).toEqual([
      'T-001/1 progress',
      'T-001/1 criterion',
      'T-001/1 gap',
      'T-001/1 progress',
    ]);
    expect(run.stdout).toContain('T-001 reports T-001.AC1 met in done.txt');
    expect(project.state().tasks.values().next().value?.state.status).toBe('blocked');
    const shown = (await project.run(['show', 'T-001'])).stdout;
    expect(shown).toMatch(/claimed \d\d:\d\d:\d\d: T-001\.AC1 met in done\.txt\n/);
    expect(shown).toMatch(/claimed \d\d:\d\d:\d\d: L1 gap: which colour · assumes: blue\n/);
    expect(shown).toMatch(/claimed \d\d:\d\d:\d\d: 100 %: nothing\n/);
    expect(shown).not.toContain('50 %');
    const { attempts } = jsonOf(await project.run(['show', 'T-001', '--json'])) as {
      attempts: readonly { reports: readonly object[] }[];
    };
    expect(attempts[0]?.reports[0]).toMatchObject({ type: 'criterion', id: 'T-001.AC1', claim: 'met' });
  });

  test('is told to the next agent as a claim, with what people said, within bounds', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }],
      config: { maxAttempts: 2, gates: { check: 'test -e done.txt' } },
      script: {
        'T-001': [
          [report('blocker', 'technical', 'no compiler', '--tried', 'gcc'), write('wrong.txt')],
          [
            { expectBrief: '## What earlier agents reported (claims, not facts)' },
            { expectBrief: '> attempt 1: technical blocker: no compiler · tried: gcc' },
            write('done.txt'),
          ],
        ],
      },
    });
    const run = await project.run(['run']);
    expect(run.exitCode, run.stdout).toBe(0);
  });

  test('about a criterion that its task does not have is refused, and nothing is journalled', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }],
      config: { maxAttempts: 1 },
      script: { 'T-001': [[report('criterion', 'AC-9', 'met')]] },
    });
    await project.run(['run']);
    expect(reportsIn(project)).toEqual([]);
    const { end } = project.state().tasks.values().next().value?.attempts[0] ?? {};
    expect(JSON.stringify(end)).toContain('this task has no criterion AC-9; its criteria are T-001.AC1');
  });

  test('counts for its own attempt alone: a token is no use to another, nor after the end', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }, { id: 'T-002', dependencies: ['T-001'] }],
      script: {
        'T-001': [
          [shell('echo "$PAWL_REPORT_TOKEN" > token; pawl-report progress 5 "as T-001"'), write('a.txt')],
        ],
        // The token of the attempt before, which it left in its work, at the same address.
        'T-002': [
          [
            shell('PAWL_REPORT_TOKEN=$(cat token) pawl-report progress 99 stolen; test $? = 3'),
            shell('pawl-report progress 6 "as T-002"'),
            write('b.txt'),
          ],
        ],
      },
    });
    const run = await project.run(['run']);
    expect(run.exitCode, run.stdout).toBe(0);
    expect(reportsIn(project)).toEqual(['T-001/1 progress', 'T-002/1 progress']);
    const token = await project.git(['show', 'pawl/tasks:token']);
    expect(token).toMatch(/^[\w-]{43}$/);
    const logs = join(project.root, '.git', 'pawl');
    for (const name of readdirSync(logs, { recursive: true, encoding: 'utf8' }))
      if (name.endsWith('.log') || name.endsWith('.md') || name.endsWith('.db'))
        expect(readFileSync(join(logs, name), 'latin1').includes(token), name).toBe(false);
  });
});

describe('an L2 gap', () => {
  const gap = report('gap', 'L2', 'Which store?', '--option', 'SQLite', '--option', 'files');

  test('pauses its task alone, also behind finished work, until a person answers; the next agent is told', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }, { id: 'T-002', dependencies: ['T-001'] }, { id: 'T-003' }],
      script: {
        'T-001': [
          [gap, write('guess.txt'), { claim: 'done' }],
          [
            { expectBrief: '## What a person decided' },
            { expectBrief: '> SQLite, in one file' },
            { expectBrief: '> attempt 1: L2 gap: Which store? · options: (1) SQLite (2) files' },
            write('answer.txt'),
          ],
        ],
        'T-002': [[write('b.txt')]],
        'T-003': [[write('c.txt')]],
      },
    });
    const first = await project.run(['run']);
    expect(first.exitCode, first.stdout).toBe(1);
    const { state, attempts } = project.state().tasks.values().next().value ?? {};
    expect(state).toMatchObject({ status: 'blocked', because: 'decision-needed' });
    expect(attempts).toHaveLength(1);
    // Not a false claim: it said what it did not know.
    expect(attempts?.[0]?.end).toMatchObject({ failure: { kind: 'gap' }, falseClaim: false });
    expect(await project.git(['ls-tree', '--name-only', 'pawl/tasks'])).toContain('c.txt');
    expect(await project.git(['ls-tree', '--name-only', 'pawl/tasks'])).not.toContain('guess.txt');

    const explained = (await project.run(['explain', 'T-001'])).stdout;
    expect(explained).toContain('blocked (decision-needed): L2 gap: Which store? (1) SQLite (2) files');
    expect(explained).toContain('pawl retry T-001 --reason "your answer"');
    expect((await project.run(['show', 'T-001'])).stdout).toContain('L2 gap: Which store?');

    await project.run(['retry', 'T-001', '--reason', 'SQLite, in one file']);
    const second = await project.run(['run']);
    expect(second.exitCode, second.stdout).toBe(0);
    expect(await project.git(['ls-tree', '--name-only', 'pawl/tasks'])).toContain('answer.txt');
  });
});
