import { largeBacklog, manifestFile, manifestText, specFile } from './backlog.ts';
import { mustRun, mustRunPawl, pawlProgram, runChild, unexpectedEnd } from './child.ts';
import { figureAtMost, median, plainFigure, type Measurement } from './figure.ts';
import { eventsOf, eventsOfType } from './journal.ts';
import { makeRepository, withWorkplace, writeScript, type Workplace } from './workplace.ts';

const TASKS = 10_000;
const ROUNDS = 9;
const GOAL_MS = 400;

/** How long a person, or a script, waits for the next task of a large backlog. */
export function next(): Promise<Measurement> {
  return withWorkplace(async (place) => {
    const agent = writeScript(place, 'agent.sh', [
      'mkdir -p parts',
      'echo "$PAWL_TASK" > "parts/$PAWL_TASK.txt"',
    ]);
    const root = makeRepository(place, 'large', {
      [manifestFile]: manifestText(largeBacklog(TASKS)),
      [specFile]: '# What the system does\n',
      'pawl.config.json': JSON.stringify({
        agent: 'bench',
        agents: { bench: { kind: 'command', argv: ['/bin/sh', agent] } },
        gates: {},
        setup: false,
      }),
    });
    const nodeMs = await medianWall(() => mustRun(place, [process.execPath, '-e', '0'], { cwd: root }));
    const startMs = await medianWall(() => mustRunPawl(place, ['--version'], { cwd: root }));
    const freshMs = await medianNext(place, root);
    await beginRun(place, root);
    const begunMs = await medianNext(place, root);
    return {
      compared:
        `\`pawl next --json\` on a manifest of ${TASKS.toLocaleString('en-US')} tasks, ${(2 * TASKS).toLocaleString('en-US')} dependencies and 3 criteria each: ` +
        `the whole process, median of ${ROUNDS} after a warm-up; before the first run, and with a journal that holds a run of the plan. ` +
        'Beside it an empty Node process and `pawl --version`.',
      figures: [
        figureAtMost('before the first run', freshMs, 'ms', GOAL_MS),
        plainFigure('with a run in the journal', begunMs, 'ms'),
        plainFigure('node -e 0', nodeMs, 'ms'),
        plainFigure('pawl --version', startMs, 'ms'),
      ],
    };
  });
}

async function medianNext(place: Workplace, root: string): Promise<number> {
  return medianWall(async () => {
    const result = await mustRunPawl(place, ['next', '--json'], { cwd: root });
    const task = JSON.parse(result.stdout) as { readonly id?: string };
    if (task.id === undefined) throw new Error(`no task came back:\n${result.stdout}`);
    return result;
  });
}

async function medianWall(run: () => Promise<{ readonly wallMs: number }>): Promise<number> {
  await run();
  const walls: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) walls.push((await run()).wallMs);
  return median(walls);
}

/**
 * Brings a run of the plan into the journal: one task lands, then the session is killed. A session that ended by
 * itself would have worked all tasks off, or have been told to work on some of them only.
 */
async function beginRun(place: Workplace, root: string): Promise<void> {
  const argv = [process.execPath, pawlProgram, 'run', '--sequential'] as const;
  const result = await runChild(place, argv, { cwd: root, env: { PAWL_FAULT: 'landed' } });
  if (result.signal !== 'SIGKILL') throw unexpectedEnd(argv, result);
  const landed = eventsOfType(eventsOf(root), 'landing.landed').length;
  if (landed !== 1) throw new Error(`${landed} tasks landed instead of 1`);
}
