import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseScript, type Script } from '../../src/scripted-agent/script.ts';
import { ok } from '../../src/util/result.ts';

const project = join(import.meta.dirname, '../..');
const example = join(project, 'examples/larder');
const agent = join(project, 'src/scripted-agent/main.ts');
const gates = ['typecheck', 'test', 'lint', 'build'] as const;

const env = {
  ...process.env,
  PATH: `${join(project, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Tester',
  GIT_AUTHOR_EMAIL: 'tester@example.invalid',
  GIT_COMMITTER_NAME: 'Tester',
  GIT_COMMITTER_EMAIL: 'tester@example.invalid',
};

interface BacklogTask {
  readonly id: string;
  readonly section: string;
  readonly dependencies: readonly string[];
  readonly files: readonly string[];
}

let folder: string;
let repository: string;
let quickScript: string;
let start: string;
let backlog: readonly BacklogTask[];
let script: Script;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-example-'));
  repository = join(folder, 'larder');
  quickScript = join(folder, 'quick-script.json');
  await cp(example, repository, { recursive: true });
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'Start');
  start = await git('rev-parse', 'HEAD');
  backlog = readBacklog(await readFile(join(example, 'TASKS.md'), 'utf8'));
  const text = await readFile(join(example, 'agent-script.json'), 'utf8');
  const parsed = parseScript(text, 'agent-script.json');
  if (!parsed.ok) throw new Error(parsed.error);
  script = parsed.value;
  await writeFile(quickScript, withoutLingering(text));
}, 30_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the example as it stands', () => {
  test('every task is scripted, its dependencies exist, and its section is in the specification', async () => {
    const spec = await readFile(join(example, 'docs/spec.md'), 'utf8');
    const ids = backlog.map((task) => task.id);
    expect(ids).toHaveLength(14);
    expect(Object.keys(script.tasks)).toEqual(ids);
    for (const task of backlog) {
      expect(ids).toEqual(expect.arrayContaining([...task.dependencies]));
      expect(spec).toContain(`\n## ${task.section}\n`);
    }
  });

  test('the backlog names the version of its specification', async () => {
    const hash = createHash('sha256').update(await readFile(join(example, 'docs/spec.md')));
    const tasks = await readFile(join(example, 'TASKS.md'), 'utf8');
    expect(tasks).toContain(`**Spec version**: ${hash.digest('hex').slice(0, 12)}\n`);
  });

  test('all four gates pass before any task is done', async () => {
    await git('checkout', '--quiet', '--detach', start);
    expect(await failingGates()).toEqual([]);
  });
});

describe('first attempts', () => {
  test('T-004 claims to be done with a test that fails', async () => {
    const { claim } = await play('T-004', 1, start);
    expect([claim, await failingGates()]).toEqual(['done', ['test']]);
  });

  test('T-005 claims to be done and has changed nothing', async () => {
    const { claim, commit } = await play('T-005', 1, start);
    expect([claim, commit]).toEqual(['done', start]);
  });

  test('T-009 claims to be done with a finding of the linter', async () => {
    const landed = await land(['T-004', 'T-005']);
    const { claim } = await play('T-009', 1, landed.head);
    expect([claim, await failingGates()]).toEqual(['done', ['lint']]);
  }, 20_000);
});

describe('final attempts', () => {
  const orders: readonly (readonly [string, (ready: readonly string[]) => string | undefined])[] = [
    ['in backlog order', (ready) => ready[0]],
    ['with the last ready task first', (ready) => ready.at(-1)],
  ];

  test.each(orders)(
    'land %s, and only the second of T-002 and T-003 is sent back',
    async (_name, choose) => {
      const order = topologicalOrder(choose);
      const { head, sentBack, changed } = await land(order);
      const second = order.filter((id) => id === 'T-002' || id === 'T-003')[1];
      expect(sentBack).toEqual([second]);
      for (const task of backlog) expect([task.id, changed.get(task.id)]).toEqual([task.id, task.files]);
      await git('checkout', '--quiet', '--detach', head);
      expect(await failingGates()).toEqual([]);
    },
    60_000,
  );
});

/**
 * Lands the final attempt of each task, every one made on the oldest base that holds its dependencies, so that
 * as much as possible has changed when it is merged. One that does not merge is made again on the newest base.
 */
async function land(order: readonly string[]): Promise<{
  readonly head: string;
  readonly sentBack: readonly string[];
  readonly changed: ReadonlyMap<string, readonly string[]>;
}> {
  let head = start;
  const landedAt = new Map<string, number>();
  const heads = [start];
  const sentBack: string[] = [];
  const changed = new Map<string, readonly string[]>();
  for (const id of order) {
    const dependencies = backlog.find((task) => task.id === id)?.dependencies ?? [];
    const oldest = Math.max(0, ...dependencies.map((dependency) => landedAt.get(dependency) ?? 0));
    const base = heads[oldest] ?? start;
    let attempt = await play(id, 99, base);
    let tree = await mergedTree(head, attempt.commit);
    if (tree === undefined) {
      sentBack.push(id);
      attempt = await play(id, 99, head);
      tree = await mergedTree(head, attempt.commit);
    }
    if (tree === undefined) throw new Error(`${id} does not merge on its newest base either`);
    expect([id, attempt.claim]).toEqual([id, 'done']);
    const names = await git('diff', '--name-only', `${attempt.commit}^`, attempt.commit);
    changed.set(id, names.split('\n').toSorted());
    head = await git('commit-tree', tree, '-p', head, '-p', attempt.commit, '-m', id);
    landedAt.set(id, heads.push(head) - 1);
  }
  return { head, sentBack, changed };
}

/** Plays one attempt on a clean checkout of `base`; what the agent leaves uncommitted is committed for it. */
async function play(task: string, attempt: number, base: string): Promise<{ claim: string; commit: string }> {
  await git('checkout', '--quiet', '--force', '--detach', base);
  await git('clean', '--quiet', '-d', '--force');
  const args = [agent, '--script', quickScript, '--task', task, '--attempt', String(attempt)];
  const child = spawn(process.execPath, args, { cwd: repository, env, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(`Do ${task}.`);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  await new Promise((resolve) => child.once('close', resolve));
  const last: unknown = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '');
  await git('add', '--all');
  if ((await git('status', '--porcelain')) !== '') await git('commit', '--quiet', '--message', task);
  expect(last).toMatchObject({ type: 'result' });
  return { claim: (last as { readonly claim: string }).claim, commit: await git('rev-parse', 'HEAD') };
}

async function mergedTree(head: string, commit: string): Promise<string | undefined> {
  try {
    return await git('merge-tree', '--write-tree', head, commit);
  } catch (error) {
    // Exit code 1 is a conflict; everything else is a broken call.
    if ((error as { readonly code?: unknown }).code === 1) return undefined;
    throw error;
  }
}

async function failingGates(): Promise<readonly string[]> {
  const failing: string[] = [];
  for (const gate of gates) {
    const passed = await promisify(execFile)('npm', ['run', '--silent', gate], { cwd: repository, env }).then(
      () => true,
      () => false,
    );
    if (!passed) failing.push(gate);
  }
  return failing;
}

async function git(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', [...args], { cwd: repository, env });
  return stdout.trimEnd();
}

function topologicalOrder(choose: (ready: readonly string[]) => string | undefined): readonly string[] {
  const order: string[] = [];
  for (;;) {
    const ready = backlog
      .filter((task) => !order.includes(task.id))
      .filter((task) => task.dependencies.every((dependency) => order.includes(dependency)))
      .map((task) => task.id);
    const next = choose(ready);
    if (next === undefined) return order;
    order.push(next);
  }
}

function readBacklog(markdown: string): readonly BacklogTask[] {
  const [, ...blocks] = markdown.split(/^### /m);
  return blocks.map((block) => {
    const field = (name: string): string => new RegExp(`\\*\\*${name}\\*\\*: (.*)`).exec(block)?.[1] ?? '';
    return {
      id: block.slice(0, block.indexOf(':')),
      section: field('Spec reference').replace('docs/spec.md, ', ''),
      dependencies: field('Dependencies').match(/T-\d+/g) ?? [],
      files: (field('Files').match(/[^`, ]+/g) ?? []).toSorted(),
    };
  });
}

/** The same script without what only takes time: waits, floods, and children that linger. */
function withoutLingering(text: string): string {
  const { tasks } = JSON.parse(text) as { tasks: Record<string, Record<string, unknown>[][]> };
  for (const attempts of Object.values(tasks)) {
    for (const [index, steps] of attempts.entries()) {
      attempts[index] = steps.filter((step) => !('wait' in step || 'flood' in step || 'fork' in step));
    }
  }
  const quick = JSON.stringify({ tasks });
  expect(parseScript(quick, 'quick-script.json')).toEqual(ok(expect.anything()));
  return quick;
}
