/** `pawl agents`: each agent with what it is for and what it has done. */
import { describeUsd, describeTokens } from '../domain/amount.ts';
import type { AgentRecord, AgentTally } from '../domain/agent-records.ts';
import type { Role } from '../domain/roles.ts';
import { tokensOf } from '../domain/usage.ts';
import { formatAge, formatDuration } from '../util/duration.ts';
import { describeLimit, type AgentLimit } from './agent-text.ts';
import { percent } from './metrics.ts';
import { counted, isoTime, plain } from './text.ts';

export interface AgentOverview {
  readonly name: string;
  /** Undefined of an agent that only a journal knows. */
  readonly probe: AgentLook | undefined;
  readonly roles: readonly Role[];
  readonly record: AgentRecord | undefined;
  /** Of the run in which it lasts longest. */
  readonly limit: AgentLimit | undefined;
}

/** What was found when the agent was looked for. */
export type AgentLook =
  | {
      readonly kind: 'ready';
      readonly program: string;
      readonly version: string;
      readonly login: 'yes' | 'no' | 'unknown';
      readonly loginHint?: string;
      readonly notes: readonly string[];
      /** Each to be read after "cannot". */
      readonly cannot: readonly string[];
    }
  | { readonly kind: 'missing'; readonly message: string; readonly hint: string };

/** `now` in ms since the epoch. Without a line break at the end. */
export function renderAgents(agents: readonly AgentOverview[], now: number): string {
  const width = Math.max(...agents.map(({ name }) => plain(name).length), 0);
  return agents.map((agent) => agentLines(agent, width, now).join('\n')).join('\n\n');
}

function agentLines(agent: AgentOverview, width: number, now: number): readonly string[] {
  const { name, probe, roles, record, limit } = agent;
  const isIdle = roles.length === 0 && record === undefined && probe?.kind === 'missing';
  const rows: readonly (readonly [string, string])[] = [
    ['roles', roles.length === 0 ? 'none' : roles.join(', ')],
    ...(probe?.kind === 'ready' && probe.cannot.length > 0
      ? [['cannot', probe.cannot.map(plain).join('; ')] as const]
      : []),
    ...(record === undefined ? [['record', 'no attempts yet'] as const] : recordRows(record, now)),
    ...(limit === undefined ? [] : [['limited', describeLimit(limit)] as const]),
  ];
  return [
    `${sign(probe)} ${plain(name).padEnd(width)}  ${found(probe)}`,
    ...hintsOf(probe).map((hint) => `  → ${plain(hint)}`),
    ...(isIdle ? [] : rows).map(([label, text]) => `  ${label.padEnd(9)} ${text}`),
  ];
}

function sign(probe: AgentLook | undefined): string {
  if (probe === undefined) return '·';
  return probe.kind === 'ready' && probe.login !== 'no' ? '✓' : '!';
}

function hintsOf(probe: AgentLook | undefined): readonly string[] {
  if (probe === undefined) return [];
  const hint = probe.kind === 'missing' ? probe.hint : probe.loginHint;
  return hint === undefined ? [] : [hint];
}

function found(probe: AgentLook | undefined): string {
  if (probe === undefined) return 'no longer configured';
  if (probe.kind === 'missing') return plain(probe.message);
  const login = { yes: [], no: ['not logged in'], unknown: ['login not known'] }[probe.login];
  return [`${probe.version} (${probe.program})`, ...login, ...probe.notes].map(plain).join('; ');
}

function recordRows(record: AgentRecord, now: number): readonly (readonly [string, string])[] {
  const { failures, crashes, rateLimits, falseClaims, lastLimit, usage, medianMs } = record;
  const kinds = Object.entries(failures).map(([kind, times]) => `${kind} ${times}`);
  const special = [
    ...(falseClaims > 0 ? [counted(falseClaims, 'false claim')] : []),
    ...(crashes > 0 ? [`${crashes} ${crashes === 1 ? 'crash' : 'crashes'}`] : []),
    ...(rateLimits > 0 ? [counted(rateLimits, 'rate limit')] : []),
  ];
  const classes = [...classWords(record.byRisk), ...classWords(record.byKind)];
  const tokens = tokensOf(usage);
  const spent = [
    ...(tokens > 0 ? [describeTokens(tokens)] : []),
    ...(usage.costUsd === undefined ? [] : [describeUsd(usage.costUsd)]),
    ...(medianMs === undefined ? [] : [`${formatDuration(medianMs)} at work (median)`]),
  ];
  return [
    ['record', `${counted(record.attempts, 'attempt')}, ${landedWords(record)}`],
    ...(kinds.length === 0 ? [] : [['failed', [kinds.join(', '), ...special].join('; ')] as const]),
    ...(classes.length === 0 ? [] : [['landed', classes.join(', ')] as const]),
    ...(spent.length === 0 ? [] : [['used', spent.join(', ')] as const]),
    ...(lastLimit === undefined
      ? []
      : [
          [
            'limit met',
            `${formatAge(now - lastLimit.at)} ago, ${lastLimit.resetsAt === undefined ? 'no reset time given' : `reset at ${isoTime(lastLimit.resetsAt)}`}`,
          ] as const,
        ]),
  ];
}

function landedWords({ landed, judged, landedRate, open, interrupted }: AgentTally): string {
  const rate =
    landedRate === undefined ? '' : ` (${percent(landedRate)} of the ${judged} it can be judged by)`;
  return [
    `${landed} landed${rate}`,
    ...(open > 0 ? [`${open} open`] : []),
    ...(interrupted > 0 ? [`${interrupted} interrupted`] : []),
  ].join(', ');
}

/** `High 2 of 4`; of classes with something to judge by. */
function classWords(tallies: Readonly<Partial<Record<string, AgentTally>>>): readonly string[] {
  return Object.entries(tallies).flatMap(([name, tally]) =>
    tally === undefined || tally.judged === 0 ? [] : [`${name} ${tally.landed} of ${tally.judged}`],
  );
}

/** For `pawl agents --json`; times are ISO 8601, UTC. */
export function agentsJson(agents: readonly AgentOverview[]): object {
  return {
    agents: agents.map(({ record, ...agent }) => ({
      ...agent,
      ...(record !== undefined && { record: recordJson(record) }),
    })),
  };
}

function recordJson({ agent: _agent, lastLimit, ...record }: AgentRecord): object {
  if (lastLimit === undefined) return record;
  const { at, resetsAt } = lastLimit;
  return {
    ...record,
    lastLimit: { at: isoTime(at), ...(resetsAt !== undefined && { resetsAt: isoTime(resetsAt) }) },
  };
}
