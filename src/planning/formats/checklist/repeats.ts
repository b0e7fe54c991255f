/** Tasks that a text tells of in several places: an overview, the section that says what is to be done, a diary. */
import { sectionEnds, textOfHeading } from './headings.ts';
import type { Checklist, ListSection } from './items.ts';
import { plainText, taskKey, titleKey } from './labels.ts';
import type { Candidate, Kind } from './candidate.ts';

/**
 * Each task once, where most is told of it: at its heading, else its box, else its row. What a repetition knows and the task does not, the task is
 * told: dependencies, size, status.
 */
export function withoutRepeats(candidates: readonly Candidate[]): readonly Candidate[] {
  const index = new Index();
  const isRepeat = (candidate: Candidate): boolean => {
    const at = index.find(candidate);
    if (at !== undefined) index.merge(at, candidate);
    return at !== undefined;
  };
  const ofKind = (kind: Kind): readonly Candidate[] => candidates.filter((one) => one.kind === kind);
  // A heading that comes again tells of the same task; two boxes or rows with the same words are two.
  for (const heading of ofKind('heading')) if (!isRepeat(heading)) index.add(heading);
  for (const kind of ['box', 'row'] as const)
    for (const one of ofKind(kind).filter((each) => !isRepeat(each))) index.add(one);
  return [...index.all(), ...ofKind('emoji'), ...ofKind('plain')];
}

function merged(task: Candidate, repeat: Candidate): Candidate {
  const { told, item } = task;
  const more = repeat.told;
  const signed = item.sign === undefined ? { ...item, sign: repeat.item.sign, said: repeat.item.said } : item;
  const empty = {
    ...{ keys: [], dependencies: [], size: undefined, risk: undefined, description: undefined },
    ...{ testFiles: [], isStruck: false, length: item.text.length },
  };
  const own = told ?? empty;
  if (more === undefined) return { ...task, item: signed };
  const dependencies = own.dependencies.length > 0 ? own.dependencies : more.dependencies;
  return {
    ...task,
    item: signed,
    told: {
      ...own,
      dependencies,
      keys: [...new Set([...own.keys, ...more.keys])],
      size: own.size ?? more.size,
      risk: own.risk ?? more.risk,
    },
  };
}

/** Shorter titles are prefixes of too many others. */
const shortest = 4;

class Index {
  private readonly byKey = new Map<string, number>();
  private readonly byTitle = new Map<string, number>();
  private readonly kept: Candidate[] = [];
  private sorted: readonly string[] | undefined;

  all(): readonly Candidate[] {
    return this.kept;
  }

  add(candidate: Candidate): void {
    const at = this.kept.push(candidate) - 1;
    const title = titleOf(candidate);
    for (const key of keysOf(candidate)) if (!this.byKey.has(key)) this.byKey.set(key, at);
    if (!this.byTitle.has(title)) this.byTitle.set(title, at);
    this.sorted = undefined;
  }

  merge(at: number, repeat: Candidate): void {
    this.kept[at] = merged(this.kept[at]!, repeat);
  }

  find(candidate: Candidate): number | undefined {
    const title = titleOf(candidate);
    const isRow = candidate.kind === 'row';
    const keys = keysOf(candidate);
    for (const key of keys) {
      const at = this.byKey.get(key);
      if (at === undefined) continue;
      // Numbers begin anew in each phase; a name of its own in a column of ids is the same everywhere.
      const isName = isRow && candidate.label?.toLowerCase() === key && !/^[\d.]+$/.test(key);
      const known = this.kept[at]!;
      // Under another heading, a section with the same name is about something else.
      if (candidate.kind === 'heading' && candidate.section !== known.section) continue;
      if (isName || isRelated(titleOf(known), title)) return at;
    }
    if (candidate.kind === 'heading') return undefined;
    if (candidate.label !== undefined || (keys.length > 0 && !isRow) || title === '') return undefined;
    return this.byTitle.get(title) ?? (isRow ? this.near(title) : undefined);
  }

  /** One of which the title is the beginning, or the other way round; not much shorter or longer. */
  private near(title: string): number | undefined {
    if (title.length < shortest) return undefined;
    for (let length = title.length - 1; length >= Math.max(shortest, title.length / 2); length -= 1) {
      const known = this.byTitle.get(title.slice(0, length));
      if (known !== undefined) return known;
    }
    this.sorted ??= [...this.byTitle.keys()].toSorted();
    let [low, high] = [0, this.sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sorted[middle]! < title) low = middle + 1;
      else high = middle;
    }
    const next = this.sorted[low];
    const isNear = next?.startsWith(title) === true && next.length <= title.length * 2;
    return isNear ? this.byTitle.get(next) : undefined;
  }
}

function keysOf({ told, item }: Candidate): readonly string[] {
  if (told !== undefined) return told.keys;
  const key = taskKey(item.text);
  return key === undefined ? [] : [key.key];
}

function titleOf({ item, kind }: Candidate): string {
  const length = kind === 'heading' ? 0 : (taskKey(item.text)?.length ?? 0);
  return titleKey(item.text.slice(length));
}

function isRelated(a: string, b: string): boolean {
  return a !== '' && b !== '' && (a.startsWith(b) || b.startsWith(a));
}

export interface Details {
  readonly texts: ReadonlyMap<Candidate, string>;
  /** By section that tells of a task, and each below it: the task's place in the list. */
  readonly owners: ReadonlyMap<ListSection, number>;
}

/** Sections without tasks of their own that are headed with the name of a task: `## 1. Search` of `1. ✅ Search`. */
export function detailSections(
  list: Checklist,
  tasks: readonly Candidate[],
  covered: ReadonlySet<ListSection>,
): Details {
  const texts = new Map<Candidate, string>();
  const owners = new Map<ListSection, number>();
  const { sections } = list;
  const filled = new Set<ListSection>(covered);
  const byKey = new Map<string, number>();
  const byTitle = new Map<string, number>();
  tasks.forEach((task, at) => {
    for (let around: ListSection | undefined = task.section; around !== undefined; around = around.parent)
      filled.add(around);
    if (task.kind === 'heading') return;
    const title = titleOf(task);
    if (title.length >= shortest && !byTitle.has(title)) byTitle.set(title, at);
    for (const key of keysOf(task)) if (!/^\d+$/.test(key) && !byKey.has(key)) byKey.set(key, at);
  });
  const ends = sectionEnds(sections);
  for (let at = 0; at < sections.length;) {
    const section = sections[at]!;
    const key = taskKey(section.heading);
    const title = titleKey(plainText(section.heading.slice(key?.length ?? 0)));
    const isDetail = section.level > 1 && !filled.has(section);
    const task = isDetail ? ((key && byKey.get(key.key)) ?? byTitle.get(title)) : undefined;
    if (task === undefined || texts.has(tasks[task]!)) {
      at += 1;
      continue;
    }
    const own = sections.slice(at, ends[at]);
    const endLine = sections[ends[at]!]?.line ?? list.lines.length;
    texts.set(tasks[task]!, textOfHeading(list, { section, sections: own, fields: [], endLine }));
    for (const below of own) owners.set(below, task);
    at = ends[at]!;
  }
  return { texts, owners };
}
