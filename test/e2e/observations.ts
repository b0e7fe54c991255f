/** What the end-to-end suites look at: printed JSON, journalled times, and whether the user's checkout was touched. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { EventBody, JournalEvent } from '../../src/domain/event.ts';
import type { Project } from '../rig/repository.ts';
import type { PawlExit } from '../rig/pawl.ts';

/** Standard output as the one JSON document that it must be. */
export function jsonOf(exit: PawlExit): unknown {
  expect(exit.stdout.startsWith('{'), `no JSON on stdout:\n${exit.stdout}\n${exit.stderr}`).toBe(true);
  return JSON.parse(exit.stdout) as unknown;
}

export interface RefusalJson {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    readonly details: Readonly<Record<string, unknown>>;
  };
}

/** `CODE exit code`, after seeing that the refusal has a cause and a next thing to type. */
export function refusalOf(exit: PawlExit): string {
  const { error } = jsonOf(exit) as RefusalJson;
  expect(error.message.length, error.code).toBeGreaterThan(8);
  expect((error.hint ?? '').length, error.code).toBeGreaterThan(8);
  return `${error.code} ${exit.exitCode}`;
}

/** The files Pawl may write in a checkout: the backlog's own. */
const views = /(?:^|\/)(?:TASKS\.md|IMPLEMENTATION_PROGRESS\.md|task-state\.json)$/;

/**
 * Everything of the user's that a command must leave alone: HEAD, every ref outside Pawl's own, the index, and each
 * file of the checkout but the backlog's views, byte for byte.
 */
export async function userState(project: Project): Promise<string> {
  const { root } = project;
  const refs = (await project.git(['for-each-ref', '--format=%(refname) %(objectname)'])).split('\n');
  const listed = await project.git(['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  const files = [...new Set(listed.split('\0'))].filter((path) => path !== '' && !views.test(path));
  return [
    readFileSync(join(root, '.git', 'HEAD'), 'utf8'),
    ...refs.filter((ref) => !ref.startsWith('refs/heads/pawl/') && !ref.startsWith('refs/pawl/')),
    await project.git(['ls-files', '--stage']),
    ...files.toSorted().map((path) => `${path} ${digestOf(join(root, path))}`),
  ].join('\n');
}

function digestOf(file: string): string {
  return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : 'gone';
}

/** Runs `work`, and fails when anything of the user's is not as it was. */
export async function leavingUserAlone<T>(project: Project, work: () => Promise<T>): Promise<T> {
  const before = await userState(project);
  const result = await work();
  expect(await userState(project)).toBe(before);
  return result;
}

/** The event bodies of one type, in order. */
export function bodiesOf<T extends EventBody['type']>(
  events: readonly JournalEvent[],
  type: T,
): readonly Extract<EventBody, { type: T }>[] {
  return events
    .map(({ body }) => body)
    .filter((body): body is Extract<EventBody, { type: T }> => body.type === type);
}

/** When the first event of a type about a task was journalled, as its place in the journal. */
export function placeOf(events: readonly JournalEvent[], type: EventBody['type'], task: string): number {
  const found = events.find(({ body }) => body.type === type && 'task' in body && body.task === task);
  expect(found, `${type} of ${task}`).toBeDefined();
  return found!.seq;
}

/** The most tasks that were in work at once: started, and neither landed nor failed. */
export function mostAtOnce(events: readonly JournalEvent[]): number {
  return mostBetween(events, ['landing.landed', 'attempt.failed', 'attempt.interrupted']);
}

/** The most tasks that were attempted at once: started, and neither proven nor failed. */
export function mostRunning(events: readonly JournalEvent[]): number {
  return mostBetween(events, ['attempt.proven', 'attempt.failed', 'attempt.interrupted']);
}

function mostBetween(events: readonly JournalEvent[], ends: readonly EventBody['type'][]): number {
  const inWork = new Set<string>();
  let most = 0;
  for (const { body } of events) {
    if (body.type === 'attempt.started') inWork.add(body.task);
    else if (ends.includes(body.type) && 'task' in body) inWork.delete(body.task);
    most = Math.max(most, inWork.size);
  }
  return most;
}

/** Waits until `isSo` holds, looking every few milliseconds; rejects after `withinMs`. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 20_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`it did not come to pass in ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
