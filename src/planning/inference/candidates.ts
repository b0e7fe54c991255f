/** Edges that the texts of tasks suggest, each with its evidence; which of them hold is decided in infer-edges.ts. */
import { isSharedByNature } from '../../domain/hot-files.ts';
import type { InferredEdge } from '../../domain/inferred-dependency.ts';
import type { TaskId } from '../../domain/ids.ts';
import type { Task } from '../../domain/plan.ts';
import { wordsOfTask, type TaskWords } from './task-words.ts';

interface Known {
  readonly at: number;
  readonly task: Task;
  readonly words: TaskWords;
}

/** All candidates, unordered; a pair of tasks may be there several times. */
export function candidatesOf(tasks: readonly Task[]): readonly InferredEdge[] {
  const known = tasks.map((task, at): Known => ({ at, task, words: wordsOfTask(task) }));
  const suggested = tasks.flatMap(({ id, suggested: own = [] }) =>
    own.map((edge) => ({ task: id, ...edge })),
  );
  return [...suggested, ...byPath(known), ...byInterface(known), ...bySymbol(known), ...byProse(known)];
}

/** A path that many tasks use says little of any two of them. */
const mostUsers = 40;

function byPath(known: readonly Known[]): readonly InferredEdge[] {
  const byText = new Map<string, Known[]>();
  for (const one of known) for (const path of one.words.paths.keys()) push(byText, path, one);
  const edges: InferredEdge[] = [];
  for (const [path, tasks] of byText) {
    if (tasks.length < 2 || tasks.length > mostUsers || isSharedByNature(path)) continue;
    const makers = tasks.filter(({ words }) => words.paths.get(path) === 'creates');
    const fillers = tasks.filter(({ words }) => words.paths.get(path) === 'fills');
    // Two that make one file: at least one of the texts means something else.
    const maker = makers.length === 1 ? makers[0] : makers.length === 0 ? fillers[0] : undefined;
    if (maker === undefined) continue;
    const isCreated = makers.length === 1;
    for (const user of tasks) {
      if (user === maker || (user.at < maker.at && !isCreated)) continue;
      const confidence = !isCreated ? 0.6 : user.at > maker.at ? 0.9 : 0.6;
      const verb = isCreated ? 'creates' : 'writes';
      edges.push(edge(user, maker, 'path', `it ${verb} ${path}`, confidence));
    }
  }
  return edges;
}

function byInterface(known: readonly Known[]): readonly InferredEdge[] {
  const makers = new Map<string, Known[]>();
  for (const one of known) for (const name of one.words.produces) push(makers, name, one);
  return known.flatMap((user) =>
    [...user.words.consumes].flatMap((name) => {
      const maker = makers.get(name)?.findLast(({ at }) => at < user.at) ?? makers.get(name)?.[0];
      return maker === undefined || maker === user
        ? []
        : [edge(user, maker, 'interface', `it produces ${name}`, 0.9)];
    }),
  );
}

/** A name that more of the tasks mention is the product's own, and tells nothing. */
const mostMentions = 0.34;

function bySymbol(known: readonly Known[]): readonly InferredEdge[] {
  const makers = new Map<string, Known[]>();
  const users = new Map<string, Known[]>();
  for (const one of known) {
    for (const name of one.words.defines.keys()) push(makers, name, one);
    for (const name of one.words.names) push(users, name, one);
  }
  const limit = Math.max(6, known.length * mostMentions);
  const edges: InferredEdge[] = [];
  for (const [name, definers] of makers) {
    const mentioned = users.get(name) ?? [];
    if (mentioned.length > limit) continue;
    const inTitle = definers.filter(({ words }) => words.defines.get(name) === 'title');
    const maker = inTitle.length === 1 ? inTitle[0] : definers.length === 1 ? definers[0] : undefined;
    if (maker === undefined) continue;
    const confidence = inTitle.length === 1 ? 0.8 : 0.7;
    for (const user of mentioned) {
      if (user.at <= maker.at) continue;
      edges.push(edge(user, maker, 'symbol', `it defines ${name}`, confidence));
    }
  }
  return edges;
}

const waiting =
  /\b(?:after|depends? (?:up)?on|dependent on|requires?|needs?|blocked by|once|builds? (?:up)?on|relies on|rely on|prerequisites?|waits? for|assumes)\b/i;
const preceding =
  /\b(?:before|blocks|needed (?:by|for)|required (?:by|for)|prerequisite (?:of|for)|unblocks|enables)\b/i;
const independent = /\b(?:independent of|not depend|no dependenc|unlike|similar to|same as|see also)\b/i;

/** `after T-003`, `depends on task 2.1`, `must land before T-005`. */
function byProse(known: readonly Known[]): readonly InferredEdge[] {
  const byId = new Map(known.map((one) => [one.task.id.toLowerCase(), one]));
  const edges: InferredEdge[] = [];
  for (const one of known) {
    for (const sentence of one.words.sentences.flatMap(clausesOf)) {
      if (independent.test(sentence)) continue;
      const after = waiting.exec(sentence);
      const before = after === null ? preceding.exec(sentence) : null;
      const found = after ?? before;
      if (found === null) continue;
      for (const other of idsIn(sentence.slice(found.index + found[0].length), byId)) {
        if (other === one) continue;
        const [user, maker] = before === null ? [one, other] : [other, one];
        edges.push(edge(user, maker, 'prose', `“${quoteOf(sentence)}”`, before === null ? 0.9 : 0.8));
      }
    }
  }
  return edges;
}

function clausesOf(line: string): readonly string[] {
  return line.split(/(?<=[.;!?])\s+/);
}

function idsIn(text: string, byId: ReadonlyMap<string, Known>): readonly Known[] {
  const found = new Set<Known>();
  // A number alone is an id only behind a word that says so; other ids stand for themselves.
  for (const [, word, id] of text.matchAll(
    /(?:\b(task|step|story|issue|subtask|slice)s?\s+#?)?([\w./-]*\w)/gi,
  )) {
    const known = byId.get(id!.toLowerCase());
    if (known !== undefined && (word !== undefined || /[a-z].*\d|\d.*[a-z]|--/i.test(id!))) found.add(known);
  }
  return [...found];
}

function quoteOf(sentence: string): string {
  const text = sentence.trim().replace(/\s+/g, ' ');
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

function edge(
  user: Known,
  maker: Known,
  evidence: InferredEdge['evidence'],
  reason: string,
  confidence: number,
): InferredEdge {
  const [task, on]: readonly [TaskId, TaskId] = [user.task.id, maker.task.id];
  return { task, on, evidence, reason: reason.slice(0, 400), confidence };
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
