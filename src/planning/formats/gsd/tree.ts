/** Where the files of a gsd tree belong: their milestone, slice and task, by their paths first. */
import { readGsd, type Entry, type GsdDocument } from './document.ts';

export interface GsdFile {
  readonly file: string;
  readonly document: GsdDocument;
  /** What stands in front of the ids of its entries, or is the id of a task's plan: `M001/S01`. */
  readonly id: string;
  readonly milestone: string | undefined;
  readonly slice: string | undefined;
  readonly task: string | undefined;
}

const milestoneName = /^M\d+(?:-[A-Za-z0-9]+)?$/i;

/** The index of the milestone's folder in a path's parts; -1 without one. */
export function milestoneIndex(parts: readonly string[]): number {
  const after = parts.indexOf('milestones') + 1;
  if (after > 0 && milestoneName.test(parts[after] ?? '')) return after;
  return parts.slice(0, -1).findIndex((part) => milestoneName.test(part));
}

export function placeFile(file: string, text: string): GsdFile {
  const document = readGsd(file, text);
  const { kind, lines } = document;
  const parts = file.split('/');
  const name = parts.at(-1)!;
  const label = (word: string, id: string): string | undefined => {
    const pattern = new RegExp(`^\\*\\*${word}:?\\*\\*:?\\s*(${id})\\b`, 'i');
    for (const { text: line } of lines.slice(0, 40)) {
      const match = pattern.exec(line)?.[1];
      if (match !== undefined) return match;
    }
    return undefined;
  };
  const milestone =
    parts[milestoneIndex(parts)] ??
    (kind === 'roadmap' ? document.id : undefined) ??
    /^(M\d+(?:-[a-z0-9]+)?)-ROADMAP\.md$/i.exec(name)?.[1] ??
    label('Milestone', 'M\\d+(?:-[a-z0-9]+)?');
  const slice =
    kind === 'roadmap'
      ? undefined
      : (parts.slice(0, -1).findLast((part) => /^S\d+$/i.test(part)) ??
        (kind === 'slice' ? document.id : label('Slice', 'S\\d+')) ??
        /^(S\d+)-PLAN\.md$/i.exec(name)?.[1]);
  const task = kind === 'task' ? (/^(T\d+)-PLAN\.md$/i.exec(name)?.[1] ?? document.id ?? 'T01') : undefined;
  const named = [milestone, slice?.toUpperCase(), task?.toUpperCase()];
  return {
    file,
    document,
    id: named.filter((part) => part !== undefined).join('/'),
    milestone,
    slice: slice?.toUpperCase(),
    task: task?.toUpperCase(),
  };
}

export function idWithin(file: Pick<GsdFile, 'id'>, entry: Pick<Entry, 'id'>): string {
  return file.id === '' ? entry.id : `${file.id}/${entry.id}`;
}

/** A slice with all that its milestone's files say of it. */
export interface Slice {
  readonly id: string;
  readonly milestone: string;
  /** In the roadmap; undefined for a plan that no roadmap names. */
  readonly entry: { readonly file: GsdFile; readonly entry: Entry } | undefined;
  readonly plan: GsdFile | undefined;
  /** In the order in which they are done. */
  readonly tasks: readonly SliceTask[];
}

export interface SliceTask {
  readonly id: string;
  /** In the slice's plan; undefined for a task that has a plan of its own only. */
  readonly entry: Entry | undefined;
  readonly plan: GsdFile | undefined;
}

/** The slices of all files: milestones in the order of their numbers, slices in that of their roadmap. */
export function buildSlices(files: readonly GsdFile[]): readonly Slice[] {
  const slices = new Map<string, { entries: { file: GsdFile; entry: Entry }[]; plans: GsdFile[] }>();
  const milestones = new Map<string, string>();
  const taskPlans = new Map<string, GsdFile[]>();
  const at = (
    id: string,
    milestone: string,
  ): { entries: { file: GsdFile; entry: Entry }[]; plans: GsdFile[] } => {
    const slice = slices.get(id) ?? { entries: [], plans: [] };
    slices.set(id, slice);
    milestones.set(id, milestone);
    return slice;
  };
  const ordered = files.toSorted(byMilestone);
  for (const file of ordered.filter(({ document }) => document.kind === 'roadmap'))
    for (const entry of file.document.entries)
      at(idWithin(file, entry), file.milestone ?? '').entries.push({ file, entry });
  for (const file of ordered.filter(({ document }) => document.kind === 'slice'))
    at(file.id, file.milestone ?? '').plans.push(file);
  for (const file of ordered.filter(({ document }) => document.kind === 'task')) {
    const id = file.id.slice(0, Math.max(0, file.id.lastIndexOf('/')));
    at(id, file.milestone ?? '');
    const own = taskPlans.get(id);
    if (own === undefined) taskPlans.set(id, [file]);
    else own.push(file);
  }
  const built = [...slices].flatMap(([id, { entries, plans }]): Slice[] => {
    const milestone = milestones.get(id)!;
    const [plan] = plans;
    const tasks = tasksOf(id, plan, taskPlans.get(id) ?? []);
    const first: Slice = { id, milestone, entry: entries[0], plan, tasks };
    // Told twice, it stays twice, so that the double id is reported.
    const doubles = entries.slice(1).map((entry): Slice => ({ ...first, entry, plan: undefined, tasks: [] }));
    return [first, ...doubles];
  });
  return built.toSorted((a, b) => byMilestone(a, b));
}

function tasksOf(id: string, plan: GsdFile | undefined, plans: readonly GsdFile[]): readonly SliceTask[] {
  const byId = new Map(plans.map((file) => [file.id, file]));
  const listed = (plan?.document.entries ?? []).map((entry): SliceTask => {
    const own = id === '' ? entry.id : `${id}/${entry.id}`;
    return { id: own, entry, plan: byId.get(own) };
  });
  const known = new Set(listed.map((task) => task.id));
  const alone = plans.filter((file) => !known.has(file.id));
  return [...listed, ...alone.map((file) => ({ id: file.id, entry: undefined, plan: file }))];
}

function byMilestone(
  a: { readonly milestone: string | undefined },
  b: { readonly milestone: string | undefined },
): number {
  return (a.milestone ?? '').localeCompare(b.milestone ?? '', 'en', { numeric: true });
}
