/** `**Interfaces:**` of a task: the names it produces, and those and the tasks it consumes. */
import type { Line } from '../../lines.ts';
import { expandRange } from '../../references.ts';
import { looksLikePath, normaliseScope } from '../../scope-text.ts';
import type { Piece, PlanSection } from './sections.ts';

export interface Interfaces {
  readonly produced: ReadonlySet<string>;
  readonly consumed: readonly Piece[];
  /** Numbers of tasks that it says to consume from. */
  readonly tasks: readonly Piece[];
  /** `Consumes: nothing`. */
  readonly saysNothing: boolean;
}

export function interfacesOf({ blocks }: PlanSection, lines: readonly Line[]): Interfaces {
  const produced = new Set<string>();
  const consumed: Piece[] = [];
  const tasks: Piece[] = [];
  let saysNothing = false;
  for (const block of blocks) {
    if (block.key === 'files') addCreated(block, lines, produced);
    if (block.key !== 'interfaces' && block.key !== 'consumes' && block.key !== 'produces') continue;
    let mode: 'consumes' | 'produces' | undefined = block.key === 'interfaces' ? undefined : block.key;
    for (let at = block.value.line; at < block.end; at += 1) {
      const line = lines[at]!;
      if (line.fenced) {
        if (mode === 'produces') for (const name of declaredIn(line.text)) produced.add(name);
        continue;
      }
      const from = at === block.value.line ? block.value.column : 0;
      for (const part of partsOf(line.text.slice(from))) {
        mode = part.mode ?? mode;
        const piece = { text: part.text, line: at, column: from + part.at };
        if (mode === 'produces') {
          for (const { text } of namesIn(piece)) for (const name of namesOf(text)) produced.add(name);
        } else if (mode === 'consumes') {
          const outside = withoutNotes(piece.text);
          const isFirst = part.mode !== undefined || (block.key === mode && at === block.value.line);
          saysNothing ||= isFirst && /^\W*(?:nothing|none|n\/a)\b/i.test(outside);
          consumed.push(
            ...namesIn(piece).flatMap((name) => namesOf(name.text).map((text) => ({ ...name, text }))),
          );
          tasks.push(...tasksIn({ ...piece, text: outside }));
        }
      }
    }
  }
  // A plain `Consumes: nothing` is not one when tasks are named behind it.
  return { produced, consumed, tasks, saysNothing: saysNothing && tasks.length === 0 };
}

/** Cut before each `Consumes` and `Produces` that begins the line, a bullet or a sentence. */
function partsOf(text: string): readonly { mode?: 'consumes' | 'produces'; text: string; at: number }[] {
  const cuts = [...text.matchAll(/(?:^[\s*+-]*|[.;]\s+\**)(Consumes|Produces)\b[^\S\n]*/g)];
  const first = { text: text.slice(0, cuts[0]?.index ?? text.length), at: 0 };
  const rest = cuts.map((cut, index) => {
    const at = cut.index + cut[0].length;
    const mode = cut[1] === 'Consumes' ? ('consumes' as const) : ('produces' as const);
    return { mode, text: text.slice(at, cuts[index + 1]?.index ?? text.length), at };
  });
  return first.text.trim() === '' ? rest : [first, ...rest];
}

/** Notes in brackets blanked out, so that offsets stay: what they mention is neither consumed nor produced. */
function withoutNotes(text: string): string {
  let depth = 0;
  let isCode = false;
  let out = '';
  for (const character of text) {
    if (character === '`') isCode = !isCode;
    if (!isCode && character === '(') depth += 1;
    out += depth > 0 ? ' '.repeat(character.length) : character;
    if (!isCode && character === ')') depth = Math.max(0, depth - 1);
  }
  return out;
}

function namesIn({ text, line, column }: Piece): readonly Piece[] {
  return [...text.matchAll(/`([^`]{3,400})`/g)].map((match) => ({
    text: match[1]!,
    line,
    column: column + match.index + 1,
  }));
}

/** Words that begin a declaration and name nothing themselves. */
const declaring = /^(?:export\s+)?(?:type|func|function|interface|class|const|struct|enum|def|let|async)\s+/;

/** What a piece of code is known by: its path, or its leading name and, where that is telling, the last part. */
function namesOf(code: string): readonly string[] {
  const path = normaliseScope(code);
  if (path.includes('/') && looksLikePath(path)) return [path];
  const plain = code.replace(declaring, '');
  const name = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*/.exec(plain)?.[0];
  if (name === undefined || name.length < 3) return [];
  // `POST /runs` and `npm test` are requests and commands, not names.
  if (plain === code && /^\s*[^\s({<:[?;,]/.test(plain.slice(name.length))) return [];
  const last = name.slice(name.lastIndexOf('.') + 1);
  return last !== name && last.length >= 6 ? [name, last] : [name];
}

function declaredIn(line: string): readonly string[] {
  const match =
    /^\s*(?:export\s+|pub\s+|async\s+|default\s+)*(?:type|func|fn|function|interface|class|const|struct|enum|def|trait)\s+(?:\([^)]*\)\s*)?([A-Za-z_$][\w$]{2,})/.exec(
      line,
    );
  return match === null ? [] : [match[1]!];
}

/** Files that a task makes are produced by it. */
function addCreated(block: PlanSection['blocks'][number], lines: readonly Line[], into: Set<string>): void {
  for (let at = block.value.line; at < block.end; at += 1) {
    const { text, fenced } = lines[at]!;
    if (fenced || !/\b(?:create|new)\b/i.test(text.slice(0, 40))) continue;
    for (const match of text.matchAll(/`([^`]+)`/g)) {
      const path = normaliseScope(match[1]!);
      if (path.includes('/') && looksLikePath(path)) into.add(path);
    }
  }
}

const taskId = '(?:[A-Z]-?)?\\d+[a-z]?(?:\\.\\d+)*';
const taskList = new RegExp(
  `\\bTasks?[ \\t]+(${taskId}(?![\\w-])(?:[ \\t]*(?:,(?:[ \\t]*and\\b)?|and\\b|&|/|to\\b|through\\b|[-\\u2013])[ \\t]*(?:Tasks?[ \\t]+)?${taskId}(?!\\w))*)`,
  'g',
);

/** `Tasks 2, 3 and 5`, `Tasks 2 to 14`, `Task 18's`. */
function tasksIn({ text, line, column }: Piece): readonly Piece[] {
  return [...text.matchAll(taskList)].flatMap((match) => {
    const start = match.index + match[0].length - match[1]!.length;
    const list = match[1]!.slice(0, 400).replace(/\bTasks?[ \t]+/g, (word) => ' '.repeat(word.length));
    return [...list.matchAll(/[^,&/\s][^,&/]*?(?=\s*(?:[,&/]|\band\b|$))/g)].flatMap((part) => {
      const bare = part[0].replace(/^and\s+/, '').trim();
      const ids = expandRange(bare.replace(/\s*(?:to|through)\s+/, ' to ')) ?? [bare];
      return ids.map((id) => ({ text: id, line, column: column + start + part.index }));
    });
  });
}
