/**
 * Speaks Claude Code's control protocol and does what CLAUDE_SCENE says; no model. What it was sent is kept in
 * `received.jsonl` in its HOME, what it was started with in `started.json`.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

interface Message {
  readonly type: string;
  readonly request_id?: string;
  readonly request?: { readonly subtype: string };
  readonly message?: unknown;
  readonly response?: { readonly request_id: string; readonly response?: { readonly behavior: string } };
}

const home = process.env['HOME'] ?? '/';
const scene = process.env['CLAUDE_SCENE'] ?? 'work';
const waiting = new Map<string, (message: Message) => void>();

function print(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function respond(id: string, subtype: 'success' | 'error', more: object): void {
  print({ type: 'control_response', response: { subtype, request_id: id, ...more } });
}

function finish(text: string): void {
  print({ type: 'result', subtype: 'success', is_error: false, result: text });
}

function ask(tool: string, input: object, more: object = {}): Promise<Message> {
  const id = `ask-${waiting.size}`;
  print({
    type: 'control_request',
    request_id: id,
    request: { subtype: 'can_use_tool', tool_name: tool, input, ...more },
  });
  return new Promise((resolve) => {
    waiting.set(id, resolve);
  });
}

/** A tool of its own session that does not mind a TERM. */
function startStubbornTool(): void {
  const stubborn = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1_000);";
  const child = spawn(process.execPath, ['-e', `${stubborn} console.log('ready')`], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.stdout.once('data', () =>
    print({ type: 'assistant', message: { content: [{ type: 'text', text: 'In a tool.' }] } }),
  );
}

async function work(): Promise<void> {
  const inside = await ask('Write', { file_path: 'made.txt', content: 'made\n' });
  const outside = await ask('Write', { file_path: '/etc/hosts', content: '' });
  const linked = await ask('Bash', { command: 'cat link' }, { blocked_path: '/etc/hosts' });
  const question = await ask('AskUserQuestion', { questions: [] });
  writeFileSync('made.txt', 'made\n');
  const answers = [inside, outside, linked, question].map((answer) => answer.response?.response?.behavior);
  finish(answers.join(' '));
}

function onBrief(): void {
  switch (scene) {
    case 'work':
      void work();
      return;
    case 'real-path':
      void ask('Edit', { file_path: join(realpathSync('.'), 'made.txt') }).then(({ response }) =>
        finish(response?.response?.behavior ?? ''),
      );
      return;
    case 'unknown-question':
      print({ type: 'control_request', request_id: 'ask-9', request: { subtype: 'new_thing' } });
      waiting.set('ask-9', (answer) => finish(JSON.stringify(answer.response)));
      return;
    case 'tool':
    case 'deaf-tool':
      startStubbornTool();
      return;
    case 'stays':
      setInterval(() => {}, 1_000);
      finish('Done, and still here.');
      return;
    default:
      throw new Error(`no scene is named ${scene}`);
  }
}

function onRequest(id: string, subtype: string | undefined): void {
  if (subtype === 'initialize') {
    if (scene === 'refuses') respond(id, 'error', { error: 'no such request' });
    else if (scene !== 'silent') respond(id, 'success', { response: { commands: [] } });
  } else if (subtype === 'interrupt' && scene !== 'deaf-tool') {
    respond(id, 'success', { response: {} });
    print({
      type: 'result',
      subtype: 'error_during_execution',
      is_error: true,
      terminal_reason: 'aborted_tools',
    });
  }
}

writeFileSync(join(home, 'started.json'), JSON.stringify({ args: process.argv.slice(2), env: process.env }));
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  appendFileSync(join(home, 'received.jsonl'), `${line}\n`);
  const message = JSON.parse(line) as Message;
  if (message.type === 'control_request') onRequest(message.request_id ?? '', message.request?.subtype);
  else if (message.type === 'user') onBrief();
  else waiting.get(message.response?.request_id ?? '')?.(message);
});
lines.on('close', () => {
  appendFileSync(join(home, 'received.jsonl'), '{"type":"end of input"}\n');
  if (scene !== 'stays') process.exit(scene === 'refuses' ? 1 : 0);
});
