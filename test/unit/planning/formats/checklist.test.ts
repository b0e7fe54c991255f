import { describe, expect, test } from 'vitest';
import { checklistFormat } from '../../../../src/planning/formats/checklist/format.ts';
import type { ViewStatus } from '../../../../src/domain/view.ts';
import { check, viewOf } from './plan-texts.ts';

const file = 'TODO.md';

function read(text: string): ReturnType<typeof check> {
  return check(checklistFormat, file, text);
}

function idsOf(text: string): readonly string[] {
  return read(text).draft.tasks.map(({ id }) => id);
}

function written(text: string, statuses: readonly ViewStatus[]): string {
  const { plan } = read(text);
  const view = viewOf(Object.fromEntries(plan.tasks.map(({ id }, at) => [id, statuses[at] ?? 'pending'])));
  const backlog = { entry: file, files: [file] };
  const texts = new Map([[file, text]]);
  const [result] = checklistFormat.writeBack({ backlog, plan, facts: undefined, texts, view });
  return result !== undefined && 'text' in result ? result.text : '';
}

describe('what is a checklist', () => {
  test('any Markdown file with boxes outside of fences and comments, whatever its name', () => {
    for (const name of [
      'TODO.md',
      'docs/ROADMAP.md',
      'tasks/todo.md',
      'docs/notes.md',
      '.kiro/specs/a/tasks.md',
    ])
      expect(checklistFormat.detect(name, '- [ ] a\n')).toBe(true);
    for (const text of ['', '# Roadmap\n\n- idea\n', '```\n- [ ] a\n```\n', '<!--\n- [ ] a\n-->\n'])
      expect(checklistFormat.detect(file, text)).toBe(false);
  });

  test('not what stands beside a backlog, and not the checklists of other formats', () => {
    for (const name of [
      ...[
        'my-todo.txt',
        'TODO.json',
        'docs/plans/2026-01-01-search-design.md',
        'design.md',
        'specs/1/spec.md',
      ],
      ...['specs/001-a/checklists/ux.md', '.specify/checklist.md', 'docs/IMPLEMENTATION_PROGRESS.md'],
    ])
      expect(checklistFormat.detect(name, '- [ ] a\n')).toBe(false);
  });
});

describe('ids', () => {
  const text = '# T\n\n## Short term\n\n- [ ] Add **search**\n- [ ] Fix it\n';

  test('are words of heading and text with a hash, and survive changes elsewhere', () => {
    const [search, fix] = idsOf(text);
    expect(search).toMatch(/^short-term\/add-search-[0-9a-f]{8}$/);
    const changed = text
      .replace('- [ ] Add', '- [ ] New first\n- [x] Add')
      .replace('## Short term', '## Before\n\n- [ ] x\n\n## Short term ✅ DONE');
    expect(idsOf(changed).slice(2)).toEqual([search, fix]);
  });

  test('marks of the status in the text do not count', () => {
    const done = text.replace('Fix it', 'Fix it (completed 2026-03-14)');
    expect(idsOf(done)).toEqual(idsOf(text));
    expect(read(done).draft.tasks[1]!.title).toBe('Fix it');
  });

  test('of equal texts under one heading are counted', () => {
    const [a, b, c] = idsOf('- [ ] same\n- [ ] same\n\n## H\n\n- [ ] same\n');
    expect(b).toBe(`${a}-2`);
    expect(c).toBe(`h/${a}`);
  });

  test('are the labels that the file itself gives, each once', () => {
    const text =
      '- [ ] T1 — scaffold\n- [ ] 00.2 Add\n- [ ] **01-02: C**\n- [ ] HTTP2 support\n- [ ] T1: again\n';
    const ids = idsOf(text);
    expect(ids.slice(0, 3)).toEqual(['T1', '00.2', '01-02']);
    expect(ids.slice(3).map((id) => id.replace(/-[0-9a-f]{8}$/, ''))).toEqual(['http2-support', 't1-again']);
  });

  test('of texts in other scripts are the hash', () => {
    expect(idsOf('## 高优先级\n\n- [ ] 安装\n')[0]).toMatch(/^[0-9a-f]{8}$/);
  });
});

describe('what belongs to what', () => {
  test('boxes below a task are its criteria, plain lines its description', () => {
    const text =
      '- [ ] Parent `src/a.ts`\n  - why it is\n  - [x] one\n    - [ ] deep\n  - [ ] two\n- [ ] Next\n';
    const { draft } = read(text);
    expect(draft.tasks.map(({ title }) => title)).toEqual(['Parent `src/a.ts`', 'Next']);
    const [task] = draft.tasks;
    expect(task!.criteria.map(({ id, text }) => [id.replace(task!.id, ''), text])).toEqual([
      ['.AC1', 'one'],
      ['.AC2', 'deep'],
      ['.AC3', 'two'],
    ]);
    expect(task!.description).toContain('- why it is');
    expect(task!.scope).toEqual(['src/a.ts']);
    expect(task!.declared).toBe('in-progress');
  });

  test('below an item that is only a heading they are tasks', () => {
    const { draft } = read('- [ ] **Setup:**\n  - [ ] one\n- Group\n  - [ ] two\n');
    expect(draft.tasks.map(({ title, phase }) => [title, phase])).toEqual([
      ['one', 'Setup'],
      ['two', 'Group'],
    ]);
  });

  test('boxes under Definition of Done and such labels are criteria of the last task there', () => {
    const text = `## Phase A

Completion checklist:

- [ ] reviewed

Tasks:

- [ ] one
- [ ] two

### Definition of Done

- [ ] shipped

## B

- [ ] three
`;
    const { draft } = read(text);
    expect(draft.tasks.map(({ title, criteria }) => [title, criteria.map((c) => c.text)])).toEqual([
      ['one', []],
      ['two', ['reviewed', 'shipped']],
      ['three', []],
    ]);
  });

  test('a file that is nothing but a checklist is one of tasks', () => {
    expect(read('# Release checklist\n\n## Checklist\n\n- [ ] tag\n').draft.tasks).toHaveLength(1);
  });

  test('priorities become risks', () => {
    const text =
      '## Now (Priority: High)\n\n- [ ] a\n\n## 低优先级\n\n- [ ] b\n\n## C\n\n- [ ] c\n- [ ] d [P0]\n';
    expect(read(text).draft.tasks.map(({ risk }) => risk)).toEqual(['High', 'Low', 'Medium', 'High']);
  });
});

describe('dependencies', () => {
  const text = `# Roadmap

- [ ] **Phase 1: Base** - make it
- [ ] **Phase 2: More** - go on

## Phase Details

### Phase 1: Base
**Goal**: all
**Depends on**: Nothing (first phase)

- [ ] 01-01: a
- [ ] 01-02: b

### Phase 02: More
**Depends on**: Phase 1, Phase 7
`;

  test('of phases hold between their tasks; a phase that is not there is a warning', () => {
    const { draft, report } = read(text);
    expect(draft.tasks.map(({ title, dependencies }) => [title, dependencies])).toEqual([
      ['Phase 2: More - go on', ['01-01', '01-02']],
      ['01-01: a', []],
      ['01-02: b', []],
    ]);
    expect(report).toContain('TODO.md:16:32 warning PLAN-WARNING  "7" is nothing that this list still has');
  });

  test('of items are named by labels; document order is none', () => {
    const { draft, report } = read('- [ ] T1: a\n- [ ] T2: b (depends on T1)\n- [ ] T3: c (after T9)\n');
    expect(draft.tasks.map(({ dependencies }) => dependencies)).toEqual([[], ['T1'], []]);
    expect(report).toContain('"T9" is nothing that this list still has');
  });
});

describe('statuses', () => {
  test('in all the forms that are seen', () => {
    const marks = ['[ ]', '[x]', '[X]', '[~]', '[-]', '[/]'];
    const text = `${marks.map((mark, at) => `- ${mark} t${at}\n`).join('')}- ✅ a\n- 🚧 b\n- ⏳ c\n- [ ] ~~gone~~\n- [ ]* maybe\n`;
    expect(read(text).draft.tasks.map(({ declared }) => declared)).toEqual([
      ...['pending', 'completed', 'completed', 'in-progress', 'in-progress', 'in-progress'],
      ...['completed', 'in-progress', 'pending', 'skipped', 'skipped'],
    ]);
  });

  test('an unknown mark is open, with a warning, and stays', () => {
    const text = '- [?] a\n- [ ] b\n';
    expect(read(text).report).toContain('TODO.md:1:7 warning PLAN-WARNING  [?] is no mark of a task');
    expect(written(text, ['pending', 'running'])).toBe(text);
    expect(written(text, ['completed'])).toBe('- [x] a\n- [ ] b\n');
  });

  test('one character changes, and not those of criteria', () => {
    const text = '\uFEFF## A\r\n\r\n* [ ] one\r\n  * [ ] sub\r\n1. [x]\u00a0two\r\n- ⏳ three';
    expect(written(text, ['completed', 'completed', 'completed'])).toBe(
      text.replace('* [ ] one', '* [x] one').replace('⏳', '✅'),
    );
    expect(written(text, ['pending', 'pending', 'pending'])).toBe(text.replace('[x]', '[ ]'));
  });

  test('a ticked task with an open box below it is a warning', () => {
    expect(read('- [x] a\n  - [ ] b\n').report).toContain('it is ticked, but line 2 below it is not');
  });
});

test('a sign that says less than the ticked criterion below it stays', () => {
  const text = '- ⏳ a\n  - [x] b\n  - [ ] c\n- [ ] d\n';
  expect(read(text).draft.tasks[0]?.declared).toBe('in-progress');
  expect(written(text, ['running', 'pending'])).toBe(text);
  expect(written(text, ['completed', 'pending'])).toBe(text.replace('⏳', '✅'));
});

test('much prose above many items is read once', () => {
  const text = `## A\n\n${'why\n\n'.repeat(20_000)}${'- [ ] a\n\n'.repeat(20_000)}`;
  expect(read(text).draft.tasks).toHaveLength(20_000);
});
