import { expect, test } from 'vitest';
import { planJson, renderPlan } from '../../../src/reporting/plan-text.ts';
import { widthOf } from '../../../src/reporting/text.ts';
import { JournalRig, makePlan } from '../../rig/events.ts';

const plan = makePlan(
  [
    { id: 'T-001', title: 'Set up the repository', size: 'S', declared: 'completed' },
    {
      id: 'T-002',
      title: 'Parse the configuration',
      dependencies: ['T-001'],
      risk: 'High',
      scope: ['src/config.ts'],
    },
    { id: 'T-003', title: 'Render', dependencies: ['T-001'], scope: ['src/config.ts', 'src/render/**'] },
    { id: 'T-004', title: 'Command line', dependencies: ['T-002', 'T-003'], size: 'L' },
    { id: 'T-005', title: 'Guide', risk: 'Low', conflictsWith: ['T-004'], criteria: 1 },
  ],
  { title: 'A small tool' },
);
const options = { columns: 90, color: false };

test('a plan nobody has run is explained with what its backlog says is done', () => {
  expect(renderPlan(plan, undefined, { ...options, warnings: 1 })).toBe(
    `A small tool
5 tasks, 9 criteria · risk: 1 High, 3 Medium, 1 Low · TASKS.md (tasks-md)
1 completed, 0 in progress, 0 blocked, 4 pending, 0 abandoned

Level 0 (2 tasks)
  T-001  Set up the repository                     S  Medium  completed-external
  T-005  Guide                                     M  Low
Level 1 (2 tasks)
  T-002  Parse the configuration                   M  High    after T-001
  T-003  Render                                    M  Medium  after T-001
Level 2 (1 task)
  T-004  Command line                              L  Medium  after T-002, T-003

Critical path
  T-001 → T-002 → T-004
  about 1h 00m of 1h 30m of work, by declared sizes

Conflicts and shared files
  T-004 ✗ T-005  declared: never at work together
  src/config.ts  2 tasks: T-002, T-003
  shared files are merged; on a conflict the later task starts again

Ready
  T-002 T-003 T-005

1 warning`,
  );
});

test('a plan that is being run shows where its tasks are', () => {
  const state = new JournalRig(plan).begin().start('T-002').state();
  const text = renderPlan(plan, state, options);
  expect(text).toContain('T-002  Parse the configuration                   M  High    running · after T-001');
  expect(text).toMatch(/Ready\n {2}T-003 T-005$/);
  expect(state.tasks.size).toBe(2);
});

test('a big plan shows the ids of each level only, and no line is wider than the terminal', () => {
  const tasks = Array.from({ length: 70 }, (_, index) => ({
    id: `T-${index}`,
    dependencies: index < 60 ? [] : ['T-0'],
    scope: ['src/one.ts'],
  }));
  const text = renderPlan(makePlan(tasks), undefined, { columns: 40, color: false });
  const lines = text.split('\n');
  expect(lines.filter((line) => widthOf(line) > 40)).toEqual([]);
  expect(lines.filter((line) => line.startsWith('Level'))).toEqual([
    'Level 0 (60 tasks)',
    'Level 1 (10 tasks)',
  ]);
  expect(text).toContain('\n  T-60 T-61 T-62 T-63 T-64 T-65 T-66\n  T-67 T-68 T-69\n');
  // 2,415 couples, less the ten of T-0 with what depends on it; the first thousand are looked at.
  expect(lines).toContain('  and 1405 more pairs of tasks');
});

test('the plain object has levels, critical path, conflicts and the ready set', () => {
  expect(planJson(plan, undefined)).toMatchObject({
    name: 'demo',
    file: 'TASKS.md',
    format: 'tasks-md',
    hash: 'b'.repeat(64),
    levels: [['T-001', 'T-005'], ['T-002', 'T-003'], ['T-004']],
    criticalPath: { tasks: ['T-001', 'T-002', 'T-004'], predictedMs: 3_600_000 },
    conflicts: [
      { a: 'T-002', b: 'T-003', declared: false, paths: ['src/config.ts'] },
      { a: 'T-004', b: 'T-005', declared: true, paths: [] },
    ],
    ready: ['T-002', 'T-003', 'T-005'],
    tasks: [
      { id: 'T-001', level: 0, status: 'completed-external' },
      { id: 'T-002', level: 1, dependencies: ['T-001'], risk: 'High', size: 'M', status: 'pending' },
      { id: 'T-003' },
      { id: 'T-004' },
      { id: 'T-005' },
    ],
  });
});
