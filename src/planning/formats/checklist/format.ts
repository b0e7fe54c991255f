/**
 * Task lists that follow no convention (TODO.md, ROADMAP.md, a TASKS.md of one's own): boxes, tables and headings with
 * a status. The last of all formats to be asked.
 */
import type { DeclaredStatus, Risk } from '../../../domain/plan.ts';
import type { ViewStatus } from '../../../domain/view.ts';
import { declaredFor } from '../../checkbox.ts';
import { warningAt, type Diagnostic, type Span } from '../../diagnostic.ts';
import { applyEdits } from '../../lines.ts';
import { pathsIn } from '../../path-mentions.ts';
import { composeChecklist } from './compose.ts';
import { listEdges, type ListEdge } from './edges.ts';
import { isTaskList } from './evidence.ts';
import { readChecklist, upwards, type Item, type ListSection } from './items.ts';
import { plainText, statusless } from './labels.ts';
import { signEdits, vocabularyOf } from './signs.ts';
import { listTasks, type ListTask } from './tasks.ts';
import type { BacklogFormat, Draft, DraftTask, FormatInput } from '../format.ts';

export const checklistFormat: BacklogFormat = {
  name: 'checklist',
  detect: isTaskList,
  companionFiles: () => [],
  viewFiles: ({ files }) => files,
  read: readList,
  writeBack({ backlog, texts, view }) {
    const wanted = new Map<string, ViewStatus>(view.tasks.map(({ id, status }) => [id, status]));
    return backlog.files.flatMap((file) => {
      const text = texts.get(file);
      if (text === undefined) return [];
      const { tasks } = listTasks(file, readChecklist(text));
      const vocabulary = vocabularyOf(tasks.map(({ item }) => item.sign));
      const edits = tasks.flatMap((task) => {
        const { id, item } = task;
        const status = wanted.get(id);
        // Of two tasks with one id the first counts, here as everywhere.
        wanted.delete(id);
        if (status === undefined || item.sign === undefined) return [];
        // A ticked criterion says that its task is begun; its own sign need not say so again.
        const declared = declaredOf(task);
        return declaredFor(status) === declared ? [] : signEdits(item.sign, declared, status, vocabulary);
      });
      return [{ file, text: applyEdits(text, edits) }];
    });
  },
  compose: composeChecklist,
};

function readList({ file, text }: FormatInput): Draft {
  const list = readChecklist(text);
  const found = listTasks(file, list);
  const { edges, diagnostics: edgeDiagnostics } = listEdges(file, found);
  const diagnostics: Diagnostic[] = [];
  const abouts = new Map<ListSection, string>();
  const tasks = found.tasks.map((task, at) => {
    const { section } = task;
    const about = abouts.get(section) ?? aboutSection(section, found.tableLines);
    abouts.set(section, about);
    // A section that is a task tells what it is itself.
    return draftTask(file, task, edges[at]!, task.kind === 'heading' ? '' : about, diagnostics);
  });
  const without = found.tasks.filter(({ item }) => item.sign === undefined);
  if (without[0] !== undefined) {
    const count = without.length === 1 ? 'one task has' : `${without.length} tasks have`;
    const message = `${count} no place for a status here; it is kept in the journal alone`;
    diagnostics.push(warningAt(spanOf(file, without[0]), message));
  }
  const start: Span = { file, line: 1, column: 1, length: 1 };
  return {
    title: list.title === undefined ? file : plainText(list.title),
    tasks,
    diagnostics: [...diagnostics, ...found.diagnostics, ...edgeDiagnostics],
    facts: undefined,
    locate(task, place) {
      if (place.field !== 'id') return edges[task]?.[place.index]?.span ?? start;
      const one = found.tasks[task];
      return one === undefined ? start : spanOf(file, one);
    },
  };
}

function spanOf(file: string, { item, told }: Pick<ListTask, 'item' | 'told'>): Span {
  const { line, column, text } = item;
  return { file, line: line + 1, column, length: Math.max(1, told?.length ?? text.length) };
}

function draftTask(
  file: string,
  task: ListTask,
  edges: readonly ListEdge[],
  about: string,
  diagnostics: Diagnostic[],
): DraftTask {
  const { id, item, section, groups, criteria, told, details } = task;
  const below = told?.description ?? textBelow(item);
  const headings = upwards(section).filter(({ level }) => level > 1);
  const path = headings.map(({ heading }) => statusless(heading) || plainText(heading)).toReversed();
  if (item.sign?.kind === 'box' && item.said === undefined) {
    const message = `[${item.sign.mark}] is no mark of a task; it is read as open`;
    diagnostics.push(warningAt(spanOf(file, task), message));
  }
  const open = criteria.find(({ said }) => said !== 'completed');
  if (item.said === 'completed' && open !== undefined && item.children.length > 0)
    diagnostics.push(
      warningAt(spanOf(file, task), `it is ticked, but line ${open.line + 1} below it is not`),
    );
  const where = [...path, ...groups];
  const description = [below, details, about].filter((part) => part !== '').join('\n\n');
  return {
    id,
    kind: 'task',
    title: statusless(item.text) || plainText(item.text),
    description,
    criteria: criteria.map(({ text }, at) => ({ id: `${id}.AC${at + 1}`, text: plainText(text) })),
    dependencies: edges.map((edge) => edge.id),
    conflictsWith: [],
    scope: scopeOf(`${item.text}\n${below}`),
    parallel: undefined,
    risk: told?.risk ?? riskOf([item.text, ...where, ...headings.map(({ heading }) => heading)]),
    size: told?.size ?? 'M',
    provisional: false,
    phase: where.length === 0 ? undefined : where.join(' > ').slice(0, 300),
    slice: undefined,
    context: { specs: [], adrs: [], guides: [] },
    testFiles: told?.testFiles ?? [],
    gapCodes: [],
    declared: declaredOf(task),
    file,
    line: item.line + 1,
  };
}

/** What is indented below an item, its boxes as plain bullets: ticking one changes nothing of what is to be done. */
function textBelow(item: Item): string {
  const lines = item.details.filter((text, at) => text.trim() !== '' || item.details[at - 1]?.trim() !== '');
  const rest = item.children.toReversed();
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    lines.push(`${' '.repeat(Math.min(next.indent, 40))}- ${next.text}`);
    for (const detail of next.details) lines.push(detail);
    for (const child of next.children.toReversed()) rest.push(child);
  }
  return lines
    .join('\n')
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd();
}

function scopeOf(text: string): readonly string[] {
  return [...new Set(text.split('\n').flatMap((line) => pathsIn(line.slice(0, 2_000))))];
}

/** Longer texts are no introduction of a list. In UTF-16 units; they are given to every task of the section. */
const maxAbout = 2_000;

/** Every item of a section is given the same text; making it anew for each would take the product of both. */
const abouts = new WeakMap<ListSection, string>();

/** What a section says before its items, but not how far it is. */
function aboutSection(section: ListSection, tableLines: ReadonlySet<number>): string {
  const about = abouts.get(section) ?? makeAbout(section, tableLines);
  abouts.set(section, about);
  return about;
}

function makeAbout({ prose }: ListSection, tableLines: ReadonlySet<number>): string {
  const isState = /^\W*(?:plans|status|progress|completed|depends on|dependencies)\W*:/i;
  const lines = prose.flatMap(({ text, line }) =>
    tableLines.has(line) || isState.test(text) || /^-{3,}$|[:\uff1a]\**$/u.test(text) ? [] : [text],
  );
  const about = lines.join('\n');
  return about.length > maxAbout ? '' : about;
}

function riskOf(texts: readonly string[]): Risk {
  const isSaid = (pattern: RegExp): boolean => texts.some((text) => pattern.test(text));
  if (
    isSaid(
      /\b(?:high(?:est)?|critical|urgent)[ -]priority\b|\bpriority:? *(?:high|critical|urgent)|(?<!\bphase )\bP[01]\b(?!\.\d)|\u9ad8\u4f18\u5148\u7ea7/i,
    )
  )
    return 'High';
  return isSaid(
    /\blow(?:est)?[ -]priority\b|\bpriority:? *low|(?<!\bphase )\bP[3-5]\b(?!\.\d)|\u4f4e\u4f18\u5148\u7ea7/i,
  )
    ? 'Low'
    : 'Medium';
}

/** Struck out or optional and not ticked: not to be done. Open with a ticked box below: begun. */
function declaredOf({ item, criteria, told }: Pick<ListTask, 'item' | 'criteria' | 'told'>): DeclaredStatus {
  const { said = 'pending', text, optional, children } = item;
  const isStruck = told?.isStruck === true || /^~~.*~~[.\s]*$/.test(text);
  if (said === 'pending' && (optional || isStruck)) return 'skipped';
  const isBegun = children.length > 0 && criteria.some((child) => child.said === 'completed');
  return said === 'pending' && isBegun ? 'in-progress' : said;
}
