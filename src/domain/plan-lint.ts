/**
 * What is doubtful in a valid plan: nothing here hinders a run, each finding says how to mend it. Pure.
 */
import { buildGraph, redundantDependencies, scopeConflicts } from './graph.ts';
import { isSharedByNature } from './hot-files.ts';
import type { TaskId } from './ids.ts';
import type { InferredEdge } from './inferred-dependency.ts';
import { indexOf, type Criterion, type Plan, type Task } from './plan.ts';

export const lintRules = {
  'no-criteria': 'A task without acceptance criteria: nothing can tell when it is done.',
  'untestable-criterion': 'A criterion that holds a judgement and nothing that could be measured or seen.',
  'shared-criterion': 'The same criterion stands in two tasks: one of them will find it done.',
  'oversized-task': 'A task that is too much for one attempt and one review.',
  'untested-high-risk': 'A High-risk task that names no test file.',
  'wide-scope': 'A scope so wide that it predicts nothing.',
  'redundant-dependency': 'A dependency that another dependency implies.',
  'unreachable-task': 'A task that can never start, because it needs one that was given up.',
  'doubtful-parallel-hint':
    'Two tasks are said to be safe beside each other, and files, a dependency or their texts speak against it.',
} as const;
export type LintRule = keyof typeof lintRules;

export interface LintFinding {
  readonly rule: LintRule;
  readonly task: TaskId;
  /** One sentence, without the task's id in front. */
  readonly message: string;
  /** What to change in the backlog. */
  readonly mend: string;
}

/** Limits of {@link lintPlan}, by what a reviewer still takes in at once. */
const MOST_CRITERIA = 8;
const MOST_SCOPES = 20;
const LONGEST_TEXT = 8_000;
/** Shorter criteria ("Typecheck passes") are shared on purpose. */
const SHORTEST_SHARED = 24;

/** In backlog order, then in the order of {@link lintRules}. `plan` as declared; `inferred`: what its texts suggest. */
export function lintPlan(plan: Plan, inferred: readonly InferredEdge[] = []): readonly LintFinding[] {
  const shared = sharedCriteria(plan);
  const redundant = redundantDependencies(plan);
  const stuck = neverReady(plan);
  const hints = doubtfulHints(plan, inferred);
  return plan.tasks.flatMap((task) => [
    ...lintCriteria(task, shared),
    ...lintSize(task),
    ...lintRisk(task),
    ...lintScope(task),
    ...(redundant.get(task.id) ?? []).map(({ dependency, through }) =>
      found(
        'redundant-dependency',
        task,
        `depends on ${dependency}, which ${through} needs already`,
        `remove ${dependency} from its dependencies`,
      ),
    ),
    ...(stuck.get(task.id) ?? []).map((cause) =>
      found(
        'unreachable-task',
        task,
        `needs ${cause}, which was given up`,
        `remove the dependency, or take ${cause} up again`,
      ),
    ),
    ...(hints.get(task.id) ?? []).map(({ other, against }) =>
      found(
        'doubtful-parallel-hint',
        task,
        `is said to be safe beside ${other}, and ${against}`,
        `declare the conflict, make one depend on the other, or narrow the scopes`,
      ),
    ),
  ]);
}

function found(rule: LintRule, task: Task, message: string, mend: string): LintFinding {
  return { rule, task: task.id, message, mend };
}

function lintCriteria(task: Task, shared: ReadonlyMap<string, readonly TaskId[]>): readonly LintFinding[] {
  if (task.criteria.length === 0) {
    return [
      found('no-criteria', task, 'has no acceptance criteria', 'write at least one that can be checked'),
    ];
  }
  return task.criteria.flatMap((criterion) => [
    ...lintWording(task, criterion),
    ...(shared.get(normalise(criterion.text)) ?? [])
      .slice(0, 1)
      .filter((first) => first !== task.id)
      .map((first) =>
        found(
          'shared-criterion',
          task,
          `has the criterion ${criterion.id} in common with ${first}`,
          'leave it with the task that does the work',
        ),
      ),
  ]);
}

/** Words that leave the verdict to taste. */
const judgement =
  /\b(?:works? (?:well|fine|properly|correctly|as expected|nicely)|properly|user[- ]friendly|intuitive|robust(?:ly)?|clean(?:ly)?|nice(?:ly)?|good|better|fast(?:er)?|quick(?:ly)?|performant|efficient(?:ly)?|scalable|maintainable|high[- ]quality|easy to (?:use|understand|read)|appropriate(?:ly)?|reasonable|sufficient(?:ly)?|as needed|if necessary|etc)\b/i;

/** Something that can be measured, run or seen: a number, code, a path, a quotation, a Given/When/Then, a comparison. */
const evidence =
  /\d|`[^`]+`|["“”'‘][^"“”'‘]{2,}["“”'’]|\b[\w-]+\/[\w./-]+|\b[\w-]+\.(?:[jt]sx?|py|rs|go|md|json|ya?ml|sql|css|html)\b|\b(?:given|when|then)\b|\b(?:returns?|throws?|rejects?|exits?|prints?|equals?|contains?|fails?|refuses?|shows?)\b|[<>=≤≥]/i;

function lintWording(task: Task, { id, text }: Criterion): readonly LintFinding[] {
  const word = judgement.exec(text)?.[0];
  if (word === undefined || evidence.test(text)) return [];
  return [
    found(
      'untestable-criterion',
      task,
      `cannot be held to ${id}: "${word}" is a judgement`,
      'say what can be measured, run or seen when it holds',
    ),
  ];
}

function lintSize(task: Task): readonly LintFinding[] {
  const { criteria, description } = task;
  const isLong = description.length > LONGEST_TEXT;
  const isLarge = task.size === 'L' && criteria.length > MOST_CRITERIA / 2;
  if (criteria.length <= MOST_CRITERIA && !isLong && !isLarge) return [];
  const why = isLong
    ? `a text of ${description.length} characters`
    : `${criteria.length} criteria${isLarge ? ' at size L' : ''}`;
  return [
    found('oversized-task', task, `is large: ${why}`, 'split it into tasks that can land by themselves'),
  ];
}

function lintRisk(task: Task): readonly LintFinding[] {
  if (task.risk !== 'High' || task.testFiles.length > 0) return [];
  return [
    found(
      'untested-high-risk',
      task,
      'is High-risk and names no test file',
      'name the tests that will prove it',
    ),
  ];
}

function lintScope(task: Task): readonly LintFinding[] {
  const whole = task.scope.find((scope) =>
    /^(?:\.?\/?|\*{1,2}|\*\*\/\*|(?:src|lib|app|packages)(?:\/(?:\*\*?(?:\/\*)?)?)?)$/.test(scope),
  );
  if (whole !== undefined) {
    return [
      found(
        'wide-scope',
        task,
        `may touch ${whole === '' ? 'everything' : whole}`,
        'name the folders or files it is about',
      ),
    ];
  }
  if (task.scope.length <= MOST_SCOPES) return [];
  return [
    found(
      'wide-scope',
      task,
      `names ${task.scope.length} files or folders`,
      'name folders, or split the task',
    ),
  ];
}

/** Tasks by normalised criterion, the first in the backlog first, for criteria that stand in more than one task. */
function sharedCriteria(plan: Plan): ReadonlyMap<string, readonly TaskId[]> {
  const owners = new Map<string, TaskId[]>();
  for (const task of plan.tasks) {
    for (const text of new Set(task.criteria.map((criterion) => normalise(criterion.text)))) {
      if (text.length < SHORTEST_SHARED) continue;
      const known = owners.get(text);
      if (known === undefined) owners.set(text, [task.id]);
      else known.push(task.id);
    }
  }
  return new Map([...owners].filter(([, tasks]) => tasks.length > 1));
}

function normalise(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** For each open task the given-up tasks it needs, directly or not; each named once. */
function neverReady(plan: Plan): ReadonlyMap<TaskId, readonly TaskId[]> {
  const index = indexOf(plan);
  const causes = new Map<TaskId, readonly TaskId[]>();
  for (const id of buildGraph(plan).order) {
    const task = index.get(id);
    if (task === undefined || isSettled(task)) continue;
    const own = task.dependencies.flatMap((other) => {
      const { declared } = index.get(other) ?? { declared: 'pending' };
      return declared === 'abandoned' || declared === 'skipped' ? [other] : (causes.get(other) ?? []);
    });
    if (own.length > 0) causes.set(id, [...new Set(own)]);
  }
  return causes;
}

function isSettled({ declared }: Task): boolean {
  return ['completed', 'completed-external', 'externally-managed', 'skipped', 'abandoned'].includes(declared);
}

/** Pairs that the backlog calls safe beside each other, and what speaks against it; by the later task. */
function doubtfulHints(
  plan: Plan,
  inferred: readonly InferredEdge[],
): ReadonlyMap<TaskId, readonly { readonly other: TaskId; readonly against: string }[]> {
  const index = indexOf(plan);
  const hints = new Map<TaskId, { readonly other: TaskId; readonly against: string }[]>();
  const doubt = (id: TaskId, other: TaskId, against: string): void => {
    if (!isHintedPair(index.get(id), index.get(other))) return;
    const known = hints.get(id);
    if (known === undefined) hints.set(id, [{ other, against }]);
    else if (!known.some((hint) => hint.other === other)) known.push({ other, against });
  };
  for (const task of plan.tasks) {
    // Tasks that are only called parallel, and of no group, may well follow each other.
    for (const other of task.dependencies)
      if (task.parallelGroup !== undefined && index.get(other)?.parallelGroup === task.parallelGroup)
        doubt(task.id, other, 'depends on it');
  }
  for (const { task, on, reason } of inferred) doubt(task, on, reason);
  for (const { a, b, declared, paths } of scopeConflicts(plan).pairs) {
    const own = paths.filter((path) => !isSharedByNature(path));
    if (!declared && own.length > 0) doubt(a, b, `both may touch ${own.slice(0, 3).join(', ')}`);
  }
  return hints;
}

function isHintedPair(a: Task | undefined, b: Task | undefined): boolean {
  if (a?.parallelGroup !== undefined && b?.parallelGroup !== undefined)
    return a.parallelGroup === b.parallelGroup;
  return a?.parallel === true && b?.parallel === true;
}
