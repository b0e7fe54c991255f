/**
 * What Pawl itself costs per task, when agent and gates cost next to nothing.
 *
 * The tasks are a chain, so that no part of one is hidden behind another. What is taken off the wall time is only
 * what the agent's script says it took by its own clock, not the journal's spans around it: starting a process and
 * proving that its tree is gone are Pawl's work.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalEvent } from '../src/domain/event.ts';
import { manifestFile, manifestText, smallBacklog } from './backlog.ts';
import { mustRun, mustRunPawl } from './child.ts';
import { figureAtMost, median, plainFigure, type Figure, type Measurement } from './figure.ts';
import { eventsOf, eventsOfType, gateMsOf } from './journal.ts';
import { makeRepository, withWorkplace, writeScript, type Workplace } from './workplace.ts';

const FILES = 1_000;
const TASKS = 20;
const ROUNDS = 3;
const GOAL_MS = 150;

/** The stages of a task, by the journal's times: each ends where the next begins. */
const stages = [
  'schedule',
  'reset',
  'brief and start',
  'agent and its end',
  'snapshot',
  'check',
  'land',
] as const;
type Stage = (typeof stages)[number];

interface Round {
  /** (wall − start of the program − agents) / tasks. */
  readonly perTaskMs: number;
  /** The same by the journal alone: from one landing to the next, without the agent. */
  readonly medianTaskMs: number;
  /** perTaskMs with the whole journalled spans of agents and gates taken off. */
  readonly outsideSpansMs: number;
  readonly stageMs: Readonly<Record<Stage, number>>;
}

export function overhead(): Promise<Measurement> {
  return withWorkplace(async (place) => {
    const clock = join(clockFolder(place), 'clock');
    mkdirSync(clockFolder(place));
    const agent = agentScript(place, clock);
    const startupMs = await measureStartup(place);
    const gated: Round[] = [];
    const ungated: Round[] = [];
    const sandboxed: Round[] = [];
    const bare: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const measured = { place, agent, clock, startupMs, gates: { check: 'true' }, sandbox: 'off' } as const;
      gated.push(await measure(`gated-${round}`, measured));
      ungated.push(await measure(`ungated-${round}`, { ...measured, gates: {} }));
      sandboxed.push(await measure(`sandboxed-${round}`, { ...measured, sandbox: 'auto' }));
      bare.push(await measureBare(place, `bare-${round}`, agent, clock));
    }
    const bareMs = median(bare);
    const taskMs = median(gated.map((round) => round.medianTaskMs));
    return {
      compared:
        `${TASKS} tasks in a chain, a repository of ${FILES.toLocaleString('en-US')} files, an agent that writes one file and ` +
        `commits it, the gate \`true\`; medians of ${ROUNDS} rounds. Beside it a shell script with the git commands that ` +
        'the same work needs at least (reset, clean, add, write-tree, merge-tree, commit-tree, update-ref), without journal and gate.',
      figures: [
        figureAtMost('per task, median', taskMs, 'ms', GOAL_MS),
        plainFigure('per task, whole run / tasks', median(gated.map((round) => round.perTaskMs)), 'ms'),
        plainFigure(
          'the same, outside journalled agents and gates',
          median(gated.map((round) => round.outsideSpansMs)),
          'ms',
        ),
        plainFigure(
          'per task without a gate, median',
          median(ungated.map((round) => round.medianTaskMs)),
          'ms',
        ),
        plainFigure(
          'per task in a sandbox, where there is one, median',
          median(sandboxed.map((round) => round.medianTaskMs)),
          'ms',
        ),
        plainFigure('git alone, per task', bareMs, 'ms'),
        plainFigure('over git alone', taskMs / bareMs, '×'),
        plainFigure('start of the program', startupMs, 'ms'),
        ...stages.map((stage): Figure => {
          const values = gated.map((round) => round.stageMs[stage]);
          return plainFigure(`of a task: ${stage}`, median(values), 'ms');
        }),
      ],
    };
  });
}

/** The leanest agent: what it takes by its own clock (ns since the epoch, at its start and end) is appended to `clock`. */
function agentScript(place: Workplace, clock: string): string {
  return writeScript(place, 'agent.sh', [
    'set -e',
    'began=$(date +%s%N)',
    'mkdir -p parts',
    'echo "$PAWL_TASK" > "parts/$PAWL_TASK.txt"',
    'git add parts',
    'git commit --quiet --message="$PAWL_TASK"',
    `echo "$began $(date +%s%N)" >> ${clock}`,
  ]);
}

/** What the agents since the last call took by their own clock, in ms, in the order they ran. */
function takeClock(clock: string): readonly number[] {
  const lines = readFileSync(clock, 'utf8').trim().split('\n');
  writeFileSync(clock, '');
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const [began = 0n, ended = 0n] = line.split(' ').map(BigInt);
      return Number(ended - began) / 1e6;
    });
}

/** The one place outside of its workspace that the agent may write to. */
function clockFolder(place: Workplace): string {
  return join(place.folder, 'clock');
}

function repositoryFiles({
  place,
  agent,
  gates,
  sandbox,
}: Pick<Measured, 'place' | 'agent' | 'gates' | 'sandbox'>): Readonly<Record<string, string>> {
  const sources = Array.from({ length: FILES - 2 }, (_, index): [string, string] => [
    `src/area-${index % 20}/file-${index}.ts`,
    `export const value${index} = ${index};\n`.repeat(20),
  ]);
  return {
    ...Object.fromEntries(sources),
    [manifestFile]: manifestText(smallBacklog(TASKS, 'chained')),
    'pawl.config.json': JSON.stringify({
      agent: 'bench',
      agents: { bench: { kind: 'command', argv: ['/bin/sh', agent] } },
      gates,
      setup: false,
      sandbox: { mode: sandbox, write: [clockFolder(place)] },
    }),
  };
}

async function measureStartup(place: Workplace): Promise<number> {
  const walls: number[] = [];
  for (let round = 0; round <= 5; round += 1) {
    const { wallMs } = await mustRunPawl(place, ['--version'], { cwd: place.folder });
    // The first one warms the file system's cache.
    if (round > 0) walls.push(wallMs);
  }
  return median(walls);
}

interface Measured {
  readonly place: Workplace;
  readonly agent: string;
  readonly clock: string;
  readonly startupMs: number;
  readonly gates: Readonly<Record<string, string>>;
  readonly sandbox: 'auto' | 'off';
}

async function measure(name: string, measured: Measured): Promise<Round> {
  const { place, clock, startupMs } = measured;
  const root = makeRepository(place, name, repositoryFiles(measured));
  const { wallMs } = await mustRunPawl(place, ['run', '--sequential'], { cwd: root });
  const agents = takeClock(clock);
  const events = eventsOf(root);
  const landed = eventsOfType(events, 'landing.landed');
  if (landed.length !== TASKS || agents.length !== TASKS)
    throw new Error(`${landed.length} landings and ${agents.length} agents for ${TASKS} tasks`);
  // The first task makes the workspaces; it is in the whole run's figure and not in the median's.
  const between = landed.slice(1).map(({ at }, index) => at - landed[index]!.at - agents[index + 1]!);
  const agentMs = agents.reduce((sum, ms) => sum + ms, 0);
  return {
    perTaskMs: (wallMs - startupMs - agentMs) / TASKS,
    medianTaskMs: median(between),
    outsideSpansMs: (wallMs - startupMs - agentSpansOf(events) - gateMsOf(events)) / TASKS,
    stageMs: stagesOf(events),
  };
}

/** The journalled spans of agents, from the start of the process to the proof that its tree is gone; in ms. */
function agentSpansOf(events: readonly JournalEvent[]): number {
  const ended = new Map(eventsOfType(events, 'process.ended').map(({ at, body }) => [body.marker, at]));
  let sum = 0;
  for (const { at, body } of eventsOfType(events, 'process.started')) {
    if (body.label.endsWith('/agent')) sum += (ended.get(body.marker) ?? at) - at;
  }
  return sum;
}

/** Medians over the tasks but the first. */
function stagesOf(events: readonly JournalEvent[]): Readonly<Record<Stage, number>> {
  const at = (type: Parameters<typeof eventsOfType>[1]): readonly number[] =>
    eventsOfType(events, type).map((event) => event.at);
  const landed = at('landing.landed');
  const started = eventsOfType(events, 'process.started')
    .filter(({ body }) => body.label.endsWith('/agent'))
    .map((event) => event.at);
  const marks: readonly (readonly number[])[] = [
    [0, ...landed.slice(0, -1)],
    at('attempt.started'),
    at('attempt.prepared'),
    started,
    at('agent.ended'),
    at('attempt.committed'),
    at('attempt.proven'),
    landed,
  ];
  const span = (index: number): number =>
    median(marks[index]!.slice(1).map((from, task) => marks[index + 1]![task + 1]! - from));
  return Object.fromEntries(stages.map((stage, index) => [stage, span(index)])) as Record<Stage, number>;
}

/** The same work by a careful person's script. Per task and without the agent, in ms. */
async function measureBare(place: Workplace, name: string, agent: string, clock: string): Promise<number> {
  const root = makeRepository(place, name, repositoryFiles({ place, agent, gates: {}, sandbox: 'off' }));
  const script = writeScript(place, `${name}.sh`, [
    'set -e',
    `git worktree add --quiet --detach ${root}.work`,
    `git update-ref refs/heads/pawl/manifest HEAD`,
    `for PAWL_TASK in ${smallBacklog(TASKS, 'chained')
      .map((task) => task.task_id)
      .join(' ')}; do`,
    '  export PAWL_TASK',
    '  onto=$(git rev-parse refs/heads/pawl/manifest)',
    `  cd ${root}.work`,
    '  git reset --hard --quiet "$onto"',
    '  git clean -ffdxq',
    `  sh ${agent}`,
    '  git add --all .',
    '  tree=$(git write-tree)',
    '  head=$(git rev-parse HEAD)',
    `  cd ${root}`,
    '  git update-ref "refs/attempts/$PAWL_TASK" "$head"',
    '  merged=$(git merge-tree --write-tree "$onto" "$head")',
    '  test "$merged" = "$tree"',
    '  commit=$(git commit-tree "$merged" -p "$onto" -p "$head" -m "Land $PAWL_TASK")',
    '  git update-ref refs/heads/pawl/manifest "$commit" "$onto"',
    'done',
  ]);
  const { wallMs } = await mustRun(place, ['/bin/sh', script], { cwd: root });
  const agentMs = takeClock(clock).reduce((sum, ms) => sum + ms, 0);
  return (wallMs - agentMs) / TASKS;
}
