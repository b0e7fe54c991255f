/**
 * The backlog that the crash suite works off again and again, and what must hold of it afterwards.
 *
 * T-001, T-003 and T-004 start together; T-003 and T-004 change the same lines, so one of them is sent back from the
 * merge queue; T-002 fails its gate first. Whatever the order, the final tree is the same.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { JournalEvent } from '../../src/domain/event.ts';
import { fold, foldAll } from '../../src/domain/fold.ts';
import { emptyState, type RunState } from '../../src/domain/run-state.ts';
import { readyTasks } from '../../src/domain/schedule.ts';
import { createProject, type BacklogTask, type Project, type ScriptStep } from '../rig/repository.ts';

export const PARALLEL = 3;

const tasks: readonly BacklogTask[] = [
  { id: 'T-001' },
  { id: 'T-002' },
  { id: 'T-003' },
  { id: 'T-004' },
  { id: 'T-005', dependencies: ['T-003'] },
  { id: 'T-006', dependencies: ['T-001', 'T-004'] },
];

export const taskIds: readonly string[] = tasks.map((task) => task.id);

/** Red where an attempt left `bad.txt` or the list is not in order. */
const GATE = 'sh gate.sh';
const gateScript = 'test ! -e bad.txt && LC_ALL=C sort -c list.txt && test -s list.txt\n';

/** Adds the task's line to a sorted list: two tasks that do so from the same base conflict. */
const addLine: ScriptStep = {
  run: { argv: ['sh', '-c', 'echo "line of $PAWL_TASK" >> list.txt && LC_ALL=C sort -o list.txt list.txt'] },
};

function work(waitMs: number): Record<string, readonly (readonly ScriptStep[])[]> {
  const wait: ScriptStep = { wait: { ms: waitMs } };
  const file = (id: string): ScriptStep => ({ write: { path: `out/${id}.txt`, text: `by ${id}\n` } });
  return {
    'T-001': [[file('T-001'), { commit: 'T-001: by its agent' }, wait]],
    'T-002': [
      [{ write: { path: 'bad.txt', text: 'red\n' } }, wait],
      [file('T-002'), wait],
    ],
    'T-003': [[wait, addLine, file('T-003')]],
    'T-004': [[wait, addLine, file('T-004')]],
    'T-005': [[file('T-005'), wait]],
    'T-006': [[file('T-006'), wait, addLine]],
  };
}

/** `waitMs`: how long every agent lingers. */
export function createScenario({ waitMs = 40 } = {}): Promise<Project> {
  return createProject({
    tasks,
    script: work(waitMs),
    config: { gates: { check: GATE }, parallel: PARALLEL },
    files: { 'gate.sh': gateScript, 'list.txt': 'line of nobody\n' },
  });
}

/** What an undisturbed run of the scenario leaves behind, as `git ls-tree` prints it. */
export const finalPaths: readonly string[] = [
  'TASKS.md',
  'agent-script.json',
  'gate.sh',
  'list.txt',
  'out/T-001.txt',
  'out/T-002.txt',
  'out/T-003.txt',
  'out/T-004.txt',
  'out/T-005.txt',
  'out/T-006.txt',
  'package.json',
  'pawl.config.json',
];

/** The tree the branch must end with. It depends on nothing but the scenario, so one project tells it for all. */
export async function treeOf(project: Project): Promise<string> {
  return project.git(['rev-parse', `${project.integrationRef}^{tree}`]);
}

/** Everything that must hold once the run has come to its end, however often it was cut off before. */
export async function expectIntact(project: Project, referenceTree: string): Promise<void> {
  expect(await treeOf(project)).toBe(referenceTree);
  await expectLandedOnce(project);
  await expectGreen(project);
  await expectNothingLeft(project);
  const { tasks: records } = project.state();
  expect([...records.values()].map((record) => record.state.status)).toEqual(taskIds.map(() => 'completed'));
  const status = await project.run(['status', '--json']);
  expect(status.exitCode).toBe(0);
  expect(JSON.parse(status.stdout)).toMatchObject({ pulse: { tasks: { completed: taskIds.length } } });
}

/** One Land commit for each task on the first-parent line, told by its trailer. */
export async function expectLandedOnce(project: Project): Promise<void> {
  const format = '%(trailers:key=Pawl-Task,valueonly,separator=%x2C)';
  const log = await project.git([
    'log',
    '--first-parent',
    '--merges',
    `--format=${format}`,
    project.integrationRef,
  ]);
  expect(log.split('\n').toSorted()).toEqual(taskIds);
}

/** The gate passes on every commit of the first-parent line, each in a folder of its own. */
async function expectGreen(project: Project): Promise<void> {
  const line = (await project.git(['rev-list', '--first-parent', project.integrationRef])).split('\n');
  for (const commit of line) {
    const checkout = join(project.folder, 'green', commit);
    mkdirSync(checkout, { recursive: true });
    await project.git(['archive', `--output=${checkout}.tar`, commit]);
    execFileSync('tar', ['-xf', `${checkout}.tar`], { cwd: checkout });
    execFileSync('/bin/sh', ['-c', GATE], { cwd: checkout, stdio: 'pipe' });
  }
}

/** No process, no lock, no half-made worktree, nothing in the user's checkout but the backlog's statuses. */
async function expectNothingLeft(project: Project): Promise<void> {
  expect(project.orphans()).toEqual([]);
  expect(project.locks()).toEqual([]);
  expect(await project.git(['worktree', 'list', '--porcelain'])).not.toMatch(/^(locked|prunable)/m);
  const views = ' M TASKS.md\n?? IMPLEMENTATION_PROGRESS.md';
  expect(await project.git(['status', '--porcelain'])).toBe(views);
}

/**
 * Nothing that was finished is done again: an attempt is only cut off when its agent had not ended, and a new one only
 * follows one that was cut off or failed.
 */
export function expectNothingRedone(events: readonly JournalEvent[]): void {
  const state = foldAll(events);
  for (const record of state.tasks.values()) {
    for (const attempt of record.attempts) {
      if (attempt.end.status === 'interrupted')
        expect(attempt.outcome, `${record.id}/${attempt.number} had ended, and was cut off`).toBe(undefined);
    }
    const ends = record.attempts.map((attempt) => attempt.end.status);
    expect(ends.slice(0, -1).filter((status) => status !== 'failed' && status !== 'interrupted')).toEqual([]);
    expect(ends.at(-1)).toBe('landed');
  }
}

/** How many tasks could have been in work together when the last session's first attempt started, and how many were. */
export function parallelism(events: readonly JournalEvent[]): { possible: number; reached: number } {
  let state = emptyState();
  let session = 0;
  let possible = 0;
  let reached = 0;
  const last = events.filter((event) => event.body.type === 'session.started').length;
  let begun = false;
  for (const event of events) {
    if (event.body.type === 'attempt.started' && session === last && !begun) {
      begun = true;
      possible = Math.min(PARALLEL, countRunning(state) + countReady(state, event.at));
    }
    state = fold(state, event);
    if (event.body.type === 'session.started') session += 1;
    if (begun) reached = Math.max(reached, countRunning(state));
  }
  return { possible, reached };
}

function countReady(state: RunState, at: number): number {
  const { plan, session } = state;
  if (plan === undefined || session === undefined) return 0;
  return readyTasks(state, plan, session.policy, at).length;
}

function countRunning(state: RunState): number {
  return [...state.tasks.values()].filter((record) => record.state.status === 'running').length;
}
