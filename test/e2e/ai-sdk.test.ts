/** Whole runs from the built command line with the built-in agent, against a scripted model on loopback. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { probeBubblewrap } from '../../src/adapters/sandbox/bubblewrap.ts';
import { startScriptedModel } from '../../src/testing/index.ts';
import { projectRoot } from '../rig/pawl.ts';
import { createProject, type Project } from '../rig/repository.ts';
import { makeTemporaryFolder } from '../rig/temporary.ts';

const bubblewrap = await probeBubblewrap(process.env['PATH'] ?? '');
if (bubblewrap.kind === 'missing')
  process.stderr.write(`SKIPPED: the built-in agent in the sandbox: ${bubblewrap.message}\n`);

const gates = { test: 'grep -qx 42 answer.txt || { echo "expected 42"; exit 1; }' };

describe('pawl run with the built-in agent', () => {
  test('a local model without a key completes a task, and what it used is kept', async () => {
    await using model = await startScriptedModel({
      honest: [
        { kind: 'answer', call: { tool: 'named', name: 'read', input: { filePath: 'docs/spec.md' } } },
        {
          kind: 'answer',
          text: 'Writing it.',
          call: { tool: 'write', path: 'answer.txt', content: '42\n' },
        },
        { kind: 'answer', call: { tool: 'shell', command: 'grep -x 42 answer.txt' } },
        { kind: 'answer', text: 'The answer is written.' },
      ],
    });
    await using project = await createProject({
      tasks: [{ id: 'T-001', fields: { 'Spec reference': 'docs/spec.md, Answer' } }],
      files: { 'docs/spec.md': '# Answer\n\nanswer.txt holds 42.\n' },
      config: { ...local(model.baseUrl('honest')), gates },
    });
    const run = await project.run(['run', '--json']);
    expect([run.exitCode, run.stderr]).toEqual([0, expect.any(String)]);
    expect(await project.git(['show', 'pawl/tasks:answer.txt'])).toBe('42');
    const [attempt] = project.state().tasks.values().next().value?.attempts ?? [];
    expect(attempt).toMatchObject({
      unread: [],
      outcome: { kind: 'finished', claim: 'done', lastWords: 'The answer is written.' },
      usage: { inputTokens: 4_000, outputTokens: 200, model: 'local-1' },
    });
    expect(project.orphans()).toEqual([]);
    expect(model.faults).toEqual([]);
  });

  test('a model that only says that it is done is not believed', async () => {
    await using model = await startScriptedModel({
      liar: [{ kind: 'answer', text: 'All criteria are met.' }],
    });
    await using project = await createProject({
      tasks: [{ id: 'T-001' }],
      config: { ...local(model.baseUrl('liar')), gates, maxAttempts: 1 },
    });
    const run = await project.run(['run', '--json']);
    expect(run.exitCode).toBe(1);
    expect(JSON.parse(run.stdout)).toMatchObject({
      pulse: { falseCompletions: [{ task: 'T-001', attempt: 1 }] },
    });
  });
});

describe('the packages of the built-in agent', () => {
  test('that are missing are named by doctor and run, with what to type', async () => {
    await using installed = await installWithoutPeers();
    await using project = await createProject({ tasks: [{ id: 'T-001' }], config: anthropic });
    const install = 'npm install --save-dev ai@7 @ai-sdk/anthropic@4';
    const doctor = await runFrom(installed.path, project, ['doctor']);
    expect(doctor.output).toContain('ai is not installed; @ai-sdk/anthropic is not installed');
    expect(doctor.output).toContain(install);
    const run = await runFrom(installed.path, project, ['run']);
    expect(run.exitCode).toBe(4);
    expect(run.output).toContain('AGENT-MISSING');
    expect(run.output).toContain(install);
  });

  test('are taken from the repository first', async () => {
    await using installed = await installWithoutPeers();
    await using project = await createProject({
      tasks: [{ id: 'T-001' }],
      config: anthropic,
      files: { '.gitignore': 'node_modules\n' },
    });
    mkdirSync(join(project.root, 'node_modules'));
    link(project.root, '@ai-sdk/anthropic');
    const old = join(project.root, 'node_modules', 'ai');
    mkdirSync(old);
    writeFileSync(join(old, 'package.json'), '{ "name": "ai", "version": "6.1.0", "main": "index.js" }');
    writeFileSync(join(old, 'index.js'), '');
    const doctor = await runFrom(installed.path, project, ['doctor']);
    expect(doctor.output).toContain('ai is installed in version 6.1.0, but ^7.0.173 is needed');
    // The other place to look: beside Pawl.
    link(installed.path, 'ai');
    const mended = await runFrom(installed.path, project, ['doctor']);
    expect(mended.output).toMatch(/pawl-coder \d+\.\d+\.\d+.*not logged in; ai 7\..*Set ANTHROPIC_API_KEY/s);
  });
});

describe('the built-in agent in the sandbox', () => {
  test.skipIf(bubblewrap.kind === 'missing')(
    'has its packages from the repository, of which it sees nothing else',
    async () => {
      await using model = await startScriptedModel({
        work: [
          {
            kind: 'answer',
            text: 'Looking.',
            call: { tool: 'shell', command: 'ls -A ../../../../project > seen.txt; echo 42 > answer.txt' },
          },
          { kind: 'answer', text: 'The answer is written.' },
        ],
      });
      await using installed = await installWithoutPeers();
      await using project = await createProject({
        tasks: [{ id: 'T-001' }],
        config: { ...local(model.baseUrl('work')), gates, sandbox: { mode: 'require' } },
        files: { '.gitignore': 'node_modules\n' },
      });
      for (const name of ['ai', '@ai-sdk/openai-compatible']) link(project.root, name);
      const run = await runFrom(installed.path, project, ['run', '--json']);
      // And a git repository of its own in the place of the person's.
      expect(run.exitCode, run.output).toBe(0);
      expect(await project.git(['show', 'pawl/tasks:seen.txt'])).toBe('.git\nnode_modules');
    },
  );
});

function local(baseUrl: string): Readonly<Record<string, unknown>> {
  const coder = {
    kind: 'ai-sdk',
    provider: 'openai-compatible',
    model: 'local-1',
    baseUrl: `${baseUrl}/v1`,
  };
  return { agent: 'coder', agents: { coder } };
}

const anthropic = {
  agent: 'coder',
  agents: { coder: { kind: 'ai-sdk', provider: 'anthropic', model: 'claude-sonnet-4-5' } },
};

/** Pawl as a user has it who has installed nothing else: its files and its own dependencies. */
async function installWithoutPeers() {
  const folder = makeTemporaryFolder('installation');
  for (const name of ['bin', 'dist', 'package.json'])
    cpSync(join(projectRoot, name), join(folder.path, name), { recursive: true });
  for (const name of ['zod', 'commander', '@dagrejs/dagre', '@clack/prompts']) link(folder.path, name);
  return folder;
}

function link(folder: string, name: string): void {
  const path = join(folder, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(join(projectRoot, 'node_modules', name), path);
}

interface Printed {
  readonly exitCode: number;
  readonly output: string;
}

function runFrom(installation: string, project: Project, args: readonly string[]): Promise<Printed> {
  const program = join(installation, 'bin', 'pawl.js');
  const options = { cwd: project.root, env: project.env, timeout: 60_000 };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) => {
      resolve({ exitCode: Number(error?.code ?? 0), output: stdout + stderr });
    });
  });
}
