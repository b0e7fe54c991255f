import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openJournalReader } from '../../src/adapters/journal-sqlite/sqlite-journal.ts';
import type { JournalEvent } from '../../src/domain/event.ts';
import { createProject, renderBacklog, type Project } from '../rig/repository.ts';
import { jsonOf, leavingUserAlone, placeOf, refusalOf, type RefusalJson } from './observations.ts';

interface ManifestTask {
  readonly id: string;
  readonly risk?: 'High' | 'Medium' | 'Low';
  readonly dependsOn?: readonly string[];
  readonly more?: Readonly<Record<string, unknown>>;
}

function manifest(tasks: readonly ManifestTask[], head: Readonly<Record<string, unknown>> = {}): string {
  const document = {
    status: 'OK',
    manifest_hash: 'sha256:0123456789ab',
    ...head,
    tasks: tasks.map(({ id, risk = 'Medium', dependsOn = [], more }) => ({
      task_id: id,
      capability_id: id.split('--')[0],
      phase: 'Phase 1',
      slice: 'Slice 1.1',
      title: `Do ${id}`,
      description: '',
      acceptance_criteria: [{ id: `${id}-AC01`, text: `${id} is done` }],
      risk,
      est: { size: 'S' },
      depends_on_tasks: dependsOn,
      ...more,
    })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

const MANIFEST = 'docs/backlog/virtual-task-manifest.json';
const STATE = 'docs/backlog/task-state.json';

/** A repository whose only backlog is a manifest. */
async function manifestProject(text: string, files: Readonly<Record<string, string>> = {}): Promise<Project> {
  const project = await createProject({ tasks: [], files: { [MANIFEST]: text, ...files } });
  await project.git(['rm', '--quiet', 'TASKS.md']);
  await project.git(['commit', '--quiet', '--message=Only a manifest']);
  return project;
}

/** A repository with this TASKS.md. */
function tasksProject(text: string, files: Readonly<Record<string, string>> = {}): Promise<Project> {
  return createProject({ tasks: [], files: { 'TASKS.md': text, ...files } });
}

function journalOf(project: Project, plan: string): readonly JournalEvent[] {
  const journal = openJournalReader(project.journalFile, true);
  try {
    return [...(journal?.readEvents(plan) ?? [])];
  } finally {
    journal?.close();
  }
}

describe('a manifest', () => {
  test('is worked off in order, and task-state.json is made with what became of it', async () => {
    await using project = await manifestProject(
      manifest([{ id: 'A--T01' }, { id: 'A--T02', dependsOn: ['A--T01'] }]),
    );
    const before = readFileSync(join(project.root, MANIFEST), 'utf8');
    const exit = await leavingUserAlone(project, () => project.run(['run', '--json']));
    expect(exit.exitCode).toBe(0);
    // task-state.json is new and Pawl's own to write; nothing else differs.
    expect(await project.git(['status', '--porcelain', '--untracked-files=all'])).toBe(`?? ${STATE}`);
    expect(readFileSync(join(project.root, MANIFEST), 'utf8')).toBe(before);
    const events = journalOf(project, 'manifest');
    expect(placeOf(events, 'attempt.started', 'A--T02')).toBeGreaterThan(
      placeOf(events, 'landing.landed', 'A--T01'),
    );
    const state = JSON.parse(readFileSync(join(project.root, STATE), 'utf8')) as {
      manifest_hash: string;
      tasks: Record<string, Record<string, unknown>>;
    };
    expect(state.manifest_hash).toBe('sha256:0123456789ab');
    expect(state.tasks['A--T01']).toMatchObject({
      status: 'completed',
      acs_completed: ['A--T01-AC01'],
      acs_remaining: [],
    });
    expect(Object.keys(state.tasks)).toEqual(['A--T01', 'A--T02']);
    expect(await project.git(['branch', '--list', 'pawl/*'])).toBe('  pawl/manifest');
  });

  test('has its task-state.json changed only where a status changed, other bytes and keys as they were', async () => {
    const old = `{
   "manifest_hash":  "sha256:another0000",
   "last_updated": "2025-10-08T00:00:00Z",
   "note to self": [1,2,   3],
   "tasks": {
     "A--T01": {"status": "completed", "pr_number": 7,   "acs_completed": ["A--T01-AC01"], "started_at": "2025-10-01T00:00:00Z"},
     "GONE--T09": {"status":"abandoned"}
   }
}
`;
    await using project = await manifestProject(manifest([{ id: 'A--T01' }, { id: 'A--T02' }]), {
      [STATE]: old,
    });
    const exit = await project.run(['run']);
    expect(exit.exitCode).toBe(0);
    expect(exit.stdout).toContain(
      '! WARN::STALE-MANIFEST-HASH: task-state.json was written for the manifest sha256:another0000, this one is sha256:0123456789ab',
    );
    const lines = readFileSync(join(project.root, STATE), 'utf8').split('\n');
    expect(lines[1]).toBe('   "manifest_hash":  "sha256:0123456789ab",');
    expect(lines[3]).toBe('   "note to self": [1,2,   3],');
    expect(lines[5]).toBe(old.split('\n')[5]);
    expect(lines.join('\n')).toContain('"GONE--T09": {"status":"abandoned"}');
    const state = JSON.parse(lines.join('\n')) as { tasks: Record<string, unknown> };
    expect(state.tasks['A--T02']).toMatchObject({ status: 'completed' });
    // What the backlog said was done before is not done again.
    expect(
      journalOf(project, 'manifest').some(
        ({ body }) => body.type === 'attempt.started' && String(body.task) === 'A--T01',
      ),
    ).toBe(false);
  });

  test('whose status is not OK, or with a blocking gap, is refused', async () => {
    await using blocked = await manifestProject(
      JSON.stringify({ status: 'BLOCKED', gaps: { blocking: ['GAP::AC-CONFLICT'], warnings: [] } }),
    );
    const refused = await blocked.run(['run', '--json']);
    expect(refusalOf(refused)).toBe('BLOCKED::MANIFEST-STATUS 3');
    expect((jsonOf(refused) as RefusalJson).error.message).toContain('GAP::AC-CONFLICT');
    await using gap = await manifestProject(
      manifest([{ id: 'A--T01', more: { gap_codes: ['GAP::TASK-OVERSIZED'] } }]),
    );
    expect(refusalOf(await gap.run(['run', '--json']))).toBe('BLOCKED::MANIFEST-STATUS 3');
    const plan = await gap.run(['plan', '--json']);
    expect(plan.exitCode).toBe(3);
    expect(jsonOf(plan)).toMatchObject({ error: { code: 'BLOCKED::MANIFEST-STATUS' } });
  });

  test('that says OK and holds a cycle is refused with the path of the cycle', async () => {
    await using project = await manifestProject(
      manifest([
        { id: 'A--T01', dependsOn: ['A--T02'] },
        { id: 'A--T02', dependsOn: ['A--T03'] },
        { id: 'A--T03', dependsOn: ['A--T01'] },
        { id: 'B--T01' },
      ]),
    );
    const exit = await project.run(['plan']);
    expect(exit).toMatchObject({ exitCode: 3, stdout: '' });
    expect(exit.stderr).toContain('PLAN-CYCLE');
    expect(exit.stderr).toMatch(/A--T01 -> A--T02 -> A--T03 -> A--T01/);
    expect(exit.stderr).toMatch(new RegExp(`${MANIFEST}:\\d+:\\d+`));
    expect(exit.stderr).toContain('PLAN-INVALID: ');
  });

  test('whose PRD is missing or has changed is refused', async () => {
    const prd = { path: 'docs/prd.md', hash: 'sha256:0000000' };
    await using missing = await manifestProject(manifest([{ id: 'A--T01' }], { prd }));
    const exit = await missing.run(['run', '--json']);
    expect(refusalOf(exit)).toBe('BLOCKED::MASTER-PRD-STALE 3');
    await using stale = await manifestProject(manifest([{ id: 'A--T01' }], { prd }), {
      'docs/prd.md': '# PRD\n',
    });
    expect(refusalOf(await stale.run(['run', '--json']))).toBe('BLOCKED::MASTER-PRD-STALE 3');
  });

  test('with few High-risk tasks left is warned of, and refused in strict mode', async () => {
    const high = { risk: 'High', more: { test_verification: ['test/a.ts'] } } as const;
    const done = { status: 'completed', started_at: '2025-01-01T00:00:00Z', acs_completed: ['x'] };
    const files = {
      [STATE]: JSON.stringify({ tasks: { 'A--T01': done } }),
      'test/a.ts': '',
    };
    await using project = await manifestProject(
      manifest([
        { id: 'A--T01', ...high },
        { id: 'A--T02', ...high },
      ]),
      files,
    );
    expect(refusalOf(await project.run(['run', '--json', '--strict']))).toBe(
      'BLOCKED::LOW-ORCHESTRATION-VALUE 3',
    );
    const exit = await project.run(['run']);
    expect(exit.exitCode).toBe(0);
    expect(exit.stdout).toContain(
      '! WARN::LOW-ORCHESTRATION-VALUE: 1 of 2 High-risk tasks are pending, under 70 %',
    );
  });

  test('without parallel metadata is worked off one task at a time in batch mode', async () => {
    await using project = await manifestProject(manifest([{ id: 'A--T01' }, { id: 'A--T02' }]));
    const exit = await project.run(['run', '--batch']);
    expect(exit.exitCode).toBe(0);
    expect(exit.stdout).toContain('! WARN::NO-PARALLEL-METADATA: ');
    expect(exit.stdout).toContain('agent scripted, 1 at once');
  });

  test('claims that cannot be true are told', async () => {
    const files = {
      [STATE]: JSON.stringify({
        tasks: {
          'A--T01': { status: 'completed' },
          'A--T02': { status: 'in-progress', started_at: '2025-01-01T00:00:00Z' },
        },
      }),
    };
    await using project = await manifestProject(
      manifest([{ id: 'A--T01', risk: 'High' }, { id: 'A--T02' }]),
      files,
    );
    const { stdout } = await project.run(['plan']);
    expect(stdout).toContain('ANOMALY::ILLEGAL-JUMP::A--T01: ');
    expect(stdout).toContain('ANOMALY::UNTESTED-HIGH-RISK::A--T01: ');
    expect(stdout).toContain('WARN::STALE-WORK::A--T02: ');
  });
});

describe('a task that is not fit to run', () => {
  const text = [
    '# Implementation Tasks',
    '',
    '### T-001: No criteria',
    '',
    '- **Status**: pending',
    '',
    '### T-002: High-risk without tests',
    '',
    '- **Risk**: High',
    '- **Acceptance criteria**:',
    '  - [ ] it is done',
    '',
    '### T-003: A spec that is not there',
    '',
    '- **Spec reference**: docs/nowhere.md, Section 2',
    '- **Acceptance criteria**:',
    '  - [ ] it is done',
    '',
    '### T-004: A good one',
    '',
    '- **Acceptance criteria**:',
    '  - [ ] it is done',
    '',
  ].join('\n');

  test('is held and named, and the others go on', async () => {
    await using project = await tasksProject(text);
    const exit = await leavingUserAlone(project, () => project.run(['run']));
    expect(exit.exitCode).toBe(1);
    for (const held of [
      'T-001 held: BLOCKED::EMPTY-AC: ',
      'T-002 held: BLOCKED::SPEC-REF-GAP: ',
      'T-003 held: BLOCKED::MISSING-CONTEXT: T-003 must be read with docs/nowhere.md',
    ])
      expect(exit.stdout).toContain(held);
    expect(exit.stdout).toContain('1 task completed this session, 3 remaining.');
    const explained = await project.run(['explain', 'T-001']);
    expect(explained.stdout).toBe(
      'T-001: held: BLOCKED::EMPTY-AC: T-001 has no acceptance criteria · for 0m\n' +
        '  → write at least one criterion that can be checked\n',
    );
  });

  test('refuses the whole run in strict mode, and by itself when it is asked for', async () => {
    await using project = await tasksProject(text);
    expect(refusalOf(await project.run(['run', '--json', '--strict']))).toBe('BLOCKED::EMPTY-AC::T-001 3');
    expect(refusalOf(await project.run(['run', '--json', '--only', 'T-003']))).toBe(
      'BLOCKED::MISSING-CONTEXT::T-003 3',
    );
  });

  test('runs when it has been mended', async () => {
    await using project = await tasksProject(text);
    await project.run(['run']);
    project.write({ 'docs/nowhere.md': '# Section 2\n' });
    const backlog = readFileSync(join(project.root, 'TASKS.md'), 'utf8');
    project.write({
      'TASKS.md': backlog
        .replace('- **Risk**: High\n', '- **Risk**: Low\n')
        .replace('No criteria\n\n', 'No criteria\n\n- **Acceptance criteria**:\n  - [ ] now it has\n'),
    });
    const explained = await project.run(['explain', 'T-001']);
    expect(explained.stdout).toBe('T-001: ready; no session is at work · for 0m\n  → `pawl run` goes on.\n');
    const exit = await project.run(['run', '--allow-dirty']);
    expect(exit.exitCode, exit.stdout).toBe(0);
  });
});

describe('a backlog with faults', () => {
  test('is refused with all of them at once, each with its place, and nothing runs', async () => {
    await using project = await tasksProject(
      renderBacklog([
        { id: 'T-001', dependencies: ['T-02'] },
        { id: 'T-002', dependencies: ['T-002'] },
        { id: 'T-001' },
        { id: 'T-003', dependencies: ['T-004'] },
        { id: 'T-004', dependencies: ['T-003'] },
        { id: 'T-005', status: 'perhaps' },
      ]),
    );
    const exit = await leavingUserAlone(project, () => project.run(['run', '--json']));
    expect(refusalOf(exit)).toBe('PLAN-INVALID 3');
    const { diagnostics } = (jsonOf(exit) as RefusalJson).error.details as {
      diagnostics: readonly { code: string; line: number; column: number; message: string; hint?: string }[];
    };
    const found = diagnostics.map(({ code }) => code);
    for (const code of [
      'PLAN-UNKNOWN-DEPENDENCY',
      'PLAN-SELF-DEPENDENCY',
      'PLAN-DUPLICATE-ID',
      'PLAN-CYCLE',
      'PLAN-BAD-FIELD',
    ])
      expect(found).toContain(code);
    for (const { line, column } of diagnostics) expect(Math.min(line, column)).toBeGreaterThan(0);
    const text = await project.run(['run']);
    expect(text.stdout).toBe('');
    expect(text.stderr).toMatch(/TASKS\.md:5:\d+/);
    expect(text.stderr).toContain('T-02');
    expect(text.stderr).toMatch(/[Dd]id you mean T-002\?/);
    expect(text.stderr).toMatch(/~|\^/);
    expect(text.stderr).toContain('T-003 -> T-004 -> T-003');
    expect(project.events()).toEqual([]);
  });

  test('of broken JSON is refused at its line and column', async () => {
    await using project = await manifestProject('{\n  "tasks": [\n    { "task_id": "A--T01", }\n  ]\n}\n');
    const exit = await project.run(['plan']);
    expect(exit.exitCode).toBe(3);
    expect(exit.stderr).toMatch(new RegExp(`${MANIFEST}:3:\\d+`));
    expect(exit.stderr).toMatch(/\^|~/);
    expect(exit.stderr).toContain('PLAN-SYNTAX: ');
  });

  test('with ids that would be paths or commands is refused, and nothing of them is carried out', async () => {
    const ids = ['../../escape', 'x;rm -rf .', '$(touch pwned)', '-rf', 'a..b', '.lock'];
    await using project = await manifestProject(manifest(ids.map((id) => ({ id }))));
    const exit = await leavingUserAlone(project, () => project.run(['run', '--json']));
    expect(refusalOf(exit)).toBe('PLAN-INVALID 3');
    const { diagnostics } = (jsonOf(exit) as RefusalJson).error.details as {
      diagnostics: readonly { code: string }[];
    };
    expect(diagnostics.filter(({ code }) => code === 'PLAN-BAD-ID')).toHaveLength(ids.length);
  });

  test('with a task of ten megabytes is refused, without a flood of output', async () => {
    await using project = await manifestProject(
      manifest([{ id: 'A--T01', more: { description: 'x'.repeat(10 * 1024 * 1024) } }]),
    );
    const exit = await project.run(['plan']);
    expect(exit.exitCode).toBe(3);
    expect(exit.stderr).toContain('PLAN-TOO-LARGE');
    expect(exit.stderr.length).toBeLessThan(4_000);
  });

  test('without a task is refused', async () => {
    await using project = await tasksProject('# Implementation Tasks\n');
    expect(refusalOf(await project.run(['run', '--json']))).toMatch(/^PLAN-(EMPTY|FORMAT) 3$/);
    await using none = await manifestProject(manifest([]));
    expect(refusalOf(await none.run(['run', '--json']))).toBe('PLAN-EMPTY 3');
  });

  test('that is not there, not alone, or not a file is refused with what was looked for', async () => {
    await using project = await tasksProject(renderBacklog([{ id: 'T-001' }]), {
      [MANIFEST]: manifest([{ id: 'A--T01' }]),
      'notes.md': '# Notes\n',
    });
    const two = await project.run(['plan', '--json']);
    expect(refusalOf(two)).toBe('PLAN-AMBIGUOUS 3');
    expect((jsonOf(two) as RefusalJson).error.message).toContain(MANIFEST);
    const named = await project.run(['plan', '--json', '--backlog', 'TASKS.md']);
    expect(named.exitCode).toBe(0);
    expect(refusalOf(await project.run(['plan', '--json', '--backlog', 'nowhere.md']))).toBe(
      'PLAN-NOT-FOUND 3',
    );
    expect(refusalOf(await project.run(['plan', '--json', '--backlog', 'notes.md']))).toBe('PLAN-FORMAT 3');
    mkdirSync(join(project.root, 'empty'));
    expect(refusalOf(await project.run(['plan', '--json', '--backlog', 'empty']))).toBe('PLAN-NOT-FOUND 3');
  });
});

describe('pawl plan', () => {
  test('shows levels, critical path, conflicts and the ready set', async () => {
    await using project = await tasksProject(
      renderBacklog([
        { id: 'T-001', title: 'Lay the base', files: ['src/a.ts'] },
        { id: 'T-002', title: 'Build on it', dependencies: ['T-001'], files: ['src/b.ts'] },
        { id: 'T-003', title: 'Beside it', files: ['src/a.ts'], risk: 'Low' },
        { id: 'T-004', title: 'Against it', conflictsWith: ['T-003'] },
      ]),
    );
    const exit = await leavingUserAlone(project, () => project.run(['plan']));
    expect(exit).toMatchObject({ exitCode: 0, stderr: '' });
    for (const part of [
      '4 tasks, 4 criteria · risk: 0 High, 3 Medium, 1 Low · TASKS.md (tasks-md)',
      'Level 0 (3 tasks)\n  T-001  Lay the base',
      'Level 1 (1 task)\n  T-002  Build on it',
      'Critical path\n  T-001 → T-002',
      'Ready\n  T-001 T-004 T-003',
    ])
      expect(exit.stdout).toContain(part);
    const json = await project.run(['plan', '--json']);
    expect(jsonOf(json)).toMatchObject({ ready: ['T-001', 'T-004', 'T-003'] });
  });
});

describe('TASKS.md', () => {
  test('keeps what people wrote for work that was done before', async () => {
    await using project = await tasksProject(
      renderBacklog([
        { id: 'T-001', status: 'done' },
        { id: 'T-002', dependencies: ['T-001'] },
      ]),
    );
    expect((await project.run(['run'])).exitCode).toBe(0);
    expect(readFileSync(join(project.root, 'TASKS.md'), 'utf8')).toBe(
      renderBacklog([
        { id: 'T-001', status: 'done' },
        { id: 'T-002', dependencies: ['T-001'], status: 'done' },
      ]),
    );
  });

  test('gets its statuses where they stand, and no other byte changes', async () => {
    const text = [
      '<!-- mine -->  ',
      '# Implementation Tasks\r',
      '',
      '### T-001: First   ',
      '* **Status**:   pending   ',
      '* **Acceptance criteria**:',
      '  - [ ] `it` is there',
      '',
      'Some prose | with a bar.',
      '### T-002: Done long ago',
      '- **Status**: done (external)',
      '- **Acceptance criteria**:',
      '  - [x] it was',
    ].join('\n');
    await using project = await tasksProject(text);
    const exit = await project.run(['run']);
    expect(exit.exitCode, exit.stdout + exit.stderr).toBe(0);
    expect(readFileSync(join(project.root, 'TASKS.md'), 'utf8')).toBe(
      text.replace('* **Status**:   pending   ', '* **Status**:   done   '),
    );
  });
});

describe('a plan', () => {
  test('is linted with a way to mend each finding, and exit code 1 when there is one', async () => {
    await using project = await createProject({
      tasks: [
        { id: 'T-001', criteria: ['The search works well'] },
        { id: 'T-002', dependencies: ['T-001'], criteria: ['`find("a")` returns 1'] },
      ],
    });
    const exit = await project.run(['plan', '--lint']);
    expect([exit.exitCode, exit.stdout]).toEqual([
      1,
      `untestable-criterion  A criterion that holds a judgement and nothing that could be measured or seen.
  T-001 cannot be held to T-001.AC1: "works well" is a judgement
    → say what can be measured, run or seen when it holds

1 finding
`,
    ]);
    expect(jsonOf(await project.run(['plan', '--lint', '--json']))).toMatchObject({
      tally: { 'untestable-criterion': 1 },
    });
  });

  test.each([
    ['mermaid', /^flowchart TD\n {2}t1\["T-001: Do T-001"\]/],
    ['dot', /^digraph "tasks" \{\n/],
    ['svg', /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" /],
  ])('is drawn as %s', async (form, beginning) => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }, { id: 'T-002', dependencies: ['T-001'] }],
    });
    const exit = await project.run(['plan', '--graph', form]);
    expect([exit.exitCode, exit.stderr]).toEqual([0, '']);
    expect(exit.stdout).toMatch(beginning);
  });
});
