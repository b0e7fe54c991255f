/** One BMAD story: its number, sections, criteria and what it refers to. */
import type { Criterion } from '../../../domain/plan.ts';
import { readLines, type Line } from '../../lines.ts';
import { leavesRepository, looksLikePath } from '../../scope-text.ts';
import { readCriteria } from './criteria.ts';
import { findStatuses, type StatusPlace, type StatusSlot } from './status.ts';
import { scopeOfProse } from '../prose-scope.ts';

export interface Story {
  /** `1.2`; undefined when neither the file's name nor its title has a number. */
  readonly id: string | undefined;
  /** The number in the title, where it has one. */
  readonly titleId: string | undefined;
  readonly title: string;
  /** Index of the line with the title. */
  readonly titleLine: number;
  readonly description: string;
  readonly criteria: readonly Criterion[];
  readonly scope: readonly string[];
  /** Files that the story names as its sources. */
  readonly sources: readonly string[];
  /** Numbers of stories behind "Depends on:", and where they stand (0-based). */
  readonly dependsOn: readonly { readonly id: string; readonly line: number; readonly column: number }[];
  readonly statuses: readonly StatusPlace[];
  readonly slot: StatusSlot | undefined;
  readonly lines: readonly Line[];
}

interface Section {
  readonly level: number;
  readonly title: string;
  /** Index of the heading; -1 for what stands before the first one. */
  readonly line: number;
  readonly end: number;
  /** Whether it, or one that it is in, tells what was done and not what to do. */
  readonly isRecord: boolean;
  readonly isCriteria: boolean;
}

const record =
  /^(?:change ?log|dev(?:eloper)? agent record|qa results?|senior developer review|status|file list|completion notes|agent model|debug log|story (?:dod|completion)|dev notes? record)/i;

const titlePattern =
  /^[*_]{0,3}(?:user )?story[ \t]*[#:]?[ \t]*(?:(\d{1,4}[.-]\d{1,4}[a-z]?(?:\.\d{1,4})?)(?![\w])[*_]{0,3}[ \t]*[:.\u2010-\u2015-]?[ \t]*)?(.*)$/i;

/** The number in a file's name: `1.2.story.md`, `1.2.slug.md`, `1-2-slug.md`, `story-1.2.md`. */
export function idOfFile(file: string): string | undefined {
  const name = file.slice(file.lastIndexOf('/') + 1).replace(/\.(?:md|markdown)$/i, '');
  const dotted = /^(?:story[-_.]?)?(\d{1,3})\.(\d{1,3}[a-z]?)(?:\.(\d{1,3}))?(?![\w])/i.exec(name);
  if (dotted !== null)
    return [dotted[1], dotted[2], dotted[3]].filter((part) => part !== undefined).join('.');
  const dashed = /^(?:story[-_.]?)?(\d{1,3})-(\d{1,3}[a-z]?)(?![a-z\d])/i.exec(name);
  return dashed === null ? undefined : `${dashed[1]}.${dashed[2]}`;
}

/**
 * A story has its title in the first heading or in the front matter, acceptance criteria, and a story, tasks or a
 * status. Epics, which list several stories, validation reports and other papers of the folder have not.
 */
export function isStory(file: string, text: string): boolean {
  if (!/\.(?:md|markdown)$/i.test(file) || /(?:^|\/)(?:validation-report|readme)[^/]*$/i.test(file))
    return false;
  if (!/acceptance criteri/i.test(text)) return false;
  const lines = readLines(text);
  const front = frontMatterEnd(lines);
  const title = findTitle(lines, front);
  if (title === undefined || (title.id ?? idOfFile(file)) === undefined) return false;
  const headings = lines.flatMap(({ text: line, fenced }) => {
    const heading = fenced ? null : /^ {0,3}#{2,6}[ \t]+[*_]{0,3}(\S.*)$/.exec(line);
    return heading === null ? [] : [heading[1]!];
  });
  if (headings.filter((heading) => /^story[ \t]+\d+[.-]\d/i.test(heading)).length > 1) return false;
  const has = (pattern: RegExp): boolean => headings.some((heading) => pattern.test(heading));
  const hasRest = has(/^(?:user )?story\b/i) || has(/^tasks?\b/i) || findStatuses(lines, front).length > 0;
  return has(/^acceptance criteri/i) && hasRest;
}

function frontMatterEnd(lines: readonly Line[]): number {
  if (lines[0]?.text.trimEnd() !== '---') return 0;
  const end = lines.slice(1, 200).findIndex(({ text }) => /^(?:---|\.\.\.)\s*$/.test(text));
  return end === -1 ? 0 : end + 2;
}

function findTitle(
  lines: readonly Line[],
  front: number,
): { readonly id: string | undefined; readonly text: string; readonly line: number } | undefined {
  const first = lines.findIndex(
    ({ text, fenced }, at) => at >= front && !fenced && /^ {0,3}#[ \t]+\S/.test(text),
  );
  const inFront = lines.findIndex(({ text }, at) => at < front && /^title[ \t]*:/i.test(text));
  for (const at of [first, inFront]) {
    if (at === -1) continue;
    const text = lines[at]!.text.trimEnd();
    const bare =
      at < front
        ? text.replace(/^title[ \t]*:[ \t]*["']?/i, '').replace(/["']$/, '')
        : text.replace(/^ {0,3}#[ \t]+/, '');
    const match = titlePattern.exec(bare);
    if (match !== null) return { id: match[1]?.replace('-', '.'), text: match[2]!.trim(), line: at };
  }
  return undefined;
}

export function readStory(file: string, text: string): Story {
  const lines = readLines(text);
  const front = frontMatterEnd(lines);
  const title = findTitle(lines, front);
  const id = idOfFile(file) ?? title?.id;
  const sections = sectionsOf(lines, front);
  const statuses = findStatuses(lines, front);
  const ignored = new Set([title?.line, ...statuses.map(({ line }) => line)]);
  const described: string[] = [];
  const criteriaLines: Line[] = [];
  const scoped: string[] = [];
  const dependsOn: { id: string; line: number; column: number }[] = [];
  for (const [index, section] of sections.entries()) {
    const isScoped = /^tasks?\b|file (?:locations?|changes)|files? (?:to|affected|touched)/i.test(
      section.title,
    );
    for (let at = section.line + 1; at < section.end; at += 1) {
      const line = lines[at]!;
      // The line "Depends on" stands below the status in older stories.
      if (!line.fenced) dependsOn.push(...dependenciesIn(line.text, at, section));
      if (section.isCriteria) criteriaLines.push(line);
      else if (!section.isRecord && !ignored.has(at)) described.push(withoutMark(line));
      if (isScoped && !section.isRecord) scoped.push(line.text);
    }
    const heading = lines[section.end];
    const next = sections[index + 1];
    if (next === undefined || heading === undefined) continue;
    if (next.isCriteria) criteriaLines.push(heading);
    else if (!next.isRecord && !ignored.has(section.end)) described.push(heading.text.trimEnd());
  }
  const { criteria, rest } = readCriteria(criteriaLines, id ?? file);
  const body = described.join('\n');
  const slot = slotFor(lines, title?.line, front);
  return {
    id,
    titleId: title?.id,
    title: title === undefined || title.text === '' ? titleOfFile(file) : title.text,
    titleLine: title?.line ?? 0,
    description: [body, rest]
      .map(tidy)
      .filter((part) => part !== '')
      .join('\n\n'),
    criteria,
    scope: scopeOfProse(withoutSources(scoped.join('\n'))),
    sources: sourcesIn(text),
    dependsOn,
    statuses,
    slot,
    lines,
  };
}

function slotFor(lines: readonly Line[], title: number | undefined, front: number): StatusSlot | undefined {
  // Behind the first section a status would not be read.
  const isHead = lines
    .slice(front, title)
    .every(({ text, fenced }) => fenced || !/^ {0,3}#{2,6}[ \t]/.test(text));
  if (title !== undefined && title >= front && isHead) return { line: title, kind: 'title' };
  return front > 1 ? { line: front - 2, kind: 'front-matter' } : undefined;
}

/** The stretches between headings, in order; each ends where the next begins. */
function sectionsOf(lines: readonly Line[], from: number): readonly Section[] {
  const found: Section[] = [];
  let current: Omit<Section, 'end'> = {
    level: 1,
    title: '',
    line: from - 1,
    isRecord: false,
    isCriteria: false,
  };
  /** The level of the section that makes all below it a record, or criteria. */
  let recordLevel = Infinity;
  let criteriaLevel = Infinity;
  for (const [at, { text, fenced }] of lines.entries()) {
    const heading = fenced || at < from ? null : /^ {0,3}(#{1,6})[ \t]+[*_]{0,3}(\S.*)$/.exec(text);
    if (heading === null) continue;
    found.push({ ...current, end: at });
    const level = heading[1]!.length;
    const title = heading[2]!;
    if (level <= recordLevel) recordLevel = record.test(title) ? level : Infinity;
    if (level <= criteriaLevel) criteriaLevel = /^acceptance criteri/i.test(title) ? level : Infinity;
    const isRecord = level >= recordLevel;
    current = { level, title, line: at, isRecord, isCriteria: !isRecord && level >= criteriaLevel };
  }
  found.push({ ...current, end: lines.length });
  return found;
}

function withoutMark({ text, fenced }: Line): string {
  return fenced ? text.trimEnd() : text.trimEnd().replace(/^([ \t]*[-*+][ \t]+)\[[^\][]?\][ \t]+/u, '$1');
}

function tidy(text: string): string {
  return text
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+/, '')
    .trimEnd();
}

function titleOfFile(file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return name.replace(/\.(?:md|markdown)$/i, '').replace(/\.story$/i, '');
}

const dependencyLabel =
  /^\s*(?:[-*+][ \t]+)?[*_]{0,3}(?:depends on|dependencies|blocked by|prerequisites?)[*_]{0,3}[ \t]*[:：]/i;

function dependenciesIn(text: string, line: number, section: Section): readonly Story['dependsOn'][number][] {
  if (section.isRecord && !/^status/i.test(section.title)) return [];
  const label = dependencyLabel.exec(text);
  if (label === null) return [];
  const value = text.slice(label[0].length);
  const isList = /^[\d.a-z\s,&]*$/i.test(value) && /\d\.\d/.test(value);
  const pattern = isList
    ? /\b(\d{1,4}\.\d{1,4}[a-z]?)\b/gi
    : /\bstor(?:y|ies)[ \t]+(\d{1,4}[.-]\d{1,4}[a-z]?)(?![\w])/gi;
  return [...value.matchAll(pattern)].map((match) => ({
    id: match[1]!.replace('-', '.'),
    line,
    column: label[0].length + match.index + match[0].lastIndexOf(match[1]!),
  }));
}

const sourcePattern = /\[Source:?[ \t]*([^\][\n]{0,400})\](?:\(([^()\s]{1,400})\))?/gi;
const maxSources = 40;

function withoutSources(text: string): string {
  return text.replace(sourcePattern, ' ');
}

/** `[Source: docs/a.md#part; docs/b.md]` and `[Source](docs/a.md#part)`. */
function sourcesIn(text: string): readonly string[] {
  const found = new Set<string>();
  for (const match of text.matchAll(sourcePattern)) {
    for (const piece of (match[2] ?? match[1]!).split(/[;,]/)) {
      const entry = piece.trim();
      const path = entry.replace(/#.*$/, '').trim();
      if (/\.[a-z]\w{0,5}$/i.test(path) && looksLikePath(path) && !leavesRepository(path)) found.add(entry);
    }
    if (found.size >= maxSources) break;
  }
  return [...found];
}
