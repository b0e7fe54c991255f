import { describe, expect, test } from 'vitest';
import {
  type ClaudeControl,
  interruptClaude,
  openControl,
  readControlLine,
} from '../../../src/adapters/agents/claude/control.ts';
import type { AgentEvent } from '../../../src/ports/agent.ts';

interface Talk {
  readonly state: ClaudeControl;
  readonly events: readonly AgentEvent[];
  readonly sent: readonly unknown[];
}

function talk(...lines: readonly unknown[]): Talk {
  const first = openControl('The brief.', ['/w', '/tmp/t']);
  let { state } = first;
  const events: AgentEvent[] = [];
  const sent = [...first.send];
  for (const line of lines) {
    const step = readControlLine(state, typeof line === 'string' ? line : JSON.stringify(line));
    ({ state } = step);
    events.push(...step.events);
    sent.push(...step.send);
  }
  return { state, events, sent: sent.map((line) => JSON.parse(line) as unknown) };
}

const begun = { type: 'control_response', response: { subtype: 'success', request_id: 'pawl-1' } };
const result = { type: 'result', subtype: 'success', is_error: false, result: 'Done.' };

function question(tool: string, input: object, more: object = {}): object {
  const request = { subtype: 'can_use_tool', tool_name: tool, input, ...more };
  return { type: 'control_request', request_id: 'q', request };
}

function behaviourOf(asked: object): unknown {
  const { response } = talk(begun, asked).sent.at(-1) as { response: { response: { behavior: string } } };
  return response.response.behavior;
}

describe('the conversation with Claude Code', () => {
  test('sends the brief once, when it was answered, and can only then be interrupted', () => {
    expect(interruptClaude(talk().state)).toBeUndefined();
    const { state, sent } = talk(begun, begun);
    expect(sent).toHaveLength(2);
    expect(JSON.parse(interruptClaude(state) ?? '')).toMatchObject({ request: { subtype: 'interrupt' } });
    const over = talk(begun, result).state;
    expect(over).toMatchObject({ phase: 'over', stream: { result: { text: 'Done.' } } });
    expect(interruptClaude(over)).toBeUndefined();
  });

  test('is not begun by an answer to another request', () => {
    const other = { type: 'control_response', response: { subtype: 'success', request_id: 'x' } };
    expect(talk(other).state.phase).toBe('opening');
  });

  test.each([
    ['Write', { file_path: '/w/a.txt' }, {}, 'allow'],
    ['Write', { file_path: 'a/b.txt' }, {}, 'allow'],
    ['Edit', { file_path: '/tmp/t/a' }, {}, 'allow'],
    ['Grep', { path: '/w', pattern: '/etc' }, {}, 'allow'],
    ['Bash', { command: 'rm -rf node_modules' }, {}, 'allow'],
    ['mcp__pawl__progress', { percent: 10 }, {}, 'allow'],
    ['Write', { file_path: '/w-other/a.txt' }, {}, 'deny'],
    ['Write', { file_path: '../a.txt' }, {}, 'deny'],
    ['Write', { file_path: '/w/../etc/hosts' }, {}, 'deny'],
    ['NotebookEdit', { notebook_path: '/home/a.ipynb' }, {}, 'deny'],
    ['Glob', { path: '/' }, {}, 'deny'],
    ['Bash', { command: 'cat /etc/hosts' }, { blocked_path: '/etc/hosts' }, 'deny'],
    // The path lies in the workspace, and a link on its way leads out.
    ['Write', { file_path: '/w/link/a' }, { blocked_path: '/etc/a' }, 'deny'],
    ['AskUserQuestion', { questions: [] }, {}, 'deny'],
  ])('lets %s with %j %j: %s', (tool, input, more, behaviour) => {
    expect(behaviourOf(question(tool, input, more))).toBe(behaviour);
  });

  test('hands the input of what it allows back, and a reason for what it denies', () => {
    const input = { file_path: '/w/a', content: 'x', more: [1] };
    expect(talk(begun, question('Write', input)).sent.at(-1)).toEqual({
      type: 'control_response',
      response: { subtype: 'success', request_id: 'q', response: { behavior: 'allow', updatedInput: input } },
    });
    const denied = talk(begun, question('Write', { file_path: '/etc/hosts' }));
    expect(denied.sent.at(-1)).toMatchObject({
      response: {
        response: {
          behavior: 'deny',
          message: expect.stringContaining('/etc/hosts is outside the workspace'),
        },
      },
    });
    expect(denied.state.stream.denials).toEqual(['Write: /etc/hosts']);
    expect(denied.events).toEqual([{ type: 'tool', name: 'Write', detail: 'denied: /etc/hosts' }]);
  });

  test.each([
    ['of an unknown kind', { subtype: 'hook_callback', callback_id: 'c' }],
    ['without an input', { subtype: 'can_use_tool', tool_name: 'Write' }],
  ])('answers a question %s with an error, so that nothing hangs', (_name, request) => {
    const asked = { type: 'control_request', request_id: 'q', request };
    expect(talk(begun, asked).sent.at(-1)).toMatchObject({ response: { subtype: 'error', request_id: 'q' } });
  });

  test('takes no words of the model for a question', () => {
    const words = JSON.stringify(question('Write', { file_path: '/w/a' }));
    const said = { type: 'assistant', message: { content: [{ type: 'text', text: words }] } };
    const { sent, events } = talk(begun, said);
    expect(sent).toHaveLength(2);
    expect(events).toEqual([{ type: 'text', text: words }]);
  });

  test('has a refused begin as its end', () => {
    const refused = {
      type: 'control_response',
      response: { subtype: 'error', request_id: 'pawl-1', error: 'too old' },
    };
    expect(talk(refused).state).toMatchObject({ phase: 'over', refusal: 'too old' });
    expect(talk(refused).sent).toHaveLength(1);
  });
});
