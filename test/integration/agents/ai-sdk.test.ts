/** What the built-in agent does with any provider. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { identifyProcess } from '../../../src/adapters/process/process-table.ts';
import { startScriptedModel } from '../../../src/testing/index.ts';
import { projectRoot } from '../../rig/pawl.ts';
import { startProxy } from '../../rig/proxy.ts';
import { makePlace, runAgent } from './agent-run.ts';
import { baseUrl, coder, error, keys, runWith } from './coder-run.ts';

describe.concurrent('the built-in agent', () => {
  test('whose model never answers is ended at the idle limit', async () => {
    await using place = await makePlace();
    const limits = { idleMs: 2_000, totalMs: 60_000, graceMs: 2_000 };
    const { outcome } = await runWith(place, [{ kind: 'hang' }], {}, { limits });
    expect(outcome).toMatchObject({ kind: 'idle', idleMs: 2_000 });
  });

  test.each([
    [400, 'invalid_request_error', 'api-error', 1],
    [402, 'billing_error', 'auth', 1],
    [403, 'permission_error', 'auth', 1],
    [404, 'not_found_error', 'api-error', 1],
    [413, 'request_too_large', 'context-full', 1],
    [529, 'overloaded_error', 'api-error', 2],
  ] as const)('meets a status of %i (%s) as %s', async (status, type, kind, count) => {
    await using place = await makePlace();
    const { outcome, requests } = await runWith(place, [error(status, type)]);
    expect(outcome).toMatchObject({ kind, message: `a scripted ${status}` });
    expect(requests).toHaveLength(count);
  });

  test('meets a proxy that answers with a page of its own as an API error', async () => {
    await using place = await makePlace();
    const page = { kind: 'raw', status: 502, body: '<html>Bad Gateway</html>' } as const;
    const { outcome } = await runWith(place, [page]);
    expect(outcome).toMatchObject({ kind: 'api-error', httpStatus: 502 });
  });

  test('meets an answer that is none as no finish', async () => {
    await using place = await makePlace();
    const nonsense = { kind: 'raw', status: 200, body: 'Welcome to the hotel network!' } as const;
    expect((await runWith(place, [nonsense])).outcome.kind).not.toBe('finished');
  });

  test('meets a closed connection as an API error', async () => {
    await using place = await makePlace();
    const { outcome, requests } = await runWith(place, [{ kind: 'drop' }]);
    expect(outcome.kind).toBe('api-error');
    expect(requests).toHaveLength(2);
  });

  test('goes through the proxy that the environment names, and its commands do not', async () => {
    await using place = await makePlace();
    await using model = await startScriptedModel({
      script: [
        { kind: 'answer', call: { tool: 'shell', command: 'env > environment.txt' } },
        { kind: 'answer', text: 'Done.' },
      ],
    });
    await using proxy = await startProxy(new URL(model.baseUrl('script')).port);
    const agent = coder('http://provider.invalid/s/script/v1');
    const { outcome } = await runAgent(agent, place, { env: { ...keys, HTTP_PROXY: proxy.url } });
    expect(outcome).toMatchObject({ kind: 'finished', lastWords: 'Done.' });
    expect(proxy.asked).toContain('provider.invalid');
    expect(await readFile(join(place.workspace, 'environment.txt'), 'utf8')).not.toContain(
      'NODE_USE_ENV_PROXY',
    );
  });

  test('makes the calls of one answer one after the other', async () => {
    await using place = await makePlace();
    await writeFile(join(place.workspace, 'list.txt'), 'one two three\n');
    const edit = (oldString: string, newString: string) =>
      ({
        tool: 'named',
        name: 'edit',
        input: { filePath: 'list.txt', oldString, newString },
      }) as const;
    const slow = { tool: 'shell', command: 'sleep 0.3; cp list.txt seen.txt' } as const;
    await runWith(place, [
      { kind: 'answer', call: [edit('one', '1'), slow, edit('two', '2'), edit('three', '3')] },
      { kind: 'answer', text: 'Done.' },
    ]);
    expect(await readFile(join(place.workspace, 'list.txt'), 'utf8')).toBe('1 2 3\n');
    expect(await readFile(join(place.workspace, 'seen.txt'), 'utf8')).toBe('1 two three\n');
  });

  test('told to terminate gives up its request, says nothing of an end, and goes', async () => {
    await using place = await makePlace();
    await using model = await startScriptedModel({
      script: [
        { kind: 'answer', text: 'Working.', call: { tool: 'shell', command: 'true' } },
        { kind: 'hang' },
      ],
    });
    const options = [
      '--provider=anthropic',
      '--model=m',
      '--api-key-env=K',
      `--packages=${projectRoot}/node_modules`,
    ];
    const program = join(projectRoot, 'bin', 'pawl-coder.js');
    const child = spawn(process.execPath, [program, ...options, `--base-url=${baseUrl(model)}`], {
      cwd: place.workspace,
      env: { ...place.environment, K: 'dummy' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.end('Do the task.');
    const lines: unknown[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(JSON.parse(line));
      if (line.includes('"turn"')) child.kill('SIGTERM');
    }
    const code = await new Promise((resolve) => {
      if (child.exitCode === null) child.once('exit', resolve);
      else resolve(child.exitCode);
    });
    expect(code).toBe(143);
    expect(lines.map((line) => (line as { type: string }).type)).toEqual(['text', 'tool', 'turn']);
  });

  test('has the same beginning in every request, and asks Anthropic to cache it', async () => {
    await using place = await makePlace();
    const steps = [
      { kind: 'answer', call: { tool: 'shell', command: 'true' } },
      { kind: 'answer', text: 'Done.' },
    ] as const;
    const { requests } = await runWith(place, steps);
    const [first, second] = requests.map(({ body }) => body as Record<string, unknown>);
    expect(first?.['cache_control']).toEqual({ type: 'ephemeral' });
    expect(second).toMatchObject({ system: first?.['system'], tools: first?.['tools'] });
  });

  test('limits the length of an answer where it is told to', async () => {
    await using place = await makePlace();
    const { requests } = await runWith(place, [{ kind: 'answer', text: 'Done.' }], { maxOutputTokens: 321 });
    expect(requests[0]?.body).toMatchObject({ max_tokens: 321 });
  });

  test('tells the model why a call failed, and goes on', async () => {
    await using place = await makePlace();
    const steps = [
      { kind: 'answer', call: { tool: 'write', path: '../outside.txt', content: 'no' } },
      { kind: 'answer', call: { tool: 'named', name: 'no-such-tool', input: {} } },
      { kind: 'answer', text: 'Refused.' },
    ] as const;
    const { outcome, requests } = await runWith(place, steps);
    expect(outcome.kind).toBe('finished');
    expect(JSON.stringify(requests[1]?.body)).toContain('../outside.txt holds \\"..\\"');
    expect(JSON.stringify(requests[2]?.body)).toContain('no-such-tool');
    expect(existsSync(join(place.workspace, '..', 'outside.txt'))).toBe(false);
  });

  test('gives commands no key of the provider', async () => {
    await using place = await makePlace();
    const steps = [
      { kind: 'answer', call: { tool: 'shell', command: 'env > environment.txt' } },
      { kind: 'answer', text: 'Done.' },
    ] as const;
    await runWith(place, steps, {}, { env: { ANTHROPIC_API_KEY: 'very-secret', OTHER: 'visible' } });
    const environment = await readFile(join(place.workspace, 'environment.txt'), 'utf8');
    expect(environment).toContain('OTHER=visible');
    expect(environment).not.toContain('very-secret');
  });

  test('without a key asks nobody, and says which variable it wants', async () => {
    await using place = await makePlace();
    const run = await runWith(place, [{ kind: 'answer', text: 'Done.' }], {}, { env: {} });
    expect(run.outcome).toMatchObject({ kind: 'auth', message: 'the variable ANTHROPIC_API_KEY is not set' });
    expect(run.requests).toEqual([]);
  });

  test('needs no key for a local model', async () => {
    await using place = await makePlace();
    const settings = { provider: 'openai-compatible' } as const;
    const run = await runWith(place, [{ kind: 'answer', text: 'Done.' }], settings, { env: {} });
    expect(run.outcome.kind).toBe('finished');
  });

  test('leaves nothing of what its commands left in the background', async () => {
    await using place = await makePlace();
    const steps = [
      { kind: 'answer', call: { tool: 'shell', command: 'setsid sleep 600 & echo $! > pid' } },
      { kind: 'answer', text: 'Done.' },
    ] as const;
    expect((await runWith(place, steps)).outcome.kind).toBe('finished');
    const pid = Number(await readFile(join(place.workspace, 'pid'), 'utf8'));
    expect(pid).toBeGreaterThan(0);
    expect(identifyProcess(pid)).toBeUndefined();
  });
});
