import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { planSchema } from '../../src/domain/plan.ts';
import { findActivationFaults } from '../../src/planning/activation.ts';
import { findBacklogs } from '../../src/planning/find-backlogs.ts';
import { planName, readPlan, type LoadedPlan } from '../../src/planning/read-plan.ts';
import { writeViews } from '../../src/planning/write-views.ts';
import { viewOf } from '../unit/planning/formats/plan-texts.ts';

let root = '';

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'pawl-plans-'));
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

async function write(file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(path.dirname(path.join(root, file)), { recursive: true });
  await writeFile(path.join(root, file), content);
}

const read = (file: string): Promise<string> => readFile(path.join(root, file), 'utf8');
const manifestOf = (...tasks: readonly unknown[]): string => JSON.stringify({ status: 'OK', tasks });
const tasksMd = '### T-001: A\n- **Status**: pending\n- **Acceptance criteria**:\n  - [ ] one\n';

async function load(backlog?: string): Promise<LoadedPlan> {
  const loaded = await readPlan({ root, ...(backlog === undefined ? {} : { backlog }) });
  if (!loaded.ok) throw new Error(`${loaded.error.code}: ${loaded.error.message}`);
  return loaded.value;
}

async function refusal(backlog?: string, format?: 'manifest' | 'tasks-md'): Promise<string> {
  const result = await readPlan({
    root,
    ...(backlog === undefined ? {} : { backlog }),
    ...(format === undefined ? {} : { format }),
  });
  return result.ok ? 'no refusal' : `${result.error.code}: ${result.error.message}`;
}

describe('finding a backlog', () => {
  test.each([
    ['docs/backlog/virtual-task-manifest.json', 'manifest', 'manifest'],
    ['virtual-task-manifest.json', 'manifest', 'manifest'],
    ['backlog/virtual-task-manifest.json', 'manifest', 'backlog-manifest'],
    ['TASKS.md', 'tasks-md', 'tasks'],
    ['docs/specs/TASKS.md', 'tasks-md', 'docs-specs-tasks'],
  ])('%s is found without a name', async (file, format, name) => {
    await write(file, format === 'manifest' ? manifestOf({ task_id: 'A' }) : tasksMd);
    const { plan } = await load();
    expect(plan).toMatchObject({ file, format, name });
    expect(planSchema.parse(plan)).toEqual(plan);
  });

  test('several are named, and none is chosen', async () => {
    await write('TASKS.md', tasksMd);
    await write('docs/backlog/virtual-task-manifest.json', manifestOf({ task_id: 'A' }));
    expect(await refusal()).toBe(
      'PLAN-AMBIGUOUS: 2 backlogs were found: docs/backlog/virtual-task-manifest.json, TASKS.md',
    );
    expect((await load('TASKS.md')).plan.format).toBe('tasks-md');
  });

  test('a TASKS.md of another format, an empty one and a link to the same file are in nobody’s way', async () => {
    await write('virtual-task-manifest.json', manifestOf({ task_id: 'A' }));
    await write('TASKS.md', '- [ ] my own list\n');
    await write('docs/TASKS.md', '');
    await mkdir(path.join(root, 'backlog'));
    await symlink('../virtual-task-manifest.json', path.join(root, 'backlog/virtual-task-manifest.json'));
    expect((await load()).plan.file).toBe('virtual-task-manifest.json');
  });

  test('a folder that is named is looked in', async () => {
    await write('work/auth/TASKS.md', tasksMd);
    expect((await load('work/auth')).plan).toMatchObject({
      file: 'work/auth/TASKS.md',
      name: 'work-auth-tasks',
    });
  });

  test('what stands beside a backlog is refused with the name of the backlog', async () => {
    for (const [file, text, message, hint] of [
      [
        'docs/backlog/task-state.json',
        '{"tasks": {}}',
        'is the state of a manifest, and no backlog',
        'name the manifest, it is read with it: `--backlog docs/backlog/virtual-task-manifest.json`',
      ],
      [
        'docs/plans/2026-01-01-search-design.md',
        '# Search\n\n- [ ] decide\n',
        'is a design, and no backlog',
        'name the plan that was made of it: `--backlog docs/plans/2026-01-01-search.md`, for example',
      ],
      [
        'docs/stories/sprint-status.yaml',
        'development_status:\n  1-1-a: done\n',
        'is the overview of BMAD stories, and no backlog',
        'name the folder of the stories: `--backlog docs/stories`',
      ],
      [
        'docs/specs/.spec-manifest.md',
        '# Spec Manifest\n',
        'is the list of specs that is read with a TASKS.md, and no backlog',
        'name the TASKS.md: `--backlog docs/TASKS.md`, for example',
      ],
      [
        'IMPLEMENTATION_PROGRESS.md',
        '| Task | Status |\n|---|---|\n| T-001 | done |\n',
        'is the progress of a TASKS.md, and no backlog',
        'name the TASKS.md, statuses are written to both: `--backlog TASKS.md`',
      ],
      [
        'docs/plans/006-search.md',
        '---\nSTATUS: Draft\n---\n\n# Search\n\n- [ ] a\n',
        'says of itself that it is a draft, and no backlog yet',
        '`--format checklist` reads its tasks all the same',
      ],
    ] as const) {
      await write(file, text);
      const read = await findBacklogs(root, [file], undefined);
      expect(read.ok ? 'taken' : read.error).toMatchObject({
        code: 'PLAN-FORMAT',
        message: `${file} ${message}`,
        hint,
      });
    }
    expect(await findBacklogs(root, ['docs/plans/006-search.md'], 'checklist')).toMatchObject({ ok: true });
  });

  test('a list in the place of another format is found only by its name, which is said', async () => {
    await write('TASKS.md', '| Task | Status |\n|---|---|\n| a | todo |\n');
    const found = await findBacklogs(root, [], undefined);
    expect(found.ok ? 'taken' : found.error).toMatchObject({
      code: 'PLAN-FORMAT',
      message: 'TASKS.md is of the format checklist, which is not looked for there',
      hint: 'name it: `--backlog TASKS.md`',
    });
    expect(await findBacklogs(root, ['TASKS.md'], undefined)).toMatchObject({ ok: true });
  });

  test('what cannot be a backlog is refused by its own name', async () => {
    await write('bin.md', Uint8Array.of(1, 0, 2, 0xff));
    await write('latin.md', Uint8Array.of(0x23, 0xe9, 0x0a));
    await write('wide.md', Buffer.from('\uFEFF### T-001: A', 'utf16le'));
    await write('prose.md', '# Notes\n\n1. first\n2. second\n');
    await write('other.json', '{"name": "x"}');
    await write('empty.md', '');
    await mkdir(path.join(root, 'folder'));
    expect(await refusal('bin.md')).toBe('PLAN-FORMAT: bin.md is a binary file');
    expect(await refusal('latin.md')).toBe('PLAN-FORMAT: latin.md is not UTF-8 text');
    expect(await refusal('wide.md')).toBe('PLAN-FORMAT: wide.md is UTF-16 text');
    expect(await refusal('prose.md')).toBe(
      'PLAN-FORMAT: prose.md is in no format that Pawl reads; docs/guides/formats.md lists them',
    );
    expect(await refusal('prose.md', 'tasks-md')).toBe('PLAN-EMPTY: prose.md has 1 error');
    expect(await refusal('other.json')).toBe(
      'PLAN-FORMAT: other.json is in no format that Pawl reads; docs/guides/formats.md lists them',
    );
    expect(await refusal('empty.md')).toBe('PLAN-EMPTY: empty.md has 1 error');
    expect(await refusal('none.md')).toBe('PLAN-NOT-FOUND: there is no file none.md');
    expect(await refusal('../none.md')).toBe(
      `PLAN-UNREADABLE: ../none.md lies outside the repository ${root}`,
    );
    expect(await refusal('folder')).toMatch(
      /^PLAN-NOT-FOUND: no backlog was found in folder; looked for docs\//,
    );
    expect(await refusal()).toMatch(/^PLAN-NOT-FOUND: no backlog was found in /);
  });

  test('a file without permission to read it is said to be unreadable', async (context) => {
    if (process.getuid?.() === 0) {
      console.warn('skipped: the superuser may read every file');
      context.skip();
    }
    await write('TASKS.md', tasksMd);
    await chmod(path.join(root, 'TASKS.md'), 0o000);
    expect(await refusal('TASKS.md')).toMatch(/^PLAN-UNREADABLE: TASKS\.md cannot be read: EACCES/);
  });

  test('a manifest that was refused when it was made is refused with its gaps', async () => {
    await write(
      'virtual-task-manifest.json',
      JSON.stringify({ status: 'BLOCKED', gaps: { blocking: ['GAP::X'] } }),
    );
    expect(await refusal()).toBe(
      'BLOCKED::MANIFEST-STATUS: virtual-task-manifest.json has the status BLOCKED and no tasks: GAP::X',
    );
  });

  test('names of plans are fit for branches, whatever the file is called', () => {
    expect(planName([{ entry: 'Plan & Ideen/My Tasks.md', files: [] }])).toBe('plan-ideen-my-tasks');
    expect(planName([{ entry: '计划/任务.md', files: [] }])).toMatch(/^plan-[0-9a-f]{8}$/);
    expect(planName([{ entry: '计划/任务.md', files: [] }])).not.toBe(
      planName([{ entry: '计划/计划.md', files: [] }]),
    );
    expect(planName([{ entry: `${'long/'.repeat(40)}TASKS.md`, files: [] }])).toMatch(
      /^(?:long-)+[0-9a-f]{8}$/,
    );
  });

  test('specs that stand beside a TASKS.md get its folder', async () => {
    await write('docs/specs/TASKS.md', `${tasksMd}- **Spec reference**: data.md, 2; README.md; ghost.md\n`);
    const before = (await load()).plan;
    expect(before.tasks[0]?.context.specs).toEqual(['data.md#2', 'README.md', 'ghost.md']);
    expect(before.tasks[0]?.references).toBeUndefined();
    await write('docs/specs/data.md', '# Data\n\n## 2. Rows\n');
    await write('README.md', 'x');
    const { plan } = await load();
    expect(plan.tasks[0]?.context.specs).toEqual(['docs/specs/data.md#2', 'README.md', 'ghost.md']);
    expect(Object.keys(plan.tasks[0]?.references ?? {})).toEqual(['docs/specs/data.md#2', 'README.md']);
  });

  test('the hash of a task covers the section it names, and nothing around it', async () => {
    const backlog = `${tasksMd}- **Spec reference**: spec.md, Amounts\n- **Guides**: guide.md\n`;
    await write('TASKS.md', backlog);
    await write('guide.md', 'Work well.');
    const hashWith = async (spec: string): Promise<string | undefined> => {
      await write('spec.md', spec);
      return (await load()).plan.tasks[0]?.specHash;
    };
    const spec =
      '# Spec\n\n## Amounts\n\nAn amount is a number.\n\n### Signs\n\nNone.\n\n## Units\n\nGrams.\n';
    const before = await hashWith(spec);
    expect(await hashWith(spec.replace('Grams', 'Ounces'))).toBe(before);
    expect(await hashWith(spec.replace('is a number', 'is a\n  number'))).toBe(before);
    expect(await hashWith(spec.replace('None', 'Plus'))).not.toBe(before);
    expect(await hashWith(spec.replace('a number', 'a fraction'))).not.toBe(before);
    await write('guide.md', 'Work better.');
    expect(await hashWith(spec)).toBe(before);
  });

  test('a section that is not there is said, with the one that was probably meant', async () => {
    await write('TASKS.md', `${tasksMd}- **Spec reference**: spec.md, Amonts\n`);
    await write('spec.md', '# Spec\n\n## Amounts\n');
    const { warnings } = await load();
    expect(warnings.map(({ message, hint }) => [message, hint])).toEqual([
      ['T-001 refers to the section "Amonts" of spec.md, which has no such heading', 'did you mean Amounts?'],
    ]);
  });

  test('no text outside the repository is read, and none that statuses are written to', async () => {
    const specs = '../secret.md; /etc/passwd; TASKS.md';
    await write('TASKS.md', `${tasksMd}- **Spec reference**: ${specs}\n`);
    expect((await load()).plan.tasks[0]?.references).toBeUndefined();
  });
});

describe('the checks before work', () => {
  const now = Date.parse('2026-03-10T00:00:00Z');
  const whole = {
    acceptance_criteria: ['one'],
    test_verification: ['test/a.test.ts'],
    parallel: true,
    conflicts_with: [],
  };

  async function findings(
    manifest: unknown,
    state?: unknown,
    options: { mode?: 'sequential' | 'batch'; strict?: boolean } = {},
  ): Promise<readonly string[]> {
    await write('virtual-task-manifest.json', JSON.stringify(manifest));
    if (state !== undefined) await write('task-state.json', JSON.stringify(state));
    const found = await findActivationFaults({
      root,
      loaded: await load(),
      parallelMode: options.mode ?? 'sequential',
      strict: options.strict ?? false,
      now,
    });
    return found.map(({ severity, code, message }) => `${severity} ${code}: ${message}`);
  }

  test('find nothing wrong with a whole plan', async () => {
    await write('docs/spec.md', 'x');
    const task = {
      task_id: 'A',
      risk: 'High',
      ...whole,
      related_specs: ['docs/spec.md'],
      related_adrs: ['ADR-0001: x'],
    };
    expect(await findings({ status: 'OK', tasks: [task] }, undefined, { mode: 'batch' })).toEqual([]);
  });

  test('refuse a manifest whose status or whose gaps say so', async () => {
    const gaps = { status: 'DRAFT', tasks: [{ task_id: 'A', ...whole, gap_codes: ['GAP::TASK-OVERSIZED'] }] };
    expect(await findings(gaps)).toEqual([
      "refusal BLOCKED::MANIFEST-STATUS: the manifest's status is DRAFT; blocking gaps are open: GAP::TASK-OVERSIZED (A)",
    ]);
    const remark = {
      status: 'OK',
      tasks: [{ task_id: 'A', ...whole, gap_codes: ['GAP::EST-INCONSISTENT'] }],
    };
    expect(await findings(remark)).toEqual([]);
  });

  test('refuse a plan whose PRD is gone or has changed', async () => {
    const plan = (prd_hash?: string): unknown => ({
      prd: 'docs/prd.md',
      prd_hash,
      tasks: [{ task_id: 'A', ...whole }],
    });
    expect(await findings(plan())).toEqual([
      'refusal BLOCKED::MASTER-PRD-STALE: the PRD docs/prd.md cannot be read (ENOENT)',
    ]);
    await write('docs/prd.md', 'hello\n');
    expect(await findings(plan())).toEqual([]);
    expect(await findings(plan('sha256:5891b5b522d5'))).toEqual([]);
    expect(await findings(plan('0000000'))).toEqual([
      'refusal BLOCKED::MASTER-PRD-STALE: the PRD docs/prd.md has changed since the manifest was made',
    ]);
  });

  test('hold the one task whose context, criteria or test files are missing', async () => {
    await write('docs/adr/0002-hash.md', 'x');
    const tasks = [
      {
        task_id: 'A',
        ...whole,
        related_specs: ['docs/no.md', 'docs/gone.md'],
        related_adrs: ['ADR-0002.md', 'ADR-9'],
      },
      { task_id: 'B', risk: 'High', acceptance_criteria: ['x'] },
      { task_id: 'C', acceptance_criteria: [] },
    ];
    expect(await findings({ tasks })).toEqual([
      'hold BLOCKED::MISSING-CONTEXT: A must be read with docs/no.md, docs/gone.md, which cannot be read',
      'hold BLOCKED::SPEC-REF-GAP: B is High-risk and names no test file',
      'hold BLOCKED::EMPTY-AC: C has no acceptance criteria',
    ]);
  });

  test('point at claims that have nothing behind them', async () => {
    await write('test/there.test.ts', 'x');
    const high = { ...whole, risk: 'High' };
    const tasks = [
      { task_id: 'A', ...high },
      { task_id: 'B', ...high, test_verification: [] },
      { task_id: 'C', ...whole },
      { task_id: 'D', ...whole },
      { task_id: 'E', ...high, test_verification: ['test/there.test.ts'] },
    ];
    const begun = { started_at: '2026-03-01T00:00:00Z' };
    const state = {
      tasks: {
        A: { status: 'completed', ...begun },
        B: { status: 'completed', ...begun },
        C: { status: 'completed' },
        D: { status: 'in-progress', ...begun },
        E: { status: 'completed', ...begun },
      },
    };
    expect(await findings({ tasks }, state)).toEqual([
      'warning WARN::LOW-ORCHESTRATION-VALUE: 0 of 3 High-risk tasks are pending, under 70 %',
      'anomaly BLOCKED::MISSING-TESTS: A is said to be completed, but test/a.test.ts does not exist',
      'anomaly ANOMALY::UNTESTED-HIGH-RISK: B is High-risk, said to be completed, and names no test file',
      'anomaly ANOMALY::ILLEGAL-JUMP: C is said to be completed, without a start and without one criterion that was met',
      'warning WARN::STALE-WORK: D has been in progress for 9 days',
    ]);
    expect((await findings({ tasks }, state, { strict: true }))[0]).toBe(
      'refusal BLOCKED::LOW-ORCHESTRATION-VALUE: 0 of 3 High-risk tasks are pending, under 70 %',
    );
  });

  test('warn of a state for another manifest, and of a batch without its metadata', async () => {
    const manifest = { manifest_hash: 'new', tasks: [{ task_id: 'A', acceptance_criteria: ['x'] }] };
    expect(await findings(manifest, { manifest_hash: 'old', tasks: {} }, { mode: 'batch' })).toEqual([
      'warning WARN::STALE-MANIFEST-HASH: task-state.json was written for the manifest old, this one is new',
      'warning WARN::NO-PARALLEL-METADATA: tasks lack `parallel` or `conflicts_with`, so the batch is worked off one task at a time',
    ]);
  });
});

describe('writing views', () => {
  test('a TASKS.md keeps its mode and its link, and nothing else is left in its folder', async () => {
    await write('real/list.md', tasksMd);
    await chmod(path.join(root, 'real/list.md'), 0o640);
    await symlink('real/list.md', path.join(root, 'TASKS.md'));
    const loaded = await load('TASKS.md');
    const view = viewOf({ 'T-001': 'completed' });
    expect(await writeViews({ root, loaded, view })).toEqual([
      { file: 'TASKS.md', written: true },
      { file: 'IMPLEMENTATION_PROGRESS.md', written: true },
    ]);
    expect(await read('real/list.md')).toBe(tasksMd.replace('pending', 'done'));
    expect((await stat(path.join(root, 'real/list.md'))).mode & 0o777).toBe(0o640);
    expect((await readdir(root)).toSorted()).toEqual(['IMPLEMENTATION_PROGRESS.md', 'TASKS.md', 'real']);
    expect(await readdir(path.join(root, 'real'))).toEqual(['list.md']);
  });

  test('a file that already says so is not touched', async () => {
    await write('TASKS.md', tasksMd);
    const loaded = await load();
    const view = viewOf({ 'T-001': 'running' });
    await writeViews({ root, loaded, view });
    const before = await stat(path.join(root, 'TASKS.md'));
    expect((await writeViews({ root, loaded, view })).map(({ written }) => written)).toEqual([false, false]);
    expect((await stat(path.join(root, 'TASKS.md'))).ino).toBe(before.ino);
  });

  test('what a person changed since the plan was read is kept', async () => {
    await write('TASKS.md', tasksMd);
    const loaded = await load();
    await write('TASKS.md', `Mine!\n\n${tasksMd}`);
    await writeViews({ root, loaded, view: viewOf({ 'T-001': 'blocked' }) });
    expect(await read('TASKS.md')).toBe(`Mine!\n\n${tasksMd.replace('pending', 'blocked')}`);
  });

  test('a file that is gone or broken is named, and the others are written', async () => {
    await write('TASKS.md', tasksMd);
    const loaded = await load();
    await rm(path.join(root, 'TASKS.md'));
    expect(await writeViews({ root, loaded, view: viewOf({ 'T-001': 'blocked' }) })).toEqual([
      { file: 'TASKS.md', written: false, error: 'TASKS.md was left alone: the file is gone' },
      { file: 'IMPLEMENTATION_PROGRESS.md', written: true },
    ]);
  });

  test('task-state.json is made beside the manifest and read back as it was written', async () => {
    await write('docs/backlog/virtual-task-manifest.json', manifestOf({ task_id: 'A' }, { task_id: 'B' }));
    const loaded = await load();
    await writeViews({ root, loaded, view: viewOf({ A: 'completed-external', B: 'pending' }) });
    expect((await load()).plan.tasks.map(({ declared }) => declared)).toEqual([
      'completed-external',
      'pending',
    ]);
    await write('docs/backlog/task-state.json', '{');
    expect(await writeViews({ root, loaded, view: viewOf({ A: 'blocked' }) })).toEqual([
      {
        file: 'docs/backlog/task-state.json',
        written: false,
        error:
          'docs/backlog/task-state.json was left alone: line 1: the file ends, but the "{" of line 1 is not closed',
      },
    ]);
    expect(await read('docs/backlog/task-state.json')).toBe('{');
  });
});

describe('several backlogs', () => {
  const two = `### T-001: A
- **Status**: pending
- **Acceptance criteria**:
  - [ ] one

### T-002: B
- **Dependencies**: T-001
- **Status**: pending
- **Acceptance criteria**:
  - [ ] two
`;

  async function open(...backlog: readonly string[]): Promise<LoadedPlan> {
    const loaded = await readPlan({ root, backlog });
    if (!loaded.ok) throw new Error(`${loaded.error.code}: ${loaded.error.message}`);
    return loaded.value;
  }

  test('with ids of their own are one plan, and each gets its statuses back', async () => {
    await write('a/TASKS.md', two);
    await write('b/TASKS.md', two.replaceAll('T-00', 'T-01'));
    const loaded = await open('a', 'b/TASKS.md');
    expect(loaded.plan).toMatchObject({ name: 'a-tasks-and-b-tasks', file: 'a/TASKS.md + b/TASKS.md' });
    expect(loaded.plan.tasks.map(({ id, origin }) => `${id} ${origin.file}:${origin.line}`)).toEqual([
      'T-001 a/TASKS.md:1',
      'T-002 a/TASKS.md:6',
      'T-011 b/TASKS.md:1',
      'T-012 b/TASKS.md:6',
    ]);
    const written = await writeViews({ root, loaded, view: viewOf({ 'T-011': 'completed' }) });
    expect(written.filter((view) => view.written).map((view) => view.file)).toContain('b/TASKS.md');
    expect(await read('a/TASKS.md')).toBe(two);
    expect(await read('b/TASKS.md')).toBe(
      two.replaceAll('T-00', 'T-01').replace('**Status**: pending', '**Status**: done'),
    );
  });

  test('that share an id get their folder in front of all their ids, in dependencies too', async () => {
    await write('a/TASKS.md', two);
    await write('b/TASKS.md', two);
    const loaded = await open('a', 'b');
    expect(loaded.plan.tasks.map(({ id, dependencies }) => [id, dependencies])).toEqual([
      ['a/T-001', []],
      ['a/T-002', ['a/T-001']],
      ['b/T-001', []],
      ['b/T-002', ['b/T-001']],
    ]);
    await writeViews({ root, loaded, view: viewOf({ 'b/T-002': 'completed' }) });
    expect(await read('a/TASKS.md')).toBe(two);
    expect(await read('b/TASKS.md')).toBe(two.replace(/pending(?![\s\S]*pending)/, 'done'));
  });

  test('in folders of one name are told apart by their whole path', async () => {
    await write('a/specs/TASKS.md', two);
    await write('b/specs/TASKS.md', two);
    const { plan } = await open('a/specs', 'b/specs');
    expect(plan.tasks.map(({ id }) => id)).toEqual([
      'a-specs-tasks-md/T-001',
      'a-specs-tasks-md/T-002',
      'b-specs-tasks-md/T-001',
      'b-specs-tasks-md/T-002',
    ]);
  });

  test('may depend on each other, and a fault names the file it is in', async () => {
    await write('a/TASKS.md', two);
    await write('b/TASKS.md', '### T-009: Z\n- **Dependencies**: T-002, T-404\n- **Status**: pending\n');
    const result = await readPlan({ root, backlog: ['a', 'b'] });
    expect(result.ok ? [] : result.error.diagnostics).toMatchObject([
      { code: 'PLAN-UNKNOWN-DEPENDENCY', file: 'b/TASKS.md', line: 2, column: 28 },
    ]);
  });
});
