import { describe, expect, test } from 'vitest';
import { type ModelUsage, startScriptedModel, type Step } from '../../../src/testing/index.ts';
import { ask, type FormatName, formatNames } from './conversation.ts';

const usage: Partial<ModelUsage> = {
  outputTokens: 60,
  cacheReadTokens: 700,
  cacheWriteTokens: 30,
  reasoningTokens: 20,
};
const work: readonly [Step, ...Step[]] = [
  {
    kind: 'answer',
    text: 'Look:',
    call: [
      { tool: 'shell', command: 'ls' },
      { tool: 'write', path: '/w/a', content: 'b' },
    ],
  },
  { kind: 'answer', text: 'Done.', usage },
];
const bash = { command: 'ls' };
const write = { file_path: '/w/a', content: 'b' };

interface Expectation {
  readonly calling: unknown;
  readonly ended: unknown;
  /** The usage of the second answer, as this provider adds it up. */
  readonly usage: unknown;
  /** What the stop reason looks like that a script asks for. */
  readonly stopped: (reason: string) => unknown;
  readonly error: unknown;
}

const expectations: Readonly<Record<FormatName, Expectation>> = {
  'anthropic-messages': {
    calling: {
      stop_reason: 'tool_use',
      content: [
        { type: 'text', text: 'Look:' },
        { type: 'tool_use', id: 'toolu_1_0', name: 'bash', input: bash },
        { type: 'tool_use', id: 'toolu_1_1', name: 'write', input: write },
      ],
    },
    ended: { stop_reason: 'end_turn', content: [{ type: 'text', text: 'Done.' }] },
    usage: {
      usage: {
        input_tokens: 1_000,
        output_tokens: 60,
        cache_read_input_tokens: 700,
        cache_creation_input_tokens: 30,
      },
    },
    stopped: (reason) => ({ stop_reason: reason }),
    error: { type: 'error', error: { type: 'overloaded', message: 'too much' } },
  },
  'openai-responses': {
    calling: {
      status: 'completed',
      output: [
        { type: 'message', content: [{ type: 'output_text', text: 'Look:' }] },
        { type: 'function_call', call_id: 'call_1_0', name: 'bash', arguments: JSON.stringify(bash) },
        { type: 'function_call', call_id: 'call_1_1', name: 'write', arguments: JSON.stringify(write) },
      ],
    },
    ended: { status: 'completed', output: [{ content: [{ text: 'Done.' }] }] },
    usage: {
      usage: {
        input_tokens: 1_730,
        input_tokens_details: { cached_tokens: 700 },
        output_tokens: 60,
        output_tokens_details: { reasoning_tokens: 20 },
        total_tokens: 1_790,
      },
    },
    stopped: (reason) => ({ status: 'incomplete', incomplete_details: { reason } }),
    error: { error: { type: 'overloaded', code: 'overloaded', message: 'too much' } },
  },
  'openai-chat': {
    calling: {
      choices: [
        {
          finish_reason: 'tool_calls',
          message: {
            content: 'Look:',
            tool_calls: [
              { id: 'call_1_0', function: { name: 'bash', arguments: JSON.stringify(bash) } },
              { id: 'call_1_1', function: { name: 'write', arguments: JSON.stringify(write) } },
            ],
          },
        },
      ],
    },
    ended: { choices: [{ finish_reason: 'stop', message: { role: 'assistant', content: 'Done.' } }] },
    usage: {
      usage: {
        prompt_tokens: 1_700,
        completion_tokens: 60,
        total_tokens: 1_760,
        prompt_tokens_details: { cached_tokens: 700 },
        completion_tokens_details: { reasoning_tokens: 20 },
      },
    },
    stopped: (reason) => ({ choices: [{ finish_reason: reason }] }),
    error: { error: { message: 'too much', type: 'overloaded', code: 'overloaded' } },
  },
  gemini: {
    calling: {
      candidates: [
        {
          finishReason: 'STOP',
          content: {
            role: 'model',
            parts: [
              { text: 'Look:' },
              { functionCall: { name: 'bash', args: bash } },
              { functionCall: { name: 'write', args: write } },
            ],
          },
        },
      ],
    },
    ended: { candidates: [{ finishReason: 'STOP', content: { parts: [{ text: 'Done.' }] } }] },
    usage: {
      usageMetadata: {
        promptTokenCount: 1_700,
        candidatesTokenCount: 40,
        thoughtsTokenCount: 20,
        cachedContentTokenCount: 700,
        totalTokenCount: 1_760,
      },
    },
    stopped: (reason) => ({ candidates: [{ finishReason: reason }] }),
    error: { error: { code: 529, message: 'too much', status: 'overloaded' } },
  },
};

describe.each(formatNames)('%s, whole', (format) => {
  const wanted = expectations[format];
  const whole = async (step: Step): Promise<unknown> => {
    await using model = await startScriptedModel({ work: [step] });
    return (await ask(model, 'work', format, { stream: false })).json();
  };

  test('calls several tools in one turn, and goes on when all their results are there', async () => {
    await using model = await startScriptedModel({ work });
    const answers = [0, 1, 2].map(async (results) =>
      (await ask(model, 'work', format, { stream: false, results })).json(),
    );
    const [first, second, third] = await Promise.all(answers);
    expect(first).toMatchObject(wanted.calling as object);
    expect(JSON.stringify(second)).toContain('Look:');
    expect(third).toMatchObject(wanted.ended as object);
    expect(third).toMatchObject(wanted.usage as object);
  });

  test.each(['max_output_tokens', 'never_heard_of'])('stops for the reason %s', async (stopReason) => {
    expect(await whole({ kind: 'answer', text: 'Hal', stopReason })).toMatchObject(
      wanted.stopped(stopReason) as object,
    );
  });

  test('fails with the status and the words of the provider', async () => {
    const step: Step = { kind: 'error', status: 529, type: 'overloaded', message: 'too much' };
    await using model = await startScriptedModel({ work: [step] });
    const response = await ask(model, 'work', format, { stream: false });
    expect(response.status).toBe(529);
    expect(await response.json()).toMatchObject(wanted.error as object);
  });

  test('sends JSON to a side request that wants it', async () => {
    await using model = await startScriptedModel({ work: [{ kind: 'answer', text: 'Done.' }] });
    const asked = { stream: false, tools: [], json: true };
    expect(JSON.stringify(await (await ask(model, 'work', format, asked)).json())).toContain('"{}"');
    expect(model.requests).toMatchObject([{ request: { json: true, tools: [] } }]);
  });

  test('that is to break off does not begin', async () => {
    const breakOff = { type: 'overloaded', message: 'too much' };
    await using model = await startScriptedModel({
      cut: [{ kind: 'answer', text: 'Hal', breakOff: 'cut' }],
      error: [{ kind: 'answer', text: 'Hal', breakOff }],
    });
    await expect(ask(model, 'cut', format, { stream: false })).rejects.toThrow('fetch failed');
    const response = await ask(model, 'error', format, { stream: false });
    expect(response.status).toBe(500);
    expect(JSON.stringify(await response.json())).toContain('"message":"too much"');
  });
});

/** The parsed events of a stream, in order; `[DONE]` is left as it is. */
async function eventsOf(response: Response): Promise<readonly unknown[]> {
  const text = await response.text();
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) =>
    data === '[DONE]' ? data : (JSON.parse(data) as unknown),
  );
}

/** What follows the first words of a stream: nothing but silence. */
async function readFirst(response: Response, words: string): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes(words)) {
    const piece = await reader?.read();
    if (piece?.value === undefined) throw new Error(`the stream ended after: ${text}`);
    text += piece.value;
  }
  await reader?.cancel();
  return text;
}

const ends: Readonly<Record<FormatName, string>> = {
  'anthropic-messages': 'message_stop',
  'openai-responses': 'response.completed',
  'openai-chat': '[DONE]',
  gemini: 'finishReason',
};

describe.each(formatNames)('%s, streamed', (format) => {
  test('breaks off with silence after the text', async () => {
    const step: Step = { kind: 'answer', text: 'Hal', breakOff: 'stall' };
    await using model = await startScriptedModel({ work: [step] });
    const response = await ask(model, 'work', format, { stream: true });
    expect(await readFirst(response, 'Hal')).not.toContain(ends[format]);
  });

  test('breaks off with a closed connection after the text, and before its calls', async () => {
    const call = { tool: 'shell', command: 'ls' } as const;
    const step: Step = { kind: 'answer', text: 'Hal', call, breakOff: 'cut' };
    await using model = await startScriptedModel({ work: [step] });
    const response = await ask(model, 'work', format, { stream: true });
    const pieces: string[] = [];
    const read = async (): Promise<void> => {
      for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) pieces.push(piece);
    };
    await expect(read()).rejects.toThrow('terminated');
    expect(pieces.join('')).toContain('Hal');
    expect(pieces.join('')).not.toContain('bash');
  });

  test('breaks off with an error after the text', async () => {
    const breakOff = { type: 'overloaded', message: 'too much' };
    await using model = await startScriptedModel({ work: [{ kind: 'answer', text: 'Hal', breakOff }] });
    const events = await eventsOf(await ask(model, 'work', format, { stream: true }));
    expect(JSON.stringify(events)).toContain('Hal');
    expect(JSON.stringify(events.at(-1))).toContain('"message":"too much"');
    expect(JSON.stringify(events)).not.toContain(ends[format]);
  });
});

async function streamOf(format: FormatName, step: Step): Promise<readonly unknown[]> {
  await using model = await startScriptedModel({ work: [step] });
  return eventsOf(await ask(model, 'work', format, { stream: true }));
}

describe('a stream', () => {
  const calling = work[0];
  const ended: Step = { kind: 'answer', text: 'Done.', usage };

  test('of Anthropic has a block for the text and one for each call', async () => {
    expect(await streamOf('anthropic-messages', calling)).toMatchObject([
      { type: 'message_start', message: { role: 'assistant', content: [], usage: { input_tokens: 1_000 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Look:' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', name: 'bash', input: {} } },
      { type: 'content_block_delta', index: 1, delta: { partial_json: JSON.stringify(bash) } },
      { type: 'content_block_stop', index: 1 },
      {
        type: 'content_block_start',
        index: 2,
        content_block: { type: 'tool_use', name: 'write', input: {} },
      },
      { type: 'content_block_delta', index: 2, delta: { partial_json: JSON.stringify(write) } },
      { type: 'content_block_stop', index: 2 },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 50 } },
      { type: 'message_stop' },
    ]);
  });

  test('of Anthropic names its events', async () => {
    await using model = await startScriptedModel({ work: [{ kind: 'answer', text: 'Done.' }] });
    const text = await (await ask(model, 'work', 'anthropic-messages', { stream: true })).text();
    expect([...text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name)).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
  });

  test('of OpenAI Responses is numbered, and its items are begun, written and done', async () => {
    const events = (await streamOf('openai-responses', calling)) as {
      type: string;
      sequence_number: number;
    }[];
    expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, index) => index));
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events.at(-1)).toMatchObject({ response: expectations['openai-responses'].calling });
  });

  test('of OpenAI Responses refuses, is incomplete, and fails', async () => {
    const refusal = await streamOf('openai-responses', {
      kind: 'answer',
      text: 'No.',
      stopReason: 'refusal',
    });
    expect(refusal).toContainEqual(expect.objectContaining({ type: 'response.refusal.delta', delta: 'No.' }));
    expect(refusal.at(-1)).toMatchObject({
      type: 'response.completed',
      response: { output: [{ content: [{ type: 'refusal', refusal: 'No.' }] }] },
    });
    const stopReason = 'max_output_tokens';
    const cut = await streamOf('openai-responses', { kind: 'answer', text: 'Hal', stopReason });
    expect(cut.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
    });
    const breakOff = { type: 'context_length_exceeded', message: 'too long' };
    const failed = await streamOf('openai-responses', { kind: 'answer', breakOff });
    expect(failed.at(-1)).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'context_length_exceeded', message: 'too long' } },
    });
  });

  test('of OpenAI Chat Completions ends with the reason, the usage and a last mark', async () => {
    const events = await streamOf('openai-chat', calling);
    expect(events.slice(2, 4)).toMatchObject([
      { choices: [{ delta: { tool_calls: [{ index: 0, id: 'call_1_0' }] } }] },
      { choices: [{ delta: { tool_calls: [{ index: 1, id: 'call_1_1' }] } }] },
    ]);
    expect((await streamOf('openai-chat', ended)).slice(1)).toMatchObject([
      { choices: [{ delta: { content: 'Done.' }, finish_reason: null }] },
      { choices: [{ delta: {}, finish_reason: 'stop' }] },
      expectations['openai-chat'].usage,
      '[DONE]',
    ]);
  });

  test('of Gemini tells reason and usage with its last piece', async () => {
    expect(await streamOf('gemini', calling)).toMatchObject([
      { candidates: [{ content: { parts: [{ text: 'Look:' }] } }] },
      {
        candidates: [
          {
            finishReason: 'STOP',
            content: { parts: [{ functionCall: { name: 'bash' } }, { functionCall: { name: 'write' } }] },
          },
        ],
      },
    ]);
    const events = await streamOf('gemini', ended);
    expect(events[0]).not.toHaveProperty('usageMetadata');
    expect(events[1]).toMatchObject(expectations.gemini.usage as object);
  });
});
