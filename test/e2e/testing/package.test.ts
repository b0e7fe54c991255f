/** `pawl/testing` as a project sees it that depends on the built package, and its guide, word for word. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { projectRoot } from '../../rig/pawl.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../../rig/temporary.ts';

/** A project with Pawl in its node_modules. */
async function makeProject(files: Readonly<Record<string, string>>): Promise<TemporaryFolder> {
  const folder = makeTemporaryFolder('package');
  await mkdir(join(folder.path, 'node_modules'));
  await symlink(projectRoot, join(folder.path, 'node_modules/pawl'));
  const all = { 'package.json': '{ "type": "module" }\n', ...files };
  for (const [name, text] of Object.entries(all)) await writeFile(join(folder.path, name), text);
  return folder;
}

/** What the program prints. Rejects when it fails. */
async function run(folder: TemporaryFolder, ...argv: readonly [string, ...string[]]): Promise<string> {
  const [program, ...args] = argv;
  const path = [dirname(claude), dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':');
  const env = { PATH: path, HOME: folder.path, TMPDIR: folder.path };
  const options = { cwd: folder.path, env, timeout: 50_000, killSignal: 'SIGKILL' } as const;
  const { stdout } = await promisify(execFile)(program, args, options);
  return stdout;
}

const claude =
  process.env['PAWL_TEST_CLAUDE'] ?? join(projectRoot, '.cache/agents/claude/node_modules/.bin/claude');

/** Asks for the same answer in all four formats, whole and streamed, and prints in which the words came. */
const consumer = `
import { startScriptedModel } from 'pawl/testing';

const words = 'These words.';
const user = { role: 'user', content: 'Say it.' };
const gemini = { contents: [{ role: 'user', parts: [{ text: 'Say it.' }] }], tools: [{ functionDeclarations: [{ name: 'bash' }] }] };
const tools = [{ type: 'function', name: 'bash', function: { name: 'bash' } }];
const requests = [
  ['/v1/messages', { model: 'm', tools, messages: [user] }],
  ['/v1/messages', { model: 'm', tools, messages: [user], stream: true }],
  ['/v1/responses', { model: 'm', tools, input: 'Say it.' }],
  ['/v1/responses', { model: 'm', tools, input: 'Say it.', stream: true }],
  ['/v1/chat/completions', { model: 'm', tools, messages: [user] }],
  ['/v1/chat/completions', { model: 'm', tools, messages: [user], stream: true }],
  ['/v1beta/models/m:generateContent', gemini],
  ['/v1beta/models/m:streamGenerateContent?alt=sse', gemini],
];
await using model = await startScriptedModel({ say: [{ kind: 'answer', text: words }] });
for (const [path, body] of requests) {
  const response = await fetch(model.baseUrl('say') + path, { method: 'POST', body: JSON.stringify(body) });
  const text = await response.text();
  console.log(response.status, response.headers.get('content-type'), text.includes(words));
}
console.log(model.requests.map(({ format }) => format).join(' '), model.faults.length);
`;

test('a project imports it by its name and drives it in all four wire formats, whole and streamed', async () => {
  await using folder = await makeProject({ 'consumer.mjs': consumer });
  const both = ['200 application/json true', '200 text/event-stream true'];
  expect((await run(folder, process.execPath, 'consumer.mjs')).trimEnd().split('\n')).toEqual([
    ...Array.from({ length: 4 }, () => both).flat(),
    'anthropic-messages anthropic-messages openai-responses openai-responses openai-chat openai-chat gemini gemini 0',
  ]);
});

const leaver = `
import { startScriptedModel } from 'pawl/testing';

const asked = Promise.withResolvers();
const late = () => (asked.resolve(), { kind: 'answer', text: 'Late.', delayMs: 3_600_000 });
const model = await startScriptedModel({ late });
const body = JSON.stringify({ model: 'm', messages: [] });
const waiting = fetch(model.baseUrl('late') + '/v1/messages', { method: 'POST', body }).catch(() => 'freed');
await asked.promise;
await model[Symbol.asyncDispose]();
console.log(await waiting);
`;

test('a program that is done with it ends, though an answer was to come in an hour', async () => {
  await using folder = await makeProject({ 'leaver.mjs': leaver });
  expect(await run(folder, process.execPath, 'leaver.mjs')).toBe('freed\n');
});

async function exampleOf(index: number): Promise<string> {
  const guide = await readFile(join(projectRoot, 'docs/guides/testing-agents.md'), 'utf8');
  const [, example] = [...guide.matchAll(/^```ts\n(.*?)^```$/gms)][index] ?? [];
  if (example === undefined) throw new Error(`the guide has no example number ${index}`);
  return example;
}

test('the examples of the guide have the types that the package declares', async () => {
  const examples = await Promise.all([0, 1, 2].map(exampleOf));
  const files = Object.fromEntries(examples.map((example, index) => [`example-${index}.ts`, example]));
  const compilerOptions = {
    ...{ strict: true, noEmit: true, module: 'nodenext', target: 'es2024', lib: ['es2024', 'esnext'] },
    ...{ types: ['node'], typeRoots: [join(projectRoot, 'node_modules/@types')] },
  };
  await using folder = await makeProject({ ...files, 'tsconfig.json': JSON.stringify({ compilerOptions }) });
  expect(await run(folder, join(projectRoot, 'node_modules/.bin/tsc'), '--noEmit')).toBe('');
});

test('the example that asks by hand gets the words and the call', async () => {
  await using folder = await makeProject({ 'example.ts': await exampleOf(0) });
  const answer: unknown = JSON.parse(await run(folder, process.execPath, 'example.ts'));
  const call = { name: 'bash', arguments: '{"command":"ls"}' };
  expect(answer).toMatchObject({
    choices: [{ message: { content: 'Looking.', tool_calls: [{ function: call }] } }],
  });
});

if (!existsSync(claude)) console.warn(`skipped: an example of the guide needs Claude Code at ${claude}`);

test.skipIf(!existsSync(claude))('the example with a real program has it write the file', async () => {
  await using folder = await makeProject({ 'example.ts': await exampleOf(1) });
  expect(await run(folder, process.execPath, 'example.ts')).toBe('It is written. hello\n []\n');
});
