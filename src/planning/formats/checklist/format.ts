/**
 * Plain checklists (TODO.md, ROADMAP.md): boxes under headings, without ids. The last of all formats to be asked,
 * and only for files with such names.
 */
import type { DeclaredStatus, Risk } from '../../../domain/plan.ts';
import type { ViewStatus } from '../../../domain/view.ts';
import { checkboxEdit, declaredFor } from '../../checkbox.ts';
import { warningAt, type Diagnostic, type Span } from '../../diagnostic.ts';
import { applyEdits, type TextEdit } from '../../lines.ts';
import { pathsIn } from '../../path-mentions.ts';
import { composeChecklist } from './compose.ts';
import { listEdges, type ListEdge } from './edges.ts';
import { declaredOfEmoji, readChecklist, type Item, type ListSection, type Sign } from './items.ts';
import { listTasks, plainText, statusless, upwards, type ListTask } from './tasks.ts';
import type { BacklogFormat, Draft, DraftTask, FormatInput } from '../format.ts';

const fileName = /(?:^|\/)(?:todos?|to-do|roadmap|tasks|checklist[^/]*)\.(?:md|markdown)$/i;

/** Folders whose files are of formats of their own, also where those do not know them. */
const foreignFolder = /(?:^|\/)(?:\.kiro|\.specify|openspec|specs)\//;

export const checklistFormat: BacklogFormat = {
  name: 'checklist',
  detect: (file, text) =>
    fileName.test(file) &&
    !foreignFolder.test(file) &&
    listTasks(file, readChecklist(text)).tasks.some(({ item }) => item.sign?.kind === 'box'),
  companionFiles: () => [],
  viewFiles: ({ files }) => files,
  read: readList,
  writeBack({ backlog, texts, view }) {
    const wanted = new Map<string, ViewStatus>(view.tasks.map(({ id, status }) => [id, status]));
    return backlog.files.flatMap((file) => {
      const text = texts.get(file);
      if (text === undefined) return [];
      const { tasks } = listTasks(file, readChecklist(text));
      const edits = tasks.flatMap(({ id, item, criteria }) => {
        const status = wanted.get(id);
        if (status === undefined || item.sign === undefined) return [];
        // A ticked criterion says that its task is begun; its own sign need not say so again.
        if (declaredFor(status) === declaredOf(item, criteria)) return [];
        return signEdit(item.sign, status) ?? [];
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
  const tasks = found.tasks.map((task, at) => draftTask(file, task, edges[at]!, diagnostics));
  const start: Span = { file, line: 1, column: 1, length: 1 };
  return {
    title: list.title === undefined ? file : plainText(list.title),
    tasks,
    diagnostics: [...diagnostics, ...found.diagnostics, ...edgeDiagnostics],
    facts: undefined,
    locate(task, place) {
      if (place.field !== 'id') return edges[task]?.[place.index]?.span ?? start;
      const item = found.tasks[task]?.item;
      return item === undefined ? start : spanOf(file, item);
    },
  };
}

function spanOf(file: string, { line, column, text }: Item): Span {
  return { file, line: line + 1, column, length: Math.max(1, text.length) };
}

function draftTask(
  file: string,
  task: ListTask,
  edges: readonly ListEdge[],
  diagnostics: Diagnostic[],
): DraftTask {
  const { id, item, section, groups, criteria } = task;
  const below = textBelow(item);
  const headings = upwards(section).filter(({ level }) => level > 1);
  const path = headings.map(({ heading }) => statusless(heading)).toReversed();
  const about = aboutSection(section);
  if (item.sign !== undefined && item.said === undefined) {
    const message = `[${item.sign.mark}] is no mark of a task; it is read as open`;
    diagnostics.push(warningAt(spanOf(file, item), message));
  }
  const open = criteria.find(({ said }) => said !== 'completed');
  if (item.said === 'completed' && open !== undefined && item.children.length > 0)
    diagnostics.push(
      warningAt(spanOf(file, item), `it is ticked, but line ${open.line + 1} below it is not`),
    );
  const where = [...path, ...groups];
  return {
    id,
    kind: 'task',
    title: statusless(item.text) || plainText(item.text),
    description: [below, about].filter((part) => part !== '').join('\n\n'),
    criteria: criteria.map(({ text }, at) => ({ id: `${id}.AC${at + 1}`, text: plainText(text) })),
    dependencies: edges.map((edge) => edge.id),
    conflictsWith: [],
    scope: scopeOf(`${item.text}\n${below}`),
    parallel: undefined,
    risk: riskOf([item.text, ...where, ...headings.map(({ heading }) => heading)]),
    size: 'M',
    provisional: false,
    phase: where.length === 0 ? undefined : where.join(' > ').slice(0, 300),
    slice: undefined,
    context: { specs: [], adrs: [], guides: [] },
    testFiles: [],
    gapCodes: [],
    declared: declaredOf(item, criteria),
    file,
    line: item.line + 1,
  };
}

/** What is indented below an item, its boxes as plain bullets: ticking one changes nothing of what is to be done. */
function textBelow(item: Item): string {
  const lines = item.details.filter((text, at) => text.trim() !== '' || item.details[at - 1]?.trim() !== '');
  const rest = item.children.toReversed();
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    lines.push(`${' '.repeat(Math.min(next.indent, 40))}- ${next.text}`, ...next.details);
    rest.push(...next.children.toReversed());
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
function aboutSection(section: ListSection): string {
  const about = abouts.get(section) ?? makeAbout(section);
  abouts.set(section, about);
  return about;
}

function makeAbout({ prose }: ListSection): string {
  const isState = /^\W*(?:plans|status|progress|completed|depends on|dependencies)\W*:/i;
  const lines = prose.flatMap(({ text }) =>
    isState.test(text) || /^-{3,}$|[:\uff1a]$/u.test(text) ? [] : [text],
  );
  const about = lines.join('\n');
  return about.length > maxAbout ? '' : about;
}

function riskOf(texts: readonly string[]): Risk {
  const isSaid = (pattern: RegExp): boolean => texts.some((text) => pattern.test(text));
  if (
    isSaid(
      /\b(?:high(?:est)?|critical|urgent)[ -]priority\b|\bpriority:? *(?:high|critical|urgent)|\bP[01]\b|\u9ad8\u4f18\u5148\u7ea7/i,
    )
  )
    return 'High';
  return isSaid(/\blow(?:est)?[ -]priority\b|\bpriority:? *low|\bP[3-5]\b|\u4f4e\u4f18\u5148\u7ea7/i)
    ? 'Low'
    : 'Medium';
}

/** Struck out or optional and not ticked: not to be done. Open with a ticked box below: begun. */
function declaredOf(item: Item, criteria: readonly Item[]): DeclaredStatus {
  const { said = 'pending', text, optional, children } = item;
  if (said === 'pending' && (optional || /^~~.*~~[.\s]*$/.test(text))) return 'skipped';
  const isBegun = children.length > 0 && criteria.some((child) => child.said === 'completed');
  return said === 'pending' && isBegun ? 'in-progress' : said;
}

const emojis = { pending: '\u23f3', 'in-progress': '\ud83d\udea7', completed: '\u2705' } as const;

/** Only the task's own sign changes; those of its criteria stay as people set them. */
function signEdit(sign: Sign, status: ViewStatus): TextEdit | undefined {
  const wanted = declaredFor(status);
  if (sign.kind === 'emoji') {
    if (declaredOfEmoji(sign.mark) === wanted) return undefined;
    return { start: sign.markAt, end: sign.markAt + sign.mark.length, text: emojis[wanted] };
  }
  return checkboxEdit(sign, status, undefined);
}
