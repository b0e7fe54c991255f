/**
 * Implementation plans as the superpowers skills write them: one file with `### Task N: name` headings, or a folder of
 * numbered sub-plans (source 004), which is one backlog.
 */
import type { RunView, ViewStatus } from '../../../domain/view.ts';
import { checkboxEdit, declaredFor } from '../../checkbox.ts';
import { warningAt, type Diagnostic, type Span } from '../../diagnostic.ts';
import { applyEdits, type TextEdit } from '../../lines.ts';
import { folderOf, type BacklogFiles, type BacklogFormat, type Draft, type DraftTask } from '../format.ts';
import { composeSuperpowers } from './compose.ts';
import { planEdges, type Edge, type PlanFile } from './edges.ts';
import { isSuperpowersPlan, planNumber, readPlanDocument } from './sections.ts';
import type { PlanDocument, PlanSection } from './sections.ts';
import { criteriaOf, descriptionOf, filesOf, statusOf } from './values.ts';
import { parseStatus, saysStatus, statusWordOf } from '../tasks-md/values.ts';

export const superpowersFormat: BacklogFormat = {
  name: 'superpowers',
  detect: isSuperpowersPlan,
  group: groupPlans,
  companionFiles: () => [],
  viewFiles: ({ files }) => files,
  read: ({ files }) => readPlans(files),
  writeBack({ backlog, texts, view }) {
    const isFolder = backlog.files.length > 1;
    return backlog.files.flatMap((file) => {
      const text = texts.get(file);
      return text === undefined ? [] : [{ file, text: writeStatuses(file, text, isFolder, view) }];
    });
  },
  compose: (backlog) => composeSuperpowers(backlog, (input) => superpowersFormat.read(input)),
};

/** Numbered plans of one folder belong together; any other file is a backlog of its own. */
function groupPlans(files: readonly string[]): readonly BacklogFiles[] {
  const folders = Map.groupBy(
    files.filter((file) => planNumber(file) !== undefined),
    folderOf,
  );
  const done = new Set<string>();
  return files.flatMap((file): readonly BacklogFiles[] => {
    const folder = folderOf(file);
    const together = planNumber(file) === undefined ? [] : (folders.get(folder) ?? []);
    if (together.length < 2) return [{ entry: file, files: [file] }];
    if (done.has(folder)) return [];
    done.add(folder);
    const sorted = together.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    return [{ entry: folder === '' ? '.' : folder.slice(0, -1), files: sorted }];
  });
}

function readPlans(texts: ReadonlyMap<string, string>): Draft {
  const files = [...texts].map(([file, text]): PlanFile => {
    const document = readPlanDocument(file, text);
    return {
      file,
      document,
      ids: document.sections.map((section) => idOf(section, document, texts.size > 1)),
    };
  });
  const { edges, diagnostics: edgeDiagnostics } = planEdges(files);
  const diagnostics: Diagnostic[] = [];
  const tasks: DraftTask[] = [];
  const places: { readonly id: Span; readonly edges: readonly Edge[] }[] = [];
  files.forEach(({ file, document, ids }, at) => {
    document.sections.forEach((section, index) => {
      const own = edges[at]![index]!;
      const { text, line, column } = section.key;
      places.push({ id: { file, line: line + 1, column: column + 1, length: text.length }, edges: own });
      tasks.push(draftTask(file, document, section, ids[index]!, own, diagnostics));
    });
    if (document.sections.length === 0 && files.length > 1) {
      const span = { file, line: 1, column: 1, length: 1 };
      diagnostics.push(warningAt(span, 'this plan has no title and no `### Task N` heading; it is left out'));
    }
  });
  const start: Span = { file: files[0]?.file ?? '', line: 1, column: 1, length: 1 };
  return {
    title: titleOf(files),
    tasks,
    diagnostics: [...diagnostics, ...edgeDiagnostics],
    facts: undefined,
    locate: (task, place) =>
      (place.field === 'id' ? places[task]?.id : places[task]?.edges[place.index]?.span) ?? start,
  };
}

/** `3`; in a folder `02/3`, or `02` for a file that is one task. */
function idOf({ key }: PlanSection, { number, isOneTask }: PlanDocument, isFolder: boolean): string {
  return isFolder && !isOneTask && number !== undefined ? `${number}/${key.text}` : key.text;
}

function titleOf(files: readonly PlanFile[]): string {
  const only = files[0];
  if (only === undefined) return 'Plan';
  if (files.length === 1) return only.document.title ?? only.file;
  return folderOf(only.file).slice(0, -1).split('/').at(-1) ?? only.file;
}

function draftTask(
  file: string,
  document: PlanDocument,
  section: PlanSection,
  id: string,
  edges: readonly Edge[],
  diagnostics: Diagnostic[],
): DraftTask {
  const files = filesOf(file, document, section);
  const status = statusOf(file, document, section);
  diagnostics.push(...files.diagnostics, ...status.diagnostics);
  return {
    id,
    kind: 'task',
    title: section.title,
    description: descriptionOf(document, section),
    criteria: criteriaOf(id, document, section),
    dependencies: edges.map((edge) => edge.id),
    conflictsWith: [],
    scope: files.scope,
    parallel: undefined,
    risk: 'Medium',
    size: 'M',
    provisional: false,
    phase: section.phase,
    slice: undefined,
    context: { specs: [], adrs: [], guides: files.readings },
    testFiles: files.tests,
    gapCodes: [],
    declared: status.declared,
    file,
    line: section.key.line + 1,
  };
}

/** The word of a task's own Status line, else all boxes of a task that is completed; other statuses have no sign. */
function writeStatuses(file: string, text: string, isFolder: boolean, view: RunView): string {
  const document = readPlanDocument(file, text);
  const wanted = new Map<string, ViewStatus>(view.tasks.map(({ id, status }) => [id, status]));
  const edits = document.sections.flatMap((section): readonly TextEdit[] => {
    const id = idOf(section, document, isFolder);
    const status = wanted.get(id);
    // Of two tasks with one id the first counts, here as everywhere.
    wanted.delete(id);
    if (status === undefined) return [];
    const { carrier } = statusOf(file, document, section);
    switch (carrier) {
      case 'word':
        return wordEdit(document, section, status);
      case 'boxes':
        if (declaredFor(status) !== 'completed') return [];
        return section.boxes.flatMap((box) => checkboxEdit(box, status, undefined) ?? []);
      case 'none':
        return [];
    }
  });
  return applyEdits(text, edits);
}

function wordEdit({ lines }: PlanDocument, section: PlanSection, status: ViewStatus): readonly TextEdit[] {
  const { text, line, column } = section.blocks.find(({ key }) => key === 'status')!.value;
  const isUnknown = parseStatus(text) === undefined;
  if (saysStatus(text, status) || (isUnknown && status === 'pending')) return [];
  const start = lines[line]!.start + column;
  return [{ start, end: start + text.length, text: statusWordOf(status) }];
}
