import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ViewStatus } from '../../../../src/domain/view.ts';
import { singleFile } from '../../../../src/planning/formats/format.ts';
import { taskmasterFormat } from '../../../../src/planning/formats/taskmaster/format.ts';
import { check, viewOf } from './plan-texts.ts';

const file = '.taskmaster/tasks/tasks.json';
const stateFile = '.taskmaster/state.json';

type Fields = Readonly<Record<string, unknown>>;

function task(id: unknown, fields: Fields = {}): Fields {
  return { id, title: `Title ${String(id)}`, status: 'pending', dependencies: [], ...fields };
}

function legacy(...tasks: readonly Fields[]): string {
  return JSON.stringify({ tasks }, null, 2);
}

function read(text: string, companions: Readonly<Record<string, string>> = {}) {
  return check(taskmasterFormat, file, text, companions);
}

function edges(text: string): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(read(text).draft.tasks.map(({ id, dependencies }) => [id, dependencies]));
}

function statuses(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(read(text).draft.tasks.map(({ id, declared }) => [id, declared]));
}

function back(text: string, view: Readonly<Record<string, ViewStatus>>, plan = read(text).plan): string {
  const [result] = taskmasterFormat.writeBack({
    backlog: { entry: file, files: [file] },
    plan,
    facts: undefined,
    texts: new Map([[file, text]]),
    view: viewOf(view),
  });
  return 'text' in result! ? result.text : `! ${result!.problem}`;
}

describe('reading a task', () => {
  test('takes every field that tells what to do', () => {
    const { plan, report } = read(
      legacy(
        task(1, {
          title: ' Store\n the data ',
          description: 'Keep it.',
          details: 'In a file.',
          testStrategy: 'Read it back.',
          priority: 'critical',
          complexity: 8,
          acceptanceCriteria: ['is kept', { id: 'KEEP-1', text: 'is found' }],
          scopeBoundaries: 'No network.',
          relevantFiles: [
            { path: './src/store.ts', description: 'the store', action: 'modify' },
            { path: 'docs/format.md', action: 'reference' },
          ],
          assignee: 'Ann',
        }),
      ),
    );
    expect(report).toBe('');
    expect(plan.tasks).toMatchObject([
      {
        id: '1',
        title: 'Store the data',
        description: [
          'Keep it.',
          'In a file.',
          'Scope boundaries: No network.',
          'Relevant files:\n- path: ./src/store.ts\n  description: the store\n  action: modify\n- path: docs/format.md\n  action: reference',
        ].join('\n\n'),
        criteria: [
          { id: '1.AC1', text: 'is kept' },
          { id: 'KEEP-1', text: 'is found' },
          { id: '1.TEST', text: 'Read it back.' },
        ],
        scope: ['src/store.ts'],
        context: { specs: [], adrs: [], guides: ['docs/format.md'] },
        risk: 'High',
        size: 'L',
        declared: 'pending',
        origin: { file, line: 4 },
      },
    ]);
  });

  test('criteria in one text are its bullets, or its lines where it has none', () => {
    const bullets = '- one\n  goes on\n* two\n3. three\n- [ ] four';
    const { plan } = read(
      legacy(task(1, { acceptanceCriteria: bullets }), task(2, { acceptanceCriteria: 'one\ntwo' })),
    );
    expect(plan.tasks.map(({ criteria }) => criteria.map(({ id, text }) => `${id} ${text}`))).toEqual([
      ['1.AC1 one\ngoes on', '1.AC2 two', '1.AC3 three', '1.AC4 four'],
      ['2.AC1 one', '2.AC2 two'],
    ]);
  });

  test('what may be left out or null is filled in', () => {
    const { plan, report } = read(
      '{"tasks":[{"id":11,"title":"A","details":null,"testStrategy":null,"dependencies":null,"subtasks":null,"status":null}]}',
    );
    expect(report).toBe('');
    expect(plan.tasks).toMatchObject([
      { id: '11', description: '', criteria: [], risk: 'Medium', size: 'M', declared: 'pending' },
    ]);
  });

  test('a project has the name that its author gave it', () => {
    const named = (projectName: string): string =>
      read(JSON.stringify({ meta: { projectName }, tasks: [task(1)] })).draft.title;
    expect(named('Orders')).toBe('Orders');
    expect(named('Your Project Name')).toBe('Task Master tasks');
  });

  test('entries that cannot be tasks are refused where they stand', () => {
    const text =
      '{"tasks": [\n  {"id": 1, "title": "A", "status": "done"},\n  7,\n  {"title": "B"},\n  {"id": {}, "subtasks": 1}\n]}';
    expect(read(text).draft.diagnostics).toMatchObject([
      { line: 3, column: 3, length: 1, message: 'a task must be an object, not 7' },
      { line: 4, column: 3, message: 'this task has no "id"' },
      { line: 5, column: 10, message: 'an "id" is a number or a text, not an object' },
    ]);
  });

  test('a text that is not JSON is refused at the place of the fault', () => {
    expect(read('{"tasks": [\n  {"id": 1,}\n]}').report).toContain(`${file}:2:11 error PLAN-SYNTAX`);
  });

  test('a priority that is none is said and read as medium', () => {
    const { plan, report } = read(legacy(task(1, { priority: 'urgent' })));
    expect(plan.tasks[0]!.risk).toBe('Medium');
    expect(report).toContain('"urgent" is no priority of Task Master; read as medium');
  });
});

describe('ids', () => {
  test('numbers are taken digit for digit: 25.10 is not 25.1', () => {
    const text =
      '{"tasks":[{"id":25,"title":"A","subtasks":[{"id":25.1,"title":"a"},{"id":25.10,"title":"b"}]}]}';
    expect(read(text).plan.tasks.map(({ id }) => id)).toEqual(['25', '25.1', '25.10']);
  });

  test('subtasks get the id of their task in front, unless they spell it out', () => {
    const subtasks = [task(1), task('2'), task('4.3'), task('4-4'), task('parse')];
    expect(read(legacy(task(4, { subtasks }))).plan.tasks.map(({ id }) => id)).toEqual([
      '4',
      '4.1',
      '4.2',
      '4.3',
      '4.4-4',
      '4.parse',
    ]);
  });

  test('subtasks of subtasks are read, to a bounded depth', () => {
    const nested = task(1, { subtasks: [task(2, { subtasks: [task(3)] })] });
    expect(read(legacy(nested)).plan.tasks.map(({ id }) => id)).toEqual(['1', '1.2', '1.2.3']);
    const deep = `{"tasks":[${'{"id":1,"title":"A","subtasks":['.repeat(5_000)}${']}'.repeat(5_000)}]}`;
    expect(read(deep).report).toContain('subtasks are read to a depth of 8');
  });

  test('two tasks with one id are refused', () => {
    expect(read(legacy(task(1), task('1'))).report).toContain('a second task has the id 1');
  });
});

describe('dependencies', () => {
  test('a task depends on its subtasks, and the first of them wait for what it waits for', () => {
    const subtasks = [task(1), task(2, { dependencies: [1] }), task(3)];
    expect(edges(legacy(task(4), task(5, { dependencies: [4], subtasks })))).toEqual({
      4: [],
      5: ['4', '5.1', '5.2', '5.3'],
      5.1: ['4'],
      5.2: ['5.1'],
      5.3: ['4'],
    });
  });

  test('a number is a sibling, a text with a dot is a full id, both in one list', () => {
    const subtasks = [task(1), task(2), task(3, { dependencies: [1, '5.2', '4.1'] })];
    const text = legacy(task(1), task(4, { subtasks: [task(1)] }), task(5, { subtasks }));
    expect(edges(text)['5.3']).toEqual(['5.1', '5.2', '4.1']);
    expect(read(text).report).toBe('');
  });

  test('a number without a sibling, or of the subtask itself, is a task, which is said', () => {
    const text = legacy(task(3), task(2), task(5, { subtasks: [task(2, { dependencies: [3, 2] })] }));
    expect(edges(text)['5.2']).toEqual(['3', '2']);
    expect(read(text).report).toContain('3 is read as the task 3: 5 has no subtask 3');
    expect(read(text).report).toContain('2 is read as the task 2: 5.2 is the subtask itself');
  });

  test('a number that would close a circle of siblings is a task, which is said', () => {
    const subtasks = [task(1), task(2, { dependencies: [3] }), task(3, { dependencies: [2, 1] })];
    const text = legacy(task(3), task(7, { dependencies: [3], subtasks }));
    expect(edges(text)).toMatchObject({ 7.2: ['3'], 7.3: ['7.2', '7.1'] });
    expect(read(text).report).toContain(
      '3 is read as the task 3: as the subtask 7.3 it would close a circle',
    );
  });

  test('a circle of siblings that no task can explain is refused', () => {
    const subtasks = [task(1, { dependencies: [2] }), task(2, { dependencies: [1] })];
    expect(read(legacy(task(7, { subtasks }))).report).toContain(
      'these tasks depend on each other: 7.1 -> 7.2 -> 7.1',
    );
  });

  test('a subtask that names its own task does not wait for it, which is said', () => {
    const text = legacy(task(4), task(5, { subtasks: [task(1, { dependencies: [5, 4] })] }));
    expect(edges(text)['5.1']).toEqual(['4']);
    expect(read(text).report).toContain('5.1 is a part of 5; it cannot wait for it');
  });

  test('a task that names one of its subtasks does not make the others wait for it', () => {
    const text = legacy(task(5, { dependencies: ['5.1'], subtasks: [task(1), task(2)] }));
    expect(edges(text)).toEqual({ 5: ['5.1', '5.2'], 5.1: [], 5.2: [] });
  });

  test('subtasks with slugs are found by them', () => {
    const text = legacy(
      task('core', { subtasks: [task('parse')] }),
      task('cli', { dependencies: ['parse'] }),
    );
    expect(edges(text)['cli']).toEqual(['core.parse']);
  });

  test('one that resolves to nothing is refused once, where it stands', () => {
    const text = legacy(task(1, { dependencies: [9], subtasks: [task(1)] }));
    const { report } = read(text);
    expect(report).toContain('1 depends on 9, which no task has');
    expect(report).toMatch(/^1 error$/m);
    expect(report).toContain(`${file}:8:9 error PLAN-UNKNOWN-DEPENDENCY`);
  });

  test('a value that can be no id is refused', () => {
    expect(read(legacy(task(1, { dependencies: [null] }))).report).toContain(
      'a dependency is the id of a task, not null',
    );
  });
});

describe('tags', () => {
  const tagged = (tags: Readonly<Record<string, readonly Fields[]>>): string =>
    JSON.stringify(
      Object.fromEntries(Object.entries(tags).map(([tag, tasks]) => [tag, { tasks, metadata: {} }])),
      null,
      2,
    );
  const two = tagged({ api: [task(1, { title: 'of api' })], master: [task(1, { title: 'of master' })] });
  const title = (text: string, state?: string): string | undefined =>
    read(text, state === undefined ? {} : { [stateFile]: state }).plan.tasks[0]?.title;

  test('the current one is read, else master, else the only one', () => {
    expect(title(two, '{"currentTag":"api"}')).toBe('of api');
    expect(title(two)).toBe('of master');
    expect(title(tagged({ api: [task(1)] }))).toBe('Title 1');
  });

  test('what is not read is said', () => {
    expect(read(two).report).toContain('only the tag "master" is read; "api" is not');
    expect(read(tagged({ api: [], master: [task(1)] })).report).toBe('');
  });

  test('a current tag that is not there, or a state file that is none, is said', () => {
    expect(read(two, { [stateFile]: '{"currentTag":"ap"}' }).report).toContain(
      'there is no tag "ap", which state.json names',
    );
    expect(read(two, { [stateFile]: '{' }).report).toContain(`${stateFile}:1:1 warning PLAN-WARNING`);
  });

  test('several without a current one are refused', () => {
    expect(read(tagged({ a: [task(1)], b: [task(1)] })).report).toContain(
      'which of the tags "a", "b" is meant is not said',
    );
  });

  test('a list without a tag is that of master, unless there is one', () => {
    const plain = { tasks: [task(1, { title: 'plain' })] };
    const api = { api: { tasks: [task(1, { title: 'of api' })] } };
    expect(title(JSON.stringify({ ...plain, ...api }))).toBe('plain');
    const both = JSON.stringify({ ...plain, master: { tasks: [task(1, { title: 'of master' })] } });
    expect(title(both)).toBe('of master');
    expect(read(both).report).toContain('this list is not read: the tag "master" is');
  });

  test('statuses are written into the tag that was read', () => {
    const { plan } = read(two, { [stateFile]: '{"currentTag":"api"}' });
    expect(back(two, { 1: 'completed' }, plan)).toBe(two.replace('"pending"', '"done"'));
    const gone = two.replace('"api"', '"web"');
    expect(back(gone, { 1: 'completed' }, plan)).toBe('! it has no tasks of the tag "api" any more');
  });

  test('the state file is looked for where Task Master keeps it', () => {
    const companions = (entry: string): readonly string[] =>
      taskmasterFormat.companionFiles({ entry, files: [entry] });
    expect(companions('.taskmaster/tasks/tasks.json')).toEqual(['.taskmaster/state.json']);
    expect(companions('app/.taskmaster/tasks/tasks.json')).toEqual(['app/.taskmaster/state.json']);
    expect(companions('tasks/tasks.json')).toEqual(['.taskmaster/state.json']);
    expect(companions('app/tasks/tasks.json')).toEqual(['app/.taskmaster/state.json']);
    expect(companions('plan.json')).toEqual(['.taskmaster/state.json']);
  });
});

describe('statuses', () => {
  test.each([
    ['pending', 'pending'],
    ['in-progress', 'in-progress'],
    ['In_Progress', 'in-progress'],
    ['done', 'completed'],
    ['completed', 'completed'],
    ['review', 'needs-re-verification'],
    ['blocked', 'blocked'],
    ['deferred', 'skipped'],
    ['cancelled', 'externally-managed'],
  ])('%s is read as %s, and stays as it is', (word, declared) => {
    const text = legacy(task(1, { status: word }));
    expect(statuses(text)).toEqual({ 1: declared });
    expect(back(text, { 1: viewStatuses[declared]! })).toBe(text);
  });

  test('an unknown word is kept, said and read as pending', () => {
    const text = legacy(task(1, { status: 'dnoe' }));
    expect(statuses(text)).toEqual({ 1: 'pending' });
    expect(read(text).report).toContain('"dnoe" is no status of Task Master; 1 is read as pending');
    expect(read(text).report).toContain('did you mean done?');
    expect(back(text, { 1: 'pending' })).toBe(text);
  });

  test('of a task that is done or cancelled all is, of one that is deferred or blocked the rest waits', () => {
    const subtasks = [task(1, { status: 'done' }), task(2), task(3, { status: 'deferred' })];
    const below = (status: string): unknown => statuses(legacy(task(1, { status, subtasks })));
    expect(below('done')).toMatchObject({ 1.1: 'completed', 1.2: 'completed', 1.3: 'skipped' });
    expect(below('cancelled')).toMatchObject({ 1.2: 'externally-managed', 1.3: 'skipped' });
    expect(below('deferred')).toMatchObject({ 1.1: 'completed', 1.2: 'skipped' });
    expect(below('blocked')).toMatchObject({ 1.2: 'blocked' });
    expect(below('in-progress')).toMatchObject({ 1.2: 'pending' });
    expect(read(legacy(task(1, { status: 'done', subtasks }))).report).toContain(
      '1.2 is not done by itself, but 1 is done, which counts',
    );
  });
});

const viewStatuses: Readonly<Record<string, ViewStatus>> = {
  pending: 'pending',
  'in-progress': 'running',
  completed: 'completed',
  'needs-re-verification': 'stale',
  blocked: 'blocked',
  skipped: 'skipped',
  'externally-managed': 'externally-managed',
};

describe('writing statuses back', () => {
  const odd = `\uFEFF{ "tasks": [\r\n\t{ "x": [1 ,2], "status" : "pending" , "id": 1, "title": "\\u0041" },\r\n\t{"id":"2","title":"B","status":"completed","subtasks":[{"id":1,"title":"b","status":"pending"}]}]}\r\n\r\n`;

  test('changes the words of statuses and no byte around them', () => {
    expect(back(odd, { 1: 'completed', 2: 'completed', 2.1: 'completed' })).toBe(
      odd.replace('"status" : "pending"', '"status" : "done"'),
    );
  });

  test('opens the subtasks of a task that is no longer done', () => {
    expect(back(odd, { 2: 'pending', 2.1: 'completed' })).toBe(
      odd.replace('"completed"', '"pending"').replace('"b","status":"pending"', '"b","status":"done"'),
    );
  });

  test.each([
    ['running', 'in-progress'],
    ['proven', 'in-progress'],
    ['completed', 'done'],
    ['completed-external', 'done'],
    ['externally-managed', 'done'],
    ['stale', 'review'],
    ['blocked', 'blocked'],
    ['skipped', 'deferred'],
    ['abandoned', 'deferred'],
  ] as const)('%s is written as %s, and writing it again changes nothing', (status, word) => {
    const text = legacy(task(1), task(2));
    const result = back(text, { 1: status });
    expect(result).toBe(text.replace('"pending"', `"${word}"`));
    expect(back(result, { 1: status })).toBe(result);
  });

  test('a task without a status gets one in the style of its members', () => {
    const text =
      '{\n  "tasks": [\n    {\n      "id": 1,\n      "title": "A"\n    },\n    {"id":2,"title":"B"}\n  ]\n}';
    expect(back(text, { 1: 'pending', 2: 'pending' })).toBe(text);
    expect(back(text, { 1: 'completed', 2: 'completed' })).toBe(
      text
        .replace('"A"\n', '"A",\n      "status": "done"\n')
        .replace('"title":"B"', '"title":"B","status":"done"'),
    );
  });

  test('a file that cannot be read is left alone, with the reason', () => {
    const { plan } = read(legacy(task(1)));
    expect(back('{"tasks": [\n{"id": }]}', { 1: 'completed' }, plan)).toBe('! line 2: expected a value');
  });
});

describe('knowing the format', () => {
  const detect = (text: string, name = 'x.json'): boolean => taskmasterFormat.detect(name, text);

  test('takes lists of tasks with ids, with tags and without', () => {
    expect(detect(legacy(task(1)))).toBe(true);
    expect(detect(JSON.stringify({ web: { tasks: [task(1)] } }))).toBe(true);
    expect(detect('{"tasks":[]}', file)).toBe(true);
    expect(detect('', file)).toBe(true);
    expect(detect('{"tasks": [', file)).toBe(true);
  });

  test('leaves the files of other tools alone', () => {
    expect(detect('{"tasks":[]}')).toBe(false);
    expect(detect('{"tasks":[{"task_id":"A","id":1,"title":"A","status":"x"}]}', file)).toBe(false);
    expect(detect('{"version":"2.0.0","tasks":[{"label":"build","type":"shell","command":"make"}]}')).toBe(
      false,
    );
    expect(detect('{"tasks":[{"id":1,"title":"A","passes":false,"status":"x"}]}')).toBe(false);
    expect(detect(legacy(task(1)), 'tasks.md')).toBe(false);
    expect(detect('[{"id":1,"title":"A","status":"x"}]', file)).toBe(false);
  });
});

test('no text makes the reader or the writer throw', () => {
  const base = legacy(
    task(3),
    task(7, { dependencies: [3], subtasks: [task(1), task('2', { dependencies: [1, '3', 7] })] }),
  );
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    '"',
    ',',
    'null',
    '1e3',
    '"tasks":',
    '"subtasks":[',
    '\uFEFF',
    '\\',
    '\ud800',
  ];
  const mutation = fc.tuple(
    fc.nat(base.length),
    fc.nat(30),
    fc.constantFrom(...pieces, '', '\r\n', '"id":9,'),
  );
  fc.assert(
    fc.property(fc.array(mutation, { maxLength: 4 }), (mutations) => {
      let text = base;
      for (const [at, length, piece] of mutations) text = text.slice(0, at) + piece + text.slice(at + length);
      taskmasterFormat.detect(file, text);
      const draft = taskmasterFormat.read(singleFile(file, text));
      draft.tasks.forEach((_, at) => draft.locate(at, { field: 'dependency', index: 0 }));
      const { plan } = read(text);
      const view = Object.fromEntries(draft.tasks.map(({ id }) => [id, 'completed' as const]));
      expect(back(text, view, plan)).toBeTypeOf('string');
    }),
    { numRuns: 300 },
  );
});

test('values of any shape in any field are read without an exception, and kept as they are', () => {
  const keys = ['id', 'title', 'status', 'dependencies', 'subtasks', 'priority', 'relevantFiles', 'details'];
  const fields = fc.dictionary(fc.constantFrom(...keys, 'acceptanceCriteria', 'complexity'), fc.jsonValue());
  const parent = fc
    .tuple(fields, fc.array(fields, { maxLength: 3 }))
    .map(([own, subtasks]) => ({ id: 1, title: 'A', subtasks, ...own }));
  fc.assert(
    fc.property(fc.array(parent, { maxLength: 4 }), fc.nat(3), (tasks, indent) => {
      const text = JSON.stringify({ tasks }, null, indent);
      const { draft, plan } = read(text);
      const view = Object.fromEntries(
        draft.tasks.map(({ id, declared }) => [id, viewStatuses[declared] ?? 'pending'] as const),
      );
      const isUnique = new Set(draft.tasks.map(({ id }) => id)).size === draft.tasks.length;
      if (isUnique) expect(back(text, view, { ...plan, tasks: [] })).toBe(text);
    }),
    { numRuns: 200 },
  );
});
