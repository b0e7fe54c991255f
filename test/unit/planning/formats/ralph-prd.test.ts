import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ViewStatus } from '../../../../src/domain/view.ts';
import { singleFile } from '../../../../src/planning/formats/format.ts';
import { ralphPrdFormat } from '../../../../src/planning/formats/ralph-prd/format.ts';
import { check, viewOf } from './plan-texts.ts';

const file = 'prd.json';

type Fields = Readonly<Record<string, unknown>>;

function story(id: unknown, fields: Fields = {}): Fields {
  return { id, title: `Story ${String(id)}`, acceptanceCriteria: [], passes: false, ...fields };
}

function prd(...userStories: readonly Fields[]): string {
  return JSON.stringify({ project: 'Shop', userStories }, null, 2);
}

function read(text: string) {
  return check(ralphPrdFormat, file, text);
}

function edges(text: string): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(read(text).draft.tasks.map(({ id, dependencies }) => [id, dependencies]));
}

function statuses(...stories: readonly Fields[]): readonly string[] {
  return read(prd(...stories)).draft.tasks.map(({ declared }) => declared);
}

function back(text: string, view: Readonly<Record<string, ViewStatus>>, plan = read(text).plan): string {
  const [result] = ralphPrdFormat.writeBack({
    backlog: { entry: file, files: [file] },
    plan,
    facts: undefined,
    texts: new Map([[file, text]]),
    view: viewOf(view),
  });
  return 'text' in result! ? result.text : `! ${result!.problem}`;
}

describe('reading stories', () => {
  test('takes every field that tells what to do, and none that tools note down', () => {
    const { plan, report } = read(
      prd(
        story('US-001', {
          description: 'As a user, I want it.',
          acceptanceCriteria: ['It is there', 'Typecheck passes'],
          priority: 1,
          notes: 'Mind the cache.',
          stage: 'foundation',
          focus: 'data-model',
          preCommit: ['npm test'],
          validationScenario: { type: 'cli', steps: ['run it'], successCriteria: 'it runs' },
          contextFiles: ['docs/a.md'],
          routing: { complexity: 'expert' },
          log: ['tried'],
          attempts: 3,
        }),
      ),
    );
    expect(report).toBe('');
    expect(plan.title).toBe('Shop');
    expect(plan.tasks).toMatchObject([
      {
        id: 'US-001',
        title: 'Story US-001',
        description: [
          'As a user, I want it.',
          'Focus: data-model',
          'Validation scenario:\ntype: cli\nsteps: - run it\nsuccessCriteria: it runs',
          'Before the commit: - npm test',
          'Notes: Mind the cache.',
        ].join('\n\n'),
        criteria: [
          { id: 'US-001.AC1', text: 'It is there' },
          { id: 'US-001.AC2', text: 'Typecheck passes' },
        ],
        phase: 'foundation',
        context: { guides: ['docs/a.md'] },
        risk: 'Medium',
        size: 'L',
        declared: 'pending',
        origin: { file, line: 5 },
      },
    ]);
  });

  test('snake case, and a list as the whole file, are read', () => {
    const text = '[{"id": "T-1", "title": "A", "acceptance_criteria": ["a"], "status": "pending"}]';
    expect(ralphPrdFormat.detect(file, text)).toBe(true);
    expect(read(text).plan.tasks).toMatchObject([{ id: 'T-1', criteria: [{ id: 'T-1.AC1', text: 'a' }] }]);
  });

  test('stories without an id get one of their words, so that moving them about changes nothing', () => {
    const entry = (description: string): Fields => ({
      category: 'ui',
      description,
      steps: ['look'],
      passes: false,
    });
    const long = 'A new chat button that makes a fresh conversation in the side bar of the page';
    const stories = [entry('Log in'), entry('Log in!'), entry('\u767b\u5f55'), entry(long)];
    const ids = ['log-in', 'log-in-2', 'story', 'a-new-chat-button-that-makes-a-fresh'];
    expect(read(JSON.stringify(stories)).plan.tasks).toMatchObject(
      ids.map((id) => ({ id, criteria: [{ id: `${id}.AC1`, text: 'look' }] })),
    );
    expect(read(JSON.stringify(stories.slice(3))).plan.tasks[0]!.id).toBe(ids[3]);
    expect(read(JSON.stringify(stories)).plan.tasks[3]).toMatchObject({
      title: long,
      description: 'Category: ui',
    });
  });

  test('an id made of words is never one that the file gives', () => {
    const text = '[{"description":"Log in","steps":[]},{"id":"Log-In","title":"B","steps":[]}]';
    expect(read(text).draft.tasks.map(({ id }) => id)).toEqual(['log-in-2', 'Log-In']);
  });

  test('numeric ids are texts, digit for digit', () => {
    expect(read('[{"id":1.10,"title":"A","passes":false},{"id":2,"title":"B"}]').plan.tasks).toMatchObject([
      { id: '1.10' },
      { id: '2', dependencies: ['1.10'] },
    ]);
  });

  test('what is no story is refused where it stands', () => {
    const text = '[\n  {"title": "A", "passes": true},\n  7,\n  {"id": [], "title": "B"}\n]';
    expect(read(text).draft.diagnostics).toMatchObject([
      { line: 3, column: 3, message: 'a story must be an object, not 7' },
      { line: 4, column: 10, message: 'an "id" is a text or a number, not a list' },
    ]);
    expect(read('{"product": "x"}').report).toContain('there is no list of stories');
    expect(read('{"userStories": [').report).toContain('PLAN-SYNTAX');
  });
});

describe('dependencies', () => {
  test('each story waits for the one before it in the order of priorities', () => {
    const text = prd(story('C', { priority: 3 }), story('A', { priority: 1 }), story('B', { priority: '2' }));
    expect(edges(text)).toEqual({ A: [], B: ['A'], C: ['B'] });
  });

  test('stories of one priority are in the order of the file, those without one are last', () => {
    const text = prd(story('D'), story('A', { priority: 1 }), story('B', { priority: 1 }), story('E'));
    expect(edges(text)).toEqual({ A: [], B: ['A'], D: ['B'], E: ['D'] });
  });

  test('priorities may be words, which tell the risk, too', () => {
    const text = prd(
      story('B', { priority: 'low' }),
      story('A', { priority: 'High' }),
      story('C', { priority: 'odd' }),
    );
    expect(edges(text)).toEqual({ A: [], B: ['A'], C: ['B'] });
    expect(read(text).plan.tasks.map(({ risk }) => risk)).toEqual(['Low', 'High', 'Medium']);
    expect(read(text).report).toContain('"odd" is no priority');
  });

  test('where one story names dependencies, the order is none', () => {
    const text = prd(
      story('A', { priority: 1 }),
      story('B', { priority: 2, dependencies: [] }),
      story('C', { priority: 3, dependsOn: ['A', { id: 'B' }] }),
    );
    expect(edges(text)).toEqual({ A: [], B: [], C: ['A', 'B'] });
  });

  test('one that resolves to nothing is refused where it stands', () => {
    const text = prd(story('A'), story('B', { dependencies: ['A', 'X-9', null] }));
    const { report } = read(text);
    expect(report).toContain('B depends on X-9, which no task has');
    expect(report).toContain('a dependency is the id of a story, not null');
    expect(report).toContain(`${file}:17:9 error PLAN-UNKNOWN-DEPENDENCY`);
  });
});

describe('statuses', () => {
  test('passes counts, then the word, then the marks', () => {
    expect(
      statuses(
        story(1, { passes: true, status: 'pending' }),
        story(2, { passes: 'true' }),
        story(3, { inProgress: true }),
        { id: 4, title: 'x', steps: [], started: true, complete: false },
        { id: 5, title: 'x', steps: [], started: true, complete: true },
        { id: 6, title: 'x', status: 'passed' },
        { id: 7, title: 'x', status: 'in_progress' },
        { id: 8, title: 'x', status: 'blocked' },
        { id: 9, title: 'x', status: 'skipped' },
        { id: 10, title: 'x', status: 'failed' },
      ),
    ).toEqual([
      'completed',
      'completed',
      'in-progress',
      'in-progress',
      'completed',
      'completed',
      'in-progress',
      'blocked',
      'skipped',
      'pending',
    ]);
  });

  test('what is not known, or at odds, is said and read as pending', () => {
    const odd = [
      story(1, { passes: 'maybe' }),
      story(2, { status: 'done' }),
      { id: 3, title: 'x', status: 'zzz' },
    ];
    expect(statuses(...odd)).toEqual(['pending', 'pending', 'pending']);
    const { report } = read(prd(...odd));
    expect(report).toContain('"passes" is true or false, not "maybe"; read as false');
    expect(report).toContain('the status is "done", but "passes" is false, which counts');
    expect(report).toContain('"zzz" is no known status; read as pending');
    expect(back(prd(...odd), { 1: 'pending', 2: 'pending', 3: 'pending' })).toBe(prd(...odd));
  });
});

describe('writing statuses back', () => {
  const odd =
    '\uFEFF{"userStories" :[\r\n\t{ "passes":false ,"id": "A", "title": "\\u0041", "x": {"passes": false} },\r\n {"id":"B","title":"B","passes":true}]}\r\n';

  test('changes passes and no byte around it', () => {
    expect(back(odd, { A: 'completed', B: 'completed' })).toBe(
      odd.replace('"passes":false ', '"passes":true '),
    );
    expect(back(odd, { A: 'pending', B: 'stale' })).toBe(odd.replace('"passes":true', '"passes":false'));
  });

  test.each(['running', 'proven', 'blocked', 'skipped', 'abandoned', 'stale'] as const)(
    'what passes cannot tell is left as it is: %s',
    (status) => {
      expect(back(odd, { A: status })).toBe(odd);
    },
  );

  test.each([
    ['running', 'in_progress'],
    ['completed', 'passed'],
    ['completed-external', 'passed'],
    ['stale', 'review'],
    ['blocked', 'blocked'],
    ['skipped', 'skipped'],
    ['abandoned', 'abandoned'],
  ] as const)('%s is written as the word %s, the one of the file where it has one', (status, word) => {
    const text = '[{"id":"A","title":"A","status":"todo"},{"id":"B","title":"B","status":"passed"}]';
    const result = back(text, { A: status, B: 'completed' });
    expect(result).toBe(text.replace('todo', word));
    expect(back(result, { A: status, B: 'completed' })).toBe(result);
  });

  test('marks of work in progress follow', () => {
    const text =
      '[{"id":"A","title":"A","inProgress":false,"passes":false},{"id":"B","title":"B","started":false,"complete":false}]';
    expect(back(text, { A: 'running', B: 'running' })).toBe(
      text.replace('"inProgress":false', '"inProgress":true').replace('"started":false', '"started":true'),
    );
    const done = back(back(text, { A: 'running', B: 'running' }), { A: 'completed', B: 'completed' });
    expect(done).toBe(
      text
        .replace('"passes":false', '"passes":true')
        .replace('"started":false,"complete":false', '"started":true,"complete":true'),
    );
  });

  test('a story that says nothing of its status gets passes once it is done, in the style of its members', () => {
    const text = '[\n  {\n    "title": "A",\n    "steps": []\n  }\n]';
    expect(back(text, { a: 'blocked' })).toBe(text);
    expect(back(text, { a: 'completed' })).toBe(text.replace('[]\n', '[],\n    "passes": true\n'));
  });

  test('a file that cannot be read is left alone, with the reason', () => {
    const { plan } = read(odd);
    expect(back('[\n{"id": }]', { A: 'completed' }, plan)).toBe('! line 2: expected a value');
    expect(back('{}', { A: 'completed' }, plan)).toBe('! it has no list of stories any more');
  });
});

describe('knowing the format', () => {
  const detect = (value: unknown, name = file): boolean =>
    ralphPrdFormat.detect(name, typeof value === 'string' ? value : JSON.stringify(value));

  test('takes lists of stories', () => {
    expect(detect(prd(story('A')))).toBe(true);
    expect(detect([{ category: 'x', description: 'y', steps: ['z'], started: false, complete: false }])).toBe(
      true,
    );
    expect(detect(prd(story('A')), 'scripts/ralph/prd.json.example')).toBe(true);
    expect(detect('{"userStories": [')).toBe(true);
    expect(detect('')).toBe(true);
  });

  test('leaves product documents and the lists of other tools alone', () => {
    expect(detect({ title: 'Product', goals: ['x'], userStories: ['As a user, I want it'] })).toBe(false);
    expect(detect({ title: 'Product', features: [{ title: 'A', acceptanceCriteria: [] }] })).toBe(false);
    expect(detect({ tasks: [{ id: 1, title: 'A', status: 'pending', passes: true }] })).toBe(false);
    expect(detect([{ id: 'x', title: 'A', issue_type: 'bug', acceptance_criteria: 'y' }])).toBe(false);
    expect(detect([])).toBe(false);
    expect(detect('# PRD')).toBe(false);
    expect(detect(prd(story('A')), 'prd.md')).toBe(false);
  });
});

test('no text makes the reader or the writer throw', () => {
  const base = prd(story('A', { priority: 1 }), story('B', { dependencies: ['A'], status: 'todo' }));
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    '"',
    ',',
    'null',
    '1e3',
    '"userStories":',
    '\uFEFF',
    '\\',
    '\ud800',
    '"id":9,',
  ];
  const mutation = fc.tuple(fc.nat(base.length), fc.nat(30), fc.constantFrom(...pieces, '', '\r\n'));
  fc.assert(
    fc.property(fc.array(mutation, { maxLength: 4 }), (mutations) => {
      let text = base;
      for (const [at, length, piece] of mutations) text = text.slice(0, at) + piece + text.slice(at + length);
      ralphPrdFormat.detect(file, text);
      const draft = ralphPrdFormat.read(singleFile(file, text));
      draft.tasks.forEach((_, at) => draft.locate(at, { field: 'dependency', index: 0 }));
      const view = Object.fromEntries(draft.tasks.map(({ id }) => [id, 'completed' as const]));
      expect(back(text, view)).toBeTypeOf('string');
    }),
    { numRuns: 300 },
  );
});

test('values of any shape in any field are read without an exception, and kept as they are', () => {
  const views = { pending: 'pending', 'in-progress': 'running', completed: 'completed' } as const;
  const keys = [
    'id',
    'title',
    'status',
    'dependencies',
    'passes',
    'priority',
    'steps',
    'files',
    'inProgress',
  ];
  const fields = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue());
  fc.assert(
    fc.property(fc.array(fields, { maxLength: 5 }), fc.nat(3), (stories, indent) => {
      const text = JSON.stringify(stories, null, indent);
      const { draft, plan } = read(text);
      const view = Object.fromEntries(
        draft.tasks.map(({ id, declared }) => [id, views[declared as keyof typeof views]] as const),
      );
      const isUnique = new Set(draft.tasks.map(({ id }) => id)).size === draft.tasks.length;
      if (isUnique) expect(back(text, view, plan)).toBe(text);
    }),
    { numRuns: 200 },
  );
});
