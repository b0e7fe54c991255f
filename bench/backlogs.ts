import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TaskId } from '../src/domain/ids.ts';
import type { DeclaredStatus, Plan } from '../src/domain/plan.ts';
import type { RunView, ViewStatus } from '../src/domain/view.ts';
import { backlogFormats } from '../src/planning/formats/all.ts';
import { singleFile, type BacklogFormat, type Draft } from '../src/planning/formats/format.ts';
import { validateDraft } from '../src/planning/validate.ts';
import { figureAtMost, figureEqual, plainFigure, type Figure, type Measurement } from './figure.ts';

const GOAL_SECONDS = 5;

/** The folders of the collection, the format they hold, and the path such a file has in a repository. */
const collections: readonly (readonly [folder: string, format: keyof typeof backlogFormats, path: string])[] =
  [
    ['vtm', 'manifest', 'docs/backlog/virtual-task-manifest.json'],
    ['tasks-md', 'tasks-md', 'TASKS.md'],
    ['code-task', 'code-task', '.sop/planning/implementation/step01/task-01-sample.code-task.md'],
    ['spec-kit', 'spec-kit', 'specs/001-sample/tasks.md'],
    ['taskmaster', 'taskmaster', '.taskmaster/tasks/tasks.json'],
    ['kiro', 'kiro', '.kiro/specs/sample/tasks.md'],
    ['openspec', 'openspec', 'openspec/changes/sample/tasks.md'],
    ['beads', 'beads', '.beads/issues.jsonl'],
    ['superpowers-plan', 'superpowers', 'docs/plans/2026-01-01-sample.md'],
    ['bmad-story', 'bmad', 'docs/stories/1.1.sample.md'],
    ['ralph-prd', 'ralph-prd', 'prd.json'],
    ['checklist', 'checklist', 'TODO.md'],
    ['gsd-roadmap', 'gsd', '.gsd/milestones/M001/M001-ROADMAP.md'],
  ];

interface Count {
  files: number;
  taken: number;
  /** Of those: by the format for lists of no convention, since their own does not know them. */
  asChecklist: number;
  tasks: number;
  edges: number;
  criteria: number;
  refused: number;
  /** Why: in how many files each code of an error stands. */
  readonly codes: Map<string, number>;
  exact: number;
}

/** What is read of a collection of real backlogs, and whether writing them back changes anything. */
export async function backlogs(): Promise<Measurement> {
  const folder = resolve(process.env['PAWL_CORPORA'] ?? '../shared/corpora/formats');
  if (!existsSync(folder)) {
    return {
      compared: `Nothing: there is no collection of backlogs at ${folder}; set PAWL_CORPORA.`,
      figures: [],
    };
  }
  const began = performance.now();
  const figures: Figure[] = [];
  const checklist = await backlogFormats.checklist.load();
  const known = knownPaths(folder);
  for (const [name, format, path] of collections) {
    if (!existsSync(join(folder, name))) continue;
    const own = await backlogFormats[format].load();
    const pathOf = (file: string): string => known.get(`${name}/${file}`) ?? path;
    figures.push(...figuresOf(name, countIn(join(folder, name), [own, checklist], pathOf)));
  }
  const seconds = (performance.now() - began) / 1_000;
  return {
    compared:
      'Every file of a collection of real backlogs by its own format, or as a checklist where that does not take it: files that are taken, what is read, ' +
      'how many have faults that would refuse them and which, and how many come back byte for byte when nothing has changed. Trees are read file by file, so references to other files count as faults.',
    figures: [
      ...figures,
      figureAtMost('all files, read, validated and written back', seconds, 's', GOAL_SECONDS),
    ],
  };
}

/** Where each file lay in its repository, by its path in the collection; empty when nobody wrote that down. */
function knownPaths(folder: string): ReadonlyMap<string, string> {
  const index = join(folder, 'index.json');
  if (!existsSync(index)) return new Map();
  const entries = JSON.parse(readFileSync(index, 'utf8')) as readonly { file: string; path: string }[];
  return new Map(entries.map(({ file, path }) => [file, path]));
}

function countIn(folder: string, formats: readonly BacklogFormat[], pathOf: (file: string) => string): Count {
  const count: Count = {
    ...{ files: 0, taken: 0, asChecklist: 0, tasks: 0, edges: 0, criteria: 0, refused: 0, exact: 0 },
    codes: new Map(),
  };
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), 'utf8');
    const path = pathOf(name);
    count.files += 1;
    const format = formats.find((one) => one.detect(path, text));
    if (format === undefined) continue;
    count.taken += 1;
    if (format !== formats[0]) count.asChecklist += 1;
    const draft = format.read(singleFile(path, text));
    const { diagnostics } = validateDraft(draft, path);
    count.tasks += draft.tasks.length;
    for (const task of draft.tasks) {
      count.edges += task.dependencies.length;
      count.criteria += task.criteria.length;
    }
    const errors = [...draft.diagnostics, ...diagnostics].filter(({ severity }) => severity === 'error');
    if (errors.length > 0) count.refused += 1;
    for (const code of new Set(errors.map((error) => error.code)))
      count.codes.set(code, (count.codes.get(code) ?? 0) + 1);
    if (isExact(format, draft, path, text)) count.exact += 1;
  }
  return count;
}

/** Whether writing back the statuses that were read leaves the file as it is. */
function isExact(format: BacklogFormat, draft: Draft, path: string, text: string): boolean {
  const backlog = { entry: path, files: [path] };
  if (!format.viewFiles(backlog).includes(path)) return true;
  const results = format.writeBack({
    backlog,
    plan: planOf(format, draft, path),
    facts: draft.facts,
    texts: new Map([[path, text]]),
    view: viewOf(draft),
  });
  const own = results.find(({ file }) => file === path);
  return own !== undefined && 'text' in own && own.text === text;
}

function planOf(format: BacklogFormat, draft: Draft, file: string): Plan {
  const tasks = draft.tasks.map((task) => ({
    ...task,
    id: task.id as TaskId,
    dependencies: task.dependencies as readonly TaskId[],
    conflictsWith: task.conflictsWith as readonly TaskId[],
    parallel: task.parallel,
    phase: task.phase,
    slice: task.slice,
    specHash: '',
    origin: { file: task.file ?? file, line: task.line },
  }));
  return { name: 'sample', title: draft.title, format: format.name, file, hash: '', tasks };
}

function viewOf(draft: Draft): RunView {
  const at = '2026-01-01T00:00:00Z';
  const tasks = draft.tasks.map(({ id, declared }) => ({
    id: id as TaskId,
    status: statusOf(declared),
    criteriaDone: [],
    criteriaRemaining: [],
    filesModified: [],
  }));
  return { planHash: '', at, startedAt: at, complete: false, parallel: true, tasks };
}

/** What a run that has done nothing yet would write of a task. */
function statusOf(declared: DeclaredStatus): ViewStatus {
  switch (declared) {
    case 'pending':
      return 'pending';
    case 'in-progress':
      return 'running';
    case 'completed':
    case 'completed-external':
      return 'completed-external';
    case 'needs-re-verification':
    case 'blocked':
      return 'blocked';
    case 'skipped':
    case 'abandoned':
    case 'externally-managed':
      return declared;
  }
}

function figuresOf(
  name: string,
  { files, taken, asChecklist, tasks, edges, criteria, refused, codes, exact }: Count,
): readonly Figure[] {
  return [
    plainFigure(`${name}: taken, of ${files}`, taken, 'files'),
    ...(asChecklist === 0 ? [] : [plainFigure(`${name}: of those, as checklists`, asChecklist, 'files')]),
    plainFigure(`${name}: tasks`, tasks, ''),
    plainFigure(`${name}: edges`, edges, ''),
    plainFigure(`${name}: criteria`, criteria, ''),
    plainFigure(`${name}: with faults`, refused, 'files'),
    ...[...codes].map(([code, count]) => plainFigure(`${name}: ${code}`, count, 'files')),
    figureEqual(`${name}: round trip exact`, exact, 'files', taken),
  ];
}
