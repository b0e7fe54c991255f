import { describe, expect, test } from 'vitest';
import { readExecLine } from '../../../src/adapters/agents/codex/exec-stream.ts';
import { decideCodexOutcome } from '../../../src/adapters/agents/codex/outcome.ts';
import { initialCodexState } from '../../../src/adapters/agents/codex/state.ts';
import { agentOutcomeSchema } from '../../../src/domain/agent-outcome.ts';
import type { ProcessEnd } from '../../../src/ports/processes.ts';
import { transcriptsOf } from '../../rig/transcripts.ts';

const transcripts = transcriptsOf('codex');

interface Expected {
  readonly end: ProcessEnd;
  readonly outcome: Readonly<Record<string, unknown>>;
}

const usage = (inputTokens: number, outputTokens: number, cacheReadTokens = 0): object => ({
  inputTokens,
  outputTokens,
  cacheReadTokens,
  cacheWriteTokens: 0,
});
const done: ProcessEnd = { kind: 'exited', code: 0 };
const finished = (lastWords: string, used: object): Expected => ({
  end: done,
  outcome: { kind: 'finished', claim: 'done', lastWords, usage: used },
});
const error = (kind: string, message: RegExp, more: object = {}): Expected => ({
  end: { kind: 'exited', code: 1 },
  outcome: { kind, message: expect.stringMatching(message), ...more },
});
const crashed = (end: ProcessEnd, more: object): Expected => ({ end, outcome: { kind: 'crashed', ...more } });
const wrote = finished('All done: wrote hello.txt', usage(3_600, 102));
const committed = finished('committed', usage(2_400, 68));
const tried = finished('tried', usage(3_600, 102));
const waiting: Expected = { end: { kind: 'idle', idleMs: 9 }, outcome: { kind: 'idle', idleMs: 9 } };

/** Every recorded run of `codex exec --json`, with the end it had. */
const table: Readonly<Record<string, Expected>> = {
  by: committed,
  cm: committed,
  cm2: committed,
  cm3: committed,
  'danger-full-access': wrote,
  nat: wrote,
  ns: wrote,
  o3: tried,
  os: tried,
  'read-only': wrote,
  rs: finished('plain answer', usage(1_200, 100, 800)),
  sc: finished('{"verdict":"pass","score":7}', usage(600, 50, 400)),
  w: finished('All done: wrote hello.txt', usage(2_400, 68)),
  'workspace-write': wrote,
  refusal: { end: done, outcome: { kind: 'refused', lastWords: '', usage: usage(600, 50, 400) } },
  e400: error('api-error', /bad request/),
  e401: error('auth', /401 Unauthorized/),
  e429: error('rate-limited', /429 Too Many Requests/),
  e500: error('api-error', /high demand/),
  e529: error('api-error', /529/, { httpStatus: 529 }),
  fctx: error('context-full', /context window/),
  // Its class is told by the app-server only.
  fpol: error('api-error', /blocked by policy/),
  fquota: error('auth', /Quota exceeded/),
  quota429: error('auth', /Quota exceeded/),
  frl: error('rate-limited', /^rate limit exceeded/),
  usage429: error('rate-limited', /usage limit/),
  incf: error('refused', /content_filter/),
  incm: error('truncated', /max_output_tokens/),
  cut: error('api-error', /stream disconnected/),
  stall: error('api-error', /idle timeout/),
  hang: waiting,
  sth: waiting,
  // Ended by TERM in the middle of a tool.
  st: crashed({ kind: 'signalled', signal: 'SIGTERM' }, { signal: 'SIGTERM', lastWords: 'Working on it.' }),
  // It waits for the network for ever, so that Pawl gives up.
  ur: error('api-error', /waiting for network/),
  // Not a stream of events but a file with the last message.
  last: crashed(done, { exitCode: 0 }),
};

describe.skipIf(transcripts.names === undefined)('the recorded transcripts of Codex', () => {
  test('all have an entry in the table', () => {
    expect(Object.keys(table).toSorted()).toEqual(transcripts.names?.toSorted());
  });

  test.each(Object.entries(table))('%s has the outcome it had', (name, expected) => {
    let state = initialCodexState;
    for (const line of transcripts.linesOf(name)) {
      ({ state } = readExecLine(state, line));
    }
    const outcome = decideCodexOutcome(state, expected.end, '');
    expect(outcome).toMatchObject(expected.outcome);
    expect(outcome).not.toHaveProperty('resetsAt');
    expect(agentOutcomeSchema.safeParse(outcome).success).toBe(true);
  });
});
