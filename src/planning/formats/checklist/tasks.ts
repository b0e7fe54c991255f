/**
 * Which parts of a checklist are tasks (boxes, rows of tables, headings), which are criteria of one, and what each is
 * called. A task that is told twice is one task.
 */
import type { Diagnostic } from '../../diagnostic.ts';
import { warningAt } from '../../diagnostic.ts';
import { namesCriteria } from './fields.ts';
import { headingTasks } from './headings.ts';
import { signedBelow, type Candidate } from './candidate.ts';
import { upwards, type Checklist, type Item, type ListSection } from './items.ts';
import { Ids, labelOf, phaseKey, plainText } from './labels.ts';
import { plainTasks } from './plain.ts';
import { detailSections, withoutRepeats } from './repeats.ts';
import { taskRows, type RowTask } from './rows.ts';
import { fromHeading, fromRow } from './sources.ts';

export interface ListTask extends Omit<Candidate, 'criteria' | 'label'> {
  readonly id: string;
  /** The section it belongs to: for a box that announces `Phase 2: …`, the section of that phase. */
  readonly section: ListSection;
  /** Items without a status of their own that it stands under. */
  readonly groups: readonly string[];
  readonly criteria: Item[];
  /** Of the section that tells of it further down, where there is one. */
  readonly details: string;
}

export interface ListTasks {
  readonly tasks: readonly ListTask[];
  /** The section of a phase by its key: `phase 2`. */
  readonly phases: ReadonlyMap<string, ListSection>;
  readonly diagnostics: readonly Diagnostic[];
  /** The lines of task tables, which are no prose. */
  readonly tableLines: ReadonlySet<number>;
  /** There are only boxes that are called criteria; they are the tasks. */
  readonly isAllCriteria: boolean;
}

interface Loose {
  readonly item: Item;
  readonly section: ListSection;
  readonly groups: readonly string[];
}

export function listTasks(file: string, list: Checklist): ListTasks {
  const { sections } = list;
  const loose = new Map(sections.map((section) => [section, looseItems(section)]));
  const tableLines = new Set<number>();
  const rows = new Map(sections.map((section) => [section, rowsOf(section, tableLines)]));
  const isAlone = sections.every(
    (section) => loose.get(section)!.tasks.length + rows.get(section)!.length === 0,
  );
  const holds = (section: ListSection): number =>
    loose.get(section)!.tasks.filter(({ item }) => item.sign?.kind === 'box').length +
    rows.get(section)!.length;
  const headings = headingTasks(list, holds, isAlone);
  const covered = new Set(headings.flatMap((task) => task.sections));
  const outside = sections.filter((section) => !covered.has(section));
  const isTold = headings.length > 0 || outside.some((section) => rows.get(section)!.length > 0);
  const signed = outside.flatMap((section) => loose.get(section)!.tasks);
  const isInFront = signed.some(({ item }) => item.isTrailing !== true);
  // Where tasks have a form of their own, emojis at other lines are decoration.
  const items = signed.filter(({ item }) =>
    isTold ? item.sign?.kind === 'box' : !isInFront || item.isTrailing !== true,
  );
  const criteria = outside.flatMap((section) => loose.get(section)!.criteria);
  const candidates: Candidate[] = [
    ...headings.map((task) => fromHeading(list, task, undefined)),
    ...outside.flatMap((section) => rows.get(section)!.map((row) => fromRow(section, row))),
    ...items.map(fromItem),
  ];
  const isAllCriteria = candidates.length === 0 && criteria.some(({ item }) => item.sign !== undefined);
  // A file that is nothing but a checklist is a list of things to do.
  if (isAllCriteria) for (const one of criteria.splice(0)) candidates.push(fromItem(one));
  if (candidates.length === 0) for (const one of fromPlain(list)) candidates.push(one);
  const phases = phasesOf(sections);
  const kept = withoutAnnouncements(withoutRepeats(candidates), phases).toSorted(
    (a, b) => a.item.line - b.item.line,
  );
  const details = detailSections(list, kept, covered);
  const ids = new Ids();
  for (const { kind, label } of kept) if (kind === 'row' && label !== undefined) ids.reserve(label);
  const tasks = kept.map((candidate): ListTask => {
    const { kind, item, section, label } = candidate;
    const isGiven = kind === 'row' && label !== undefined;
    const id = isGiven ? label : ids.make(section, label, item.text);
    return {
      ...candidate,
      id,
      criteria: [...candidate.criteria],
      details: details.texts.get(candidate) ?? '',
    };
  });
  const owners = new Map([...details.owners].map(([section, at]) => [section, tasks[at]!] as const));
  const diagnostics = assignCriteria(file, criteria, tasks, owners);
  return { tasks, phases, diagnostics, tableLines, isAllCriteria };
}

function fromItem({ item, section, groups }: Loose): Candidate {
  const kind = item.sign?.kind === 'box' ? 'box' : 'emoji';
  const shared = { item, section, groups, label: labelOf(item.text), told: undefined };
  return { kind, ...shared, criteria: signedBelow(item) };
}

function fromPlain(list: Checklist): readonly Candidate[] {
  const { items, headings } = plainTasks(list);
  return [
    ...items.map(({ item, section, groups, criteria }): Candidate => ({
      ...{ kind: 'plain', item, section, groups, criteria, label: labelOf(item.text), told: undefined },
    })),
    ...headings.map(({ task, said }) => fromHeading(list, task, said)),
  ];
}

function rowsOf(section: ListSection, tableLines: Set<number>): readonly RowTask[] {
  if (section.level > 1 && namesCriteria(section.heading)) return [];
  return section.tables.flatMap((table) => {
    const rows = taskRows(table);
    if (rows === undefined) return [];
    for (let line = table.line; line < table.end; line += 1) tableLines.add(line);
    return rows;
  });
}

function looseItems(section: ListSection): { readonly tasks: Loose[]; readonly criteria: Loose[] } {
  const tasks: Loose[] = [];
  const criteria: Loose[] = [];
  const isCriteria = section.level > 1 && namesCriteria(section.heading);
  for (const item of section.items) {
    const isCriterion = isCriteria || (item.label !== undefined && namesCriteria(item.label));
    collect(item, section, [], isCriterion ? criteria : tasks);
  }
  return { tasks, criteria };
}

/** The items with a status that are tasks: the upper ones, and those below an item that is only a heading. */
function collect(item: Item, section: ListSection, groups: readonly string[], into: Loose[]): void {
  const mayBeGroup = isHeadingLike(item) || item.isTrailing === true;
  const isGroup = item.sign === undefined || (mayBeGroup && item.children.some(hasSign));
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
  const announced = ({ kind, item, section }: Candidate): ListSection | undefined => {
    const key = kind === 'row' || kind === 'heading' ? undefined : phaseKey(item.text);
    const phase = key === undefined ? undefined : phases.get(key);
    return phase === undefined || isWithin(section, phase) ? undefined : phase;
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

function isWithin(section: ListSection, outer: ListSection): boolean {
  return upwards(section).includes(outer);
}

/**
 * Boxes under `Definition of Done` and the like belong to the task that the section tells of, else to the last task of
 * the same section, or of the one around.
 */
function assignCriteria(
  file: string,
  criteria: readonly Loose[],
  tasks: readonly ListTask[],
  owners: ReadonlyMap<ListSection, ListTask>,
): readonly Diagnostic[] {
  const last = new Map<ListSection, ListTask>(owners);
  for (const task of tasks) for (const section of upwards(task.section)) last.set(section, task);
  return criteria.flatMap(({ item, section }) => {
    const owner = upwards(section)
      .map((around) => last.get(around))
      .find((task) => task !== undefined);
    for (const one of [item, ...signedBelow(item)]) owner?.criteria.push(one);
    if (owner !== undefined || item.sign?.kind === 'words') return [];
    const span = { file, line: item.line + 1, column: item.column, length: item.text.length };
    return [warningAt(span, 'this box is a criterion, and no task stands near it; it is left out')];
  });
}
