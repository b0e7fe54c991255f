/** What the server does whatever the wire format; test/integration/testing/wire-formats.test.ts has the rest. */
import { request as httpRequest } from 'node:http';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { startScriptedModel, type Step } from '../../../src/testing/index.ts';
import { ask, post } from './conversation.ts';

const whole = { stream: false };
const anthropic = 'anthropic-messages';

describe('the scripted model', () => {
  test('takes the step that the results of tools point at, and repeats the last one', async () => {
    await using model = await startScriptedModel({
      work: [
        { kind: 'answer', call: { tool: 'shell', command: 'ls' } },
        { kind: 'answer', text: 'Done.' },
      ],
    });
    for (const [results, reason] of [
      [0, 'tool_use'],
      [0, 'tool_use'],
      [1, 'end_turn'],
      [2, 'end_turn'],
    ] as const) {
      const response = await ask(model, 'work', anthropic, { stream: false, results });
      expect(await response.json()).toMatchObject({ stop_reason: reason });
    }
    expect(model.requests.map(({ request, repeat }) => [request.turn, repeat])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [2, 0],
    ]);
  });

  test('follows many scripts at the same time, each by its URL', async () => {
    await using model = await startScriptedModel({
      first: [{ kind: 'answer', text: 'One.' }],
      'second/half?': [{ kind: 'answer', text: 'Two.' }],
    });
    const answers = await Promise.all(
      ['first', 'second/half?'].map(async (script) => (await ask(model, script, anthropic, whole)).json()),
    );
    expect(answers).toMatchObject([{ content: [{ text: 'One.' }] }, { content: [{ text: 'Two.' }] }]);
    expect(model.requests.map(({ script }) => script).toSorted()).toEqual(['first', 'second/half?']);
  });

  test('lets a function choose by what was asked, such as an outage that ends', async () => {
    const busy: Step = { kind: 'error', status: 503, type: 'overloaded', message: 'later' };
    await using model = await startScriptedModel({
      outage: ({ repeat, request, headers }) =>
        repeat < 2 ? busy : { kind: 'answer', text: `${request.model} for ${String(headers['x-api-key'])}` },
    });
    const statuses: number[] = [];
    for (let times = 0; times < 2; times += 1) {
      statuses.push((await ask(model, 'outage', anthropic, whole)).status);
    }
    expect(statuses).toEqual([503, 503]);
    const third = await ask(model, 'outage', anthropic, whole);
    expect(await third.json()).toMatchObject({ content: [{ text: 'm for dummy' }] });
  });

  test('keeps what was asked: the body as it came, and the headers', async () => {
    await using model = await startScriptedModel({ work: [{ kind: 'answer', text: 'Done.' }] });
    await (await ask(model, 'work', anthropic, whole)).text();
    expect(model.requests).toMatchObject([
      {
        script: 'work',
        format: 'anthropic-messages',
        request: { model: 'm', stream: false, json: false, tools: ['bash', 'write'], turn: 0 },
        body: { max_tokens: 100 },
        headers: { 'x-api-key': 'dummy' },
        repeat: 0,
      },
    ]);
  });

  test('keeps its steps for requests that offer tools', async () => {
    await using model = await startScriptedModel({ work: [{ kind: 'answer', text: 'Done.' }] });
    const side = await ask(model, 'work', anthropic, { stream: false, tools: [] });
    expect(await side.json()).toMatchObject({ content: [{ text: 'A side answer' }] });
    const asked = await ask(model, 'work', anthropic, whole);
    expect(await asked.json()).toMatchObject({ content: [{ text: 'Done.' }] });
    expect(model.requests.map(({ repeat }) => repeat)).toEqual([0, 0]);
  });

  test('answers what is no model turn, and has nothing for what it does not know', async () => {
    await using model = await startScriptedModel({ work: [{ kind: 'hang' }] });
    const base = model.baseUrl('work');
    const count = await post(`${base}/v1/messages/count_tokens?beta=true`, { model: 'm', messages: [] });
    expect(await count.json()).toEqual({ input_tokens: 10 });
    const gemini = await post(`${base}/v1beta/models/m:countTokens`, { contents: [] });
    expect(await gemini.json()).toEqual({ totalTokens: 10 });
    expect(await (await fetch(`${base}/v1/models`)).json()).toMatchObject({ data: [] });
    expect((await fetch(`${base}/api/hello`, { method: 'HEAD' })).status).toBe(404);
    expect((await post(`${base}/v1/embeddings`, {})).status).toBe(404);
    expect(model.requests).toEqual([]);
    expect(model.faults).toEqual([]);
  });

  test('sends headers with answers, streams and errors, such as those of a rate limit', async () => {
    const headers = { 'anthropic-ratelimit-unified-reset': '1795159989' };
    await using model = await startScriptedModel({
      near: [{ kind: 'answer', text: 'Done.', headers }],
      over: [{ kind: 'error', status: 429, type: 'rate_limit_error', message: 'slow down', headers }],
    });
    const responses = [
      await ask(model, 'near', anthropic, whole),
      await ask(model, 'near', anthropic, { stream: true }),
      await ask(model, 'over', anthropic, { stream: true }),
    ];
    expect(responses.map((response) => response.status)).toEqual([200, 200, 429]);
    for (const response of responses) {
      expect(response.headers.get('anthropic-ratelimit-unified-reset')).toBe('1795159989');
      await response.text();
    }
  });

  test('sends any other answer as it is', async () => {
    const headers = { 'content-type': 'text/html' };
    await using model = await startScriptedModel({
      proxy: [{ kind: 'raw', status: 502, body: '<h1>Bad Gateway</h1>', headers }],
    });
    const response = await ask(model, 'proxy', anthropic, { stream: true });
    expect([response.status, response.headers.get('content-type')]).toEqual([502, 'text/html']);
    expect(await response.text()).toBe('<h1>Bad Gateway</h1>');
  });

  test('closes the connection instead of an answer', async () => {
    await using model = await startScriptedModel({ gone: [{ kind: 'drop' }] });
    await expect(ask(model, 'gone', anthropic, whole)).rejects.toThrow('fetch failed');
    expect(model.requests).toHaveLength(1);
    expect(model.faults).toEqual([]);
  });
});

describe('the end of a scripted model', () => {
  test.each<Step>([{ kind: 'hang' }, { kind: 'answer', text: 'Late.', delayMs: 3_600_000 }])(
    'frees whoever waits for %j',
    async (step) => {
      const seen = Promise.withResolvers<void>();
      const model = await startScriptedModel({
        slow() {
          seen.resolve();
          return step;
        },
      });
      const waiting = expect(ask(model, 'slow', anthropic, whole)).rejects.toThrow('fetch failed');
      await seen.promise;
      await model[Symbol.asyncDispose]();
      await waiting;
      expect(model.faults).toEqual([]);
    },
  );
});

describe('a fault', () => {
  test('is kept and told with a status that no agent retries: no tool that could do it', async () => {
    await using model = await startScriptedModel({
      work: [{ kind: 'answer', call: { tool: 'write', path: 'a', content: 'b' } }],
    });
    const response = await ask(model, 'work', anthropic, { stream: true, tools: ['bash'] });
    const message = 'no write tool among those offered: bash';
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      type: 'error',
      error: { type: 'invalid_request_error', message: `scripted model: ${message}` },
    });
    expect(model.faults).toEqual([new Error(message)]);
  });

  test('is a script that nobody wrote, for the test as for the agent', async () => {
    await using model = await startScriptedModel({ work: [{ kind: 'hang' }] });
    const message = 'no script is named constructor; there are: work';
    expect(() => model.baseUrl('constructor')).toThrow(message);
    const url = model.baseUrl('work').replace('/s/work', '/s/constructor');
    expect((await post(`${url}/v1/messages`, { model: 'm', messages: [] })).status).toBe(400);
    expect(model.faults).toEqual([new Error(message)]);
  });

  test('is a request that is none of its format', async () => {
    await using model = await startScriptedModel({ work: [{ kind: 'hang' }] });
    const response = await post(`${model.baseUrl('work')}/v1/chat/completions`, { model: 'm' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('messages') } });
    expect(model.faults).toHaveLength(1);
    expect(model.requests).toEqual([]);
  });

  test('is a function that throws', async () => {
    await using model = await startScriptedModel({
      broken() {
        throw new Error('not thought of');
      },
    });
    expect((await ask(model, 'broken', 'gemini', whole)).status).toBe(400);
    expect(model.faults).toEqual([new Error('not thought of')]);
  });

  test('is not that an agent goes away in the middle of its request', async () => {
    const model = await startScriptedModel({ work: [{ kind: 'answer', text: 'Done.' }] });
    // The server says "continue" when it has the head of the request.
    const headers = { 'content-length': '1000', expect: '100-continue' };
    const request = httpRequest(`${model.baseUrl('work')}/v1/messages`, { method: 'POST', headers });
    request.on('error', () => undefined);
    request.flushHeaders();
    await once(request, 'continue');
    request.destroy();
    await model[Symbol.asyncDispose]();
    expect(model.faults).toEqual([]);
    expect(model.requests).toEqual([]);
  });
});
