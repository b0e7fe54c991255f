/** The prose under `## Dependencies` of a code task: which words name other tasks of the tree. */
import type { Line } from '../../lines.ts';

/** One task of the tree, as its place in it tells. */
export interface TreeTask {
  /** `step02/task-01-name`, or the file's base name in a flat folder. */
  readonly id: string;
  /** The part of the id before its last slash; `''` in a flat folder. */
  readonly folder: string;
  /** The number in `stepNN`; undefined outside of one. */
  readonly step: number | undefined;
  /** The number in `task-NN`. */
  readonly task: number | undefined;
}

export interface Tree {
  readonly tasks: readonly TreeTask[];
  readonly byId: ReadonlyMap<string, TreeTask>;
  /** By file name without its ending; several where folders share one. */
  readonly byName: ReadonlyMap<string, readonly TreeTask[]>;
  readonly byStep: ReadonlyMap<number, readonly TreeTask[]>;
  readonly byFolder: ReadonlyMap<string, readonly TreeTask[]>;
}

export function buildTree(ids: readonly string[]): Tree {
  const tasks = ids.map((id): TreeTask => {
    const cut = id.lastIndexOf('/');
    const step = /(?:^|\/)step[-_ ]?(\d{1,6})[^/]*\//i.exec(id)?.[1];
    const task = /^task[-_ ]?(\d{1,6})(?!\d)/i.exec(id.slice(cut + 1))?.[1];
    return { id, folder: id.slice(0, Math.max(0, cut)), step: number(step), task: number(task) };
  });
  const inSteps = tasks.filter(({ step }) => step !== undefined);
  return {
    tasks,
    byId: new Map(tasks.map((task) => [task.id, task])),
    byName: Map.groupBy(tasks, ({ id }) => id.slice(id.lastIndexOf('/') + 1)),
    byStep: Map.groupBy(inSteps, ({ step }) => step!),
    byFolder: Map.groupBy(tasks, ({ folder }) => folder),
  };
}

function number(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** What a stretch of a line names. `at` counts characters of the line from 0. */
export interface Mention {
  readonly at: number;
  readonly length: number;
  /** The tasks meant, without the one that says so; for what is not in the tree, how such an id would look. */
  readonly ids: readonly string[];
  readonly known: boolean;
  /** It is about this task itself. */
  readonly isSelf: boolean;
}

/** A line that tells of a task without waiting for it. */
const soft =
  /\bplaceholders?\b|\bwill be (?:\w+ )?(?:defined|implemented|added|created)\b|\bno (?:\w+ )?changes? (?:are )?(?:needed|required)\b|^(?:existing|related|see also)\b|\b(?:see also|related to|soft dependency|optional dependency)\b/i;

export function isSoft(text: string): boolean {
  return soft.test(bodyOf(text));
}

/** `None`, with or without an explanation. */
export function saysNone(text: string): boolean {
  return /^(?:none|nothing|n\/a|no dependencies)(?![\w-])/i.test(bodyOf(text));
}

function bodyOf(text: string): string {
  return text.trim().replace(/^(?:(?:[-*+]|\d+[.)])[ \t]+)?(?:\[.?\][ \t]+)?[*_`]*/, '');
}

const longestRange = 1_000;
/** Longer lines are data, not prose. */
export const longestLine = 10_000;
const numbers = '\\d{1,6}(?:\\s*(?:-|\\.{2,3}|\\u2013|\\u2014|\\bto\\b|\\bthrough\\b)\\s*\\d{1,6})?';
const list = `${numbers}(?:(?:\\s*,\\s*(?:and\\s+|&\\s*)?|\\s*&\\s*|\\s+and\\s+)${numbers})*`;
const bareNumbers = new RegExp(
  `(?<![\\w/.-])(?:(steps?|tasks?)(?:[-_#]|\\s*[(#:]\\s*|\\s+)?(${list})(?![\\w.]*\\w|\\()` +
    `|all\\s+(?:the\\s+)?(?:previous|prior|preceding|earlier|above|other)\\s+(tasks|steps))`,
  'giu',
);

/** The mentions of a line of at most {@link longestLine} characters, from left to right. */
export function mentionsIn({ text, fenced }: Line, own: TreeTask, tree: Tree): readonly Mention[] {
  if (fenced || saysNone(text)) return [];
  const found: Mention[] = [];
  const rest = text.replace(/[\w@.][\w@./-]*/g, (token, at: number) => {
    const mention = named(token, at, own, tree);
    if (mention === undefined) return token;
    found.push(mention);
    return ' '.repeat(token.length);
  });
  found.push(...numbered(rest, own, tree));
  return found.toSorted((a, b) => a.at - b.at);
}

/** File names and whole ids. A word that only happens to be a file's name, such as `parser`, is none. */
function named(token: string, at: number, own: TreeTask, tree: Tree): Mention | undefined {
  const whole = token.replace(/(?<![.-])[.-]+$/, '');
  const bare = whole.replace(/(?:\.code-task)?\.md$|\.code-task$/, '').replace(/^(?:\.\.?\/)+/, '');
  const isFile = /\.code-task(?:\.md)?$/.test(whole);
  if (!isFile && !/\d.*-|-.*\d|-.*-/.test(bare)) return undefined;
  const name = bare.slice(bare.lastIndexOf('/') + 1);
  const byPath = tree.byId.get(bare) ?? endOf(bare, tree);
  const same = tree.byName.get(name) ?? [];
  const near = same.filter(({ folder }) => folder === own.folder);
  const tasks =
    byPath !== undefined ? [byPath] : bare.includes('/') && !isFile ? [] : near.length > 0 ? near : same;
  if (tasks.length > 0) return mention(at, whole.length, tasks, own);
  return isFile ? { at, length: whole.length, ids: [bare], known: false, isSelf: false } : undefined;
}

/** `.sop/planning/implementation/step02/task-01-x` for the id `step02/task-01-x`. */
function endOf(path: string, tree: Tree): TreeTask | undefined {
  const parts = path.split('/').slice(-6);
  for (let from = 1; from < parts.length; from += 1) {
    const task = tree.byId.get(parts.slice(from).join('/'));
    if (task !== undefined) return task;
  }
  return undefined;
}

interface Hit {
  readonly kind: 'step' | 'task';
  readonly at: number;
  readonly end: number;
  readonly numbers: readonly number[];
  /** `all previous tasks`. */
  readonly all: boolean;
}

function numbered(text: string, own: TreeTask, tree: Tree): readonly Mention[] {
  const hits = [...text.matchAll(bareNumbers)].map((match): Hit => {
    const word = (match[1] ?? match[3]!).toLowerCase();
    const kind = word.startsWith('step') ? 'step' : 'task';
    const all = match[2] === undefined;
    return {
      kind,
      at: match.index,
      end: match.index + match[0].length,
      numbers: expand(match[2] ?? ''),
      all,
    };
  });
  const found: Mention[] = [];
  for (let index = 0; index < hits.length; index += 1) {
    const hit = hits[index]!;
    const next = hits[index + 1];
    const between = next === undefined ? '' : text.slice(hit.end, next.at);
    const isPair = next !== undefined && next.kind !== hit.kind && !hit.all && !next.all;
    // `task-02 from Step 3`, `Step 3, Task 2`: the two are one mention.
    const joined = hit.kind === 'task' ? /^[\s,(]*(?:from|of|in)\s+$/i : /^(?:\s*[,:/.-]?\s*)$/;
    // `All previous tasks (1-13)`: the numbers say which.
    if (hit.all && /^\s*\(\s*[\d\s,\u2013-]+\)/.test(text.slice(hit.end, hit.end + 60))) {
      const group = /\(\s*([\d\s,\u2013-]+)\)/.exec(text.slice(hit.end, hit.end + 60))!;
      found.push(...resolve({ ...hit, numbers: expand(group[1]!), all: false }, own, tree));
    } else if (isPair && joined.test(between)) {
      const [step, task] = hit.kind === 'step' ? [hit, next] : [next, hit];
      for (const at of step.numbers) {
        const there = tree.byStep.get(at)?.[0]?.folder ?? `step${String(at).padStart(2, '0')}`;
        found.push(...resolve({ ...task, at: hit.at, end: next.end }, own, tree, there));
      }
      index += 1;
    } else found.push(...resolve(hit, own, tree));
  }
  return found;
}

function resolve(hit: Hit, own: TreeTask, tree: Tree, folder = own.folder): readonly Mention[] {
  const { at, end, kind, all } = hit;
  const length = end - at;
  const here = tree.byFolder.get(folder) ?? [];
  const before = here.slice(0, Math.max(0, here.indexOf(own)));
  if (all) {
    const earlier = kind === 'task' ? before : tree.tasks.filter(({ step }) => (step ?? 0) < (own.step ?? 0));
    return [mention(at, length, earlier, own)];
  }
  return hit.numbers.map((wanted) => {
    if (kind === 'step') {
      // A step cannot wait for itself: its own earlier tasks are meant.
      const tasks = wanted === own.step ? before : tree.byStep.get(wanted);
      return tasks === undefined
        ? unknown(at, length, `step${pad(wanted)}`)
        : mention(at, length, tasks, own);
    }
    const tasks = here.filter(({ task }) => task === wanted);
    const prefix = folder === '' ? '' : `${folder}/`;
    return tasks.length === 0
      ? unknown(at, length, `${prefix}task-${pad(wanted)}`)
      : mention(at, length, tasks, own);
  });
}

function mention(at: number, length: number, tasks: readonly TreeTask[], own: TreeTask): Mention {
  const ids = tasks.filter(({ id }) => id !== own.id).map(({ id }) => id);
  return { at, length, ids, known: true, isSelf: tasks.length > 0 && ids.length < tasks.length };
}

function unknown(at: number, length: number, id: string): Mention {
  return { at, length, ids: [id], known: false, isSelf: false };
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** `1-3, 5 and 7`; a range that runs backwards or is too long counts as its two ends. */
function expand(text: string): readonly number[] {
  const found = new Set<number>();
  for (const [, from, to] of text.matchAll(
    /(\d+)(?:\s*(?:-|\.{2,3}|\u2013|\u2014|\bto\b|\bthrough\b)\s*(\d+))?/g,
  )) {
    const first = Number(from);
    const last = Number(to ?? from);
    const isRange = last >= first && last - first < longestRange;
    if (isRange) for (let at = first; at <= last; at += 1) found.add(at);
    else found.add(first).add(last);
  }
  return [...found];
}
