/**
 * An agent that speaks the Agent Client Protocol and does what its first argument says; no model. What it was sent is
 * kept in `received.jsonl` in its HOME.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: { readonly code: number };
}

const session = 'session-1';
const [scene = 'work', argument = ''] = process.argv.slice(2);
const waiting = new Map<number, (answer: Message) => void>();
let nextId = 100;
let promptId = 0;
let cancelled = (): void => {};

function print(message: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

function update(content: object): void {
  print({ method: 'session/update', params: { sessionId: session, update: content } });
}

function say(text: string): void {
  update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
}

/** Tells its client that it is in the middle of a command. */
function runTool(): void {
  update({
    sessionUpdate: 'tool_call',
    toolCallId: 't',
    title: 'sleep',
    kind: 'execute',
    status: 'in_progress',
  });
}

function stop(stopReason: string): void {
  print({ id: promptId, result: { stopReason, usage: { inputTokens: 12, outputTokens: 3 } } });
}

function ask(method: string, params: object): Promise<Message> {
  const id = nextId++;
  print({ id, method, params: { sessionId: session, ...params } });
  return new Promise((resolve) => {
    waiting.set(id, resolve);
  });
}

function askToWrite(path: string, padding = ''): Promise<Message> {
  const toolCall = { toolCallId: `write-${path}`, title: 'write', kind: 'edit', locations: [{ path }] };
  const options = ['allow_always', 'allow_once', 'reject_once'].map((kind) => ({
    optionId: kind,
    kind,
    name: kind,
  }));
  return ask('session/request_permission', { toolCall: { ...toolCall, rawInput: { padding } }, options });
}

const scenes: Readonly<Record<string, () => Promise<void> | void>> = {
  work() {
    say('Wor');
    say('king.');
    writeFileSync('made.txt', 'made\n');
    update({ sessionUpdate: 'tool_call', toolCallId: 't', title: 'write', kind: 'edit', status: 'pending' });
    update({
      sessionUpdate: 'tool_call_update',
      toolCallId: 't',
      status: 'completed',
      rawInput: { path: 'made.txt' },
    });
    update({ sessionUpdate: 'usage_update', used: 15, size: 100, cost: { amount: 0.25, currency: 'USD' } });
    say('It is made.');
    stop('end_turn');
  },
  async permissions() {
    const answers = [
      await askToWrite(join(process.cwd(), 'inside.txt')),
      await askToWrite('../outside.txt'),
      await ask('session/request_permission', { nonsense: true }),
      await askToWrite(join(process.cwd(), 'long.txt'), 'x'.repeat(1_500_000)),
      await ask('fs/read_text_file', { path: '/etc/hostname' }),
      await ask('terminal/create', { command: 'ls' }),
    ];
    say(JSON.stringify(answers.map(({ result, error }) => result ?? error?.code)));
    stop('end_turn');
  },
  noise() {
    process.stdout.write('a banner\n{"half": \n[]\n\0\n');
    process.stdout.write(
      `${JSON.stringify({ jsonrpc: '2.0', method: 'x', params: 'y'.repeat(3_000_000) })}\n`,
    );
    print({ id: 4_711, result: { stopReason: 'refusal' } });
    say('Despite the noise.');
    stop('end_turn');
  },
  silent() {
    say('Let me think.');
  },
  quits() {
    say('I am going.');
    process.stderr.write('out of ideas\n');
    process.exitCode = Number(argument);
    process.stdin.destroy();
  },
  /** Says that it is done, with nothing said. */
  mute() {
    stop('end_turn');
  },
  stays() {
    say('Done, but I stay.');
    setInterval(() => {}, 1_000);
    stop('end_turn');
  },
  polite() {
    say('Working.');
    runTool();
    cancelled = () => {
      writeFileSync(join(process.env['HOME'] ?? '', 'cancelled'), '');
      stop('cancelled');
    };
  },
  stubborn() {
    process.on('SIGTERM', () => {});
    const child = spawn('sh', ['-c', 'trap "" TERM; while :; do sleep 1; done'], { detached: true });
    setInterval(() => {}, 1_000);
    child.once('spawn', runTool);
  },
};

function receive(message: Message): void {
  const { id, method } = message;
  if (method === undefined) waiting.get(id ?? -1)?.(message);
  else if (method === 'initialize' && scene !== 'deaf') print({ id, result: { protocolVersion: 1 } });
  else if (method === 'session/new') print({ id, result: { sessionId: session } });
  else if (method === 'session/cancel') cancelled();
  else if (method === 'session/prompt') {
    promptId = id ?? 0;
    void scenes[scene]?.();
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  appendFileSync(join(process.env['HOME'] ?? '', 'received.jsonl'), `${line}\n`);
  receive(JSON.parse(line) as Message);
});
