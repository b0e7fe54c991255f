import { manifestFile, manifestText, smallBacklog } from './backlog.ts';
import { mustRunPawl } from './child.ts';
import { figureAtMost, median, plainFigure, type Measurement } from './figure.ts';
import { eventsOf, eventsOfType, gateMsOf } from './journal.ts';
import { makeRepository, withWorkplace, writeScript, type Workplace } from './workplace.ts';

const TASKS = 8;
const AGENTS = 4;
const AGENT_SECONDS = 2;
const ROUNDS = 3;
const IDEAL_MS = (TASKS / AGENTS) * AGENT_SECONDS * 1_000;

interface Round {
  /** From the command's start to the last landing. */
  readonly wallMs: number;
  readonly gateMs: number;
}

/** How near a run of independent tasks comes to what its number of agents allows. */
export function parallel(): Promise<Measurement> {
  return withWorkplace(async (place) => {
    const agent = writeScript(place, 'agent.sh', [
      'set -e',
      `sleep ${AGENT_SECONDS}`,
      'mkdir -p parts',
      'echo "$PAWL_TASK" > "parts/$PAWL_TASK.txt"',
    ]);
    const rounds: Round[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      rounds.push(await measure(place, `parallel-${round}`, agent, ['--parallel', String(AGENTS)]));
    }
    const alone = await measure(place, 'sequential', agent, ['--sequential']);
    const wallMs = median(rounds.map((round) => round.wallMs));
    const gateMs = median(rounds.map((round) => round.gateMs));
    const busyMs = TASKS * AGENT_SECONDS * 1_000;
    return {
      compared:
        `${TASKS} independent tasks of ${AGENT_SECONDS} s on ${AGENTS} agents, from \`pawl run\` to the last landing, ` +
        `median of ${ROUNDS}; goal: 1.25 × the ideal ${IDEAL_MS / 1_000} s + the time of all gates of the run. ` +
        'Beside it the same tasks one at a time, once.',
      figures: [
        figureAtMost('all landed', wallMs / 1_000, 's', (1.25 * IDEAL_MS + gateMs) / 1_000),
        plainFigure('over the ideal', wallMs / IDEAL_MS, '×'),
        plainFigure('gates, all runs added up', gateMs / 1_000, 's'),
        plainFigure('agent time / (wall × agents)', (100 * busyMs) / (wallMs * AGENTS), '%'),
        plainFigure('one at a time', alone.wallMs / 1_000, 's'),
        plainFigure('faster than one at a time', alone.wallMs / wallMs, '×'),
      ],
    };
  });
}

async function measure(
  place: Workplace,
  name: string,
  agent: string,
  options: readonly string[],
): Promise<Round> {
  const root = makeRepository(place, name, {
    [manifestFile]: manifestText(smallBacklog(TASKS, 'independent')),
    'pawl.config.json': JSON.stringify({
      agent: 'bench',
      agents: { bench: { kind: 'command', argv: ['/bin/sh', agent] } },
      gates: { files: 'test -d parts' },
      setup: false,
    }),
  });
  const { startedAt } = await mustRunPawl(place, ['run', ...options], { cwd: root });
  const events = eventsOf(root);
  const landed = eventsOfType(events, 'landing.landed');
  if (landed.length !== TASKS) throw new Error(`${landed.length} of ${TASKS} tasks landed `);
  return { wallMs: landed.at(-1)!.at - startedAt, gateMs: gateMsOf(events) };
}
