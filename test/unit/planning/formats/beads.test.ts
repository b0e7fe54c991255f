import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ViewStatus } from '../../../../src/domain/view.ts';
import { beadsFormat } from '../../../../src/planning/formats/beads/format.ts';
import { check, viewOf } from './plan-texts.ts';

const file = '.beads/issues.jsonl';

type Fields = Readonly<Record<string, unknown>>;

function issue(id: string, fields: Fields = {}): string {
  return JSON.stringify({
    id,
    title: `Do ${id}`,
    status: 'open',
    priority: 2,
    issue_type: 'task',
    ...fields,
  });
}

function on(id: string, type = 'blocks'): Fields {
  return { issue_id: 'any', depends_on_id: id, type };
}

function lines(...all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}

function read(...all: readonly string[]): ReturnType<typeof check> {
  return check(beadsFormat, file, lines(...all));
}

function edges({ draft }: ReturnType<typeof check>): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(draft.tasks.map(({ id, dependencies }) => [id, dependencies]));
}

function write(text: string, statuses: Readonly<Record<string, ViewStatus>>): string {
  const { plan } = check(beadsFormat, file, text);
  const backlog = { entry: file, files: [file] };
  const texts = new Map([[file, text]]);
  const [result] = beadsFormat.writeBack({ backlog, plan, facts: undefined, texts, view: viewOf(statuses) });
  return result !== undefined && 'text' in result ? result.text : `problem: ${result?.problem}`;
}

describe('knowing a beads file', () => {
  const one = issue('bd-1');
  test.each([
    [file, one, true],
    ['.beads/beads.jsonl', one, true],
    ['tasks.jsonl', one, true],
    [file, '', true],
    [file, `\uFEFF${one}\r\n`, true],
    [file, '{"id":"bd-1","title":"Old","status":"open"}', true],
    [file, `<<<<<<< HEAD\n${one}\n=======\n${one}\n>>>>>>> theirs\n`, true],
    [file, `{"id":"bd-0","title":\n${one}`, true],
    [file, `{"_type":"memory","key":"a","value":"b"}\n${one}`, true],
    ['tasks.jsonl', '{"id":"1","title":"Of another tool","status":"open"}', false],
    ['.beads/interactions.jsonl', '', false],
    ['.beads/interactions.jsonl', '{"id":"int-1","kind":"llm_call","issue_id":"bd-1"}', false],
    ['.beads/backup/issues.jsonl', one, false],
    ['.beads/issues.base.jsonl', one, false],
    ['.beads/dependencies.jsonl', '{"issue_id":"bd-1","depends_on_id":"bd-2","type":"blocks"}', false],
    ['.beads/issues.json', one, false],
    [file, '[1]', false],
    [file, '# Issues', false],
  ])('%s with %j: %s', (name, text, expected) => {
    expect(beadsFormat.detect(name, text)).toBe(expected);
  });
});

describe('reading issues', () => {
  test('takes every field that an agent needs', () => {
    const { plan, report } = read(
      issue('bd-1', {
        title: 'Log in',
        description: 'With a password.\n\nSee `src/login.ts`.',
        design: 'Use argon2.',
        acceptance_criteria:
          'Done when:\n- [ ] a session exists\n  - for a day\n- AC-7: wrong passwords fail\n- **AC-8:** once\n- **AC-9**: **twice**',
        notes: 'Asked twice.',
        external_ref: 'gh-9',
        estimated_minutes: 30,
        priority: 0,
        issue_type: 'bug',
        status: 'in_progress',
        labels: ['auth'],
        comments: [{ text: 'on it' }],
      }),
    );
    expect(report).toBe('');
    expect(plan.tasks).toEqual([
      {
        id: 'bd-1',
        kind: 'task',
        title: 'Log in',
        description:
          'With a password.\n\nSee `src/login.ts`.\n\n## Design\n\nUse argon2.\n\n## Notes\n\nAsked twice.\n\nExternal reference: gh-9',
        criteria: [
          { id: 'bd-1.AC1', text: 'a session exists\n  - for a day' },
          { id: 'AC-7', text: 'wrong passwords fail' },
          { id: 'AC-8', text: 'once' },
          { id: 'AC-9', text: '**twice**' },
        ],
        dependencies: [],
        conflictsWith: [],
        scope: [],
        risk: 'High',
        size: 'S',
        provisional: false,
        context: { specs: [], adrs: [], guides: [] },
        testFiles: [],
        gapCodes: [],
        declared: 'in-progress',
        specHash: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
        origin: { file, line: 1 },
      },
    ]);
  });

  test.each([
    ['', []],
    ['It works', ['bd-1.AC1 It works']],
    ['It works\nIt is fast', ['bd-1.AC1 It works', 'bd-1.AC2 It is fast']],
    ['1. One\n3) Three\nthat goes on', ['bd-1.AC1 One', 'bd-1.AC3 Three\nthat goes on']],
    ['1. One\n1. Again', ['bd-1.AC1 One', 'bd-1.AC3 Again']],
    ['Before\r\n* One\r\n* Two', ['bd-1.AC1 Before', 'bd-1.AC2 One', 'bd-1.AC3 Two']],
  ])('reads the criteria %j', (text, expected) => {
    const { plan } = read(issue('bd-1', { acceptance_criteria: text }));
    expect(plan.tasks[0]?.criteria.map((one) => `${one.id} ${one.text}`)).toEqual(expected);
  });

  test.each([
    ['open', 'pending'],
    ['in_progress', 'in-progress'],
    ['hooked', 'in-progress'],
    ['blocked', 'blocked'],
    ['closed', 'completed'],
    ['deferred', 'skipped'],
    ['pinned', 'skipped'],
    [undefined, 'pending'],
  ])('reads the status %s as %s', (status, declared) => {
    const { plan, report } = read(issue('bd-1', { status }));
    expect(report).toBe('');
    expect(plan.tasks[0]?.declared).toBe(declared);
  });

  test.each([
    [0, 'High'],
    [1, 'High'],
    [2, 'Medium'],
    [3, 'Low'],
    [4, 'Low'],
    ['P1', 'High'],
    [undefined, 'Medium'],
  ])('reads the priority %s as the risk %s', (priority, risk) => {
    const { plan, report } = read(issue('bd-1', { priority }));
    expect(report).toBe('');
    expect(plan.tasks[0]?.risk).toBe(risk);
  });

  test.each([
    [60, 'S'],
    [61, 'M'],
    [240, 'M'],
    [241, 'L'],
    [0, 'M'],
    [undefined, 'M'],
  ])('reads an estimate of %s minutes as the size %s', (minutes, size) => {
    expect(read(issue('bd-1', { estimated_minutes: minutes })).plan.tasks[0]?.size).toBe(size);
  });

  test('warns of a status of its own making and of a priority that is none, and reads the issue', () => {
    const { report, plan } = read(`{"id":"bd-1","title":"A","status":"review","priority":9}`);
    expect(plan.tasks[0]).toMatchObject({ declared: 'pending', risk: 'Medium' });
    expect(report)
      .toBe(`.beads/issues.jsonl:1:35 warning PLAN-WARNING  "review" is no status that is known here; bd-1 is read as open and its word kept
    1 | {"id":"bd-1","title":"A","status":"review","priority":9}
      |                                   ^~~~~~~~

.beads/issues.jsonl:1:55 warning PLAN-WARNING  the priority of bd-1 is none of 0 to 4; it is read as 2
    1 | {"id":"bd-1","title":"A","status":"review","priority":9}
      |                                                       ^

2 warnings
`);
  });

  test('leaves out what was deleted and what is no issue', () => {
    const { draft, report } = read(
      issue('bd-1', { status: 'tombstone' }),
      '{"_type":"memory","key":"k","value":"v"}',
      '',
      issue('bd-2', { _type: 'issue' }),
      issue('bd-3', { issue_type: 'agent' }),
    );
    expect(draft.tasks.map(({ id, line }) => [id, line])).toEqual([['bd-2', 4]]);
    expect(report).toContain('bd-3 is of the type agent, which is no work; it is left out');
    expect(draft.diagnostics).toHaveLength(1);
  });

  test('columns are counted behind a byte order mark and blanks', () => {
    const line = '{"id":"bd-1","title":"A","status":"review"}';
    const places = check(beadsFormat, file, `\uFEFF${line}\n  ${line.replace('1', '2')}`).draft.diagnostics;
    expect(places.map(({ line: at, column }) => [at, column])).toEqual([
      [1, 35],
      [2, 37],
    ]);
  });

  test('keeps ids as texts, with CRLF, a byte order mark and no-break blanks around', () => {
    const text = `\uFEFF${issue('bd-25.10')}\r\n\u00a0${issue('bd-25.1')}\u202f\r\n\r\n`;
    const { plan, report } = check(beadsFormat, file, text);
    expect(report).toBe('');
    expect(plan.tasks.map(({ id, origin }) => [id, origin.line])).toEqual([
      ['bd-25.10', 1],
      ['bd-25.1', 2],
    ]);
  });
});

describe('what waits for what in beads', () => {
  test('only blocks makes an issue wait', () => {
    const kinds = ['related', 'discovered-from', 'parent-child', 'blocks'];
    const waits = read(
      ...kinds.map((kind) => issue(`bd-${kind}`)),
      issue('bd-9', { dependencies: kinds.map((kind) => on(`bd-${kind}`, kind)) }),
    );
    expect(waits.report).toBe('');
    expect(edges(waits)['bd-9']).toEqual(['bd-blocks']);
  });

  test('a type of dependency that is not known makes nobody wait, and is said', () => {
    const { report, draft } = read(
      issue('bd-1'),
      issue('bd-2', { dependencies: [on('bd-1', 'waits-for'), on('bd-2', 'parent-child')] }),
    );
    expect(draft.tasks[1]?.dependencies).toEqual([]);
    expect(report).toContain('bd-2 lies below bd-2, which is itself; this is not looked at');
    expect(report).toContain('only "blocks" makes an issue wait; bd-2 does not wait for bd-1');
  });

  test('an epic with children is no work; who waits for it waits for all the open work below it', () => {
    const found = read(
      issue('bd-e', { issue_type: 'epic', title: 'Auth', description: 'All of it.' }),
      issue('bd-s', { issue_type: 'epic', dependencies: [on('bd-e', 'parent-child')] }),
      issue('bd-1', { dependencies: [on('bd-e', 'parent-child')] }),
      issue('bd-2', { dependencies: [on('bd-s', 'parent-child')] }),
      issue('bd-3', { dependencies: [on('bd-e'), on('bd-1')] }),
    );
    expect(found.report).toBe('');
    expect(edges(found)).toEqual({ 'bd-1': [], 'bd-2': [], 'bd-3': ['bd-1', 'bd-2'] });
    expect(found.plan.tasks[0]).toMatchObject({
      phase: 'Auth',
      description: '## Part of bd-e: Auth\n\nAll of it.',
    });
  });

  test('a closed epic holds nobody back, and an epic without children is work', () => {
    const found = read(
      issue('bd-e', { issue_type: 'epic', status: 'closed' }),
      issue('bd-1', { dependencies: [on('bd-e', 'parent-child')] }),
      issue('bd-f', { issue_type: 'epic' }),
      issue('bd-2', { dependencies: [on('bd-e'), on('bd-f')] }),
    );
    expect(edges(found)).toEqual({ 'bd-1': [], 'bd-f': [], 'bd-2': ['bd-f'] });
  });

  test('what holds a parent back holds back all that lies below it', () => {
    const found = read(
      issue('bd-0'),
      issue('bd-e', { issue_type: 'epic', dependencies: [on('bd-0')] }),
      issue('bd-1', { dependencies: [on('bd-e', 'parent-child')] }),
      issue('bd-1.1'),
    );
    expect(found.report).toBe('');
    expect(edges(found)).toEqual({ 'bd-0': [], 'bd-1': ['bd-0'], 'bd-1.1': ['bd-0'] });
    expect(found.draft.tasks[1]?.description).toContain('Part of bd-e');
  });

  test('an epic that waits for its own children holds nothing back, and that is said', () => {
    const found = read(
      issue('bd-e', { issue_type: 'epic', dependencies: [on('bd-1')] }),
      issue('bd-1', { dependencies: [on('bd-e', 'parent-child')] }),
    );
    expect(edges(found)).toEqual({ 'bd-1': [] });
    expect(found.report).toContain('bd-e waits for bd-1, which lies below it; this holds nothing back');
  });

  test('ids of other repositories and of deleted issues are warned of, each at its place', () => {
    const { report, draft } = read(
      issue('bd-1', { status: 'tombstone' }),
      `{"id":"bd-2","title":"B","dependencies":[{"depends_on_id":"gt-7","type":"blocks"},{"depends_on_id":"bd-1","type":"blocks"},{"depends_on_id":"gt-8","type":"parent-child"}]}`,
    );
    expect(draft.tasks.map(({ dependencies }) => dependencies)).toEqual([[]]);
    expect(draft.diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual([
      '2:141 bd-2 lies below gt-8, which is not in this file; this is not looked at',
      '2:59 bd-2 waits for gt-7, which is not in this file; this is not looked at',
      '2:100 bd-2 waits for bd-1, which was deleted; this is not looked at',
    ]);
    expect(report).toContain('3 warnings');
  });

  test('a circle, an issue that waits for itself, and circles of parents are refused at their places', () => {
    const { report } = read(
      issue('bd-1', { dependencies: [on('bd-2')] }),
      issue('bd-2', { dependencies: [on('bd-1')] }),
      issue('bd-3', { dependencies: [on('bd-3')] }),
      issue('bd-4', { dependencies: [on('bd-5', 'parent-child')] }),
      issue('bd-5', { dependencies: [on('bd-4', 'parent-child')] }),
    );
    expect(report).toContain(
      'issues.jsonl:2:131 error PLAN-CYCLE  these tasks depend on each other: bd-1 -> bd-2 -> bd-1',
    );
    expect(report).toContain('issues.jsonl:3:131 error PLAN-SELF-DEPENDENCY  bd-3 depends on itself');
    expect(report).toContain('issues.jsonl:4:131 error PLAN-CYCLE  bd-4 lies below itself');
    expect(report).toContain('3 errors');
  });
});

describe('faults of a beads file', () => {
  test('all are reported in one pass, each with its line', () => {
    const { draft } = read(
      '<<<<<<< HEAD',
      issue('bd-1'),
      '=======',
      '{"id":"bd-2",',
      '  {"id":"bd-2" "title":"x"}',
      '>>>>>>> theirs',
      '{"title":"no id"}',
      '{"id":7,"title":"a number"}',
      '12',
      '{"id":"bd-3","title":"x","dependencies":"bd-1"}',
      '{"id":"bd-4","title":"x","dependencies":[{"type":"blocks"}],"design":[1]}',
    );
    expect(
      draft.diagnostics.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`),
    ).toEqual([
      '1:1 PLAN-SYNTAX a mark of an unresolved merge conflict',
      '3:1 PLAN-SYNTAX a mark of an unresolved merge conflict',
      expect.stringMatching(/^4:13 PLAN-SYNTAX /) as unknown,
      '5:16 PLAN-SYNTAX expected "," or "}"',
      '6:1 PLAN-SYNTAX a mark of an unresolved merge conflict',
      '7:1 PLAN-BAD-FIELD this line is no issue: it has no text as its "id"',
      '8:7 PLAN-BAD-FIELD this line is no issue: it has no text as its "id"',
      '9:1 PLAN-BAD-FIELD this line is no issue: it has no text as its "id"',
      '10:41 PLAN-BAD-FIELD "dependencies" of bd-3 must be a list',
      '11:42 PLAN-BAD-FIELD "depends_on_id" of bd-4 must be the id of an issue',
      '11:70 PLAN-WARNING "design" of bd-4 is no text; it is not read',
    ]);
  });

  test('two issues with one id, and ids that git cannot hold, are refused', () => {
    const { report } = read(issue('bd-1'), issue('bd-1'), issue('bd 2'));
    expect(report).toContain(
      'issues.jsonl:2:7 error PLAN-DUPLICATE-ID  a second task has the id bd-1; the first is at .beads/issues.jsonl:1',
    );
    expect(report).toContain('error PLAN-BAD-ID  "bd 2" cannot be a task id');
  });

  test('an empty file holds no task', () => {
    expect(check(beadsFormat, file, '').report).toContain('PLAN-EMPTY  the backlog holds no task');
  });

  test('epics that wait for epics are refused when their edges cannot be counted', () => {
    const size = 3_000;
    const children = (epic: string, fields: (at: number) => Fields): readonly string[] =>
      Array.from({ length: size }, (_, at) => issue(`${epic}.${at}`, fields(at)));
    const { report } = read(
      issue('bd-a', { issue_type: 'epic' }),
      ...children('bd-a', () => ({})),
      issue('bd-b', { issue_type: 'epic' }),
      ...children('bd-b', () => ({ dependencies: [on('bd-a')] })),
    );
    expect(report).toContain('PLAN-TOO-LARGE');
  });
});

describe('writing statuses into a beads file', () => {
  const closed = '"closed_at":"2026-03-02T10:30:00Z"';
  const plain =
    '{"id":"bd-1","title":"A","status":"open","n":1.50,"updated_at":"2026-01-06T21:24:31.951998830+03:00","z":"\\u003c"}';

  test('closing sets the status and the time behind updated_at, and nothing else', () => {
    const text = `\uFEFF${plain}\r\n\r\n${issue('bd-2')}`;
    expect(write(text, { 'bd-1': 'completed', 'bd-2': 'pending' })).toBe(
      text.replace('"open"', '"closed"').replace('+03:00"', `+03:00",${closed}`),
    );
  });

  test('a time of closing that is there is kept, and an empty one filled', () => {
    const kept = '{"id":"bd-1","title":"A","status":"open","closed_at":"2020-01-01T00:00:00Z"}';
    expect(write(kept, { 'bd-1': 'completed' })).toBe(kept.replace('"open"', '"closed"'));
    const empty = '{"id": "bd-1", "title": "A", "status": "open", "closed_at": null}';
    expect(write(empty, { 'bd-1': 'completed' })).toBe(
      '{"id": "bd-1", "title": "A", "status": "closed", "closed_at": "2026-03-02T10:30:00Z"}',
    );
  });

  test('opening again takes the time of closing away, because beads refuses an open issue with one', () => {
    const text = '{"id":"bd-1","title":"A","status":"closed","closed_at":"2020-01-01T00:00:00Z","x":1}\n';
    expect(write(text, { 'bd-1': 'stale' })).toBe('{"id":"bd-1","title":"A","status":"in_progress","x":1}\n');
    const first = '{"closed_at":"2020-01-01T00:00:00Z", "id":"bd-1","title":"A","status":"closed"}';
    expect(write(first, { 'bd-1': 'pending' })).toBe('{"id":"bd-1","title":"A","status":"open"}');
  });

  test('a time of closing that is null is none', () => {
    const text = '{"id":"bd-1","title":"A","status":"blocked","closed_at":null}';
    expect(write(text, { 'bd-1': 'pending' })).toBe(text.replace('blocked', 'open'));
  });

  test('a status that is missing is added in the style of the line', () => {
    const text = '{"id": "bd-1", "title": "A", "updated_at": "x", "closed_at": "y"}';
    expect(write(text, { 'bd-1': 'running' })).toBe(
      '{"id": "bd-1", "title": "A", "updated_at": "x", "status": "in_progress"}',
    );
    expect(write(text, { 'bd-1': 'pending' })).toBe(text);
  });

  test.each([
    ['open', 'pending', 'open'],
    ['open', 'running', 'in_progress'],
    ['open', 'proven', 'in_progress'],
    ['open', 'blocked', 'blocked'],
    ['in_progress', 'pending', 'open'],
    ['in_progress', 'stale', 'in_progress'],
    ['hooked', 'running', 'hooked'],
    ['review', 'pending', 'review'],
    ['review', 'running', 'in_progress'],
    ['open', 'skipped', 'open'],
    ['in_progress', 'abandoned', 'in_progress'],
    ['open', 'externally-managed', 'open'],
    ['deferred', 'skipped', 'deferred'],
  ] as const)('%s becomes, for %s, %s', (before, status, after) => {
    const text = lines(issue('bd-1', { status: before }));
    expect(write(text, { 'bd-1': status })).toBe(text.replace(`"${before}"`, `"${after}"`));
  });

  test('work that was completed elsewhere is closed once', () => {
    const text = lines(issue('bd-1', { status: 'closed' }));
    expect(write(text, { 'bd-1': 'completed-external' })).toBe(text);
    expect(write(text, { 'bd-1': 'completed' })).toBe(text);
  });

  test('a file in which lines are broken or doubled is left alone', () => {
    const backlog = { entry: file, files: [file] };
    const plan = read(issue('bd-1')).plan;
    const written = (text: string | undefined): unknown =>
      beadsFormat.writeBack({
        backlog,
        plan,
        facts: undefined,
        texts: new Map(text === undefined ? [] : [[file, text]]),
        view: viewOf({ 'bd-1': 'completed' }),
      });
    const one = issue('bd-1');
    expect(written(`${one}\n=======\n`)).toEqual([
      { file, problem: 'line 2: a mark of an unresolved merge conflict' },
    ]);
    expect(written(`${one}\n${one}\n`)).toEqual([{ file, problem: 'line 2: bd-1 is on line 1, too' }]);
    expect(written(undefined)).toEqual([{ file, problem: 'the file is gone' }]);
    expect(written(`${issue('bd-1', { status: 'tombstone' })}\n`)).toEqual([
      { file, text: `${issue('bd-1', { status: 'tombstone' })}\n` },
    ]);
  });

  test('a status that is written is read back, and writing it again changes nothing', () => {
    const statuses = ['pending', 'running', 'completed', 'blocked'] as const;
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('open', 'in_progress', 'blocked', 'closed', 'hooked'), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.array(fc.constantFrom(...statuses), { minLength: 8, maxLength: 8 }),
        (before, after) => {
          const text = lines(...before.map((status, at) => issue(`bd-${at}`, { status })));
          const view = Object.fromEntries(before.map((_, at) => [`bd-${at}`, after[at]!]));
          const written = write(text, view);
          expect(write(written, view)).toBe(written);
          const declared = {
            pending: 'pending',
            running: 'in-progress',
            completed: 'completed',
            blocked: 'blocked',
          };
          expect(check(beadsFormat, file, written).plan.tasks.map((task) => task.declared)).toEqual(
            before.map((_, at) => declared[after[at]!]),
          );
        },
      ),
    );
  });
});
