/**
 * What the agents cost before they think: each answers one question with one sentence, from a scripted model that takes
 * no time. What is left is the agent's start and end, and Pawl around it.
 */
import { createAgent } from '../src/adapters/agents/registry.ts';
import { startScriptedModel } from '../src/testing/index.ts';
import { bareProcesses, type BareTimes, type Measured, ownedProcesses, runAgent } from './agent-run.ts';
import { agentRows, type AgentRow, answer } from './agent-rows.ts';
import { findSandbox, type Sandbox } from './agent-sandbox.ts';
import { median, type Measurement, plainFigure, type Figure, type TableRow } from './figure.ts';
import { createMemoryWatch } from './tree-memory.ts';
import { withWorkplace, type Workplace } from './workplace.ts';

/** So that each of the three that are compared with each other comes first as often as the others. */
const ROUNDS = 6;

/** Everything that one round finds out about one agent. */
interface Round {
  readonly bare: BareTimes;
  /** The same mode, through Pawl. */
  readonly throughPawlMs: number;
  /** That again, in a sandbox; undefined where there is none. */
  readonly sandboxedMs: number | undefined;
  /** The mode that Pawl uses by default; undefined where it is the same. */
  readonly asDrivenMs: number | undefined;
  readonly peakMb: number;
}

export function agents(): Promise<Measurement> {
  return withWorkplace(async (place) => {
    await using model = await startScriptedModel({ say: [{ kind: 'answer', text: answer }] });
    const probe = await findSandbox();
    const sandbox = probe.kind === 'works' ? probe.sandbox : undefined;
    const rows: TableRow[] = [];
    const present: AgentRow[] = [];
    for (const row of agentRows(place, model.baseUrl('say'))) {
      if ('absent' in row) rows.push({ name: row.name, note: row.absent });
      else {
        rows.push({ name: row.name, note: await noteOf(place, row) });
        present.push(row);
      }
    }
    const rounds = new Map<AgentRow, Round[]>(present.map((row) => [row, []]));
    for (const row of present) await measure(place, row, sandbox, 0);
    for (let round = 1; round <= ROUNDS; round += 1)
      for (const [row, done] of rounds) done.push(await measure(place, row, sandbox, round));
    if (model.faults.length > 0)
      throw new AggregateError(model.faults, 'the scripted model was misunderstood');
    return {
      compared: `${comparison} ${probe.kind === 'works' ? `The sandbox is ${probe.version}.` : `There is no sandbox: ${probe.message}.`}`,
      table: { rows, columns },
      figures: [...rounds].flatMap(([{ name }, done]) => figuresOf(name, done)),
    };
  });
}

const columns = [
  'first event',
  'bare',
  'through Pawl',
  'Pawl adds',
  'sandbox adds',
  'as driven',
  'memory',
] as const;

const comparison =
  `One question, one sentence, no tools, from a scripted model on loopback; medians of ${ROUNDS} rounds after a warm-up, each run with a new home. ` +
  '"bare" is the program in its one-shot mode, by a plain spawn with the command line, environment and input that Pawl gives it, "first event" its first line; ' +
  '"through Pawl" is the same mode through its adapter, "as driven" the mode that Pawl uses by default where that is another; ' +
  '"sandbox adds" is what the same takes longer in the sandbox; "memory" is the peak of the resident sets of its whole process tree as Pawl drives it, looked at in a run of its own.';

async function noteOf(place: Workplace, row: AgentRow): Promise<string> {
  if (row.note !== undefined) return row.note;
  const probe = await createAgent(row.name, row.config, { root: place.folder }).probe();
  return probe.kind === 'ready' ? probe.version : probe.message;
}

async function measure(
  place: Workplace,
  row: AgentRow,
  sandbox: Sandbox | undefined,
  round: number,
): Promise<Round> {
  const oneShot: Measured = { row, config: row.oneShot };
  const asDriven: Measured = { row, config: row.config };
  const bare = { firstLineMs: Number.NaN, wallMs: Number.NaN };
  let throughPawlMs = Number.NaN;
  let sandboxedMs: number | undefined;
  const runs = [
    () => runAgent(place, oneShot, bareProcesses(bare)),
    async () => (throughPawlMs = await runAgent(place, oneShot, ownedProcesses())),
    async () => {
      if (sandbox !== undefined) sandboxedMs = await runAgent(place, oneShot, ownedProcesses(), sandbox);
    },
  ];
  // The first one after another agent is the slowest.
  const first = round % runs.length;
  for (const run of [...runs.slice(first), ...runs.slice(0, first)]) await run();
  const isSame = row.config === row.oneShot;
  const asDrivenMs = isSame ? undefined : await runAgent(place, asDriven, ownedProcesses());
  using memory = createMemoryWatch();
  await runAgent(place, asDriven, ownedProcesses(memory.watch));
  return { bare, throughPawlMs, sandboxedMs, asDrivenMs, peakMb: memory.peakMb() };
}

function figuresOf(name: string, rounds: readonly Round[]): readonly Figure[] {
  const figure = (
    column: (typeof columns)[number],
    unit: string,
    valueOf: (round: Round) => number | undefined,
  ): readonly Figure[] => {
    const values = rounds.flatMap((round) => valueOf(round) ?? []);
    return values.length === 0 ? [] : [plainFigure(`${name}: ${column}`, median(values), unit)];
  };
  return [
    ...figure('first event', 'ms', ({ bare }) => bare.firstLineMs),
    ...figure('bare', 'ms', ({ bare }) => bare.wallMs),
    ...figure('through Pawl', 'ms', ({ throughPawlMs }) => throughPawlMs),
    ...figure('Pawl adds', 'ms', ({ throughPawlMs, bare }) => throughPawlMs - bare.wallMs),
    ...figure('sandbox adds', 'ms', ({ sandboxedMs, throughPawlMs }) =>
      sandboxedMs === undefined ? undefined : sandboxedMs - throughPawlMs,
    ),
    ...figure('as driven', 'ms', ({ asDrivenMs }) => asDrivenMs),
    ...figure('memory', 'MB', ({ peakMb }) => peakMb),
  ];
}
