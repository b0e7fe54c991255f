/** `task-state.json`: what the manifest's tasks have come to. Absent tasks are pending. */
import type { DeclaredStatus } from '../../../domain/plan.ts';
import type { TaskView, ViewStatus } from '../../../domain/view.ts';
import { unreachable } from '../../../util/unreachable.ts';
import { errorAt, type Diagnostic, type Span } from '../../diagnostic.ts';
import { setMembers, type JsonValue } from '../../json-edit.ts';
import { endOfValue, locateJson, memberOf, membersOf, Positions, skipSpace } from '../../json-text.ts';
import type { JsonMember, JsonSpan } from '../../json-text.ts';
import { applyEdits, type TextEdit } from '../../lines.ts';
import { didYouMean } from '../../spelling.ts';
import type { StateClaim, ViewText, WriteBackInput } from '../format.ts';
import { isRecord, parseJson, spanOf, wordIn } from '../json-file.ts';

export interface TaskState {
  readonly manifestHash: string | undefined;
  readonly claims: ReadonlyMap<string, StateClaim>;
  /** Where a task's key stands. */
  locate(id: string): Span;
  readonly diagnostics: readonly Diagnostic[];
}

type StateWord = 'pending' | 'in-progress' | 'blocked' | 'completed' | 'abandoned';

/** The five words of the format, and what other hands have been seen to write for them. */
const words: Readonly<Record<string, StateWord>> = {
  pending: 'pending',
  todo: 'pending',
  'in-progress': 'in-progress',
  in_progress: 'in-progress',
  blocked: 'blocked',
  completed: 'completed',
  complete: 'completed',
  done: 'completed',
  abandoned: 'abandoned',
};

/**
 * The format has five words; what they cannot tell stands at the beginning of `notes`, and is read back from it.
 * A note of a person's behind the mark is kept.
 */
const marks = ['external', 'externally-managed', 'needs-re-verification', 'skipped'] as const;
type Mark = (typeof marks)[number];

export function readTaskState(file: string, text: string): TaskState {
  const claims = new Map<string, StateClaim>();
  const positions = new Positions(text);
  const at = (span: JsonSpan): Span => spanOf(file, text, positions, span);
  let places: ReadonlyMap<string, JsonMember> | undefined;
  const placeOf = (id: string): JsonMember => {
    places ??= new Map(membersOf(text, tasksStart(text) ?? 0).map((member) => [member.key, member]));
    return places.get(id)!;
  };
  const locate = (id: string): Span => {
    const { keyStart } = placeOf(id);
    return at({ start: keyStart, end: endOfValue(text, keyStart) });
  };
  const refused = (diagnostic: Diagnostic): TaskState => ({
    manifestHash: undefined,
    claims,
    locate,
    diagnostics: [diagnostic],
  });
  const parsed = parseJson(file, text);
  if (!parsed.ok) return refused(parsed.error);
  const root = parsed.value;
  const whole = (key: string): Span => at(locateJson(text, skipSpace(text, 0), [key]));
  if (!isRecord(root)) {
    return refused(errorAt(whole(''), 'PLAN-BAD-FIELD', 'task-state.json must be an object with "tasks"'));
  }
  const tasks = root['tasks'] ?? {};
  if (!isRecord(tasks)) {
    const message = '"tasks" of task-state.json must be an object with a task id as each key';
    return refused(errorAt(whole('tasks'), 'PLAN-BAD-FIELD', message));
  }
  const diagnostics: Diagnostic[] = [];
  for (const [id, value] of Object.entries(tasks)) {
    const claim = isRecord(value) ? readClaim(value) : undefined;
    if (claim !== undefined) claims.set(id, claim);
    else diagnostics.push(unusableClaim(at(locateJson(text, placeOf(id).start, ['status'])), id, value));
  }
  const hash = root['manifest_hash'];
  return { manifestHash: typeof hash === 'string' ? hash : undefined, claims, locate, diagnostics };
}

function tasksStart(text: string): number | undefined {
  return memberOf(text, skipSpace(text, 0), 'tasks')?.start;
}

function unusableClaim(span: Span, id: string, value: unknown): Diagnostic {
  const status = isRecord(value) ? value['status'] : value;
  const known = ['pending', 'in-progress', 'blocked', 'completed', 'abandoned'];
  const text = typeof status === 'string' ? `"${status}"` : 'this';
  const hint = typeof status === 'string' ? didYouMean(status, known) : undefined;
  return errorAt(
    span,
    'PLAN-BAD-FIELD',
    `${text} is no status of ${id}`,
    hint ?? `one of ${known.join(', ')}`,
  );
}

function readClaim(value: Readonly<Record<string, unknown>>): StateClaim | undefined {
  const status = value['status'] ?? 'pending';
  const word = typeof status === 'string' ? wordIn(words, status.trim().toLowerCase()) : undefined;
  if (word === undefined) return undefined;
  const started = value['started_at'];
  const done = value['acs_completed'];
  return {
    status: declaredOf(word, splitNotes(value['notes']).mark),
    startedAt: typeof started === 'string' ? started : undefined,
    criteriaDone: Array.isArray(done) ? done.filter((item) => typeof item === 'string') : [],
  };
}

function declaredOf(word: StateWord, mark: Mark | undefined): DeclaredStatus {
  if (word === 'completed' && mark === 'external') return 'completed-external';
  if (word === 'completed' && mark === 'externally-managed') return 'externally-managed';
  if (word === 'in-progress' && mark === 'needs-re-verification') return 'needs-re-verification';
  if (word === 'abandoned' && mark === 'skipped') return 'skipped';
  return word;
}

function splitNotes(notes: unknown): { readonly mark: Mark | undefined; readonly rest: string } {
  if (typeof notes !== 'string') return { mark: undefined, rest: '' };
  const [head, ...rest] = notes.split(': ');
  const mark = marks.find((candidate) => candidate === head);
  return mark === undefined ? { mark, rest: notes } : { mark, rest: rest.join(': ') };
}

function claimOf(status: ViewStatus): { readonly word: StateWord; readonly mark: Mark | undefined } {
  switch (status) {
    case 'pending':
    case 'blocked':
    case 'completed':
    case 'abandoned':
      return { word: status, mark: undefined };
    case 'running':
    case 'proven':
      return { word: 'in-progress', mark: undefined };
    case 'completed-external':
      return { word: 'completed', mark: 'external' };
    case 'externally-managed':
      return { word: 'completed', mark: 'externally-managed' };
    case 'stale':
      return { word: 'in-progress', mark: 'needs-re-verification' };
    case 'skipped':
      return { word: 'abandoned', mark: 'skipped' };
    default:
      return unreachable(status);
  }
}

/** The new text of task-state.json; made when missing. Only tasks whose status changed are written. */
export function writeTaskState(file: string, { plan, facts, texts, view }: WriteBackInput): ViewText {
  const old = texts.get(file);
  const text = old ?? newState(facts?.manifestHash ?? plan.hash, view.at);
  const parsed = parseJson(file, text);
  if (!parsed.ok) return { file, problem: `line ${parsed.error.line}: ${parsed.error.message}` };
  const root = parsed.value;
  if (!isRecord(root)) return { file, problem: 'it is not a JSON object' };
  const tasks = root['tasks'] ?? {};
  if (!isRecord(tasks)) return { file, problem: '"tasks" is not a JSON object' };
  const start = skipSpace(text, 0);
  const changed = view.tasks.filter((task) => needsWriting(tasks, task));
  const tasksAt = tasksStart(text);
  const own = {
    manifest_hash: facts?.manifestHash,
    last_updated: changed.length > 0 ? view.at : undefined,
  };
  if (tasksAt === undefined) {
    const entries = changed.map((task): [string, JsonValue] => [
      task.id,
      defined(membersFor(task, undefined)),
    ]);
    if (entries.length === 0) return { file, text };
    const members = { ...own, tasks: Object.fromEntries(entries) };
    return { file, text: applyEdits(text, setMembers(text, start, members)) };
  }
  const places = new Map(membersOf(text, tasksAt).map((member) => [member.key, member.start]));
  const edits: TextEdit[] = [];
  const added: Record<string, JsonValue> = {};
  for (const task of changed) {
    const at = places.get(task.id);
    const known = tasks[task.id];
    if (at !== undefined && isRecord(known)) edits.push(...setMembers(text, at, membersFor(task, known)));
    else if (at !== undefined) {
      edits.push({
        start: at,
        end: endOfValue(text, at),
        text: JSON.stringify(defined(membersFor(task, undefined))),
      });
    } else added[task.id] = defined(membersFor(task, undefined));
  }
  edits.push(...setMembers(text, tasksAt, added));
  edits.push(...setMembers(text, start, own));
  return { file, text: applyEdits(text, edits) };
}

/** The text for a new manifest: what its tasks are said to be, without times, which nobody knows. */
export function newTaskState(
  manifestHash: string,
  tasks: readonly {
    readonly id: string;
    readonly status: ViewStatus;
    readonly criteria: readonly string[];
  }[],
): string {
  const claims = tasks.flatMap(({ id, status, criteria }): [string, JsonValue][] => {
    if (status === 'pending') return [];
    const { word, mark } = claimOf(status);
    const [done, remaining] = word === 'completed' ? [criteria, []] : [[], criteria];
    const claim = { status: word, acs_completed: done, acs_remaining: remaining, notes: mark };
    return [[id, defined(claim)]];
  });
  const state = { manifest_hash: manifestHash, tasks: Object.fromEntries(claims) };
  return `${JSON.stringify(state, null, 2)}\n`;
}

function newState(manifestHash: string, at: string): string {
  return `${JSON.stringify({ manifest_hash: manifestHash, last_updated: at, tasks: {} }, null, 2)}\n`;
}

function needsWriting(tasks: Readonly<Record<string, unknown>>, view: TaskView): boolean {
  const known = Object.hasOwn(tasks, view.id) ? tasks[view.id] : undefined;
  if (known === undefined) return view.status !== 'pending';
  const claim = isRecord(known) ? readClaim(known) : undefined;
  // Completed is completed: that it was not by Pawl is no reason to write over what people wrote.
  if (view.status === 'completed-external' && claim?.status === 'completed') return false;
  // It waits for a person in both cases, and the backlog's own word says more.
  if (view.status === 'blocked' && claim?.status === 'needs-re-verification') return false;
  const { word, mark } = claimOf(view.status);
  return claim?.status !== declaredOf(word, mark);
}

function membersFor(
  view: TaskView,
  known: Readonly<Record<string, unknown>> | undefined,
): Readonly<Record<string, JsonValue | undefined>> {
  const { word, mark } = claimOf(view.status);
  const old = splitNotes(known?.['notes']);
  const rest = view.note === undefined || view.note === mark ? old.rest : view.note;
  const notes = mark === undefined ? rest : rest === '' ? mark : `${mark}: ${rest}`;
  const isOpen = word === 'pending' || word === 'in-progress';
  const wasCompleted = known?.['completed_at'] !== undefined && known['completed_at'] !== null;
  const wasBlocked = known?.['blocked_reason'] !== undefined && known['blocked_reason'] !== null;
  return {
    status: word,
    started_at: view.startedAt,
    completed_at: view.completedAt ?? (isOpen && wasCompleted ? null : undefined),
    acs_completed: view.criteriaDone,
    acs_remaining: view.criteriaRemaining,
    notes: notes !== '' || known?.['notes'] !== undefined ? notes : undefined,
    blocked_reason: view.blockedBecause ?? (word !== 'blocked' && wasBlocked ? null : undefined),
  };
}

function defined(values: Readonly<Record<string, JsonValue | undefined>>): {
  readonly [key: string]: JsonValue;
} {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
}
