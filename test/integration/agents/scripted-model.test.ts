import { describe, expect, test } from 'vitest';
import { startScriptedModel } from '../../../src/testing/index.ts';

const bash = [{ name: 'Bash' }];
const user = { role: 'user', content: 'Do it.' };
const toolResult = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'x', content: 'ok' }] };

function ask(base: string, body: object, path = '/v1/messages?beta=true'): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(base + path, { method: 'POST', headers, body: JSON.stringify({ model: 'm', ...body }) });
}

describe('the scripted model', () => {
  test('takes the step that the number of tool results points at, and repeats the last one', async () => {
    await using model = await startScriptedModel({
      work: [
        { kind: 'answer', call: { tool: 'shell', command: 'ls' } },
        { kind: 'answer', text: 'Done.', usage: { cacheReadTokens: 7 } },
      ],
    });
    const base = model.baseUrl('work');
    expect(await (await ask(base, { tools: bash, messages: [user] })).json()).toMatchObject({
      stop_reason: 'tool_use',
      content: [{ type: 'tool_use', name: 'Bash', input: { command: 'ls' } }],
    });
    for (const messages of [
      [user, toolResult],
      [user, toolResult, toolResult],
    ]) {
      expect(await (await ask(base, { tools: bash, messages })).json()).toMatchObject({
        stop_reason: 'end_turn',
        content: [{ type: 'text', text: 'Done.' }],
        usage: { input_tokens: 1_000, output_tokens: 50, cache_read_input_tokens: 7 },
      });
    }
    expect(model.requests.map(({ request }) => request.turn)).toEqual([0, 1, 2]);
  });

  test('streams an answer as the events of the provider', async () => {
    await using model = await startScriptedModel({
      work: [{ kind: 'answer', text: 'Look:', call: { tool: 'write', path: 'a', content: 'b' } }],
    });
    const body = { stream: true, tools: [{ name: 'Write' }], messages: [user] };
    const text = await (await ask(model.baseUrl('work'), body)).text();
    expect([...text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name)).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    expect(text).toContain('"partial_json":"{\\"file_path\\":\\"a\\",\\"content\\":\\"b\\"}"');
  });

  test('answers with an error and its headers', async () => {
    await using model = await startScriptedModel({
      full: [
        {
          kind: 'error',
          status: 429,
          type: 'rate_limit_error',
          message: 'slow down',
          headers: { 'retry-after': '9' },
        },
      ],
    });
    const response = await ask(model.baseUrl('full'), { tools: bash, messages: [user] });
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('9');
    expect(await response.json()).toEqual({
      type: 'error',
      error: { type: 'rate_limit_error', message: 'slow down' },
    });
  });

  test('keeps its steps for requests that offer tools', async () => {
    await using model = await startScriptedModel({ work: [{ kind: 'answer', text: 'Done.' }] });
    const response = await ask(model.baseUrl('work'), { messages: [user] });
    expect(await response.json()).toMatchObject({ content: [{ text: 'A side answer' }] });
    const count = await ask(model.baseUrl('work'), { messages: [user] }, '/v1/messages/count_tokens');
    expect(await count.json()).toEqual({ input_tokens: 10 });
  });

  test('breaks off as told', async () => {
    await using model = await startScriptedModel({
      cut: [{ kind: 'answer', text: 'Hal', breakOff: 'cut' }],
      error: [{ kind: 'answer', text: 'Hal', breakOff: { type: 'overloaded_error', message: 'too much' } }],
    });
    const body = { stream: true, tools: bash, messages: [user] };
    const cut = await ask(model.baseUrl('cut'), body);
    await expect(cut.text()).rejects.toThrow('terminated');
    const error = await (await ask(model.baseUrl('error'), body)).text();
    expect(error).toContain('event: error\ndata: {"type":"error","error":{"type":"overloaded_error"');
    expect(error).not.toContain('message_stop');
  });

  test('reports a script that asks for a tool the agent does not have', async () => {
    await using model = await startScriptedModel({
      work: [{ kind: 'answer', call: { tool: 'write', path: 'a', content: 'b' } }],
    });
    await expect(ask(model.baseUrl('work'), { tools: bash, messages: [user] })).rejects.toThrow();
    expect(model.faults).toEqual([new Error('no write tool among those offered: Bash')]);
  });

  test('speaks OpenAI Chat Completions', async () => {
    await using model = await startScriptedModel({
      work: [
        { kind: 'answer', text: 'Look:', call: { tool: 'shell', command: 'ls' } },
        { kind: 'answer', text: 'Done.', usage: { cacheReadTokens: 7 } },
      ],
      full: [{ kind: 'error', status: 429, type: 'rate_limit', message: 'slow down' }],
      cut: [{ kind: 'answer', text: 'Hal', breakOff: 'cut' }],
    });
    const path = '/v1/chat/completions';
    const tools = [{ type: 'function', function: { name: 'bash' } }];
    const body = { stream: true, tools, messages: [user] };
    const text = await (await ask(model.baseUrl('work'), body, path)).text();
    expect(text).toContain('"name":"bash","arguments":"{\\"command\\":\\"ls\\"');
    expect(text).toContain('"finish_reason":"tool_calls"');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    const second = { tools, messages: [user, { role: 'tool', tool_call_id: 'x', content: 'ok' }] };
    expect(await (await ask(model.baseUrl('work'), second, path)).json()).toMatchObject({
      choices: [{ message: { role: 'assistant', content: 'Done.' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1_007, completion_tokens: 50, prompt_tokens_details: { cached_tokens: 7 } },
    });
    const full = await ask(model.baseUrl('full'), body, path);
    expect([full.status, await full.json()]).toMatchObject([429, { error: { message: 'slow down' } }]);
    await expect((await ask(model.baseUrl('cut'), body, path)).text()).rejects.toThrow('terminated');
  });

  test('speaks the Gemini API', async () => {
    await using model = await startScriptedModel({
      work: [
        { kind: 'answer', call: { tool: 'write', path: 'a', content: 'b' } },
        { kind: 'answer', text: 'Done.', usage: { cacheReadTokens: 7 } },
      ],
      full: [{ kind: 'error', status: 429, type: 'RESOURCE_EXHAUSTED', message: 'slow down' }],
    });
    const path = '/v1beta/models/m:generateContent';
    const tools = [{ functionDeclarations: [{ name: 'write_file' }] }];
    const first = { tools, contents: [{ role: 'user', parts: [{ text: 'Do it.' }] }] };
    const call = { functionCall: { name: 'write_file', args: { file_path: 'a', content: 'b' } } };
    expect(await (await ask(model.baseUrl('work'), first, path)).json()).toMatchObject({
      candidates: [{ content: { parts: [call] }, finishReason: 'STOP' }],
    });
    const result = { role: 'user', parts: [{ functionResponse: { name: 'write_file' } }] };
    const second = { tools, contents: [...first.contents, result] };
    const stream = '/v1beta/models/m:streamGenerateContent?alt=sse';
    const text = await (await ask(model.baseUrl('work'), second, stream)).text();
    expect(text).toContain('"parts":[{"text":"Done."}]');
    expect(text).toContain('"promptTokenCount":1007,"candidatesTokenCount":50');
    const full = await ask(model.baseUrl('full'), first, path);
    expect([full.status, await full.json()]).toMatchObject([
      429,
      { error: { code: 429, status: 'RESOURCE_EXHAUSTED' } },
    ]);
    expect(model.requests.map(({ format, request }) => [format, request.model, request.turn])).toEqual([
      ['gemini', 'm', 0],
      ['gemini', 'm', 1],
      ['gemini', 'm', 0],
    ]);
  });
});

const execCommand = [{ type: 'function', name: 'exec_command' }];
const prompt = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Do it.' }] };
const output = { type: 'function_call_output', call_id: 'call_1', output: 'ok' };

describe('the scripted model as OpenAI Responses', () => {
  test('streams calls and answers, and counts cached tokens as input', async () => {
    await using model = await startScriptedModel({
      work: [
        { kind: 'answer', call: { tool: 'shell', command: 'ls' } },
        { kind: 'answer', text: 'Done.', usage: { cacheReadTokens: 7 } },
      ],
    });
    const base = model.baseUrl('work');
    const body = { stream: true, tools: execCommand };
    const first = await (await ask(base, { ...body, input: [prompt] }, '/v1/responses')).text();
    expect([...first.matchAll(/^event: (.*)$/gm)].map(([, name]) => name)).toEqual([
      'response.created',
      'response.output_item.added',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(first).toContain('"name":"exec_command","arguments":"{\\"cmd\\":\\"ls\\"}"');
    const whole = { tools: execCommand, input: [prompt, output] };
    expect(await (await ask(base, whole, '/v1/responses')).json()).toMatchObject({
      status: 'completed',
      output: [{ type: 'message', content: [{ type: 'output_text', text: 'Done.' }] }],
      usage: { input_tokens: 1_007, input_tokens_details: { cached_tokens: 7 }, output_tokens: 50 },
    });
  });

  test('fails, refuses and breaks off as told', async () => {
    await using model = await startScriptedModel({
      failed: [{ kind: 'answer', breakOff: { type: 'server_error', message: 'no' } }],
      incomplete: [{ kind: 'answer', text: 'Hal', stopReason: 'max_output_tokens' }],
      refusal: [{ kind: 'answer', text: 'No.', stopReason: 'refusal' }],
      error: [{ kind: 'error', status: 429, type: 'usage_limit_reached', message: 'full' }],
    });
    const body = { stream: true, tools: execCommand, input: [prompt] };
    const read = async (script: string) => (await ask(model.baseUrl(script), body, '/v1/responses')).text();
    expect(await read('failed')).toContain('"error":{"code":"server_error","message":"no"}');
    expect(await read('incomplete')).toContain('"incomplete_details":{"reason":"max_output_tokens"}');
    expect(await read('refusal')).toContain('{"type":"refusal","refusal":"No."}');
    expect(JSON.parse(await read('error'))).toMatchObject({ error: { type: 'usage_limit_reached' } });
  });
});
