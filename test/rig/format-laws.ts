/**
 * What must hold of every format and any text, for tests with damaged backlogs. Nothing here expects a text to be
 * valid; what holds of valid plans only is asked of those alone.
 */
import { parseTaskId, type TaskId } from '../../src/domain/ids.ts';
import type { Plan, Task } from '../../src/domain/plan.ts';
import type { ViewStatus } from '../../src/domain/view.ts';
import { renderDiagnostics, type Diagnostic, type Span } from '../../src/planning/diagnostic.ts';
import type { BacklogFormat, Draft } from '../../src/planning/formats/format.ts';
import { validateDraft } from '../../src/planning/validate.ts';
import { viewOf } from '../unit/planning/formats/plan-texts.ts';
import { statusAsRead } from './corpora.ts';
import type { Seed } from './seeds/seed.ts';

/** What is done to the statuses: `status` for the task that `pick` falls on. */
export interface StatusChange {
  readonly pick: number;
  readonly status: ViewStatus;
}

type Texts = ReadonlyMap<string, string>;
type Statuses = Readonly<Record<string, ViewStatus>>;

interface Reading {
  readonly backlog: Seed;
  readonly draft: Draft;
  readonly plan: Plan;
  readonly diagnostics: readonly Diagnostic[];
  readonly isValid: boolean;
  readonly texts: Texts;
}

/** The laws that a format breaks on a damaged backlog, each as a sentence; a throw is the caller's to catch. */
export function brokenLaws(
  format: BacklogFormat,
  undamaged: Seed,
  damaged: Seed,
  change: StatusChange,
): readonly string[] {
  for (const [file, text] of Object.entries(damaged.files)) format.detect(file, text);
  const before = readSeed(format, undamaged);
  const reading = readSeed(format, damaged);
  const broken = [...readingLaws(format, reading), ...spanLaws(reading)];
  // A person may damage the file between the reading and the writing.
  broken.push(...writingLaws(format, before, reading.texts, change));
  if (reading.plan.tasks.length === 0) return broken;
  broken.push(...writingLaws(format, reading, reading.texts, change));
  if (reading.isValid) broken.push(...validPlanLaws(format, reading, change));
  return broken;
}

function readSeed(format: BacklogFormat, backlog: Seed): Reading {
  const files = new Map(Object.entries(backlog.files));
  const companions = new Map(Object.entries(backlog.beside));
  const [file, text] = [...files][0]!;
  const draft = format.read({ entry: backlog.entry, file, text, files, companions });
  const { tasks, diagnostics } = validateDraft(draft, file);
  const all = [...draft.diagnostics, ...diagnostics];
  const isValid = all.every(({ severity }) => severity !== 'error');
  return {
    backlog,
    draft,
    plan: {
      name: 'p',
      title: draft.title,
      format: format.name,
      file: backlog.entry,
      hash: '',
      tasks: isValid ? tasks : uncheckedTasks(draft, file),
    },
    diagnostics: all,
    isValid,
    texts: new Map([...files, ...companions]),
  };
}

/** A faulty plan is never written back; it stands here for one whose files were damaged after it was read. */
function uncheckedTasks(draft: Draft, file: string): readonly Task[] {
  const tasks = draft.tasks.filter(({ id }) => parseTaskId(id).ok);
  return tasks.map((task) => ({
    ...task,
    id: task.id as TaskId,
    dependencies: task.dependencies as readonly TaskId[],
    conflictsWith: task.conflictsWith as readonly TaskId[],
    parallel: task.parallel ?? true,
    phase: task.phase ?? '',
    slice: task.slice ?? '',
    specHash: '',
    origin: { file: task.file ?? file, line: task.line },
  }));
}

function readingLaws(format: BacklogFormat, reading: Reading): readonly string[] {
  const broken: string[] = [];
  const again = readSeed(format, reading.backlog);
  // One at a time: the texts of all tasks together can be longer than a text may be.
  const isSame = (some: readonly unknown[], others: readonly unknown[]): boolean =>
    some.length === others.length &&
    some.every((item, at) => JSON.stringify(item) === JSON.stringify(others[at]));
  if (!isSame(again.draft.tasks, reading.draft.tasks) || !isSame(again.diagnostics, reading.diagnostics))
    broken.push('a text read twice is not the same backlog twice');
  if (reading.draft.tasks.some(({ line }) => line < 1)) broken.push('a task stands before the first line');
  for (const task of reading.draft.tasks) {
    const words = [task.declared, task.risk, task.size, ...task.dependencies, ...task.scope, task.title];
    if (!words.every((word) => typeof word === 'string')) broken.push(`a value of ${task.id} is no text`);
  }
  renderDiagnostics(reading.diagnostics, reading.texts, { color: false });
  return broken;
}

/** More places than these are only asked for in plans that are all faults. */
const maxAsked = 200;

function spanLaws({ draft, diagnostics, texts }: Reading): readonly string[] {
  const lines = new Map(
    [...texts].map(([file, text]) => [file, text.replace(/^\uFEFF/, '').split('\n')] as const),
  );
  const isInside = ({ file, line, column, length }: Span): boolean => {
    const text = lines.get(file)?.[line - 1];
    if (text === undefined || column < 1 || length < 1) return false;
    // What is missing is marked where it would stand: one column behind the line.
    return column - 1 + length <= Math.max(1, text.length + 1);
  };
  const places = draft.tasks
    .slice(0, maxAsked)
    .flatMap((task, index): readonly Span[] => [
      draft.locate(index, { field: 'id' }),
      ...task.dependencies
        .slice(0, maxAsked)
        .map((_, at) => draft.locate(index, { field: 'dependency', index: at })),
      ...task.conflictsWith
        .slice(0, maxAsked)
        .map((_, at) => draft.locate(index, { field: 'conflict', index: at })),
    ]);
  const outside = [...diagnostics, ...places].filter((span) => !isInside(span));
  return outside.slice(0, 3).map((span) => `a place lies outside the text: ${JSON.stringify(span)}`);
}

/** What a person finds in the files after statuses were written; refusals change nothing. */
function write(
  format: BacklogFormat,
  { backlog, plan, draft }: Reading,
  texts: Texts,
  statuses: Statuses,
  broken: string[],
): Texts {
  const own = { entry: backlog.entry, files: Object.keys(backlog.files) };
  const files = format.viewFiles(own);
  const written = new Map(texts);
  for (const file of files) {
    const old = texts.get(file);
    const results = format.writeBack({
      backlog: own,
      plan,
      facts: draft.facts,
      texts: new Map(old === undefined ? [] : [[file, old]]),
      view: viewOf(statuses),
    });
    for (const result of results)
      if (!files.includes(result.file)) broken.push(`${result.file} is written, which is no view file`);
    const result = results.find((one) => one.file === file);
    if (result === undefined && old !== undefined) broken.push(`${file} is a view file that is not written`);
    if (result !== undefined && 'text' in result) written.set(file, result.text);
  }
  return written;
}

function writingLaws(
  format: BacklogFormat,
  reading: Reading,
  texts: Texts,
  change: StatusChange,
): readonly string[] {
  const broken: string[] = [];
  for (const statuses of [changedStatuses(reading, change), allStatuses(reading, change.status)]) {
    const once = write(format, reading, texts, statuses, broken);
    const twice = write(format, reading, once, statuses, broken);
    for (const file of differing(once, twice)) broken.push(`${file} changes when it is written once more`);
    for (const file of differing(texts, once)) {
      const kept = texts.get(file);
      if (kept !== undefined) broken.push(...lineLaws(file, kept, once.get(file)!));
    }
  }
  return broken;
}

function validPlanLaws(format: BacklogFormat, reading: Reading, change: StatusChange): readonly string[] {
  const broken: string[] = [];
  const { texts, backlog } = reading;
  const same = write(format, reading, texts, asRead(reading), broken);
  for (const file of differing(texts, same))
    if (file in backlog.files) broken.push(`${file} changes although no status did`);
  const changed = write(format, reading, texts, changedStatuses(reading, change), broken);
  broken.push(...semanticLaws(reading, readSeed(format, withTexts(backlog, changed)), change));
  const [completed, pending] = [allStatuses(reading, 'completed'), allStatuses(reading, 'pending')];
  // The first round brings the files into the format's own words: `[X]` is left, but after `[ ]` comes `[x]`.
  const rounds = [completed, pending, completed, pending, completed];
  const written: Texts[] = [];
  for (const statuses of rounds)
    written.push(write(format, reading, written.at(-1) ?? texts, statuses, broken));
  for (const file of differing(written[2]!, written[4]!))
    broken.push(`${file} is another text after its tasks were opened and completed again`);
  return broken;
}

/** Only statuses are read differently after statuses were written, and only that of the task that was changed. */
function semanticLaws(before: Reading, after: Reading, { pick }: StatusChange): readonly string[] {
  if (!after.isValid) {
    const fault = after.diagnostics.find(({ severity }) => severity === 'error')!;
    return [`a valid backlog is faulty after a status was written: ${fault.message.slice(0, 300)}`];
  }
  const { tasks } = before.plan;
  const chosen = tasks[pick % tasks.length]!.id;
  const shown = (task: Task): string => JSON.stringify({ ...task, declared: undefined, origin: undefined });
  if (tasks.length !== after.plan.tasks.length) return ['a written status changes how many tasks there are'];
  return tasks.flatMap((task, at) => {
    const other = after.plan.tasks[at]!;
    if (shown(task) !== shown(other))
      return [`a written status changes ${task.id} from ${firstDifference(shown(task), shown(other))}`];
    // A parent's status may be that of its subtasks.
    const isOwn = task.id === chosen || task.id.startsWith(`${chosen}.`);
    return task.declared !== other.declared && !isOwn
      ? [
          `a status written for ${chosen} changes that of ${task.id} from ${task.declared} to ${other.declared}`,
        ]
      : [];
  });
}

function firstDifference(a: string, b: string): string {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const part = (text: string): string => JSON.stringify(text.slice(Math.max(0, at - 40), at + 120));
  return `${part(a)} to ${part(b)}`;
}

const sign =
  /\[.{0,4}\]|stat(?:us|e|s)|passes|complete|started|closed|updated|_tasks|in_progress|blocked|verified|\||[\u2705\u2713\u2714\u23f3\u2b1c\u{1f6a7}]/iu;
const word = /^\W*(?:[\p{L}_-]+\W*){0,3}/u;

/** Every line that has no sign of a status stays as it is; lines may be added, none is taken away. */
function lineLaws(file: string, before: string, after: string): readonly string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  let at = 0;
  for (const [index, line] of old.entries()) {
    if (line === now[at]) at += 1;
    else if (now.slice(at, at + 40).includes(line) && old.length !== now.length)
      at = now.indexOf(line, at) + 1;
    else if (sign.test(line) || sign.test(now[at] ?? '') || word.test(line)) at += 1;
    else return [`${file} loses line ${index + 1}: ${line.slice(0, 200)}`];
  }
  return [];
}

function asRead({ plan }: Reading): Statuses {
  return record(plan.tasks.map(({ id, declared }) => [id, statusAsRead(declared)]));
}

function allStatuses({ plan }: Reading, status: ViewStatus): Statuses {
  return record(plan.tasks.map(({ id }) => [id, status]));
}

function changedStatuses({ plan }: Reading, { pick, status }: StatusChange): Statuses {
  const chosen = plan.tasks[pick % Math.max(1, plan.tasks.length)]?.id;
  return record(plan.tasks.map(({ id, declared }) => [id, id === chosen ? status : statusAsRead(declared)]));
}

/** The first of two tasks with one id counts; an id may be the name of anything. */
function record(entries: readonly (readonly [string, ViewStatus])[]): Statuses {
  const statuses = Object.create(null) as Record<string, ViewStatus>;
  for (const [id, status] of entries) statuses[id] ??= status;
  return statuses;
}

function differing(a: Texts, b: Texts): readonly string[] {
  return [...b].flatMap(([file, text]) => (a.get(file) === text ? [] : [file]));
}

function withTexts(backlog: Seed, texts: Texts): Seed {
  const of = (files: Seed['files']): Seed['files'] =>
    Object.fromEntries(Object.entries(files).map(([file, text]) => [file, texts.get(file) ?? text]));
  return { ...backlog, files: of(backlog.files), beside: of(backlog.beside) };
}
