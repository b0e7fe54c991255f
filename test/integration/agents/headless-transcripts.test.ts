import { describe, expect, test } from 'vitest';
import { geminiReader } from '../../../src/adapters/agents/headless/gemini.ts';
import { opencodeReader } from '../../../src/adapters/agents/headless/opencode.ts';
import { type HeadlessReading, openReading } from '../../../src/adapters/agents/headless/surface.ts';
import { agentOutcomeSchema } from '../../../src/domain/agent-outcome.ts';
import type { ProcessEnd } from '../../../src/ports/processes.ts';
import { transcriptsOf } from '../../rig/transcripts.ts';

interface Expected {
  readonly end: ProcessEnd;
  readonly outcome: Readonly<Record<string, unknown>>;
  /** That Pawl has to end it, because it would go on for ever. */
  readonly isHopeless?: true;
  readonly events?: readonly unknown[];
}

type Table = Readonly<Record<string, Expected>>;

const exited = (code: number): ProcessEnd => ({ kind: 'exited', code });
const idle: Expected = { end: { kind: 'idle', idleMs: 9 }, outcome: { kind: 'idle', idleMs: 9 } };
const usage = (inputTokens: number, outputTokens: number, more: object = {}): object => ({
  inputTokens,
  outputTokens,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  ...more,
});
const finished = (lastWords: string, used?: object, more: object = {}): Expected => ({
  end: exited(0),
  outcome: {
    kind: 'finished',
    claim: 'done',
    lastWords,
    ...(used === undefined ? {} : { usage: used }),
    ...more,
  },
});
const error = (code: number, kind: string, message: RegExp, more: object = {}): Expected => ({
  end: exited(code),
  outcome: { kind, message: expect.stringMatching(message), ...more },
});

const paid = (turns: number): object =>
  usage(1_200 * turns, 34 * turns, { costUsd: expect.closeTo(0.00411 * turns, 6) });
const written = finished('All done: wrote hello.txt', paid(3));

/** Every recorded run of `opencode run --format json`, with the exit that the reference gives for it. */
const opencode: Table = {
  w: {
    ...written,
    events: [
      { type: 'text', text: 'Working on it.' },
      { type: 'tool', name: 'write', detail: '/sandbox/wt/oc1/hello.txt' },
      { type: 'turn' },
      { type: 'usage', usage: paid(1) },
      { type: 'text', text: 'Working on it.' },
      { type: 'tool', name: 'bash', detail: 'cat hello.txt && pwd && git status --short' },
      { type: 'turn' },
      { type: 'usage', usage: paid(2) },
      { type: 'text', text: 'All done: wrote hello.txt' },
      { type: 'turn' },
      { type: 'usage', usage: paid(3) },
    ],
  },
  ns: written,
  // A write outside the workspace was denied; it went on, and ended by itself.
  pm: finished('tried', paid(3), { denials: ['write: /sandbox/outside/evil.txt'] }),
  cfilter: error(1, 'refused', /content filter/, { usage: paid(1) }),
  e400: error(1, 'api-error', /^bad request$/, { httpStatus: 400 }),
  e401: error(1, 'auth', /invalid x-api-key/),
  // `retry-after: 1`, counted from the time of the event.
  e429: error(1, 'rate-limited', /rate limit/, { resetsAt: 1_795_157_146_639 }),
  e500: error(1, 'api-error', /Internal server error/, { httpStatus: 500 }),
  e529: error(1, 'api-error', /Overloaded/, { httpStatus: 529 }),
  // Exit code 0, and no error: only the reason of its last step tells.
  length: { end: exited(0), outcome: { kind: 'truncated', lastWords: 'cut' } },
  // It never ended: a model that refuses is asked again without end.
  refusal: { ...error(1, 'refused', /nothing said or done \(unknown\)/), isHopeless: true },
  // An unknown session.
  rs: error(1, 'crashed', /Unexpected server error/, { exitCode: 1 }),
  st: {
    end: { kind: 'signalled', signal: 'SIGTERM' },
    outcome: { kind: 'crashed', signal: 'SIGTERM', lastWords: 'Working on it.' },
  },
};

const asked = (inputTokens: number, outputTokens: number): object =>
  usage(inputTokens, outputTokens, { model: 'gemini-2.5-pro' });
const wrote = finished('All done: wrote hello.txt', asked(3_600, 102));

/** Every recorded run of `gemini --output-format stream-json`, with the exit that the reference gives for it. */
const gemini: Table = {
  w: {
    ...wrote,
    events: [
      { type: 'text', text: 'Working on it.' },
      { type: 'turn' },
      { type: 'tool', name: 'write_file', detail: '/sandbox/wt/gm1/hello.txt' },
      { type: 'text', text: 'Working on it.' },
      { type: 'turn' },
      { type: 'tool', name: 'run_shell_command', detail: 'cat hello.txt && pwd && git status --short' },
      { type: 'text', text: 'All done: wrote hello.txt' },
      { type: 'usage', usage: asked(3_600, 102) },
    ],
  },
  ns: wrote,
  ae: finished('no tool for {"bash":"cat hello.txt && pwd && git status --short"}', asked(1_200, 34)),
  df: finished(`no tool for {"bash":"node -e 'console.log(1+1)'"}`),
  // Its shell command was ended from outside; it said so, and went on.
  kt: finished('slept', asked(2_400, 68)),
  // A write outside the workspace was denied; it went on.
  os: finished('tried', asked(3_600, 102), {
    denials: [expect.stringMatching(/^write_file: Path not in workspace.*evil\.txt/)],
  }),
  rs: finished('Just an answer.', asked(1_200, 34)),
  // Nothing that it prints tells this from a whole answer.
  length: finished('cut', asked(1_200, 34)),
  cfilter: error(0, 'refused', /blocked due to safety/, { usage: asked(4_800, 136) }),
  e400: error(144, 'api-error', /bad request/, { httpStatus: 400 }),
  e401: error(145, 'auth', /invalid x-api-key/),
  e403: error(147, 'auth', /forbidden/),
  // Its status is told by the exit code only.
  e429: error(173, 'rate-limited', /exceeded your rate limit/),
  e500: error(244, 'api-error', /Internal server error/, { httpStatus: 500 }),
  mt: error(53, 'turn-limit', /max session turns/, { usage: asked(3_600, 102) }),
  ur: error(1, 'api-error', /fetch failed/),
  hg: idle,
  // A loop that was ended from outside.
  lp: { end: { kind: 'signalled', signal: 'SIGKILL' }, outcome: { kind: 'crashed', signal: 'SIGKILL' } },
  // After TERM its exit code is 0.
  st: error(0, 'crashed', /without a result/, { exitCode: 0, lastWords: 'Working on it.' }),
  // Another format of output.
  js: error(0, 'crashed', /without a result/),
};

interface Agent {
  readonly name: string;
  readonly table: Table;
  readonly open: () => HeadlessReading;
}

const agents: readonly Agent[] = [
  { name: 'opencode', table: opencode, open: () => openReading(opencodeReader) },
  { name: 'gemini', table: gemini, open: () => openReading(geminiReader) },
];

for (const { name: agent, table, open } of agents) {
  const transcripts = transcriptsOf(agent);
  describe.skipIf(transcripts.names === undefined)(`recorded runs of ${agent}`, () => {
    test('all have an entry in the table', () => {
      expect(Object.keys(table).toSorted()).toEqual(transcripts.names?.toSorted());
    });

    test.each(Object.entries(table))('%s has the outcome it had', (name, expected) => {
      const reading = open();
      const events = transcripts.linesOf(name).flatMap((line) => reading.onLine(line));
      const outcome = reading.decide(expected.end, '');
      expect(outcome).toMatchObject(expected.outcome);
      for (const field of ['resetsAt', 'denials']) {
        expect(field in outcome).toBe(field in expected.outcome);
      }
      expect(agentOutcomeSchema.safeParse(outcome).success).toBe(true);
      expect(reading.isHopeless()).toBe(expected.isHopeless === true);
      if (expected.events !== undefined) expect(events).toEqual(expected.events);
    });

    test.each(Object.keys(table))('%s without its last line is not finished', (name) => {
      const reading = open();
      const lines = transcripts.linesOf(name).filter((line) => line.trim() !== '');
      for (const line of lines.slice(0, -1)) reading.onLine(line);
      expect(reading.decide(exited(0), '').kind).not.toBe('finished');
    });
  });
}
