import { describe, expect, test } from 'vitest';
import type { TaskId } from '../../../../src/domain/ids.ts';
import type { ViewStatus } from '../../../../src/domain/view.ts';
import { codeTaskFormat } from '../../../../src/planning/formats/code-task/format.ts';
import { planHash } from '../../../../src/planning/spec-hash.ts';
import { validateDraft } from '../../../../src/planning/validate.ts';
import { viewOf } from './plan-texts.ts';

const root = '.sop/planning/implementation';

function tree(files: Readonly<Record<string, string>>, entry = root) {
  const texts = new Map(Object.entries(files).map(([name, text]) => [`${entry}/${name}.code-task.md`, text]));
  const names = [...texts.keys()];
  const input = { entry, file: names[0]!, text: texts.get(names[0]!)!, files: texts, companions: new Map() };
  const draft = codeTaskFormat.read(input);
  const { tasks, diagnostics } = validateDraft(draft, names[0]!);
  const faults = [...draft.diagnostics, ...diagnostics]
    .filter(({ message }) => !message.includes('front matter'))
    .map(({ severity, file, line, column, length, message }) => {
      const own = texts.get(file)!.split('\n')[line - 1]!;
      const marked = own.slice(column - 1, column - 1 + length);
      return `${severity} [${marked}] ${message}`;
    });
  return { draft, tasks, faults };
}

/** A task that depends on what its lines say. */
const task = (...dependencies: readonly string[]): string =>
  ['# Task: Do it', '', '## Dependencies', ...dependencies.map((line) => `- ${line}`), ''].join('\n');

function edgesOf(dependencies: readonly string[], own = 'step02/task-02-b') {
  const names = [
    'step01/task-01-a',
    'step01/task-02-b',
    'step02/task-01-a',
    'step02/task-02-b',
    'step03/task-01-a',
  ];
  const { draft, faults } = tree(
    Object.fromEntries(names.map((name) => [name, task(...(name === own ? dependencies : ['None']))])),
  );
  return { edges: draft.tasks.find(({ id }) => id === own)!.dependencies, faults };
}

describe('the dependencies of a code task', () => {
  test('"from Step N" is every task of that step', () => {
    expect(edgesOf(['Types from Step 1', 'x() from Step 03'])).toEqual({
      edges: ['step01/task-01-a', 'step01/task-02-b', 'step03/task-01-a'],
      faults: [],
    });
  });

  test('a task number is one of the same step, unless a step is named', () => {
    expect(edgesOf(['Types from task-01 (A, B)']).edges).toEqual(['step02/task-01-a']);
    expect(edgesOf(['Task 01 (types) - first', 'Task 1: Types']).edges).toEqual(['step02/task-01-a']);
    expect(edgesOf(['task-02 from Step 1']).edges).toEqual(['step01/task-02-b']);
    expect(edgesOf(['Step 1, Task 2']).edges).toEqual(['step01/task-02-b']);
  });

  test('file names and ids are read as they are', () => {
    expect(edgesOf(['`task-01-a.code-task.md`']).edges).toEqual(['step02/task-01-a']);
    expect(edgesOf(['step01/task-02-b']).edges).toEqual(['step01/task-02-b']);
    expect(edgesOf([`[it](${root}/step03/task-01-a.code-task.md)`]).edges).toEqual(['step03/task-01-a']);
  });

  test('lists, ranges and all previous tasks are expanded', () => {
    expect(edgesOf(['task-01 and Steps 1, 3']).edges).toEqual([
      'step02/task-01-a',
      'step01/task-01-a',
      'step01/task-02-b',
      'step03/task-01-a',
    ]);
    expect(edgesOf(['Steps 1-2 are done']).edges).toHaveLength(3);
    expect(edgesOf(['All previous tasks (1-1) must be complete']).edges).toEqual(['step02/task-01-a']);
    expect(edgesOf(['All previous tasks']).edges).toEqual(['step02/task-01-a']);
    expect(edgesOf(['All previous steps']).edges).toEqual(['step01/task-01-a', 'step01/task-02-b']);
  });

  test('plain prose is no reference', () => {
    const prose = [
      'tokio for async',
      'Task and Workflow types',
      'serde (lines 37-69)',
      'Python 3.10+',
      'All workflow components',
    ];
    expect(edgesOf([...prose, 'None (first task in sequence)'])).toEqual({ edges: [], faults: [] });
  });

  test('placeholders and what exists are listed as warnings, not taken', () => {
    const { edges, faults } = edgesOf([
      'TaskId placeholder (will be properly defined in Step 3)',
      'No changes needed to task-01',
      'Existing parser of Step 1',
    ]);
    expect(edges).toEqual([]);
    expect(faults).toEqual([
      'warning [Step 3] step03/task-01-a is only mentioned, as what exists or comes later; not a dependency',
      'warning [task-01] step02/task-01-a is only mentioned, as what exists or comes later; not a dependency',
      'warning [Step 1] step01/task-01-a, step01/task-02-b is only mentioned, as what exists or comes later; not a dependency',
    ]);
  });

  test('the cycle that a placeholder was written to get out of is named', () => {
    const { draft, faults } = tree({
      'step01/task-01-a': task('TaskId placeholder (will be properly defined in Step 2)'),
      'step02/task-01-a': task('AgentId from Step 1'),
    });
    expect(draft.tasks.map(({ dependencies }) => dependencies)).toEqual([[], ['step01/task-01-a']]);
    expect(faults).toEqual([
      'warning [Step 2] step02/task-01-a is only mentioned, as what exists or comes later; not a dependency; as one it would close a cycle: step01/task-01-a → step02/task-01-a → step01/task-01-a',
    ]);
  });

  test('a task that names itself is warned, one that nobody is refuses the plan', () => {
    expect(edgesOf(['Task from task-02']).faults).toEqual([
      'warning [task-02] this names the task itself; it is not taken as a dependency',
    ]);
    expect(edgesOf(['X from Step 9', 'task-07']).faults).toEqual([
      'error [Step 9] step02/task-02-b depends on step09, which no task has',
      'error [task-07] step02/task-02-b depends on step02/task-07, which no task has',
    ]);
  });

  test('in a line without end are said not to be looked for', () => {
    expect(edgesOf([`task-01${' x'.repeat(6_000)}`])).toEqual({
      edges: [],
      faults: ['warning [-] the line has 12009 characters; no dependency is looked for in it'],
    });
  });

  test('a file that was named alone may name others', () => {
    const file = 'a/task-03-x.code-task.md';
    const text = task('task-02');
    const input = { entry: file, file, text, files: new Map([[file, text]]), companions: new Map() };
    const draft = codeTaskFormat.read(input);
    expect(draft.tasks[0]).toMatchObject({ id: 'task-03-x', dependencies: [] });
    expect(draft.diagnostics[0]?.message).toBe(`task-02 is not open: only ${file} is; not a dependency here`);
  });
});

describe('the parts of a code task', () => {
  const text = [
    '---',
    'status: in_progress # since Monday',
    'completed: null',
    '---',
    '# Code Task: Build it',
    '',
    '## Description',
    'Why.',
    '',
    '```md',
    '## Acceptance Criteria',
    '```',
    '',
    '## Files to Modify',
    '1. `src/a.ts` - parser',
    '',
    '## Reference Documentation',
    '- Design: docs/design.md (Section 4)',
    '',
    '## Acceptance Criteria',
    '',
    '2. **Reads**',
    '   - Given a file',
    '   - When read',
    '   - Then it is',
    '   - And twice',
    '',
    '7. **Writes**',
    '',
    '## Metadata',
    '- **Complexity**: Medium-High"',
    '- **Priority**: Critical',
    '',
  ].join('\r\n');

  test('are read into their fields; fences hide headings', () => {
    const { tasks, faults } = tree({ 'task-01-x': `\ufeff${text}` });
    expect(faults).toEqual([]);
    expect(tasks[0]).toMatchObject({
      id: 'task-01-x',
      title: 'Build it',
      declared: 'in-progress',
      size: 'L',
      risk: 'High',
      scope: ['src/a.ts'],
      context: { specs: ['docs/design.md'] },
      criteria: [
        { id: 'task-01-x.AC2', text: 'Reads: Given a file; When read; Then it is; And twice' },
        { id: 'task-01-x.AC7', text: 'Writes' },
      ],
      origin: { line: 5 },
    });
    expect(tasks[0]!.description).toContain('```md\n## Acceptance Criteria\n```');
    expect(tasks[0]!.description).not.toContain('Priority');
  });

  test.each([
    ['- [ ] one\n  more\n- [x] two', ['one: more', 'two']],
    ['- one\n- two', ['one', 'two']],
    ['### Reads\n- Given a\n- Then b\n### Writes\nIt does.', ['Reads: Given a; Then b', 'Writes: It does.']],
    ['### Group\n- [ ] one\n- [ ] two', ['one', 'two']],
    ['1. one\n1. two', ['one', 'two']],
    ['It works.', ['It works.']],
  ])('criteria may be written as %j', (criteria, expected) => {
    const { draft } = tree({ a: `# Task: A\n## Acceptance Criteria\n${criteria}\n` });
    expect(draft.tasks[0]!.criteria.map((criterion) => criterion.text)).toEqual(expected);
    expect(draft.tasks[0]!.criteria.map(({ id }) => id)).toEqual(expected.map((_, at) => `a.AC${at + 1}`));
  });

  test('status words are read in all forms, others are warned of', () => {
    const declared = (word: string) => tree({ a: `---\nstatus: ${word}\n---\n# Task: A\n` });
    const forms = {
      complete: 'completed',
      '"completed"': 'completed',
      obsolete: 'abandoned',
      '': 'pending',
      null: 'pending',
    };
    for (const [word, status] of Object.entries(forms))
      expect(declared(word).draft.tasks[0]!.declared).toBe(status);
    expect(declared('wip?')).toMatchObject({
      draft: { tasks: [{ declared: 'pending' }] },
      faults: ['warning [wip?] "wip?" is no status; the task is taken as pending'],
    });
  });
});

describe('the files of a code task tree', () => {
  test('are one backlog per folder, with the steps and folders below it', () => {
    const files = [
      `${root}/step01/task-01-a.code-task.md`,
      `${root}/step02/task-01-a.code-task.md`,
      'tasks/a.code-task.md',
      'tasks/fixes/b.code-task.md',
      'c.code-task.md',
    ];
    expect(codeTaskFormat.group!(files)).toEqual([
      { entry: root, files: files.slice(0, 2) },
      { entry: 'tasks', files: files.slice(2, 4) },
      { entry: '.', files: files.slice(4) },
    ]);
  });

  test('are known by name and content', () => {
    expect(codeTaskFormat.detect('a.code-task.md', '# Task: A')).toBe(true);
    expect(codeTaskFormat.detect('a.code-task.md', '')).toBe(false);
    expect(codeTaskFormat.detect('a.md', '# Task: A\n## Acceptance Criteria')).toBe(false);
  });
});

describe('a status written back', () => {
  function write(text: string, status: ViewStatus): string {
    const file = 'tasks/a.code-task.md';
    const backlog = { entry: 'tasks', files: [file] };
    const draft = codeTaskFormat.read({
      entry: 'tasks',
      file,
      text,
      files: new Map([[file, text]]),
      companions: new Map(),
    });
    const { tasks } = validateDraft(draft, file);
    const plan = {
      name: 'p',
      title: '',
      format: codeTaskFormat.name,
      file: 'tasks',
      hash: planHash(tasks),
      tasks,
    };
    const view = viewOf({ ['a' as TaskId]: status });
    const [written] = codeTaskFormat.writeBack({
      backlog,
      plan,
      facts: undefined,
      texts: new Map([[file, text]]),
      view,
    });
    return written !== undefined && 'text' in written ? written.text : 'problem';
  }

  test('changes its one word, in the quotes that stand there', () => {
    expect(write('---\r\nstatus: pending # x\r\n---\r\n# Task: A\r\n', 'running')).toBe(
      '---\r\nstatus: in_progress # x\r\n---\r\n# Task: A\r\n',
    );
    expect(write('---\nstatus: "pending"\n---\n# Task: A', 'completed')).toBe(
      '---\nstatus: "completed"\n---\n# Task: A',
    );
    expect(write('---\nstatus:\n---\n# Task: A', 'completed')).toBe('---\nstatus: completed\n---\n# Task: A');
    expect(write('# Task: A\n\n## Status: In Progress\n', 'completed')).toBe(
      '# Task: A\n\n## Status: Completed\n',
    );
  });

  test('is added to a front matter only, and only when there is something to say', () => {
    expect(write('---\ncreated: x\n---\n# Task: A', 'completed')).toBe(
      '---\ncreated: x\nstatus: completed\n---\n# Task: A',
    );
    for (const [text, status] of [
      ['---\ncreated: x\n---\n# Task: A', 'pending'],
      ['# Task: A', 'completed'],
    ] as const)
      expect(write(text, status)).toBe(text);
    const { draft } = tree({ a: '# Task: A' });
    expect(draft.diagnostics[0]?.message).toBe(
      'a task has no front matter for a status; nothing is written there',
    );
  });

  test('keeps a comment that stands where a status should apart from the word', () => {
    const once = write('---\nstatus:# x\n---\n# Task: A', 'running');
    expect(once).toBe('---\nstatus: in_progress # x\n---\n# Task: A');
    expect(write(once, 'running')).toBe(once);
  });

  test('leaves words of the same meaning, and what the format has no word for', () => {
    for (const [word, status] of [
      ['complete', 'completed'],
      ['complete', 'completed-external'],
      ['obsolete', 'abandoned'],
      ['pending', 'blocked'],
      ['in_progress', 'skipped'],
      ['wip?', 'pending'],
    ] as const) {
      const text = `---\nstatus: ${word}\n---\n# Task: A`;
      expect(write(text, status)).toBe(text);
    }
  });
});

describe('a damaged code task', () => {
  test('without a title has its place at the beginning, one character long', () => {
    const { draft } = tree({ untitled: 'x\n\n## Acceptance Criteria\n- a' });
    expect(draft.tasks[0]?.title).toBe('untitled');
    expect(draft.locate(0, { field: 'id' })).toMatchObject({ line: 1, column: 1, length: 1 });
  });

  test.each([
    ['colons', `## ${':'.repeat(400_000)}x`],
    ['blanks', `## a${' '.repeat(400_000)}x`],
    ['stars in a status', `## Status: a${'*'.repeat(400_000)}b`],
    ['tildes', `${'~'.repeat(400_000)}\`x`],
  ])('with many %s is read without harm', (_name, text) => {
    expect(tree({ a: `# Task: A\n${text}` }).draft.tasks).toHaveLength(1);
  });
});
