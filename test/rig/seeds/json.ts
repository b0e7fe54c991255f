/** Backlogs in JSON, one for each shape that its format has. */
import type { Seed } from './seed.ts';

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

const manifestTask = (id: string, depends: readonly string[], more: object = {}): object => ({
  task_id: id,
  capability_id: id.split('--')[0],
  phase: 'Phase 1',
  slice: 'Slice 1.1',
  title: `Build ${id}`,
  description: 'In `src/store.ts`, as docs/spec.md has it.',
  acceptance_criteria: [{ id: `${id}-AC01`, text: 'rows are kept' }],
  risk: 'High',
  est: { size: 'M' },
  depends_on_tasks: depends,
  related_specs: ['docs/spec.md'],
  related_adrs: [],
  related_guides: [],
  test_verification: ['test/store.test.ts'],
  file_scope: ['src/store/**', 'package.json'],
  parallel: true,
  conflicts_with: [],
  gap_codes: [],
  provisional: false,
  ...more,
});

const manifest: Seed = {
  format: 'manifest',
  name: 'manifest with a state',
  entry: 'docs/backlog/virtual-task-manifest.json',
  files: {
    'docs/backlog/virtual-task-manifest.json': json({
      status: 'OK',
      manifest_hash: 'sha256:3f29fb40d4f',
      decomposition_input_hash: 'abc',
      timestamp: '2026-01-01T00:00:00Z',
      metadata: { total_tasks: 3 },
      tasks: [
        manifestTask('STORE--T01', []),
        manifestTask('STORE--T02', ['STORE--T01'], { conflicts_with: ['STORE--T03'] }),
        manifestTask('STORE--T03', ['STORE--T01'], { conflicts_with: ['STORE--T02'], risk: 'Low' }),
      ],
    }),
  },
  beside: {
    'docs/backlog/task-state.json': json({
      manifest_hash: 'sha256:3f29fb40d4f',
      last_updated: '2026-01-02T00:00:00Z',
      tasks: {
        'STORE--T01': {
          status: 'completed',
          started_at: '2026-01-01T08:00:00Z',
          completed_at: '2026-01-01T09:00:00Z',
          acs_completed: ['STORE--T01-AC01'],
          acs_remaining: [],
          notes: 'by hand',
          pr_number: 7,
        },
        'STORE--T02': { status: 'in-progress', acs_completed: [], acs_remaining: [] },
      },
    }),
    'docs/spec.md': '# Spec\n',
  },
};

const taskmasterTask = (id: number | string, more: object = {}): object => ({
  id,
  title: `Task ${id}`,
  description: 'Edit `src/index.ts`.',
  details: 'See `docs/`.',
  testStrategy: 'Unit tests in test/index.test.ts',
  priority: 'high',
  dependencies: [],
  status: 'pending',
  subtasks: [],
  ...more,
});

const taskmasterTasks = [
  taskmasterTask(1, { status: 'done' }),
  taskmasterTask(2, {
    dependencies: [1],
    complexity: 7,
    subtasks: [
      { id: 1, title: 'First', description: '', dependencies: [], status: 'done' },
      { id: 2, title: 'Second', dependencies: [1, '1'], status: 'in-progress' },
      { id: 3, title: 'Third', dependencies: ['2.1', '2.2'], status: 'review' },
    ],
  }),
  taskmasterTask('3', { dependencies: ['2.3', 1], status: 'deferred', priority: 'low' }),
];

const taskmaster: Seed = {
  format: 'taskmaster',
  name: 'tagged tasks',
  entry: '.taskmaster/tasks/tasks.json',
  files: {
    '.taskmaster/tasks/tasks.json': json({
      master: { tasks: taskmasterTasks, metadata: { created: '2026-01-01T00:00:00Z' } },
      next: { tasks: [taskmasterTask(1)] },
    }),
  },
  beside: { '.taskmaster/state.json': json({ currentTag: 'master' }) },
};

const taskmasterFlat: Seed = {
  format: 'taskmaster',
  name: 'tasks without a tag',
  entry: 'tasks/tasks.json',
  files: { 'tasks/tasks.json': json({ meta: { projectName: 'x' }, tasks: taskmasterTasks }) },
  beside: {},
};

const issue = (id: string, more: object = {}): string =>
  JSON.stringify({
    id,
    title: `Issue ${id}`,
    description: 'In src/cli.ts.',
    acceptance_criteria: '- it runs\n- it ends',
    status: 'open',
    priority: 1,
    issue_type: 'task',
    created_at: '2026-01-01T00:00:00.123456789+02:00',
    updated_at: '2026-01-01T00:00:00Z',
    ...more,
  });

const blocks = (id: string, on: string, type = 'blocks'): object => ({
  issue_id: id,
  depends_on_id: on,
  type,
});

const beads: Seed = {
  format: 'beads',
  name: 'an epic and its issues',
  entry: '.beads/issues.jsonl',
  files: {
    '.beads/issues.jsonl': `${[
      issue('bd-a1', { issue_type: 'epic' }),
      issue('bd-b2', { status: 'closed', closed_at: '2026-01-02T00:00:00Z', close_reason: 'done' }),
      issue('bd-c3', {
        dependencies: [blocks('bd-c3', 'bd-b2'), blocks('bd-c3', 'bd-a1', 'parent-child')],
      }),
      issue('bd-a1.1', { status: 'in_progress', dependencies: [blocks('bd-a1.1', 'bd-c3')] }),
      issue('bd-d4', { status: 'tombstone' }),
    ].join('\n')}\n`,
  },
  beside: {},
};

const story = (id: string, priority: number, more: object = {}): object => ({
  id,
  title: `Story ${id}`,
  description: 'As a user I want src/page.ts.',
  acceptanceCriteria: ['It is shown', 'Typecheck passes'],
  priority,
  passes: false,
  notes: '',
  ...more,
});

const ralph: Seed = {
  format: 'ralph-prd',
  name: 'stories by priority',
  entry: 'prd.json',
  files: {
    'prd.json': json({
      project: 'Shop',
      branchName: 'ralph/shop',
      description: 'A shop',
      userStories: [
        story('US-001', 1, { passes: true }),
        story('US-002', 2),
        story('US-003', 3, { dependencies: ['US-001'] }),
      ],
    }),
  },
  beside: {},
};

const ralphList: Seed = {
  format: 'ralph-prd',
  name: 'a list with statuses',
  entry: 'plans/prd.json',
  files: {
    'plans/prd.json': json([
      { category: 'setup', description: 'Begin', steps: ['Install'], passes: false },
      { id: 2, title: 'Go on', acceptance_criteria: ['It goes'], status: 'in-progress' },
    ]),
  },
  beside: {},
};

export const jsonSeeds: readonly Seed[] = [manifest, taskmaster, taskmasterFlat, beads, ralph, ralphList];
