/** Plans that a format is composed from: one that says all there is, and some that have been seen to break backlogs. */
import { declaredStatusSchema, riskSchema, sizeSchema, type Plan, type Task } from '../../src/domain/plan.ts';
import { specHash } from '../../src/planning/spec-hash.ts';

export type TaskSketch = Partial<Omit<Task, 'id' | 'dependencies' | 'conflictsWith' | 'origin'>> & {
  readonly id: string;
  readonly dependencies?: readonly string[];
  readonly conflictsWith?: readonly string[];
};

/** A valid plan of tasks of which only what matters is named. */
export function planOf(sketches: readonly TaskSketch[], title = 'Search'): Plan {
  const tasks = sketches.map((sketch, at) => {
    const task = {
      kind: 'task',
      title: `Do ${sketch.id}`,
      description: '',
      criteria: [],
      dependencies: [],
      conflictsWith: [],
      scope: [],
      risk: 'Medium',
      size: 'M',
      provisional: false,
      context: { specs: [], adrs: [], guides: [] },
      testFiles: [],
      gapCodes: [],
      declared: 'pending',
      specHash: '',
      origin: { file: 'plan', line: at + 1 },
      ...sketch,
    } as unknown as Task;
    return { ...task, specHash: specHash(task, task.dependencies) };
  });
  return { name: 'plan', title, format: 'manifest', file: 'plan.json', hash: '', tasks };
}

const description = [
  'Words of a page lead to it.',
  '',
  'The index holds',
  '',
  '- each word once,',
  '- the pages it stands on.',
  '',
  '```ts',
  'interface Index {',
  '  readonly words: ReadonlyMap<string, readonly Page[]>;',
  '}',
  '```',
].join('\n');

/** Says all that a plan can say of a task, a task for each status, forward references among them. */
export const fullPlan: Plan = planOf(
  declaredStatusSchema.options.map((declared, at) => {
    const id = `T-00${at + 1}`;
    return {
      id,
      title: `Index \`pages\` of part ${at + 1}`,
      description: `${description}\n\nPart ${at + 1}.`,
      criteria: [
        { id: `${id}.AC1`, text: 'a page is found by each of its words' },
        { id: `SEARCH-AC0${at + 1}`, text: 'given no word, nothing is found' },
        { id: `${id}.AC3`, text: 'the index is in `src/index.ts`' },
      ],
      dependencies: at === 0 ? ['T-009'] : at === 8 ? [] : at === 4 ? ['T-001', 'T-002', 'T-006'] : ['T-001'],
      conflictsWith: at === 1 ? ['T-003'] : at === 2 ? ['T-002'] : [],
      scope: [`src/part-${at + 1}.ts`, 'src/index.ts'],
      parallel: at % 2 === 0,
      risk: riskSchema.options[at % 3]!,
      size: sizeSchema.options[at % 3]!,
      provisional: at === 7,
      phase: at < 5 ? 'Foundations' : 'Search',
      slice: `Slice 1.${at + 1}`,
      context: { specs: ['docs/search.md'], adrs: ['docs/adr/0001-index.md'], guides: ['docs/guide.md'] },
      testFiles: [`test/part-${at + 1}.test.ts`],
      gapCodes: ['GAP::DOC'],
      declared,
    };
  }),
);

/** Three tasks with what formats differ in, of which the first waits for the second. */
export const smallPlan: Plan = planOf(
  [
    {
      id: 'T-001',
      title: 'Show the balance',
      description: 'The page asks the ledger.\n\n- one number\n- no cents when there are none',
      criteria: [
        { id: 'T-001.AC1', text: 'The balance is shown' },
        { id: 'T-001.AC2', text: 'An empty wallet shows 0' },
      ],
      dependencies: ['T-002'],
      scope: ['src/page.ts', 'src/format.ts'],
      testFiles: ['test/page.test.ts'],
      risk: 'High',
      size: 'L',
      phase: 'Screens',
      context: { specs: ['docs/wallet.md'], adrs: ['ADR-7: Whole cents'], guides: [] },
    },
    {
      id: 'T-002',
      title: 'Keep a ledger',
      criteria: [{ id: 'T-002.AC1', text: 'Entries add up' }],
      scope: ['src/ledger.ts'],
      size: 'S',
      phase: 'Core',
      declared: 'completed',
    },
    {
      id: 'T-003',
      title: 'Write the `README`',
      description: '## Steps\n\n- [ ] say what it is\n',
      dependencies: ['T-001', 'T-002'],
      risk: 'Low',
      declared: 'blocked',
    },
  ],
  'Wallet',
);

/** Each with one thing that has been seen to break a backlog. */
export const oddPlans: readonly { readonly name: string; readonly plan: Plan }[] = [
  { name: 'one task that says nothing', plan: planOf([{ id: 'T-001', title: '' }], '') },
  {
    name: 'ids of every shape',
    plan: planOf([
      { id: 'T-001.2', dependencies: ['bd-a1', 'M1-2'] },
      { id: 'T-001/sub' },
      { id: 'bd-a1', dependencies: ['bd-a1.1'] },
      { id: 'bd-a1.1', dependencies: ['None'] },
      { id: 'M1-2' },
      { id: 'None' },
      { id: '01-02', dependencies: ['5.10', '5'] },
      { id: '5', dependencies: ['5.10'] },
      { id: '5.10' },
      { id: 'none.1-2' },
      { id: 'step02/task-01-name', dependencies: ['01-02'] },
    ]),
  },
  {
    name: 'a chain that runs against the order of the backlog',
    plan: planOf(
      Array.from({ length: 30 }, (_, at) => ({
        id: `T-${at + 1}`,
        dependencies: at === 29 ? [] : [`T-${at + 2}`],
      })),
    ),
  },
  {
    name: 'texts that look like other tasks',
    plan: planOf([
      {
        id: 'T-001',
        title: '- [ ] [TASK-009] T-002: **Status**: done (depends on T-002)',
        description:
          '# T-002: another\n\n### T-002: another\n- [x] [T-002] another\n  - [ ] T-002: x\n- **Dependencies**: T-002\n- Dependencies: T-002\n**Status**: done\n- Files: a.ts\nDepends on: T-002',
        criteria: [
          { id: 'T-001.AC1', text: '[ ] [T-002] AC-7: done' },
          { id: 'T-001.AC2', text: '- [x] [T-002] done\n# T-002: x\n- **Status**: done' },
        ],
      },
      { id: 'T-002', title: '### T-001', dependencies: ['T-001'] },
    ]),
  },
  {
    name: 'emphasis',
    plan: planOf([
      {
        id: 'T-001',
        title: '`index` the **pages**',
        criteria: [
          { id: 'X-AC1', text: '**Given** a page' },
          { id: 'X-AC2', text: '`a` is found' },
        ],
      },
    ]),
  },
  {
    name: 'the title and the phases of another format',
    plan: planOf(
      [
        { id: 'A1', phase: 'T-001: Notes' },
        { id: 'A2', phase: 'QA', dependencies: ['A1'] },
        { id: 'A3', phase: 'High Priority', dependencies: ['A2'] },
      ],
      'Implementation Tasks',
    ),
  },
  {
    name: 'code that is not closed',
    plan: planOf([
      { id: 'T-001', title: '```', description: '````ts\nconst a = `b`;\n```\n# T-002: x' },
      { id: 'T-002', description: 'see\n\n~~~~', criteria: [{ id: 'a', text: '```\n~~~\n<!--' }] },
      { id: 'T-003', title: '<!-- never closed', description: '<!--', dependencies: ['T-002'] },
    ]),
  },
  {
    name: 'lines that together make a list of another format',
    plan: planOf(
      [
        {
          id: 'T001',
          phase: 'Phase 1',
          description:
            '- [ ] T099 x\n- _Requirements: 1.1_\n#### High priority\n- [x] [TASK-001] y\n- [ ] **S01: z** `depends:[S99]`',
          criteria: [
            { id: 'T001.AC1', text: 'it works' },
            { id: 'T001.AC2', text: '1. it is fast' },
          ],
        },
        { id: 'T002', phase: 'Phase 2', dependencies: ['T001'] },
      ],
      'M0',
    ),
  },
  {
    name: 'a story that is passed over and waits for a later one',
    plan: planOf([
      { id: '1.1', declared: 'skipped', dependencies: ['3.3'] },
      { id: '2.2' },
      { id: '3.3' },
      { id: '1.4' },
    ]),
  },
  {
    name: 'control characters and every kind of line break',
    plan: planOf(
      [{ id: 'T-001', title: 'a\u0000b\r\nc\u2028d', description: 'a\u0000\rb\u001b[1m\r\n# c\u0085' }],
      'x\u0007\n# y #',
    ),
  },
];
