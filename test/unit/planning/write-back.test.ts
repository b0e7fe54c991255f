import { describe, expect, test } from 'vitest';
import type { Plan } from '../../../src/domain/plan.ts';
import type { RunView } from '../../../src/domain/view.ts';
import type { BacklogFormat } from '../../../src/planning/formats/format.ts';
import { manifestFormat } from '../../../src/planning/formats/manifest/format.ts';
import { tasksMdFormat } from '../../../src/planning/formats/tasks-md/format.ts';
import { check, viewOf } from './formats/plan-texts.ts';

function written(
  format: BacklogFormat,
  input: { plan: Plan; facts?: ReturnType<typeof check>['draft']['facts'] },
  texts: Readonly<Record<string, string>>,
  view: RunView,
): Record<string, string> {
  const results = format.writeBack({
    backlog: { entry: input.plan.file, files: [input.plan.file] },
    plan: input.plan,
    facts: input.facts,
    texts: new Map(Object.entries(texts)),
    view,
  });
  return Object.fromEntries(
    results.map((result) => [result.file, 'text' in result ? result.text : `! ${result.problem}`]),
  );
}

describe('TASKS.md', () => {
  const text = `# Implementation Tasks

### T-001: A
- **Dependencies**: None
- **Status**:   pending   <!-- mine -->
- **Acceptance criteria**:
  - [ ] Status: pending

### T-002: B
- **Status**: \u2705 Done (by hand)

### T-003: C
* **Dependencies**: T-001

### T-004: D
- **Status**: superseded
`;
  const back = (source: string, view: RunView): string | undefined =>
    written(tasksMdFormat, check(tasksMdFormat, 'TASKS.md', source), { 'TASKS.md': source }, view)[
      'TASKS.md'
    ];

  test('only the words of statuses that changed are replaced', () => {
    const view = viewOf({
      'T-001': 'completed',
      'T-002': 'completed',
      'T-003': 'pending',
      'T-004': 'abandoned',
    });
    expect(back(text, view)).toBe(text.replace('pending   <!--', 'done   <!--'));
  });

  test('line breaks, a byte order mark and the missing end of the last line stay', () => {
    const odd = `\uFEFF${text.trimEnd().replaceAll('\n', '\r\n')}`;
    const view = viewOf({ 'T-001': 'running', 'T-004': 'completed-external' });
    expect(back(odd, view)).toBe(
      odd.replace('pending   <!--', 'in-progress   <!--').replace('superseded', 'done (external)'),
    );
  });

  test('a task without a status line gets one once it is no longer pending, in the style of its bullets', () => {
    expect(back(text, viewOf({ 'T-003': 'blocked' }))).toBe(
      text.replace('* **Dependencies**: T-001', '* **Status**: blocked\n* **Dependencies**: T-001'),
    );
  });

  test.each([
    ['running', 'in-progress'],
    ['proven', 'in-progress'],
    ['completed', 'done'],
    ['completed-external', 'done (external)'],
    ['stale', 'needs-re-verification'],
    ['blocked', 'blocked'],
    ['skipped', 'skipped'],
    ['abandoned', 'skipped'],
    ['externally-managed', 'externally-managed'],
  ] as const)('%s is written as %s, and writing it again changes nothing', (status, word) => {
    const source = '### T-001: A\n- **Status**: pending\n';
    const view = viewOf({ 'T-001': status });
    const result = back(source, view)!;
    expect(result).toBe(`### T-001: A\n- **Status**: ${word}\n`);
    expect(back(result, view)).toBe(result);
  });
});

describe('IMPLEMENTATION_PROGRESS.md', () => {
  const source = '### T-001: A\n- **Status**: pending\n\n### T-002: B\n- **Status**: pending\n';
  const checked = check(tasksMdFormat, 'docs/TASKS.md', source);
  const progress = (view: RunView, old?: string): string | undefined =>
    written(
      tasksMdFormat,
      checked,
      { 'docs/TASKS.md': source, ...(old === undefined ? {} : { 'docs/IMPLEMENTATION_PROGRESS.md': old }) },
      view,
    )['docs/IMPLEMENTATION_PROGRESS.md'];
  const done = {
    status: 'completed',
    completedAt: '2026-03-02T09:00:00Z',
    criteriaDone: [],
    criteriaRemaining: [],
    filesModified: ['src/a|b.ts', 'src/c.ts'],
  } as const;

  test('is made when it is missing', () => {
    expect(progress(viewOf({ 'T-001': done, 'T-002': 'pending' }))).toBe(`# Implementation Progress

**Spec version**: ${checked.plan.hash.slice(0, 12)}
**Started**: 2026-03-01
**Last session**: 2026-03-02 (commit 0123456789ab)
**Status**: In Progress
**Git tracking**: yes
**Parallel execution**: enabled

## Task Status

| Task | Status | Completed | Files Modified | Notes |
|------|--------|-----------|----------------|-------|
| T-001 | done | 2026-03-02 | src/a\\|b.ts, src/c.ts | \u2014 |
| T-002 | pending | \u2014 | \u2014 | \u2014 |

## Spec Gaps

| ID | Task | Gap | Level | Status | Resolution |
|----|------|-----|-------|--------|------------|

## Fix Tasks

| ID | Type | Source Task | Discovered During | Status | Files Modified |
|----|------|-------------|-------------------|--------|----------------|

## External Changes

| Date | Files Changed | Task Impact | Action Taken |
|------|---------------|-------------|--------------|

## Spec Sync History

| Date | Old Hash | New Hash | Impact | Action Taken |
|------|----------|----------|--------|--------------|
`);
  });

  test('written again, it stays as it is', () => {
    const view = viewOf({
      'T-001': done,
      'T-002': { ...done, status: 'blocked', blockedBecause: 'two | ways' },
    });
    const first = progress(view)!;
    expect(first).toContain('| blocked | 2026-03-02 | src/a\\|b.ts, src/c.ts | pawl: two \\| ways |');
    expect(progress(view, first)).toBe(first);
  });

  test('its own cells change, hand-written notes, other sections and unknown columns do not', () => {
    const old = [
      '# Implementation Progress',
      '**Started**: long ago',
      '**Last session**: 2025-01-01',
      '**Status**: In Progress',
      '',
      '## Task Status',
      '',
      '| Task  | Owner | Status      | Completed | Files Modified | Notes          |',
      '|-------|-------|-------------|-----------|----------------|----------------|',
      '| T-001 | Ann   | in-progress | \u2014         | \u2014              | ask Ann first  |',
      '',
      '## Spec Gaps',
      '',
      '| ID | Status |',
      '|----|--------|',
      '| T-001 | pending |',
      '',
      '**Status**: mine',
      '',
    ].join('\r\n');
    expect(progress({ ...viewOf({ 'T-001': done, 'T-002': 'pending' }), complete: true }, old)).toBe(
      old
        .replace('2025-01-01', '2026-03-02 (commit 0123456789ab)')
        .replace('**Status**: In Progress', '**Status**: Complete')
        .replace(
          '| in-progress | \u2014         | \u2014 ',
          '| done | 2026-03-02         | src/a\\|b.ts, src/c.ts ',
        )
        .replace(
          'ask Ann first  |\r\n',
          'ask Ann first  |\r\n| T-002 | \u2014 | pending | \u2014 | \u2014 | \u2014 |\r\n',
        ),
    );
  });

  test('a file without the table gets one at its end', () => {
    expect(progress(viewOf({ 'T-001': 'running' }), '# Mine\n\ntext')).toBe(`# Mine

text

## Task Status

| Task | Status | Completed | Files Modified | Notes |
|------|--------|-----------|----------------|-------|
| T-001 | in-progress | \u2014 | \u2014 | \u2014 |
`);
  });
});

describe('task-state.json', () => {
  const text = JSON.stringify({
    manifest_hash: 'new',
    tasks: ['A', 'B', 'C'].map((task_id) => ({ task_id })),
  });
  const { plan, draft } = check(manifestFormat, 'virtual-task-manifest.json', text);
  const back = (view: RunView, old?: string): string | undefined =>
    written(
      manifestFormat,
      { plan, facts: draft.facts },
      old === undefined ? {} : { 'task-state.json': old },
      view,
    )['task-state.json'];
  const done = {
    status: 'completed',
    startedAt: '2026-03-02T08:00:00Z',
    completedAt: '2026-03-02T09:00:00Z',
    criteriaDone: ['A-AC01'],
    criteriaRemaining: [],
    filesModified: [],
  } as const;

  test('is made when it is missing; pending tasks stay absent', () => {
    expect(back(viewOf({ A: done, B: 'pending' }))).toBe(`{
  "manifest_hash": "new",
  "last_updated": "2026-03-02T10:30:00Z",
  "tasks": {
    "A": {
      "status": "completed",
      "started_at": "2026-03-02T08:00:00Z",
      "completed_at": "2026-03-02T09:00:00Z",
      "acs_completed": [
        "A-AC01"
      ],
      "acs_remaining": []
    }
  }
}
`);
  });

  test('only keys of tasks whose status changed are touched; order, indentation and unknown fields stay', () => {
    const old = `{
    "tasks": {
        "B": {"status": "completed", "pr_number": 7},
        "A": {
            "pr_number": 8,
            "status": "in-progress",
            "acs_completed": [],
            "notes": "half way",
            "x": {"y": [1,2]}
        }
    },
    "manifest_hash": "new",
    "last_updated": "then"
}`;
    expect(back(viewOf({ A: done, B: 'completed', C: 'blocked' }), old)).toBe(`{
    "tasks": {
        "B": {"status": "completed", "pr_number": 7},
        "A": {
            "pr_number": 8,
            "status": "completed",
            "acs_completed": [
                "A-AC01"
            ],
            "notes": "half way",
            "x": {"y": [1,2]},
            "started_at": "2026-03-02T08:00:00Z",
            "completed_at": "2026-03-02T09:00:00Z",
            "acs_remaining": []
        },
        "C": {
            "status": "blocked",
            "acs_completed": [],
            "acs_remaining": []
        }
    },
    "manifest_hash": "new",
    "last_updated": "2026-03-02T10:30:00Z"
}`);
  });

  test('a file that is right stays byte for byte, whatever its style', () => {
    const old = '\uFEFF{"manifest_hash":"new","tasks":{"A":{"status":"done"}},"mine":1}';
    expect(back(viewOf({ A: 'completed', B: 'pending' }), old)).toBe(old);
  });

  test('a file on one line stays on one line', () => {
    expect(back(viewOf({ A: 'running' }), '{"manifest_hash":"old","tasks":{}}')).toBe(
      '{"manifest_hash":"new","tasks":{"A": {"status":"in-progress","acs_completed":[],"acs_remaining":[]}}, "last_updated": "2026-03-02T10:30:00Z"}',
    );
  });

  test('what the five words cannot tell is marked in the notes, and a note behind the mark is kept', () => {
    const old = '{"manifest_hash":"new","tasks":{"A":{"status":"completed","notes":"by Ann"}}}';
    expect(back(viewOf({ A: 'completed-external' }), old), 'completed is completed').toBe(old);
    const external = back(viewOf({ A: 'completed-external' }), old.replace('completed', 'pending'))!;
    expect(external).toContain('{"status":"completed","notes":"external: by Ann"');
    expect(back(viewOf({ A: 'completed-external' }), external)).toBe(external);
    expect(back(viewOf({ A: 'completed' }), external)).toContain('{"status":"completed","notes":"by Ann"');
    expect(back(viewOf({ A: 'stale' }), old)).toContain(
      '"in-progress","notes":"needs-re-verification: by Ann"',
    );
  });

  test('a file that cannot be read is left alone, with the reason', () => {
    expect(back(viewOf({ A: done }), '{"tasks": {\n"A": }}')).toBe('! line 2: expected a value');
    expect(back(viewOf({ A: done }), '[]')).toBe('! it is not a JSON object');
  });
});

describe('a status that has no line of its own yet', () => {
  const completed = (source: string): string =>
    written(
      tasksMdFormat,
      check(tasksMdFormat, 'TASKS.md', source),
      { 'TASKS.md': source },
      viewOf({ 'T-001': 'completed' }),
    )['TASKS.md']!;

  test.each([
    ['### T-001: A\nWhy.\n  More.\n', '### T-001: A\nWhy.\n  More.\n\n- **Status**: done\n'],
    ['### T-001: A\nWhy.', '### T-001: A\nWhy.\n\n- **Status**: done'],
    [
      '### T-001: A\r\n\r\nWhy.\r\n\r\n---\r\n\r\n### T-002: B\r\n',
      '### T-001: A\r\n\r\nWhy.\r\n\r\n- **Status**: done\r\n\r\n---\r\n\r\n### T-002: B\r\n',
    ],
    ['### T-001: A\nWhy.\n```\nopen', '### T-001: A\nWhy.\n- **Status**: done\n```\nopen'],
    ['### T-001: A\n```\nopen', '### T-001: A\n- **Status**: done\n```\nopen'],
  ])('is written behind the prose of %j, which stays what it was', (source, expected) => {
    const result = completed(source);
    expect(result).toBe(expected);
    expect(completed(result)).toBe(result);
    const [before, after] = [source, result].map(
      (text) => check(tasksMdFormat, 'TASKS.md', text).draft.tasks[0]!,
    );
    expect(after).toMatchObject({ description: before!.description, declared: 'completed' });
  });

  test('is written in a moment into a table of many columns, and behind many blanks', () => {
    const source = `### T-001: A\n- **Status**: pending${' '.repeat(300_000)}<!-- x\n`;
    const checked = check(tasksMdFormat, 'TASKS.md', source);
    const bars = '|'.repeat(100_000);
    const progress = `## Task Status\n\n${bars} Task |\n|---|\n`;
    const result = written(
      tasksMdFormat,
      checked,
      { 'TASKS.md': source, 'IMPLEMENTATION_PROGRESS.md': progress },
      viewOf({ 'T-001': 'completed' }),
    );
    expect(result['TASKS.md']).toBe('### T-001: A\n- **Status**: done\n');
    expect(result['IMPLEMENTATION_PROGRESS.md']).toContain('\u2014 | T-001 |');
  });

  test('is not written into a progress file whose last fence is open, time and again', () => {
    const checked = check(tasksMdFormat, 'TASKS.md', '### T-001: A\n');
    const texts = { 'TASKS.md': '### T-001: A\n', 'IMPLEMENTATION_PROGRESS.md': '# Mine\n\n```\nopen\n' };
    expect(
      written(tasksMdFormat, checked, texts, viewOf({ 'T-001': 'completed' }))['IMPLEMENTATION_PROGRESS.md'],
    ).toBe('! a code fence in it is never closed');
  });
});
