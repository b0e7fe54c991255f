/** What gsd plans tell an agent: the bullets of a task, the sections of its plan, the files it touches. */
import type { Criterion } from '../../../domain/plan.ts';
import type { Line } from '../../lines.ts';
import { pathsIn } from '../../path-mentions.ts';
import { leavesRepository, looksLikePath, normaliseScope } from '../../scope-text.ts';
import type { GsdDocument } from './document.ts';

export interface TaskBody {
  readonly files: string;
  readonly doneWhen: string | undefined;
  /** All other lines, the bullets with their labels. */
  readonly rest: string;
}

/** The bullets Why, Files, Do, Verify and Done when below a task, with the lines that continue them. */
export function readBody(lines: readonly Line[]): TaskBody {
  const fields = { files: [] as string[], done: [] as string[], rest: [] as string[] };
  let into: readonly [list: string[], indent: number] = [fields.rest, -1];
  for (const { text, fenced } of lines) {
    const match = fenced
      ? null
      : /^(\s*)[-*+]\s+\**(Files|Done when)\s*(?::\*\*|\*\*\s*:|:)\s*(.*)$/i.exec(text);
    const indent = /^\s*/.exec(text)![0].length;
    if (match !== null) {
      into = [/^files$/i.test(match[2]!) ? fields.files : fields.done, indent];
      into[0].push(match[3]!.trim());
      continue;
    }
    if (!fenced && text.trim() !== '' && indent <= into[1]) into = [fields.rest, -1];
    // A quote below a slice is its demo, which is a criterion.
    if (!/^\s*>\s*\**After this/i.test(text)) into[0].push(into[1] < 0 ? text : text.trim());
  }
  const one = (list: readonly string[]): string => list.join(' ').trim();
  return {
    files: fields.files.join('\n'),
    doneWhen: one(fields.done) === '' ? undefined : one(fields.done),
    rest: tidy(fields.rest.join('\n')),
  };
}

/** Removes empty lines at both ends and the indent that all lines share. */
function tidy(text: string): string {
  const lines = text.split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => /^\s*/.exec(line)![0].length);
  const least = indents.reduce((a, b) => Math.min(a, b), Infinity);
  return lines
    .map((line) => (line.trim() === '' ? '' : line.slice(least)))
    .join('\n')
    .trim();
}

interface Section {
  readonly name: string;
  readonly lines: readonly Line[];
}

/** A slice's plan is asked for by each of its tasks. */
const sectionsByDocument = new WeakMap<GsdDocument, readonly Section[]>();

function sectionsOf(document: GsdDocument): readonly Section[] {
  const sections = sectionsByDocument.get(document) ?? readSections(document);
  sectionsByDocument.set(document, sections);
  return sections;
}

function readSections({ lines, titleLine }: GsdDocument): readonly Section[] {
  const sections: { name: string; lines: Line[] }[] = [{ name: '', lines: [] }];
  for (const line of lines.slice(titleLine + 1)) {
    const heading = line.fenced ? undefined : /^##[ \t]+(\S.*)$/.exec(line.text)?.[1];
    if (heading === undefined) sections.at(-1)!.lines.push(line);
    else sections.push({ name: heading.trim(), lines: [] });
  }
  return sections;
}

export function sectionOf(document: GsdDocument, name: RegExp): readonly Line[] {
  return sectionsOf(document).find((section) => name.test(section.name))?.lines ?? [];
}

/** A task's plan without what is kept in fields of its own. */
export function planText(document: GsdDocument): string {
  return sectionsOf(document)
    .filter(({ name }) => !/^(?:must-haves?|tasks|files likely touched)$/i.test(name))
    .map(({ name, lines }) => {
      const body = lines
        .map(({ text }) => text)
        .join('\n')
        .trim();
      return body === '' || name === '' ? body : `## ${name}\n\n${body}`;
    })
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Longer texts are no goal. In UTF-16 units; they are given to every task of the slice. */
const maxGoal = 8_000;

/** The lines such as `**Goal:** …` above the first section; empty when they are too many to be a goal. */
export function goalText(document: GsdDocument): string {
  const lines = sectionsOf(document)[0]?.lines ?? [];
  if (lines.reduce((length, { text }) => length + text.length + 1, 0) > maxGoal) return '';
  return lines
    .map(({ text }) => text.trim())
    .filter((text) => text !== '')
    .join('\n');
}

/** The top bullets of Must-Haves, with or without boxes. */
export function mustHaves(document: GsdDocument): readonly string[] {
  const found: string[] = [];
  let base: number | undefined;
  for (const { text, fenced } of sectionOf(document, /^must-haves?$/i)) {
    const bullet = fenced ? null : /^(\s*)(?:[-*+]|\d+[.)])\s+(?:\[[^\]]?\]\s*)?(\S.*)$/.exec(text);
    if (bullet !== null && bullet[1]!.length <= (base ?? Infinity)) {
      base = bullet[1]!.length;
      found.push(bullet[2]!.trimEnd());
    } else if (text.trim() !== '' && found.length > 0) found.push(`${found.pop()!}; ${text.trim()}`);
  }
  return found;
}

export function numbered(id: string, texts: readonly string[]): readonly Criterion[] {
  return texts.map((text, at) => ({ id: `${id}.AC${at + 1}`, text }));
}

export interface Files {
  readonly scope: readonly string[];
  /** `(reference only)`: to be read. */
  readonly read: readonly string[];
}

/** The paths of a `Files:` bullet or of an `Expected Output`, line by line. */
export function filesIn(text: string): Files {
  const scope = new Set<string>();
  const read = new Set<string>();
  for (const line of text.split('\n')) {
    const quoted = [...line.matchAll(/`([^`]{1,400})`[ \t]*(\([^()]{0,200}\))?/g)];
    if (quoted.length === 0) for (const path of pathsIn(line)) scope.add(path);
    let previous = '';
    for (const [, mention = '', note = ''] of quoted) {
      const plain = normaliseScope(mention);
      // Between files stands code, too: `agent.send` has no ending that files have.
      if (pathsIn(`\`${plain}\``).length === 0) continue;
      const path = beside(plain, previous);
      if (!looksLikePath(path) || leavesRepository(path)) continue;
      (/reference|read[- ]only|for context/i.test(note) ? read : scope).add(path);
      previous = path;
    }
  }
  // A bare name is another way to say a path that stands here in full.
  const tails = new Set([...scope, ...read].flatMap((path) => endsOf(path)));
  const isFull = (path: string): boolean => !tails.has(path);
  return { scope: [...scope].filter(isFull), read: [...read].filter(isFull) };
}

function endsOf(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, at) => parts.slice(at + 1).join('/'));
}

const atRoot =
  /^(?:\.|README|CHANGELOG|LICENSE|Makefile|Dockerfile|Cargo\.|go\.|pyproject|package(?:-lock)?\.json|tsconfig|vite|vitest|eslint|[A-Z][A-Z_-]+\.md)/;
const topFolder = /^(?:src|lib|test|tests|docs|scripts|packages|app|apps|crates)$/;

/** `settle.ts` and `tools/wait.ts` after `src/browser/tools/page.ts` stand beside it. */
function beside(path: string, previous: string): string {
  const folders = previous.split('/').slice(0, -1);
  if (folders.length === 0 || atRoot.test(path)) return path;
  if (!path.includes('/')) return /\.\w+$/.test(path) ? [...folders, path].join('/') : path;
  const first = path.slice(0, path.indexOf('/'));
  const at = folders.lastIndexOf(first);
  return at > 0 && at === folders.length - 1 && !topFolder.test(first)
    ? [...folders.slice(0, at), path].join('/')
    : path;
}
