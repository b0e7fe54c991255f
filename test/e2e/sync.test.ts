import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProject, renderBacklog, type BacklogTask, type Project } from '../rig/repository.ts';
import { bodiesOf, jsonOf, type RefusalJson } from './observations.ts';

const spec = '# Spec\n\n## Sums\n\nA sum is exact.\n\n## Names\n\nA name is short.\n';

const tasks: readonly BacklogTask[] = [
  { id: 'T-001', title: 'Sums', fields: { 'Spec reference': 'spec.md, Sums' }, criteria: ['sums are exact'] },
  {
    id: 'T-002',
    title: 'Names',
    fields: { 'Spec reference': 'spec.md, Names' },
    criteria: ['names are short'],
  },
  { id: 'T-003', title: 'Later', dependencies: ['T-001'], status: 'skipped' },
];

/** Everything done and on main, so that changes of the specification reach the agents. */
async function doneProject(): Promise<Project> {
  const project = await createProject({
    tasks,
    files: { 'spec.md': spec },
    script: {
      'T-001': [
        [{ write: { path: 'sum.txt', text: 'first\n' } }],
        [{ write: { path: 'sum.txt', text: 'second\n' } }],
      ],
      'T-002': [[{ write: { path: 'name.txt', text: 'name\n' } }], []],
      'T-003': [[{ write: { path: 'later.txt', text: 'later\n' } }]],
      'T-004': [[{ write: { path: 'new.txt', text: 'new\n' } }]],
    },
  });
  await expectExit(project, ['run'], 0);
  await expectExit(project, ['land'], 0);
  return project;
}

async function expectExit(project: Project, args: readonly string[], exitCode: number): Promise<string> {
  const exit = await project.run(args);
  expect(exit.exitCode, exit.stdout + exit.stderr).toBe(exitCode);
  return exit.stdout + exit.stderr;
}

async function commit(project: Project, files: Readonly<Record<string, string>>): Promise<void> {
  project.write(files);
  await project.git(['commit', '--quiet', '--all', '--message=Change']);
}

function statusIn(project: Project, task: string): string | undefined {
  const text = readFileSync(join(project.root, 'TASKS.md'), 'utf8');
  return new RegExp(`### ${task}:[^#]*?\\*\\*Status\\*\\*: (.*)`).exec(text)?.[1];
}

describe('pawl sync', () => {
  test('a completed task whose section changed is stale, is done again, and only that one', async () => {
    await using project = await doneProject();
    await commit(project, { 'spec.md': spec.replace('exact', 'rounded') });
    expect(await expectExit(project, ['sync', '--dry-run'], 0)).toBe(
      [
        '~ T-001  Sums',
        '    changed: spec.md, Sums',
        '    was completed for the old text; it is stale; `pawl run` does it again, `pawl keep T-001` lets it stand',
        '',
        'Nothing was written; `pawl sync` takes it over.',
        '',
      ].join('\n'),
    );
    expect(statusIn(project, 'T-001')).toBe('done');
    await expectExit(project, ['sync'], 0);
    expect(statusIn(project, 'T-001')).toBe('needs-re-verification');
    expect(statusIn(project, 'T-002')).toBe('done');
    expect(await expectExit(project, ['sync'], 0)).toBe('Nothing has changed.\n');
    expect(await expectExit(project, ['explain', 'T-001'], 0)).toContain('stale: spec.md, Sums changed');
    await expectExit(project, ['run'], 0);
    expect(statusIn(project, 'T-001')).toBe('done');
    expect(await project.git(['show', `${project.integrationRef}:sum.txt`])).toBe('second');
    expect(
      bodiesOf(project.events(), 'attempt.started')
        .map(({ task }) => task)
        .toSorted(),
    ).toEqual(['T-001', 'T-001', 'T-002']);
  });

  test('an agent that finds nothing to change is not believed; a person lets the result stand', async () => {
    await using project = await doneProject();
    await commit(project, { 'spec.md': spec.replace('short', 'a word') });
    await expectExit(project, ['run'], 1);
    expect(statusIn(project, 'T-002')).toBe('blocked');
    expect(await expectExit(project, ['explain', 'T-002'], 0)).toContain(
      '`pawl keep T-002` lets its result stand',
    );
    expect(await expectExit(project, ['keep', 'T-002', '--reason', 'it is one'], 0)).toBe(
      'T-002 stays completed as it is. Type `pawl run` to go on.\n',
    );
    expect(statusIn(project, 'T-002')).toBe('done');
    await expectExit(project, ['run'], 0);
    expect(bodiesOf(project.events(), 'attempt.started')).toHaveLength(3);
  });

  test('a criterion that is put in front of the others is the only one that is new', async () => {
    await using project = await doneProject();
    const [first, ...rest] = tasks;
    const more = { ...first!, status: 'done', criteria: ['sums are documented', 'sums are exact'] };
    await commit(project, { 'TASKS.md': renderBacklog([more, ...rest]) });
    expect(await expectExit(project, ['sync'], 0)).toContain('changed: criterion T-001.AC2\n');
    expect(await expectExit(project, ['show', 'T-001'], 0)).toMatch(
      /T-001\.AC2\s+sums are documented\n.*T-001\.AC1\s+sums are exact/,
    );
  });

  test('what is new is added, what is gone is archived, what was set aside is untouched, nothing done is lost', async () => {
    await using project = await doneProject();
    const backlog = renderBacklog([
      { ...tasks[0]!, status: 'done', title: 'All sums' },
      { ...tasks[2]!, criteria: ['it is later than before'] },
      { id: 'T-004', title: 'New' },
    ]);
    await commit(project, { 'TASKS.md': backlog });
    const { changes } = jsonOf(await project.run(['sync', '--json'])) as {
      changes: readonly { task: string; kind: string; effect: string }[];
    };
    expect(changes.map(({ task, kind, effect }) => [task, kind, effect])).toEqual([
      ['T-001', 'changed', 'noted'],
      ['T-003', 'changed', 'untouched'],
      ['T-004', 'added', 'added'],
      ['T-002', 'removed', 'archived'],
    ]);
    await expectExit(project, ['run'], 0);
    expect(await project.git(['show', `${project.integrationRef}:name.txt`])).toBe('name');
    expect(project.state().tasks.get('T-002' as never)?.state.status).toBe('completed');
    // Back in the backlog, it is what it was.
    await commit(project, { 'TASKS.md': renderBacklog([...tasks, { id: 'T-004', title: 'New' }]) });
    await expectExit(project, ['run'], 0);
    expect(statusIn(project, 'T-002')).toBe('done');
    expect(bodiesOf(project.events(), 'attempt.started')).toHaveLength(3);
  });

  test('agents that would not see the new text are told of to the user', async () => {
    await using project = await createProject({ tasks, files: { 'spec.md': spec } });
    await expectExit(project, ['run', '--only', 'T-002'], 0);
    await commit(project, { 'spec.md': spec.replace('exact', 'rounded') });
    expect(await expectExit(project, ['run'], 0)).toContain(
      'WARN::BRANCH-DIVERGED: main has commits that pawl/tasks has not, and agents do not see them',
    );
  });

  test('a pending task whose specification is gone is superseded, a completed one is flagged', async () => {
    await using project = await createProject({ tasks, files: { 'spec.md': spec } });
    await expectExit(project, ['run', '--only', 'T-001'], 0);
    await expectExit(project, ['land'], 0);
    await commit(project, { 'spec.md': '# Spec\n' });
    const said = await expectExit(project, ['run'], 0);
    expect(said).toContain('WARN::SPEC-CHANGED::T-001: is completed, and its specification is gone');
    expect(said).toContain('WARN::SPEC-CHANGED::T-002: is superseded: its specification is gone');
    expect(statusIn(project, 'T-001')).toBe('done');
    expect(project.state().tasks.get('T-002' as never)?.state.status).toBe('abandoned');
    expect(bodiesOf(project.events(), 'attempt.started')).toHaveLength(1);
  });

  test('a run can be told to leave changed tasks out, or to doubt nothing', async () => {
    await using project = await doneProject();
    await commit(project, { 'spec.md': spec.replace('exact', 'rounded') });
    const skipped = await expectExit(project, ['run', '--on-spec-change', 'skip'], 1);
    expect(skipped).toContain('BLOCKED::SPEC-CHANGED');
    expect(bodiesOf(project.events(), 'attempt.started')).toHaveLength(2);
    await expectExit(project, ['run'], 0);
    expect(bodiesOf(project.events(), 'attempt.started')).toHaveLength(3);
    await expectExit(project, ['land'], 0);
    await commit(project, { 'spec.md': spec.replace('exact', 'huge') });
    const continued = await expectExit(project, ['run', '--on-spec-change', 'continue'], 0);
    expect(continued).toContain('`pawl retry T-001` does it again');
    expect(bodiesOf(project.events(), 'attempt.started')).toHaveLength(3);
  });

  test('bad input is refused, and nothing is written', async () => {
    await using fresh = await createProject({ tasks, files: { 'spec.md': spec } });
    await expectRefusal(fresh, ['sync'], 'NO-RUN', 'nothing has been run for TASKS.md yet');
    await using project = await doneProject();
    await expectRefusal(project, ['keep', 'T-001'], 'DECISION-REFUSED', 'T-001 is completed already');
    await expectRefusal(project, ['keep', 'T-003'], 'DECISION-REFUSED', 'T-003 was never completed');
    await commit(project, { 'spec.md': spec.replace('exact', 'rounded') });
    const early = 'the change of T-001 is not taken over yet';
    await expectRefusal(project, ['keep', 'T-001'], 'DECISION-REFUSED', early);
    const count = project.events().length;
    await expectExit(project, ['sync', '--dry-run'], 0);
    expect(project.events()).toHaveLength(count);
  });
});

async function expectRefusal(
  project: Project,
  args: readonly string[],
  code: string,
  message: string,
): Promise<void> {
  const { error } = jsonOf(await project.run([...args, '--json'])) as RefusalJson;
  expect([error.code, error.message]).toEqual([code, message]);
}
