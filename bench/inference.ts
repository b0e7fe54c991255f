import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Task } from '../src/domain/plan.ts';
import { backlogFormats } from '../src/planning/formats/all.ts';
import { singleFile } from '../src/planning/formats/format.ts';
import { inferDependencies, SURE } from '../src/planning/inference/infer-edges.ts';
import { readPlan } from '../src/planning/read-plan.ts';
import { validateDraft } from '../src/planning/validate.ts';
import { plainFigure, type Figure, type Measurement } from './figure.ts';

const none = { byAgent: [], decided: new Map() };

/** Collections whose backlogs say what depends on what: in lists, or by phases and document order. */
const collections: readonly (readonly [
  folder: string,
  format: keyof typeof backlogFormats,
  path: string,
  how: 'listed' | 'by order',
])[] = [
  ['vtm', 'manifest', 'docs/backlog/virtual-task-manifest.json', 'listed'],
  ['taskmaster', 'taskmaster', '.taskmaster/tasks/tasks.json', 'listed'],
  ['gsd-roadmap', 'gsd', '.gsd/milestones/M001/M001-ROADMAP.md', 'listed'],
  ['superpowers-plan', 'superpowers', 'docs/plans/2026-01-01-sample.md', 'by order'],
  ['spec-kit', 'spec-kit', 'specs/001-sample/tasks.md', 'by order'],
];

interface Score {
  backlogs: number;
  declared: number;
  found: number;
  inferred: number;
  right: number;
  contrary: number;
}

/** How well the deterministic inference finds dependencies that people declared, when it may not see them. */
export async function inference(): Promise<Measurement> {
  const folder = resolve(process.env['PAWL_CORPORA'] ?? '../shared/corpora/formats');
  const compared =
    'Real backlogs, the largest of each repository, with their declared dependencies hidden and the lines that name them taken out. ' +
    `What is inferred (confidence ≥ ${SURE}: in force) is compared with everything a task waits for as declared, directly or not. ` +
    'Repositories named in PAWL_REPOSITORIES (paths, by colons) are read as a whole in addition. An inferred edge that nobody declared counts as wrong, though lists are often incomplete; contrary ones point against what is declared.';
  const figures: Figure[] = [];
  for (const [name, format, path, how] of collections) {
    if (!existsSync(join(folder, name))) continue;
    const backlogs = await backlogsIn(join(folder, name), format, path);
    for (const [label, least] of [
      ['in force', SURE],
      ['with proposals', 0],
    ] as const)
      figures.push(...figuresOf(`${name} (${how}), ${label}`, scoreOf(backlogs, least)));
  }
  for (const root of (process.env['PAWL_REPOSITORIES'] ?? '').split(':').filter((one) => one !== '')) {
    const read = await readPlan({ root: resolve(root) });
    if (!read.ok) throw new Error(`${root}: ${read.error.message}`);
    const { tasks, format } = read.value.plan;
    for (const [label, least] of [
      ['in force', SURE],
      ['with proposals', 0],
    ] as const)
      figures.push(...figuresOf(`${basename(root)} (${format}, listed), ${label}`, scoreOf([tasks], least)));
  }
  if (figures.length > 0) return { compared, figures };
  const nothing = `Nothing: there is no collection at ${folder}; set PAWL_CORPORA or PAWL_REPOSITORIES.`;
  return { compared: nothing, figures };
}

/** Of each repository the backlog with most tasks: older versions of it would count twice. */
async function backlogsIn(
  folder: string,
  name: keyof typeof backlogFormats,
  path: string,
): Promise<readonly (readonly Task[])[]> {
  const format = await backlogFormats[name].load();
  const largest = new Map<string, readonly Task[]>();
  for (const file of readdirSync(folder)) {
    const text = readFileSync(join(folder, file), 'utf8');
    if (!format.detect(path, text)) continue;
    const { tasks } = validateDraft(format.read(singleFile(path, text)), path);
    const repository = file.replace(/__\d+\.[a-z]+$/, '');
    if (tasks.length > (largest.get(repository)?.length ?? 3)) largest.set(repository, tasks);
  }
  return [...largest.values()];
}

function scoreOf(backlogs: readonly (readonly Task[])[], least: number): Score {
  const score: Score = { backlogs: 0, declared: 0, found: 0, inferred: 0, right: 0, contrary: 0 };
  for (const tasks of backlogs) {
    const hidden = tasks.map(hide);
    const { inForce, proposed } = inferDependencies(hidden, none);
    const edges = [...inForce, ...proposed].filter(({ confidence }) => confidence >= least);
    const truth = closureOf(tasks.map(({ id, dependencies }) => [id, dependencies]));
    const guess = closureOf(
      hidden.map(({ id, dependencies }) => [
        id,
        [...dependencies, ...edges.filter(({ task }) => task === id).map(({ on }) => on)],
      ]),
    );
    score.backlogs += 1;
    score.inferred += edges.length;
    score.right += edges.filter(({ task, on }) => truth.get(task)?.has(on)).length;
    score.contrary += edges.filter(({ task, on }) => truth.get(on)?.has(task)).length;
    for (const [at, { id, dependencies }] of tasks.entries()) {
      const asked = dependencies.filter((other) => !hidden[at]!.dependencies.includes(other));
      score.declared += asked.length;
      score.found += asked.filter((other) => guess.get(id)?.has(other)).length;
    }
  }
  return score;
}

/** Without what is declared; that a task waits for its own subtasks is no secret. */
function hide(task: Task): Task {
  const description = task.description
    .replace(/(?:^|\n)#+ *Dependencies[^\n]*(?:\n(?!#).*)*/gi, '')
    .replace(/^Subtasks, each done before this:\n(?:- .*\n?)*/gm, '')
    .replace(/^.*(?:depends on|dependenc(?:y|ies)|blocked by|part of).*$/gim, '');
  return {
    ...task,
    description,
    dependencies: task.dependencies.filter((id) => id.startsWith(`${task.id}.`)),
  };
}

function closureOf(
  edges: readonly (readonly [string, readonly string[]])[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const direct = new Map(edges);
  return new Map(
    edges.map(([id, dependencies]) => {
      const behind = new Set(dependencies);
      for (const other of behind) for (const next of direct.get(other) ?? []) behind.add(next);
      return [id, behind];
    }),
  );
}

function figuresOf(
  name: string,
  { backlogs, declared, found, inferred, right, contrary }: Score,
): readonly Figure[] {
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : (100 * part) / whole);
  return [
    plainFigure(`${name}: inferred, of ${declared} declared in ${backlogs} backlogs`, inferred, 'edges'),
    plainFigure(`${name}: precision`, share(right, inferred), '%'),
    plainFigure(`${name}: recall`, share(found, declared), '%'),
    plainFigure(`${name}: contrary to what is declared`, contrary, 'edges'),
  ];
}
