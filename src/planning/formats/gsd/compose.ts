/**
 * A plan as a milestone of gsd. A slice is a run of tasks that nothing outside comes between, because only its first
 * task waits for other slices, and these wait for its last. Every slice names the slices it waits for, so nothing is
 * added by the layout.
 */
import type { Risk, Size, Task } from '../../../domain/plan.ts';
import { onOneLine } from '../new-text.ts';
import { markOf } from '../declared-mark.ts';
import { isForeignBacklog } from '../foreign-text.ts';
import type { BacklogFormat, ComposedBacklog, NewBacklog } from '../format.ts';
import { orderTasks } from '../task-order.ts';
import { onlyTask, pathsOf, spellTask, underHeading, type TaskText } from '../task-text.ts';
import { inFolder, treeFolder } from '../tree-files.ts';

export function composeGsd(
  { entry, title, tasks }: NewBacklog,
  read: BacklogFormat['read'],
): ComposedBacklog {
  const folder = treeFolder(entry, /\.(?:md|markdown)$/i).replace(/(?:^|\/)M\d+(?:-[A-Za-z0-9]+)?$/i, '');
  const slices = slicesOf(tasks);
  const texts = new Map(tasks.map((task) => [task.id, spell(task, read)]));
  const ids = new Map<Task['id'], string>();
  for (const { milestone, name, members } of slices)
    for (const [at, { id }] of members.entries()) ids.set(id, `${milestone}/${name}/${taskName(at)}`);
  const files = filesOf(folder, onOneLine(title), slices, texts);
  return { files, companions: new Map(), ids: new Map(tasks.map(({ id }) => [id, ids.get(id)!])) };
}

interface Slice {
  readonly milestone: string;
  /** `S01`. */
  readonly name: string;
  readonly members: readonly Task[];
  /** What stands in `depends:[…]`. */
  readonly depends: readonly string[];
}

/** Numbers of slices have four digits at most. */
const mostSlices = 9_999;

function slicesOf(tasks: readonly Task[]): readonly Slice[] {
  const { order, dependencies, dependents } = orderTasks(tasks);
  const sliceOf = new Map<number, number>();
  const runs: number[][] = [];
  for (const at of order) {
    const [only] = dependencies[at]!;
    const isNext =
      only !== undefined &&
      dependencies[at]!.length === 1 &&
      dependents[only]!.length === 1 &&
      tasks[only]!.risk === tasks[at]!.risk &&
      tasks[only]!.phase === tasks[at]!.phase;
    if (!isNext) runs.push([]);
    const run = isNext ? sliceOf.get(only)! : runs.length - 1;
    runs[run]!.push(at);
    sliceOf.set(at, run);
  }
  const milestoneOf = (run: number): string => numbered('M', Math.floor(run / mostSlices), 3);
  const nameOf = (run: number): string => numbered('S', run % mostSlices, 2);
  return runs.map((members, run) => ({
    milestone: milestoneOf(run),
    name: nameOf(run),
    members: members.map((at) => tasks[at]!),
    depends: [...new Set(dependencies[members[0]!]!.map((at) => sliceOf.get(at)!))]
      .toSorted((a, b) => a - b)
      .map((other) =>
        milestoneOf(other) === milestoneOf(run) ? nameOf(other) : `${milestoneOf(other)}/${nameOf(other)}`,
      ),
  }));
}

function numbered(letter: string, at: number, width: number): string {
  return letter + String(at + 1).padStart(width, '0');
}

function taskName(at: number): string {
  return numbered('T', at, 2);
}

function filesOf(
  folder: string,
  title: string,
  slices: readonly Slice[],
  texts: ReadonlyMap<Task['id'], TaskText>,
): ReadonlyMap<string, string> {
  const roadmaps: (readonly [string, string])[] = [];
  const plans: (readonly [string, string])[] = [];
  const details: (readonly [string, string])[] = [];
  for (const [milestone, own] of Map.groupBy(slices, (slice) => slice.milestone)) {
    const place = inFolder(folder, milestone);
    const lines = own.map((slice) => sliceLine(slice, texts));
    const head = `# ${milestone}: ${title || 'Plan'}\n\n## Slices\n\n`;
    roadmaps.push([`${place}/${milestone}-ROADMAP.md`, `${head}${lines.join('\n')}\n`]);
    for (const slice of own) {
      const { name, members } = slice;
      const at = `${place}/slices/${name}`;
      const entries = members.map((task, index) => taskEntry(taskName(index), task, texts.get(task.id)!));
      const goal = titleOf(slice, texts);
      plans.push([
        `${at}/${name}-PLAN.md`,
        `# ${name}: ${goal}\n\n**Goal:** ${goal}\n\n## Tasks\n\n${entries.join('\n')}\n`,
      ]);
      for (const [index, { id }] of members.entries()) {
        const plan = taskPlan(taskName(index), slice, texts.get(id)!);
        if (plan !== undefined) details.push([`${at}/tasks/${taskName(index)}-PLAN.md`, plan]);
      }
    }
  }
  return new Map([...roadmaps, ...plans, ...details]);
}

/** A slice is named by what it ends with. A tag that stands far to the right is not read. */
function titleOf({ members }: Slice, texts: ReadonlyMap<Task['id'], TaskText>): string {
  const { title } = texts.get(members.at(-1)!.id)!;
  return title.length > 120 ? `${title.slice(0, 119).toWellFormed()}…` : title;
}

const risks: Readonly<Record<Risk, string>> = { High: 'high', Medium: 'medium', Low: 'low' };
const estimates: Readonly<Record<Size, string>> = { S: '30m', M: '1h', L: '3h' };

function sliceLine(slice: Slice, texts: ReadonlyMap<Task['id'], TaskText>): string {
  const { name, members, depends } = slice;
  const mark = members.every(({ declared }) => markOf(declared) === 'x') ? 'x' : ' ';
  const tags = `\`risk:${risks[members[0]!.risk]}\` \`depends:[${depends.join(',')}]\``;
  return `- [${mark}] **${name}: ${titleOf(slice, texts)}** ${tags}`;
}

function taskEntry(name: string, task: Task, { title, criteria, context }: TaskText): string {
  // A name without a folder is read as one beside the path before it.
  const scope = pathsOf(task.scope).toSorted((a, b) => Number(a.includes('/')) - Number(b.includes('/')));
  const read = pathsOf(context).filter((path) => /[./]/.test(path) && !scope.includes(path));
  const files = [
    ...scope.map((path) => `\`${path}\``),
    ...read.map((path) => `\`${path}\` (reference only)`),
  ];
  const tests = pathsOf(task.testFiles);
  return [
    `- [${markOf(task.declared)}] **${name}: ${title}** \`est:${estimates[task.size]}\``,
    ...(files.length === 0 ? [] : [`  - Files: ${files.join(', ')}`]),
    ...(tests.length === 0 ? [] : [`  - Verify: ${tests.map((path) => `\`${path}\``).join(', ')}`]),
    ...(criteria.length === 1 ? [`  - Done when: ${criteria[0]!}`] : []),
  ].join('\n');
}

/** Nothing for a task of which its line in the slice's plan says all. */
function taskPlan(
  name: string,
  { milestone, name: slice }: Slice,
  { title, description, criteria, context }: TaskText,
): string | undefined {
  const sections = [
    ...(description.length === 0 ? [] : [underHeading('Description', ['', ...description]).join('\n')]),
    ...(criteria.length < 2 ? [] : [`## Must-Haves\n\n${criteria.map((one) => `- [ ] ${one}`).join('\n')}`]),
    ...(context.length === 0 ? [] : [`## Inputs\n\n${context.map((one) => `- ${one}`).join('\n')}`]),
  ];
  if (sections.length === 0) return undefined;
  return `${[`# ${name}: ${title}`, `**Slice:** ${slice}\n**Milestone:** ${milestone}`, ...sections].join('\n\n')}\n`;
}

function spell(task: Task, read: BacklogFormat['read']): TaskText {
  return spellTask(task, (text) => {
    const slice: Slice = { milestone: 'M001', name: 'S01', members: [task], depends: [] };
    const files = filesOf('', 'Plan', [slice], new Map([[task.id, text]]));
    // Boxes of criteria and lines of the description may make a list of another format together.
    if ([...files.values()].some(isForeignBacklog)) return undefined;
    const [[file, first]] = [...files] as [[string, string]];
    return onlyTask(read({ entry: '.', file, text: first, files, companions: new Map() }));
  });
}
