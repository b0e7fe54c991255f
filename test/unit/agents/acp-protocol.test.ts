import { describe, expect, test } from 'vitest';
import { parseMessage } from '../../../src/adapters/agents/acp/message.ts';
import { decidePermission } from '../../../src/adapters/agents/acp/permission.ts';
import {
  type AcpPlan,
  cancelAcp,
  openAcp,
  readAcpLine,
  tellRest,
} from '../../../src/adapters/agents/acp/protocol.ts';

const plan: AcpPlan = { folders: ['/w', '/tmp/own'], brief: 'Do it.', mcpServers: [] };
const initialized = '{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":1}}';
const session = '{"jsonrpc":"2.0","id":1,"result":{"sessionId":"s"}}';

function talk(lines: readonly string[], wish: Partial<AcpPlan> = {}) {
  let step = openAcp({ ...plan, ...wish });
  const events = [];
  const replies = step.replies.map((line) => JSON.parse(line));
  for (const line of lines) {
    step = readAcpLine(step.state, line);
    events.push(...step.events);
    replies.push(...step.replies.map((reply) => JSON.parse(reply)));
  }
  return { state: step.state, events, replies };
}

function update(content: object, sessionId = 's'): string {
  return JSON.stringify({ jsonrpc: '2.0', method: 'session/update', params: { sessionId, update: content } });
}

function chunk(text: string, more: object = {}): string {
  return update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text }, ...more });
}

describe('a conversation', () => {
  test('takes one step after the other', () => {
    const { replies } = talk([initialized, session]);
    expect(replies.map(({ id, method }) => [id, method])).toEqual([
      [0, 'initialize'],
      [1, 'session/new'],
      [2, 'session/prompt'],
    ]);
    expect(replies[0].params).toMatchObject({
      protocolVersion: 1,
      clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
    });
  });

  test('puts the session into the mode and model that are offered', () => {
    const options =
      '{"jsonrpc":"2.0","id":1,"result":{"sessionId":"s","configOptions":[{"id":"m","category":"model","currentValue":"a","options":[{"value":"a"},{"value":"b"}]},{"id":"mode","category":"mode","currentValue":"plan","options":[{"value":"build"}]}]}}';
    const { replies } = talk(
      [initialized, options, '{"jsonrpc":"2.0","id":2,"result":{}}', '{"jsonrpc":"2.0","id":3,"result":{}}'],
      { model: 'b', mode: 'build' },
    );
    expect(replies.slice(2).map(({ method, params }) => [method, params.value])).toEqual([
      ['session/set_config_option', 'b'],
      ['session/set_config_option', 'build'],
      ['session/prompt', undefined],
    ]);
    const modes =
      '{"jsonrpc":"2.0","id":1,"result":{"sessionId":"s","modes":{"currentModeId":"plan","availableModes":[{"id":"default"}]}}}';
    expect(talk([initialized, modes], { mode: 'default' }).replies.at(-1)).toMatchObject({
      method: 'session/set_mode',
      params: { sessionId: 's', modeId: 'default' },
    });
    expect(talk([initialized, session], { mode: 'other' }).replies.at(-1).method).toBe('session/prompt');
  });

  test('ends before any work when the model is not offered', () => {
    expect(talk([initialized, session], { model: 'x' }).state.phase).toEqual({
      name: 'ended',
      end: { kind: 'unsuitable', message: 'the agent offers no choice of models; leave `model` out' },
    });
  });

  test('tells whole messages, and each tool once, when its argument is known', () => {
    const { events, state } = talk([
      initialized,
      session,
      chunk('Loo'),
      chunk('king.'),
      chunk('Another.', { messageId: 'm2' }),
      update({ sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: 'hm' } }),
      update({
        sessionUpdate: 'tool_call',
        toolCallId: 'a',
        title: 'write',
        kind: 'edit',
        status: 'pending',
      }),
      update({ sessionUpdate: 'tool_call_update', toolCallId: 'a', title: 'x', rawInput: { filePath: 'f' } }),
      update({ sessionUpdate: 'tool_call_update', toolCallId: 'a', status: 'completed' }),
      update({
        sessionUpdate: 'tool_call',
        toolCallId: 'b',
        title: 'Reads',
        kind: 'read',
        status: 'in_progress',
        locations: [{ path: '/w/g' }],
      }),
      chunk('a subagent speaks', {}).replace('"s"', '"other"'),
      chunk('At last.'),
    ]);
    expect(events).toEqual([
      { type: 'text', text: 'Looking.' },
      { type: 'text', text: 'Another.' },
      { type: 'turn' },
      { type: 'tool', name: 'edit', detail: 'f' },
      { type: 'turn' },
      { type: 'tool', name: 'read', detail: '/w/g' },
    ]);
    expect(tellRest(state).events).toEqual([{ type: 'text', text: 'At last.' }]);
  });

  test('keeps the end of an endless message, and no endless list of tools', () => {
    const tool = (id: number): string =>
      update({ sessionUpdate: 'tool_call', toolCallId: `t${id}`, title: 'x', status: 'in_progress' });
    const lines = Array.from({ length: 300 }, (_, index) => tool(index));
    const { state } = talk([initialized, session, ...lines, chunk('x'.repeat(50_000)), chunk('end')]);
    expect(state.tools.size).toBe(100);
    expect(state.message.text).toHaveLength(16_000);
    expect(state.message.text.endsWith('xend')).toBe(true);
  });

  test('sends a cancel only while there is a session, and begins no turn afterwards', () => {
    const early = cancelAcp(talk([initialized]).state);
    expect(early.replies).toEqual([]);
    expect(readAcpLine(early.state, session).state.phase).toMatchObject({ name: 'ended' });
    const { state } = talk([initialized, session]);
    expect(cancelAcp(state).replies.map((line) => JSON.parse(line))).toEqual([
      { jsonrpc: '2.0', method: 'session/cancel', params: { sessionId: 's' } },
    ]);
  });

  test('answers a permission with a cancel once it was cancelled', () => {
    const { state } = cancelAcp(talk([initialized, session]).state);
    const request = '{"jsonrpc":"2.0","id":"p","method":"session/request_permission","params":{}}';
    expect(readAcpLine(state, request).replies.map((line) => JSON.parse(line))).toEqual([
      { jsonrpc: '2.0', id: 'p', result: { outcome: { outcome: 'cancelled' } } },
    ]);
  });
});

describe('a line', () => {
  test.each(['', 'text', '[]', '{', '{}', '{"id":1', '"x"', '{"id":{}}'])('%j is no message', (line) => {
    expect(parseMessage(line)).toBeUndefined();
  });

  test('of a request that is cut still has an id to answer', () => {
    const line =
      '{"jsonrpc":"2.0","id":"a\\"b","method":"session/request_permission","params":{"toolCall":{"x';
    expect(parseMessage(line)).toEqual({
      type: 'cut-request',
      id: 'a"b',
      method: 'session/request_permission',
    });
  });
});

describe('a permission', () => {
  const options = [
    { optionId: 'always', kind: 'allow_always' },
    { optionId: 'once', kind: 'allow_once' },
    { optionId: 'no', kind: 'reject_once' },
  ];
  const selected = (optionId: string): object => ({ outcome: { outcome: 'selected', optionId } });

  test.each([
    [{ locations: [{ path: '/w/a' }] }, 'once'],
    [{ locations: [{ path: 'a/b' }] }, 'once'],
    [{ locations: [{ path: '/tmp/own/x' }] }, 'once'],
    [{ kind: 'execute', title: 'rm -rf x' }, 'once'],
    [{ locations: [{ path: '/w/../etc' }] }, 'no'],
    [{ locations: [{ path: '/wider' }] }, 'no'],
    [{ rawInput: { parentDir: '/' } }, 'no'],
    [{ content: [{ type: 'diff', path: '/etc/passwd' }] }, 'no'],
  ])('for %j is %s', (toolCall, expected) => {
    const request = { toolCall: { toolCallId: 't', ...toolCall }, options };
    expect(decidePermission(request as never, ['/w', '/tmp/own']).result).toEqual(selected(expected));
  });

  test('is never given for ever, and cancelled where it cannot be refused', () => {
    const always = options.slice(0, 1);
    expect(decidePermission({ toolCall: {}, options: always }, ['/w'])).toEqual({
      allowed: false,
      result: { outcome: { outcome: 'cancelled' } },
    });
  });
});
