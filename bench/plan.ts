import { fileURLToPath } from 'node:url';
import { largeBacklog, manifestFile, manifestText, specFile, type BenchTask } from './backlog.ts';
import { mustRun, mustRunPawl, type ChildResult } from './child.ts';
import { figureAtMost, figureEqual, median, plainFigure, type Measurement } from './figure.ts';
import { makeRepository, withWorkplace, type Workplace } from './workplace.ts';

const TASKS = 100_000;
const ROUNDS = 5;
const GOAL_SECONDS = 2;
const GOAL_MB = 600;
const UNKNOWN = 3;

interface Reading {
  readonly tasks: number;
  readonly codes: readonly string[];
  readonly readMs: number;
  readonly maxRssMb: number;
}

interface Sample {
  readonly wallMs: number;
  readonly reading: Reading;
}

/** How long, and in how much memory, a very large backlog is read, validated and searched for cycles. */
export function plan(): Promise<Measurement> {
  return withWorkplace(async (place) => {
    const tasks = largeBacklog(TASKS);
    const sound = makeRepository(place, 'sound', { [manifestFile]: manifestText(tasks) });
    const faulty = makeRepository(place, 'faulty', { [manifestFile]: manifestText(withFaults(tasks)) });
    const smaller = makeRepository(place, 'smaller', {
      [manifestFile]: manifestText(largeBacklog(TASKS / 10)),
      [specFile]: '# What the system does\n',
    });
    const good = await sample(place, sound);
    if (good.some(({ reading }) => reading.tasks !== TASKS))
      throw new Error(`the sound manifest was read as ${JSON.stringify(good[0]?.reading)}`);
    const bad = await sample(place, faulty);
    const parsing = await repeat(() => mustRun(place, parseOnly, { cwd: sound }));
    const command = await repeat(() => mustRunPawl(place, ['plan'], { cwd: smaller }));
    const cycles = countCode(bad, 'PLAN-CYCLE');
    const unknown = countCode(bad, 'PLAN-UNKNOWN-DEPENDENCY');
    return {
      compared:
        `A manifest of ${TASKS.toLocaleString('en-US')} tasks with ${(2 * TASKS).toLocaleString('en-US')} dependencies, read, validated and searched for cycles by the built ` +
        `\`readPlan\`: the whole process and its peak memory, medians of ${ROUNDS}; once sound, once with one cycle and ${UNKNOWN} unknown ` +
        `dependencies, which must be reported. Beside it \`JSON.parse\` of the same file alone, and \`pawl plan\` on ${(TASKS / 10).toLocaleString('en-US')} tasks.`,
      figures: [
        figureAtMost('sound, whole process', secondsOf(good), 's', GOAL_SECONDS),
        figureAtMost('sound, peak memory', mbOf(good), 'MB', GOAL_MB),
        figureAtMost('faulty, whole process', secondsOf(bad), 's', GOAL_SECONDS),
        figureAtMost('faulty, peak memory', mbOf(bad), 'MB', GOAL_MB),
        figureEqual('cycles reported', cycles, '', 1),
        figureEqual('unknown dependencies reported', unknown, '', UNKNOWN),
        plainFigure(
          'JSON.parse alone, whole process',
          median(parsing.map(({ wallMs }) => wallMs)) / 1_000,
          's',
        ),
        plainFigure(
          'JSON.parse alone, peak memory',
          median(parsing.map(({ stdout }) => Number(stdout))),
          'MB',
        ),
        plainFigure(
          'pawl plan, a tenth of the tasks',
          median(command.map(({ wallMs }) => wallMs)) / 1_000,
          's',
        ),
      ],
    };
  });
}

const parseOnly = [
  process.execPath,
  '-e',
  `globalThis.kept = JSON.parse(fs.readFileSync('${manifestFile}', 'utf8')); process.stdout.write(String((process.resourceUsage().maxRSS * 1024) / 1e6))`,
] as const;

/** One cycle, through the last task and all that its first dependencies lead to, and dependencies that no task has. */
function withFaults(tasks: readonly BenchTask[]): readonly BenchTask[] {
  const last = tasks.at(-1)!;
  const deepest = rootOf(tasks, last);
  const every = Math.floor(tasks.length / (UNKNOWN + 1));
  return tasks.map((task, index) => {
    const isMarked = index > 0 && index % every === 0 && index / every <= UNKNOWN;
    const added = [
      ...(task.task_id === deepest ? [last.task_id] : []),
      ...(isMarked ? [`T-UNKNOWN-${index}`] : []),
    ];
    return added.length === 0 ? task : { ...task, depends_on_tasks: [...task.depends_on_tasks, ...added] };
  });
}

/** The task without dependencies that the first dependencies lead to. */
function rootOf(tasks: readonly BenchTask[], from: BenchTask): string {
  const byId = new Map(tasks.map((task) => [task.task_id, task]));
  let task = from;
  for (let next = task.depends_on_tasks[0]; next !== undefined; next = task.depends_on_tasks[0])
    task = byId.get(next)!;
  return task.task_id;
}

async function sample(place: Workplace, root: string): Promise<readonly Sample[]> {
  const program = fileURLToPath(new URL('read-plan-process.js', import.meta.url));
  const results = await repeat(() => mustRun(place, [process.execPath, program], { cwd: root }));
  return results.map(({ wallMs, stdout }) => ({ wallMs, reading: JSON.parse(stdout) as Reading }));
}

async function repeat(run: () => Promise<ChildResult>): Promise<readonly ChildResult[]> {
  const results: ChildResult[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) results.push(await run());
  return results;
}

function secondsOf(samples: readonly Sample[]): number {
  return median(samples.map(({ wallMs }) => wallMs)) / 1_000;
}

function mbOf(samples: readonly Sample[]): number {
  return median(samples.map(({ reading }) => reading.maxRssMb));
}

/** In the worst of the readings: all must report. */
function countCode(samples: readonly Sample[], code: string): number {
  return Math.min(...samples.map(({ reading }) => reading.codes.filter((found) => found === code).length));
}
