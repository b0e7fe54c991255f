import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ViewStatus } from '../../../../src/domain/view.ts';
import { renderDiagnostics } from '../../../../src/planning/diagnostic.ts';
import { bmadFormat } from '../../../../src/planning/formats/bmad/format.ts';
import { validateDraft } from '../../../../src/planning/validate.ts';
import { check, viewOf } from './plan-texts.ts';

const folder = 'docs/stories';
const file = `${folder}/1.2.story.md`;

function story(id: string, head: string, rest = ''): string {
  return `# Story ${id}: Title\n\n${head}\n\n## Story\n\nI want it.\n\n## Acceptance Criteria\n\n1. It works\n${rest}`;
}

/** Reads several files of one folder, by name. */
function readAll(texts: Readonly<Record<string, string>>) {
  const files = new Map(Object.entries(texts).map(([name, text]) => [`${folder}/${name}`, text]));
  const [first = file, text = ''] = [...files][0] ?? [];
  const draft = bmadFormat.read({ entry: folder, file: first, text, files, companions: new Map() });
  const { tasks, diagnostics } = validateDraft(draft, first);
  const report = renderDiagnostics([...draft.diagnostics, ...diagnostics], files, { color: false });
  return {
    draft,
    tasks,
    report,
    edges: draft.tasks.map(({ id, dependencies }) => `${id}: ${dependencies.join(' ')}`),
  };
}

function written(text: string, status: ViewStatus): string {
  const { plan } = check(bmadFormat, file, text);
  const [result] = bmadFormat.writeBack({
    backlog: { entry: folder, files: [file] },
    plan,
    facts: undefined,
    texts: new Map([[file, text]]),
    view: viewOf({ '1.2': status }),
  });
  return result !== undefined && 'text' in result ? result.text : 'problem';
}

describe('reading a story', () => {
  test('leaves the quotes of a title, and takes off those of front matter', () => {
    const rest = '\n\n## Story\n\n## Acceptance Criteria\n\n1. One\n';
    const titleOf = (text: string): string => check(bmadFormat, file, text).plan.tasks[0]!.title;
    expect(titleOf(`# Story 1.2: Rename "a" to "b"${rest}`)).toBe('Rename "a" to "b"');
    expect(titleOf(`---\ntitle: "Story 1.2: Rename"\n---${rest}`)).toBe('Rename');
  });

  test('takes what to do as description, and not what was done', () => {
    const { plan, report } = check(
      bmadFormat,
      file,
      `# Story 1.2: New layout

## Status
Draft

## Story
**As a** user, I want a layout.

## Acceptance Criteria
All from the PRD.

1. The sidebar is there
   - with icons
2. AC2: The header is there

## Tasks / Subtasks
- [x] **Task 1 (AC: 1, 2):** Change \`src/layout.tsx\` [Source: docs/architecture.md#Layout; docs/ui.md]
  - [ ] Subtask 1.1

## Dev Notes
### File Locations
- \`src/app.tsx\`

\`\`\`md
## Status
Done
\`\`\`

## Change Log
| Date | Text |

## Dev Agent Record
### Notes
It went well.
### File List
- \`src/other.ts\`

## QA Results
- [ ] Improve \`src/qa.ts\`
`,
    );
    expect(report).toBe('');
    expect(plan.tasks).toEqual([
      {
        id: '1.2',
        kind: 'task',
        title: 'New layout',
        description: `## Story
**As a** user, I want a layout.

## Tasks / Subtasks
- **Task 1 (AC: 1, 2):** Change \`src/layout.tsx\` [Source: docs/architecture.md#Layout; docs/ui.md]
  - Subtask 1.1

## Dev Notes
### File Locations
- \`src/app.tsx\`

\`\`\`md
## Status
Done
\`\`\`

All from the PRD.`,
        criteria: [
          { id: 'AC1', text: 'The sidebar is there\n   - with icons' },
          { id: 'AC2', text: 'The header is there' },
        ],
        dependencies: [],
        conflictsWith: [],
        scope: ['src/layout.tsx', 'src/app.tsx'],
        risk: 'Medium',
        size: 'M',
        provisional: false,
        phase: 'Epic 1',
        context: { specs: ['docs/architecture.md#Layout', 'docs/ui.md'], adrs: [], guides: [] },
        testFiles: [],
        gapCodes: [],
        declared: 'pending',
        specHash: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
        origin: { file, line: 1 },
      },
    ]);
  });

  test.each([
    [
      '### AC1: Login\n\n**Given** a user\n**When** she signs in\n\n**Then** it works\n\n### AC2\nMore',
      [
        ['AC1', 'Login\n**Given** a user\n**When** she signs in\n**Then** it works'],
        ['AC2', 'More'],
      ],
    ],
    [
      '**AC1:** One\n**AC#2** - Two\n- AC\u202f#3: Three',
      [
        ['AC1', 'One'],
        ['AC2', 'Two'],
        ['AC3', 'Three'],
      ],
    ],
    [
      '- [x] One\n  - part\n- Two',
      [
        ['1.2.AC1', 'One\n  - part'],
        ['1.2.AC2', 'Two'],
      ],
    ],
    [
      '**Given** a\n**Then** b\n\n**Given** c\n**Then** d',
      [
        ['1.2.AC1', '**Given** a\n**Then** b'],
        ['1.2.AC2', '**Given** c\n**Then** d'],
      ],
    ],
    [
      '### Web\n1. One\n### Phone\n1. Two',
      [
        ['AC1', 'One'],
        ['1.2.AC2', 'Two'],
      ],
    ],
    ['', []],
  ])('finds the criteria in %j', (text, expected) => {
    const { draft } = check(
      bmadFormat,
      file,
      `# Story 1.2: T\n\nStatus: done\n\n## Acceptance Criteria\n\n${text}\n\n## Tasks\n\n- a\n`,
    );
    expect(draft.tasks[0]!.criteria.map(({ id, text: said }) => [id, said])).toEqual(expected);
  });

  test.each([
    ['Status: done', 'completed'],
    ['Status: ready-for-dev', 'pending'],
    ['Status: drafted', 'pending'],
    ['**Status:** In Progress', 'in-progress'],
    ['**Status**: ✅ **Complete** (2025)', 'completed'],
    ['## Status: Done', 'completed'],
    ['## Status\n\nReady for Review', 'in-progress'],
    ['## Status\n**InProgress**', 'in-progress'],
    ['## Status\n\nDone \u2014 2025-09-19', 'completed'],
    ['## Status\n\nShelved \u2014 2025-09-22; halted', 'skipped'],
    ['## Status\n\nCancelled', 'abandoned'],
    ['## Status\n\nBlocked by 1.1', 'blocked'],
    ['## Status', 'pending'],
    ['', 'pending'],
  ])('reads the status %j', (head, expected) => {
    const { draft, report } = check(bmadFormat, file, story('1.2', head));
    expect(report).toBe('');
    expect(draft.tasks[0]!.declared).toBe(expected);
  });

  test('warns of an unknown status, of front matter that says another, and of a title with another number', () => {
    const { report } = check(
      bmadFormat,
      file,
      `---\nstatus: Done\n---\n${story('1.3', 'Status: Marinating')}`,
    );
    expect(report).toContain(`${file}:6:9 warning PLAN-WARNING  "Marinating" is no status of a story`);
    expect(report).toContain(
      `${file}:2:9 warning PLAN-WARNING  the front matter says Done, the text Marinating`,
    );
    expect(report).toContain("the title says story 1.3, the file's name 1.2; the name counts");
  });
});

describe('a folder of stories', () => {
  test('is one backlog, in which each story waits for the one before it in its epic', () => {
    expect(
      bmadFormat.group!(['docs/stories/1.1.a.md', 'docs/stories/2-1-b.md', 'x/1.1.md', '1.9.md']),
    ).toEqual([
      { entry: 'docs/stories', files: ['docs/stories/1.1.a.md', 'docs/stories/2-1-b.md'] },
      { entry: 'x', files: ['x/1.1.md'] },
      { entry: '.', files: ['1.9.md'] },
    ]);
    const names = [
      '1.10.slug.md',
      '2-9a-more.md',
      '1.2.story.md',
      '2-10-x.md',
      '1.1.story.md',
      '2-9-x.md',
      'story-3.1.md',
    ];
    const { edges, report, tasks } = readAll(
      Object.fromEntries(names.map((name) => [name, story('', 'Status: done')])),
    );
    expect(report).toBe('');
    expect(edges).toEqual(['1.1: ', '1.2: 1.1', '1.10: 1.2', '2.9: ', '2.9a: 2.9', '2.10: 2.9a', '3.1: ']);
    expect(tasks[1]!.origin).toEqual({ file: `${folder}/1.2.story.md`, line: 1 });
  });

  test('passes over shelved stories, adds what a story says it depends on, and warns of stories elsewhere', () => {
    const { edges, report } = readAll({
      '1.1.a.md': story('1.1', 'Status: done'),
      '1.2.b.md': story('1.2', 'Status: shelved'),
      '1.3.c.md': story('1.3', 'Status: draft\n\nDepends on: Story 2.1 \u2014 Title (Done), Story 9.9'),
      '2.1.d.md': story('2.1', 'Status: draft'),
    });
    expect(edges).toEqual(['1.1: ', '1.2: 1.1', '1.3: 1.1 2.1', '2.1: ']);
    expect(report).toContain(
      `${folder}/1.3.c.md:5:45 warning PLAN-WARNING  story 9.9 is not among those of docs/stories`,
    );
  });

  test('a story that depends on a later one comes behind it', () => {
    const { edges, report } = readAll({
      '1.1.a.md': story('1.1', 'Status: draft\n\n**Depends on:** Story 1.2'),
      '1.2.b.md': story('1.2', 'Status: draft'),
      '1.3.c.md': story('1.3', 'Status: draft'),
    });
    expect(report).toBe('');
    expect(edges).toEqual(['1.1: 1.2', '1.2: ', '1.3: 1.1']);
  });

  test('two files with one number are an error', () => {
    const { report } = readAll({
      '1.2.a.md': story('1.2', 'Status: done'),
      '1-2-b.md': story('1.2', 'Status: done'),
    });
    expect(report).toContain('PLAN-DUPLICATE-ID  a second task has the id 1.2; the first is at ');
  });
});

describe('writing a status into a story', () => {
  test.each([
    ['Status: ready-for-dev', 'running', 'Status: in-progress'],
    ['Status: in-progress', 'completed', 'Status: done'],
    ['Status: done', 'stale', 'Status: review'],
    ['## Status\nDraft', 'running', '## Status\nInProgress'],
    ['## Status\n\n**Approved** (Bob)', 'completed-external', '## Status\n\n**Done** (Bob)'],
    ['## Status: Done', 'pending', '## Status: Approved'],
    ['## Status', 'completed', '## Status\nDone'],
    ['Status:', 'completed', 'Status: Done'],
    ['Status: Draft', 'blocked', 'Status: Draft'],
    ['Status: Ready for Review', 'proven', 'Status: Ready for Review'],
    ['Status: Marinating', 'pending', 'Status: Marinating'],
    ['## Status\n\nShelved \u2014 why', 'skipped', '## Status\n\nShelved \u2014 why'],
  ] as const)('%j becomes %s: %j', (before, status, after) => {
    for (const change of [
      (text: string) => text,
      (text: string) => `\uFEFF${text.replaceAll('\n', '\r\n')}`,
    ]) {
      expect(written(change(story('1.2', before)), status)).toBe(change(story('1.2', after)));
    }
  });

  test('a story without a status gets one when it has begun', () => {
    const bare = '# Story 1.2: T\n\n## Acceptance Criteria\n\n1. One\n';
    expect(written(bare, 'pending')).toBe(bare);
    expect(written(bare, 'running')).toBe(
      '# Story 1.2: T\n\nStatus: in-progress\n\n## Acceptance Criteria\n\n1. One\n',
    );
    const front = '---\ntitle: Story 1.2 \u2014 T\n---\n\n## Acceptance Criteria\n\n1. One\n';
    expect(written(front, 'completed')).toBe(front.replace('T\n---', 'T\nstatus: done\n---'));
  });

  test('front matter and text are kept together, and left apart where the text is right', () => {
    const text = (front: string, head: string): string => `---\nstatus: ${front}\n---\n${story('1.2', head)}`;
    expect(written(text('draft', 'Status: Draft'), 'completed')).toBe(text('done', 'Status: Done'));
    expect(written(text('review', 'Status: Draft'), 'running')).toBe(text('review', 'Status: InProgress'));
    expect(written(text('draft', 'Status: Done'), 'completed')).toBe(text('draft', 'Status: Done'));
  });
});

describe('knowing a story', () => {
  const criteria = '## Acceptance Criteria\n\n1. One\n';
  test.each([
    ['docs/stories/1.2.story.md', `# Story 1.2: A\n\nStatus: done\n\n${criteria}`, true],
    ['notes.md', `# Story 1.2: A\n\n## Tasks / Subtasks\n\n${criteria}`, true],
    ['2-9a-b.md', `# Story: A\n\n## Story\n\n${criteria}`, true],
    ['1.2.a.md', `---\ntitle: "Story 1.2 \u2014 A"\n---\n## Story\n${criteria}`, true],
    ['a.md', `# Story: A\n\n## Story\n\n${criteria}`, false],
    ['validation-report-1-2.md', `# Story 1.2: A\n\n## Story\n\n${criteria}`, false],
    ['1-2-validation.md', `# Validation Report\n\n## Story\n\n${criteria}`, false],
    ['epic-1.md', `# Epic 1\n\n### Story 1.1: A\n\n${criteria}`, false],
    ['1.2.md', `# Story 1.2\n\n### Story 1.1: A\n\n${criteria}\n### Story 1.2: B\n`, false],
    ['1.2.md', `# Story 1.2\n\nThe acceptance criteria come later.\n`, false],
    ['1.2.md', '```\n# Story 1.2: A\n## Story\n## Acceptance Criteria\n```\n', false],
    ['sprint-status.yaml', `# Story 1.2\nstatus: done\n${criteria}`, false],
  ])('%s with %j: %s', (name, text, expected) => {
    expect(bmadFormat.detect(name, text)).toBe(expected);
  });
});

test('no text makes the reader throw', () => {
  const piece = fc.constantFrom(
    ...[
      '# Story 1.2: A\n',
      '## Status\n',
      'Status: done\n',
      'Status:',
      '---\n',
      'status: x\n',
      '## Acceptance Criteria\n',
    ],
    ...[
      '1. ',
      '- [ ] ',
      'AC1: ',
      '\r\n',
      '\n',
      '```\n',
      'Depends on: Story 1.3\n',
      '[Source: a.md',
      ']',
      '\u202f',
      '## ',
    ],
  );
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }), { minLength: 1, maxLength: 3 }),
      (texts) => {
        const { draft } = readAll(
          Object.fromEntries(texts.map((parts, at) => [`1.${at}.a.md`, parts.join('')])),
        );
        expect(draft.tasks).toHaveLength(texts.length);
        for (const { criteria } of draft.tasks)
          expect(new Set(criteria.map(({ id }) => id)).size).toBe(criteria.length);
        bmadFormat.detect(file, texts[0]!.join(''));
      },
    ),
    { numRuns: 300 },
  );
});

test.each([
  ['sources', '[Source: '.repeat(30_000)],
  ['headings', '## a\n'.repeat(50_000)],
  ['criteria', `## Acceptance Criteria\n${'1. a\n'.repeat(30_000)}`],
  [
    'blanks',
    `Status:${' '.repeat(200_000)}x\n## Status${' '.repeat(200_000)}x\n# Story${' '.repeat(200_000)}x`,
  ],
  ['dependencies', 'Depends on: Story 1.2 story 1.3, story\n'.repeat(20_000)],
])('a hostile text of many %s is read without harm', (_name, rest) => {
  const { draft } = readAll({ '1.2.a.md': story('1.2', 'Status: draft', rest), '1.3.b.md': rest });
  expect(draft.tasks).toHaveLength(2);
});

test('a title behind the first section takes no status, which would not be read there', () => {
  const text = '## Story\n\nI want it.\n\n# Story 1.2: Title\n\n## Acceptance Criteria\n\n1. It works\n';
  expect(written(text, 'completed')).toBe(text);
});
