/** Which items of a checklist are tasks, which are criteria of one, and what each is called. */
import { hash } from 'node:crypto';
import type { Diagnostic } from '../../diagnostic.ts';
import { warningAt } from '../../diagnostic.ts';
import type { Checklist, Item, ListSection } from './items.ts';

export interface ListTask {
  readonly id: string;
  readonly item: Item;
  /** The section it belongs to: for a box that announces `Phase 2: …`, the section of that phase. */
  readonly section: ListSection;
  /** Items without a status of their own that it stands under. */
  readonly groups: readonly string[];
  readonly criteria: Item[];
}

export interface ListTasks {
  readonly tasks: readonly ListTask[];
  /** The section of a phase by its key: `phase 2`. */
  readonly phases: ReadonlyMap<string, ListSection>;
  readonly diagnostics: readonly Diagnostic[];
}

interface Candidate {
  readonly item: Item;
  section: ListSection;
  readonly groups: readonly string[];
}

const criteriaWords =
  /^\W*(?:notes?|done when|definition of done|dod|qa|(?:[\w-]+ )?checklist|(?:acceptance|success|exit|completion) (?:criteria|tests?|checks?)|verification|verify)\W*(?:\(.*\)\W*)?$/i;

export function listTasks(file: string, { sections }: Checklist): ListTasks {
  const candidates: Candidate[] = [];
  const criteria: Candidate[] = [];
  for (const section of sections) {
    const isCriteria = section.level > 1 && namesCriteria(section.heading);
    for (const item of section.items) {
      const isCriterion = isCriteria || (item.label !== undefined && namesCriteria(item.label));
      collect(item, section, [], isCriterion ? criteria : candidates);
    }
  }
  // A file that is nothing but a checklist is a list of things to do.
  if (candidates.length === 0) candidates.push(...criteria.splice(0));
  const phases = phasesOf(sections);
  const kept = withoutAnnouncements(candidates, phases);
  const ids = new Ids();
  const tasks = kept.map(({ item, section, groups }): ListTask => {
    const own = { item, section, groups, criteria: signedBelow(item) };
    return { id: ids.make(section, item), ...own };
  });
  return { tasks, phases, diagnostics: assignCriteria(file, criteria, tasks) };
}

/** Longer headings tell something else. */
export function namesCriteria(text: string): boolean {
  return text.length <= 120 && criteriaWords.test(text);
}

/** The items with a status that are tasks: the upper ones, and those below an item that is only a heading. */
function collect(item: Item, section: ListSection, groups: readonly string[], into: Candidate[]): void {
  const isGroup = item.sign === undefined || (isHeadingLike(item) && item.children.some(hasSign));
  if (!isGroup) {
    if (item.text !== '') into.push({ item, section, groups });
    return;
  }
  const name = plainText(item.text).replace(/[:\uff1a]$/u, '');
  for (const child of item.children) collect(child, section, [...groups.slice(-3), name], into);
}

function isHeadingLike({ text }: Item): boolean {
  return /[:\uff1a]\**$/u.test(text);
}

function hasSign({ sign }: Item): boolean {
  return sign !== undefined;
}

function signedBelow(item: Item): Item[] {
  const found: Item[] = [];
  const rest = item.children.toReversed();
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (next.sign?.kind === 'box' && next.text !== '') found.push(next);
    rest.push(...next.children.toReversed());
  }
  return found;
}

/** `phase 2` of `### Phase 02: name`. */
export function phaseKey(text: string): string | undefined {
  const match =
    /^[^\p{L}\p{N}]*(phase|milestone|stage|wave|sprint|part|step)[ \t]+(\d+(?:\.\d+)*[a-z]?)(?![\w])/iu.exec(
      text,
    );
  return match === null ? undefined : `${match[1]!.toLowerCase()} ${match[2]!.replace(/^0+(?=\d)/, '')}`;
}

function phasesOf(sections: readonly ListSection[]): ReadonlyMap<string, ListSection> {
  const phases = new Map<string, ListSection>();
  for (const section of sections) {
    const key = phaseKey(section.heading);
    if (key !== undefined && !phases.has(key)) phases.set(key, section);
  }
  return phases;
}

/**
 * A box `Phase 2: …` whose section has boxes of its own only announces them. Where that section has none, the box is
 * the task and the section tells what it is.
 */
function withoutAnnouncements(
  candidates: readonly Candidate[],
  phases: ReadonlyMap<string, ListSection>,
): readonly Candidate[] {
  const announced = (candidate: Candidate): ListSection | undefined => {
    const key = phaseKey(candidate.item.text);
    const phase = key === undefined ? undefined : phases.get(key);
    return phase === undefined || isWithin(candidate.section, phase) ? undefined : phase;
  };
  const filled = new Set<ListSection>();
  for (const candidate of candidates) {
    if (announced(candidate) !== undefined) continue;
    for (const section of upwards(candidate.section)) filled.add(section);
  }
  return candidates.flatMap((candidate): readonly Candidate[] => {
    const phase = announced(candidate);
    if (phase === undefined) return [candidate];
    return filled.has(phase) ? [] : [{ ...candidate, section: phase }];
  });
}

export function upwards(section: ListSection): readonly ListSection[] {
  const path: ListSection[] = [];
  for (let at: ListSection | undefined = section; at !== undefined; at = at.parent) path.push(at);
  return path;
}

function isWithin(section: ListSection, outer: ListSection): boolean {
  return upwards(section).includes(outer);
}

/** Boxes under `Definition of Done` and the like belong to the last task of the same section, or of the one around. */
function assignCriteria(
  file: string,
  criteria: readonly Candidate[],
  tasks: readonly ListTask[],
): readonly Diagnostic[] {
  const last = new Map<ListSection, ListTask>();
  for (const task of tasks) for (const section of upwards(task.section)) last.set(section, task);
  return criteria.flatMap(({ item, section }) => {
    const owner = upwards(section)
      .map((around) => last.get(around))
      .find((task) => task !== undefined);
    owner?.criteria.push(item, ...signedBelow(item));
    if (owner !== undefined) return [];
    const span = { file, line: item.line + 1, column: item.column, length: item.text.length };
    return [warningAt(span, 'this box is a criterion, and no task stands near it; it is left out')];
  });
}

/** Labels that a file gives its items: `T1:`, `01.2`, `01-02:`. */
const labelPattern =
  /^[*~]*(?:([A-Z]{1,5}-?\d+(?:\.\d+)*[a-z]?|\d+-\d+[a-z]?)[*~]*(?=[:.)][*\s]|\s+[-\u2013\u2014]\s)|(\d{1,4}(?:\.\d{1,4})+)\.?[*~]*(?=[:)\s]))/u;

/** What the file itself calls an item. */
export function labelOf(text: string): string | undefined {
  const match = labelPattern.exec(text);
  return match?.[1] ?? match?.[2];
}

/**
 * The item's own label, where it is the first with it; else heading and text as words and a hash of the text. Neither
 * line nor place counts, so that ids survive what is done to other items; only of items with the same text under the
 * same heading the later ones are counted.
 */
class Ids {
  private readonly used = new Set<string>();
  private readonly counts = new Map<string, number>();

  make(section: ListSection, item: Item): string {
    const label = labelOf(item.text);
    if (label !== undefined && !this.used.has(label.toLowerCase())) return this.take(label);
    const text = statusless(item.text);
    const digest = hash('sha256', text.toLowerCase().replace(/\s+/g, ' ')).slice(0, 8);
    const words = slug(text, 32);
    const heading = slug(statusless(section.heading), 32);
    const name = words === '' ? digest : `${words}-${digest}`;
    const base = heading === '' ? name : `${heading}/${name}`;
    let count = this.counts.get(base.toLowerCase()) ?? 0;
    let id = base;
    do {
      count += 1;
      id = count === 1 ? base : `${base}-${count}`;
    } while (this.used.has(id.toLowerCase()));
    this.counts.set(base.toLowerCase(), count);
    return this.take(id);
  }

  private take(id: string): string {
    this.used.add(id.toLowerCase());
    return id;
  }
}

function slug(text: string, length: number): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, length + 1)
    .replace(/^-+|-+$/g, '');
}

/** Without what is added while the work goes on: `✅ done`, `(completed 2026-03-14)`, `Completed 2026-03-14.` */
export function statusless(text: string): string {
  return plainText(text)
    .replace(/ ?(?:\u2705|\u2714|\u2611|\ud83d\udea7|\ud83d\udd04|\u23f3|\u274c|\ud83d\udccb).*$/u, '')
    .replace(/ ?\((?:completed|done|finished)\b[^()]*\)$/i, '')
    .replace(/\.? ?\b(?:completed|done|finished) (?:on )?\d{4}-\d\d-\d\d\.?$/i, '')
    .trim();
}

export function plainText(text: string): string {
  return text
    .replace(/\*\*|~~/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
