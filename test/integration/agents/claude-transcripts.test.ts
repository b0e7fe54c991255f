import { describe, expect, test } from 'vitest';
import { openControl, readControlLine } from '../../../src/adapters/agents/claude/control.ts';
import { decideClaudeOutcome } from '../../../src/adapters/agents/claude/outcome.ts';
import {
  type ClaudeState,
  initialClaudeState,
  readClaudeLine,
} from '../../../src/adapters/agents/claude/stream.ts';
import { agentOutcomeSchema } from '../../../src/domain/agent-outcome.ts';
import type { AgentEvent } from '../../../src/ports/agent.ts';
import type { ProcessEnd } from '../../../src/ports/processes.ts';
import { transcriptsOf } from '../../rig/transcripts.ts';

const transcripts = transcriptsOf('claude');

interface Expected {
  readonly end?: ProcessEnd;
  readonly outcome: Readonly<Record<string, unknown>>;
  readonly events?: readonly unknown[];
}

const done: ProcessEnd = { kind: 'exited', code: 0 };
const failed: ProcessEnd = { kind: 'exited', code: 1 };
const usage = (inputTokens: number, outputTokens: number, costUsd: number): object => ({
  inputTokens,
  outputTokens,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  costUsd,
});
const oneTurn = usage(1_200, 34, 0.00411);
const threeTurns = usage(3_600, 102, 0.01233);
const finished = (lastWords: string, more: object = {}): Expected => ({
  end: done,
  outcome: { kind: 'finished', claim: 'done', lastWords, ...more },
});
const wrote = finished('All done: wrote hello.txt', { usage: threeTurns });
const answered = finished('Just an answer.', { usage: oneTurn });
const error = (kind: string, message: RegExp, more: object = {}): Expected => ({
  outcome: { kind, message: expect.stringMatching(message), ...more },
});
const limited = error('rate-limited', /rejected \(429\)/);
const noResult = (exitCode: number): Expected => ({
  end: { kind: 'exited', code: exitCode },
  outcome: { kind: 'crashed', exitCode, message: expect.stringContaining('without a result event') },
});

/** Every recorded run, with the exit it had where that is not 1. */
const table: Readonly<Record<string, Expected>> = {
  // Runs that ended well, under several settings.
  ae: wrote,
  ae2: finished('tried', {
    denials: [
      expect.stringContaining('Write: Claude requested permissions to write to /sandbox/outside/evil.txt'),
      expect.stringMatching(/^Bash: /),
    ],
  }),
  ae3: wrote,
  bare: answered,
  cm: finished('committed'),
  da: wrote,
  ds: wrote,
  nb: wrote,
  nd: finished('noded', { denials: [expect.stringMatching(/^Bash: /)] }),
  ns: wrote,
  'oauth.warn': finished('partial answer'),
  ...Object.fromEntries(['par1', 'par2', 'par3', 'par4', 'par5', 'par6'].map((name) => [name, answered])),
  s1: answered,
  // Resumed: the totals hold the first session too (0.01644), the difference does not.
  s2: wrote,
  sb: finished('committed', { denials: [expect.stringMatching(/^Bash: /)] }),
  sib: finished('slept'),
  sj: finished('Just an answer.', { usage: usage(2_400, 68, 0.00822) }),
  skb: finished('slept'),
  so: finished('{"verdict":"pass","score":7}'),
  't.warn': finished('partial answer', {
    usage: {
      inputTokens: 1_200,
      outputTokens: 40,
      cacheReadTokens: 800,
      cacheWriteTokens: 100,
      costUsd: 0.004815,
    },
  }),
  text: answered,
  um: finished('Just an answer.'),
  write: {
    ...wrote,
    events: [
      { type: 'text', text: 'Working on it.' },
      { type: 'tool', name: 'Write', detail: '/sandbox/wt/cl1/hello.txt' },
      { type: 'text', text: 'Working on it.' },
      { type: 'tool', name: 'Bash', detail: 'cat hello.txt && pwd && git status --short' },
      { type: 'text', text: 'All done: wrote hello.txt' },
    ],
  },
  // Limits of the run.
  bd: error('budget', /^Reached maximum budget \(\$0\.006\)$/, { usage: usage(2_400, 68, 0.00822) }),
  mt: error('turn-limit', /^Reached maximum number of turns \(2\)$/),
  // What the API answered.
  credit: error('auth', /^Credit balance is too low$/),
  e400: error('api-error', /bad request/, { httpStatus: 400 }),
  e401: error('auth', /Invalid API key/),
  e403: error('auth', /forbidden/),
  nk: error('auth', /^Not logged in/),
  e429: limited,
  e429d: limited,
  't.ns429': limited,
  't.ra429': limited,
  't.u429': limited,
  'oauth.u429': error('rate-limited', /5-hour limit/, { resetsAt: 1_795_159_989_000 }),
  e529: error('api-error', /Overloaded/, { httpStatus: 529 }),
  't.nf404': error('api-error', /selected model/, { httpStatus: 404 }),
  't.midcut': error('api-error', /ECONNRESET/),
  't.midover': error('api-error', /malformed response/),
  ur: error('api-error', /Connection refused/),
  refusal: error('refused', /can't help with this/),
  't.maxtok': error('truncated', /output token maximum/),
  't.p413': error('context-full', /^Prompt is too long/),
  // Ended without a verdict: by a signal, by a time limit, or in another output format.
  e500: noResult(143),
  h: noResult(143),
  j: noResult(1),
  s3: error('crashed', /No conversation found/, { exitCode: 1 }),
  si: noResult(0),
  st: noResult(143),
  stb: noResult(143),
};

/** What a person sees of it; what it took is told with every turn. */
function isSeen({ type }: AgentEvent): boolean {
  return type !== 'turn' && type !== 'usage';
}

describe.skipIf(transcripts.names === undefined)('recorded runs of Claude Code', () => {
  test('all have an entry in the table', () => {
    expect(Object.keys(table).toSorted()).toEqual(transcripts.names?.toSorted());
  });

  test.each(Object.entries(table))('%s has the outcome it had', (name, expected) => {
    let state = initialClaudeState;
    const events: AgentEvent[] = [];
    for (const line of transcripts.linesOf(name)) {
      const step = readClaudeLine(state, line);
      state = step.state;
      events.push(...step.events);
    }
    const outcome = decideClaudeOutcome(state, expected.end ?? failed, '');
    expect(outcome).toMatchObject(expected.outcome);
    expect('denials' in outcome).toBe('denials' in expected.outcome);
    expect(agentOutcomeSchema.safeParse(outcome).success).toBe(true);
    if (expected.events !== undefined) expect(events.filter(isSeen)).toEqual(expected.events);
    expect(inConversation(transcripts.linesOf(name))).toEqual(state);
  });
});

/** What the same lines come to where Claude Code is talked to. */
function inConversation(lines: readonly string[]): ClaudeState {
  return lines.reduce((state, line) => readControlLine(state, line).state, openControl('', ['/w']).state)
    .stream;
}
