import { expect, test } from 'vitest';
import { type RecordedRequest, type Step, stepFor } from '../../../src/testing/script.ts';

function asked(request: Partial<RecordedRequest['request']>, repeat = 0): RecordedRequest {
  return {
    script: 's',
    format: 'openai-chat',
    request: { model: 'm', stream: true, json: false, tools: ['bash'], turn: 0, ...request },
    body: {},
    headers: {},
    repeat,
  };
}

const one: Step = { kind: 'answer', call: { tool: 'shell', command: 'one' } };
const three: Step = {
  kind: 'answer',
  call: ['a', 'b', 'c'].map((command) => ({ tool: 'shell', command })),
};
const last: Step = { kind: 'answer', text: 'Done.' };

test('each result of a tool moves a list on by one step, and the last step is repeated', () => {
  const steps = [0, 1, 2, 9].map((turn) => stepFor([one, one, last], asked({ turn })));
  expect(steps).toEqual([one, one, last, last]);
});

test('a step with several calls is passed when all their results are there', () => {
  const steps = [0, 1, 2, 3, 4].map((turn) => stepFor([one, three, last], asked({ turn })));
  expect(steps).toEqual([one, three, three, three, last]);
});

test('a request without tools gets a few words, or an empty object where it wants JSON', () => {
  expect(stepFor([one], asked({ tools: [] }))).toEqual({ kind: 'answer', text: 'A side answer' });
  expect(stepFor([one], asked({ tools: [], json: true }))).toEqual({ kind: 'answer', text: '{}' });
});

test.each<Step>([
  { kind: 'hang' },
  { kind: 'drop' },
  { kind: 'error', status: 500, type: 'server_error', message: 'no' },
  { kind: 'raw', status: 502, body: 'no' },
])('a request without tools meets the same fate as the others: %j', (step) => {
  expect(stepFor([step], asked({ tools: [] }))).toEqual(step);
});

test('a function decides on every request, those without tools included', () => {
  const script = ({ request }: RecordedRequest): Step | undefined =>
    request.tools.length === 0 ? last : undefined;
  expect(stepFor(script, asked({ tools: [] }))).toEqual(last);
  expect(stepFor(script, asked({}))).toEqual({ kind: 'answer', text: 'A side answer' });
});

test('a function can tell a request that is repeated from the first one', () => {
  const busy: Step = { kind: 'error', status: 503, type: 'busy', message: 'later' };
  const script = ({ repeat }: RecordedRequest): Step => (repeat < 2 ? busy : last);
  expect([0, 1, 2].map((repeat) => stepFor(script, asked({}, repeat)))).toEqual([busy, busy, last]);
});
