import { faultPoints, type FaultPoint } from '../src/ports/fault-points.ts';
import { manifestFile, manifestText, smallBacklog } from './backlog.ts';
import { mustRunPawl, pawlProgram, runChild, unexpectedEnd } from './child.ts';
import { figureEqual, median, plainFigure, type Measurement } from './figure.ts';
import { eventsOf, eventsOfType, integrationRef } from './journal.ts';
import { gitIn, makeRepository, withWorkplace, writeScript, type Workplace } from './workplace.ts';

const TASKS = 6;

interface Survival {
  readonly point: FaultPoint;
  /** Why it was not survived. */
  readonly problem: string | undefined;
  /** From the start of the resuming command to its first `attempt.started`; absent when no task was left to start. */
  readonly resumeMs: number | undefined;
}

/** Whether a run that is killed at the worst moments ends as one that never was. */
export function crash(): Promise<Measurement> {
  return withWorkplace(async (place) => {
    const agent = writeScript(place, 'agent.sh', [
      'set -e',
      'mkdir -p parts',
      'echo "$PAWL_TASK" > "parts/$PAWL_TASK.txt"',
    ]);
    const undisturbed = makeProject(place, 'undisturbed', agent);
    await mustRunPawl(place, run, { cwd: undisturbed });
    const wanted = treeIn(place, undisturbed);
    const survivals: Survival[] = [];
    for (const point of faultPoints) survivals.push(await survive(place, point, agent, wanted));
    for (const { point, problem } of survivals)
      if (problem !== undefined) console.error(`${point}: ${problem}`);
    const survived = survivals.filter(({ problem }) => problem === undefined).length;
    return {
      compared:
        `A run of ${TASKS} tasks, 2 at once, killed by SIGKILL at each of ${faultPoints.length} points and resumed by \`pawl run\`. Survived: it was killed ` +
        "there, the second run ended with all tasks done, each landed once, and the integration branch's tree is the undisturbed run's.",
      figures: [
        figureEqual('fault points survived', survived, `of ${faultPoints.length}`, faultPoints.length),
        plainFigure(
          'resumed to first task started, median',
          median(survivals.flatMap(({ resumeMs }) => (resumeMs === undefined ? [] : [resumeMs]))),
          'ms',
        ),
      ],
    };
  });
}

const run = ['run', '--parallel', '2'] as const;

async function survive(
  place: Workplace,
  point: FaultPoint,
  agent: string,
  wanted: string,
): Promise<Survival> {
  const root = makeProject(place, point, agent);
  const argv = [process.execPath, pawlProgram, ...run] as const;
  const killed = await runChild(place, argv, { cwd: root, env: { PAWL_FAULT: point } });
  if (killed.signal !== 'SIGKILL')
    return failed(point, `not killed there: ${unexpectedEnd(argv, killed).message}`);
  const resumed = await runChild(place, argv, { cwd: root });
  if (resumed.code !== 0) return failed(point, unexpectedEnd(argv, resumed).message);
  const events = eventsOf(root);
  const landed = eventsOfType(events, 'landing.landed').map(({ body }) => body.task);
  if (landed.length !== TASKS || new Set(landed).size !== TASKS)
    return failed(point, `landed: ${landed.join(', ')}`);
  const tree = treeIn(place, root);
  if (tree !== wanted) return failed(point, `the tree is ${tree}, not ${wanted}`);
  const first = eventsOfType(events, 'attempt.started').find(({ at }) => at >= resumed.startedAt);
  return {
    point,
    problem: undefined,
    resumeMs: first === undefined ? undefined : first.at - resumed.startedAt,
  };
}

function failed(point: FaultPoint, problem: string): Survival {
  return { point, problem, resumeMs: undefined };
}

function makeProject(place: Workplace, name: string, agent: string): string {
  return makeRepository(place, name, {
    [manifestFile]: manifestText(smallBacklog(TASKS, 'independent')),
    'pawl.config.json': JSON.stringify({
      agent: 'bench',
      agents: { bench: { kind: 'command', argv: ['/bin/sh', agent] } },
      gates: { files: 'test -d parts' },
      setup: false,
    }),
  });
}

function treeIn(place: Workplace, root: string): string {
  return gitIn(place, root, 'rev-parse', `${integrationRef}^{tree}`);
}
