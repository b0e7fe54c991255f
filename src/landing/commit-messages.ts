/**
 * What commits say that Pawl makes. Their trailers tell which task and attempt a commit belongs to, without the
 * journal. Titles are the backlog's: on one line, or they could begin a trailer of their own.
 */
import type { TaskId } from '../domain/ids.ts';
import { oneLine } from '../util/harmless-text.ts';

const LONGEST_TITLE = 200;

/** Of an attempt's work. */
export function attemptMessage(task: TaskId, title: string, attempt: number): string {
  return messageOf(`feat(${oneLine(task)}): ${oneLine(title, LONGEST_TITLE)}`, task, attempt);
}

/** Of a landing. */
export function landingMessage(task: TaskId, title: string, attempt: number): string {
  return messageOf(`Land ${oneLine(task)}: ${oneLine(title, LONGEST_TITLE)}`, task, attempt);
}

function messageOf(subject: string, task: TaskId, attempt: number): string {
  return `${subject.trimEnd()}\n\nPawl-Task: ${oneLine(task)}\nPawl-Attempt: ${attempt}\n`;
}
