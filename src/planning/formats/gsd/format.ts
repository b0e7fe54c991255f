/** gsd's tree of milestones: roadmaps with slices, plans of slices with tasks, plans of tasks. */
import type { Criterion, Risk } from '../../../domain/plan.ts';
import { errorAt, warningAt, type Diagnostic, type Span } from '../../diagnostic.ts';
import { parseReferences } from '../../references.ts';
import type { BacklogFiles, BacklogFormat, Draft, DraftTask, FormatInput } from '../format.ts';
import type { Place } from '../format.ts';
import { composeGsd } from './compose.ts';
import { kindOf, type Entry, type Value } from './document.ts';
import { declaredOf, parseRisk, sizeOf } from './states.ts';
import * as texts from './texts.ts';
import { buildSlices, idWithin, milestoneIndex, placeFile } from './tree.ts';
import type { GsdFile, Slice, SliceTask } from './tree.ts';
import { writeBack } from './views.ts';

export const gsdFormat: BacklogFormat = {
  name: 'gsd',
  detect: (file, text) => /\.(?:md|markdown)$/i.test(file) && kindOf(file, text) !== undefined,
  group,
  companionFiles: () => [],
  // Roadmaps come first, as the files were found: after a crash between two writes a slice is then said to be done
  // too early in its roadmap, which the next session mends, and not left open there for good.
  viewFiles: ({ files }) => files,
  read: (input) => new GsdReader(input).read(),
  writeBack,
  compose: (backlog) => composeGsd(backlog, (input) => gsdFormat.read(input)),
};

/** One backlog per folder of milestones; a file outside of a milestone's folder stands alone. */
function group(files: readonly string[]): readonly BacklogFiles[] {
  const groups = Map.groupBy(files, (file) => {
    const parts = file.split('/');
    const at = milestoneIndex(parts);
    return at === -1 ? file : at === 0 ? '.' : parts.slice(0, at).join('/');
  });
  return [...groups].map(([entry, own]) => ({ entry, files: own }));
}

/** More edges than this between two milestones would only say the same over and over. */
const maxBarrier = 10_000;

interface Reference {
  readonly id: string;
  readonly span: Span;
}

class GsdReader {
  private readonly input: FormatInput;
  private readonly files: readonly GsdFile[];
  private readonly slices: readonly Slice[];
  private readonly byId: ReadonlyMap<string, Slice>;
  private readonly diagnostics: Diagnostic[] = [];
  private readonly tasks: DraftTask[] = [];
  private readonly places: { readonly id: Span; readonly dependencies: readonly Span[] }[] = [];

  constructor(input: FormatInput) {
    this.input = input;
    this.files = [...input.files].map(([file, text]) => placeFile(file, text));
    this.slices = buildSlices(this.files);
    this.byId = new Map(this.slices.toReversed().map((slice) => [slice.id, slice]));
  }

  read(): Draft {
    let barrier: readonly string[] = [];
    for (const slices of Map.groupBy(this.slices, ({ milestone }) => milestone).values())
      barrier = this.milestone(slices, barrier);
    this.warnOfFiles();
    const [only] = this.files;
    return {
      title: this.files.length === 1 && only !== undefined ? only.document.title : this.input.entry,
      tasks: this.tasks,
      diagnostics: this.diagnostics,
      facts: undefined,
      locate: (task, place) => this.locate(task, place),
    };
  }

  /** Adds the tasks of a milestone, after those of the one before; gives what the next one waits for. */
  private milestone(slices: readonly Slice[], barrier: readonly string[]): readonly string[] {
    const needed = new Set<string>();
    let first: string | undefined;
    const roots = slices.filter(({ entry }) => entry?.entry.depends === undefined).length;
    for (const slice of slices) {
      const depends = this.dependencies(slice, slices);
      for (const { id } of depends) needed.add(id);
      const start = span(...startOf(slice));
      const isWide = barrier.length * Math.max(1, roots) > maxBarrier;
      const before = isWide && first !== undefined ? [first] : barrier;
      const waits = depends.length > 0 ? depends : before.map((id) => ({ id, span: start }));
      first ??= slice.tasks[0]?.id ?? slice.id;
      this.slice(slice, waits);
    }
    return [...new Set(slices.map(lastOf))].filter((id) => !needed.has(id));
  }

  private dependencies(slice: Slice, all: readonly Slice[]): readonly Reference[] {
    const { entry: own } = slice;
    if (own?.entry.depends === undefined) return [];
    const { text } = own.entry.depends;
    const references = parseReferences(text);
    switch (references.kind) {
      case 'none':
        return [];
      case 'all': {
        const where = valueSpan(own.file, own.entry.depends);
        return all.slice(0, all.indexOf(slice)).map((other) => ({ id: lastOf(other), span: where }));
      }
      case 'list': {
        const at = ({ at: offset, length }: { at: number; length: number }): Span => {
          const { line, column } = own.entry.depends!;
          return { file: own.file.file, line: line + 1, column: column + 1 + offset, length };
        };
        for (const fault of references.faults) {
          const message = `"${clip(fault.text)}" is no range of slices`;
          this.diagnostics.push(errorAt(at(fault), 'PLAN-BAD-FIELD', message));
        }
        return references.items.map((item) => ({
          id: this.resolve(item.text, own.file),
          span: at(item),
        }));
      }
    }
  }

  /** The task that a slice ends with; for what is no slice, the id it would have. */
  private resolve(text: string, file: GsdFile): string {
    const id = /^(?:slice\s+)?((?:M[\w-]*\/)?S\d+)\b/i.exec(text)?.[1] ?? text;
    const full = id.includes('/') ? id : idWithin(file, { id: id.toUpperCase() });
    const digits = /^(.*S)0*(\d+)$/i.exec(full);
    const spellings = digits === null ? [full] : [full, digits[1]! + digits[2]!, `${digits[1]}0${digits[2]}`];
    const slice = spellings.map((spelling) => this.byId.get(spelling)).find((found) => found !== undefined);
    return slice === undefined ? full : lastOf(slice);
  }

  private slice(slice: Slice, waits: readonly Reference[]): void {
    const risk = this.risk(slice);
    const outcome = outcomeOf(slice);
    if (slice.tasks.length === 0) {
      this.sliceTask(slice, risk, waits);
      return;
    }
    let before = waits;
    slice.tasks.forEach((task, at) => {
      const isLast = at === slice.tasks.length - 1;
      this.task(slice, task, risk, before, isLast ? outcome : []);
      const [file, line] = startOfTask(slice, task);
      before = [{ id: task.id, span: span(file, line) }];
    });
    const entry = slice.entry?.entry;
    const open = this.tasks.slice(-slice.tasks.length).filter(({ declared }) => declared !== 'completed');
    if (entry !== undefined && declaredOf(entry.state) === 'completed' && open.length > 0) {
      const where = entrySpan(slice.entry!.file, entry);
      const message = `the roadmap says ${slice.id} is done, but ${open[0]!.id} is not; the task's own box counts`;
      this.diagnostics.push(warningAt(where, message));
    }
  }

  /** A slice that has no tasks yet is a task itself. */
  private sliceTask(slice: Slice, risk: Risk, waits: readonly Reference[]): void {
    const { entry: own, plan, id } = slice;
    const body = texts.readBody(own?.entry.body ?? []);
    const files = texts.filesIn(
      plan === undefined
        ? body.files
        : texts
            .sectionOf(plan.document, /^files likely touched$/i)
            .map(({ text }) => text)
            .join('\n'),
    );
    const description = [plan === undefined ? '' : texts.planText(plan.document), body.rest];
    const place = own === undefined ? span(...startOf(slice)) : entrySpan(own.file, own.entry);
    // The id of the first is in its tasks' ids only, where the general check does not see it.
    if ((this.byId.get(id)?.tasks.length ?? 0) > 0) {
      const message = `a second slice has the id ${id}`;
      this.diagnostics.push(errorAt(place, 'PLAN-DUPLICATE-ID', message));
    }
    this.add(slice, waits, place, {
      id,
      title: own?.entry.title ?? plan?.document.title ?? id,
      description: description.filter((part) => part !== '').join('\n\n'),
      criteria: outcomeOf(slice),
      files,
      risk,
      entry: own?.entry,
      plans: [own?.file, plan],
    });
  }

  private task(
    slice: Slice,
    task: SliceTask,
    risk: Risk,
    waits: readonly Reference[],
    outcome: readonly Criterion[],
  ): void {
    const { entry, plan, id } = task;
    const body = texts.readBody(entry?.body ?? []);
    const output = plan === undefined ? [] : texts.sectionOf(plan.document, /^expected output$/i);
    const files = texts.filesIn([body.files, ...output.map(({ text }) => text)].join('\n'));
    const own = [body.doneWhen, ...(plan === undefined ? [] : texts.mustHaves(plan.document))];
    const description = [
      body.rest,
      plan === undefined ? '' : texts.planText(plan.document),
      slice.plan === undefined ? '' : `Slice ${slice.id}: ${slice.plan.document.title}`,
      slice.plan === undefined ? '' : texts.goalText(slice.plan.document),
    ];
    const [file, line] = startOfTask(slice, task);
    const place = entry === undefined ? span(file, line) : entrySpan(file, entry);
    const done = own.filter((text) => text !== undefined);
    this.add(slice, waits, place, {
      id,
      title: entry?.title ?? plan?.document.title ?? id,
      description: description.filter((part) => part !== '').join('\n\n'),
      criteria: [...texts.numbered(id, done), ...outcome],
      files,
      risk,
      entry,
      plans: [slice.entry?.file, slice.plan, plan],
    });
  }

  private add(
    slice: Slice,
    waits: readonly Reference[],
    place: Span,
    own: Pick<DraftTask, 'id' | 'title' | 'description' | 'criteria' | 'risk'> & {
      readonly files: texts.Files;
      readonly entry: Entry | undefined;
      readonly plans: readonly (GsdFile | undefined)[];
    },
  ): void {
    const { files, entry, plans, ...fields } = own;
    const declared = entry === undefined ? 'pending' : declaredOf(entry.state);
    if (declared === undefined) {
      const mark = entry?.state.kind === 'box' ? entry.state.box.mark : 'its status';
      const message = `"${mark}" says nothing about ${clip(own.id)}; the task is taken as pending`;
      this.diagnostics.push(warningAt(place, message));
    }
    this.places.push({ id: place, dependencies: waits.map((wait) => wait.span) });
    this.tasks.push({
      ...fields,
      kind: 'task',
      dependencies: waits.map(({ id }) => id),
      conflictsWith: [],
      scope: files.scope,
      parallel: undefined,
      size: sizeOf(entry?.estimate),
      provisional: false,
      phase: slice.milestone === '' ? undefined : slice.milestone,
      slice: slice.id === '' ? undefined : slice.id,
      context: {
        specs: [...new Set(plans.flatMap((plan) => (plan === undefined ? [] : [plan.file])))],
        adrs: [],
        guides: files.read,
      },
      testFiles: [],
      gapCodes: [],
      declared: declared ?? 'pending',
      file: place.file,
      line: place.line,
    });
  }

  private risk({ entry: own }: Slice): Risk {
    const value = own?.entry.risk;
    const risk = value === undefined ? 'Medium' : parseRisk(value.text);
    if (risk === undefined && own !== undefined && value !== undefined && !/^\W*$/.test(value.text)) {
      const message = `"${clip(value.text)}" is no risk; taken as Medium`;
      this.diagnostics.push(warningAt(valueSpan(own.file, value), message, 'one of high, medium, low'));
    }
    return risk ?? 'Medium';
  }

  private warnOfFiles(): void {
    for (const file of this.files) {
      const { kind, entries, titleLine } = file.document;
      if (kind === 'roadmap' && entries.length === 0)
        this.diagnostics.push(warningAt(span(file, titleLine), `${file.id} has no slice that can be read`));
    }
    // A file that was named alone need not have its roadmap beside it.
    if (this.input.entry === this.input.file) return;
    for (const slice of this.slices) {
      if (slice.entry !== undefined) continue;
      const message = `no roadmap names ${slice.id}; it waits for no other slice of its milestone`;
      this.diagnostics.push(warningAt(span(...startOf(slice)), message));
    }
  }

  private locate(task: number, place: Place): Span {
    const own = this.places[task];
    const start: Span = { file: this.input.file, line: 1, column: 1, length: 1 };
    return (place.field === 'dependency' ? own?.dependencies[place.index] : own?.id) ?? start;
  }
}

function lastOf(slice: Slice): string {
  return slice.tasks.at(-1)?.id ?? slice.id;
}

/** What a slice must show when it is done: its demo, and what its plan says it must have. */
function outcomeOf({ id, entry, plan }: Slice): readonly Criterion[] {
  const demo = entry?.entry.demo;
  const must = plan === undefined ? [] : texts.mustHaves(plan.document);
  return texts.numbered(id, [...(demo === undefined || demo === '' ? [] : [`After this: ${demo}`]), ...must]);
}

function startOf({ entry, plan, tasks }: Slice): readonly [file: GsdFile, line: number] {
  if (entry !== undefined) return [entry.file, entry.entry.line];
  const file = plan ?? tasks[0]!.plan!;
  return [file, file.document.titleLine];
}

function startOfTask(slice: Slice, { entry, plan }: SliceTask): readonly [file: GsdFile, line: number] {
  return entry === undefined ? [plan!, plan!.document.titleLine] : [slice.plan!, entry.line];
}

function span({ file, document }: GsdFile, line: number): Span {
  const length = Math.max(1, document.lines[line]?.text.trimEnd().length ?? 1);
  return { file, line: line + 1, column: 1, length };
}

function entrySpan({ file }: GsdFile, { id, line, column }: Entry): Span {
  return { file, line: line + 1, column: column + 1, length: id.length };
}

function valueSpan({ file }: GsdFile, { text, line, column }: Value): Span {
  return { file, line: line + 1, column: column + 1, length: Math.max(1, text.length) };
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
