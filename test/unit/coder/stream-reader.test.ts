import type { LanguageModelUsage, TextStreamPart, ToolSet } from 'ai';
import { describe, expect, test } from 'vitest';
import { StreamReader } from '../../../src/coder/stream-reader.ts';
import { allTools } from '../../../src/coder/tools/all.ts';

type Part = TextStreamPart<ToolSet>;

/** What the SDK's types ask for besides is of no interest here. */
function part(fields: { readonly type: Part['type'] } & Readonly<Record<string, unknown>>): Part {
  return fields as unknown as Part;
}

function delta(text: string): Part {
  return part({ type: 'text-delta', id: '0', text });
}

const none = { noCacheTokens: undefined, cacheReadTokens: undefined, cacheWriteTokens: undefined };

function usage(fields: object): LanguageModelUsage {
  return { inputTokens: 0, outputTokens: 0, inputTokenDetails: none, ...fields } as LanguageModelUsage;
}

function finishStep(used: LanguageModelUsage, finishReason = 'stop'): Part {
  return part({ type: 'finish-step', finishReason, usage: used, response: { modelId: 'm-1' } });
}

describe('the stream of the AI SDK', () => {
  test('becomes a line for each block of text, and one for each call with its subject', () => {
    const reader = new StreamReader(allTools, () => 0);
    const parts = [
      part({ type: 'text-start', id: '0' }),
      delta('Let me '),
      delta('look.'),
      part({ type: 'text-end', id: '0' }),
      part({ type: 'tool-call', toolName: 'read', input: { filePath: 'a.ts' } }),
      part({ type: 'tool-call', toolName: 'read', input: 'nonsense' }),
      part({ type: 'tool-call', toolName: 'unknown', input: {} }),
      part({ type: 'tool-error', toolName: 'read', error: new Error('there is no a.ts') }),
    ];
    expect(parts.flatMap((one) => reader.read(one))).toEqual([
      { type: 'text', text: 'Let me look.' },
      { type: 'tool', name: 'read', detail: 'a.ts' },
      { type: 'tool', name: 'read', detail: '' },
      { type: 'tool', name: 'unknown', detail: '' },
      { type: 'tool-failed', name: 'read', message: 'there is no a.ts' },
    ]);
  });

  test('remembers the text of the last answer only', () => {
    const reader = new StreamReader(allTools, () => 0);
    for (const text of ['First.', 'Second.']) {
      reader.read(part({ type: 'start-step' }));
      reader.read(part({ type: 'text-start', id: '0' }));
      reader.read(delta(text));
      reader.read(part({ type: 'text-end', id: '0' }));
    }
    expect(reader.text).toBe('Second.');
    reader.read(part({ type: 'start-step' }));
    expect(reader.text).toBe('');
  });

  test('counts input without what came from a cache or went into one', () => {
    const reader = new StreamReader(allTools, () => 0);
    const cached = { cacheReadTokens: 700, cacheWriteTokens: 100 };
    const told = { inputTokens: 1_000, outputTokens: 50 };
    const used = { inputTokens: 200, outputTokens: 50, ...cached };
    for (const details of [
      { ...none, ...cached },
      { noCacheTokens: 200, ...cached },
    ]) {
      expect(reader.read(finishStep(usage({ ...told, inputTokenDetails: details })))).toEqual([
        { type: 'turn', model: 'm-1', usage: used },
      ]);
    }
    expect(reader.steps).toBe(2);
  });

  test('counts no answer that failed and cost nothing', () => {
    const reader = new StreamReader(allTools, () => 0);
    expect(reader.read(finishStep(usage({}), 'error'))).toEqual([]);
    expect(reader.read(finishStep(usage({ inputTokens: 9 }), 'error'))).toHaveLength(1);
    expect(reader.steps).toBe(1);
    // A local server may count nothing at all.
    expect(reader.read(finishStep(usage({})))).toHaveLength(1);
  });

  test('tells now and then that something long is being written', () => {
    let now = 0;
    const reader = new StreamReader(allTools, () => now);
    expect(reader.read(delta('x'.repeat(100)))).toEqual([]);
    now = 15_000;
    expect(reader.read(part({ type: 'tool-input-delta', id: '1', delta: 'y'.repeat(50) }))).toEqual([
      { type: 'writing', characters: 150 },
    ]);
    now = 29_999;
    expect(reader.read(part({ type: 'reasoning-delta', id: '2', text: 'z' }))).toEqual([]);
  });

  test('remembers the first error', () => {
    const reader = new StreamReader(allTools, () => 0);
    reader.read(part({ type: 'error', error: 'first' }));
    reader.fail('second');
    expect(reader.failure).toEqual({ error: 'first' });
  });
});
