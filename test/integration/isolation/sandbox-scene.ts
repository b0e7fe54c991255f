/** A person with secrets, a repository of theirs, and an attempt in a sandbox beside it: everything real. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HomeFile } from '../../../src/adapters/home/home-file.ts';
import { createIsolation } from '../../../src/adapters/isolation/create-isolation.ts';
import { createWorktreePool, nothingToProvide } from '../../../src/adapters/git/worktree-pool.ts';
import { probeBubblewrap } from '../../../src/adapters/sandbox/bubblewrap.ts';
import { packageOf } from '../../../src/adapters/sandbox/installations.ts';
import { mergeSandbox } from '../../../src/adapters/sandbox/settings.ts';
import type { AgentPlace } from '../../../src/ports/isolation.ts';
import type { ProcessOutcome, ProcessSpec } from '../../../src/ports/processes.ts';
import type { Workspace, WorkspacePool } from '../../../src/ports/workspaces.ts';
import { createProcessLog } from '../process-rig.ts';
import { findMarkedProcesses } from '../../rig/pawl.ts';
import { makeTemporaryFolder } from '../../rig/temporary.ts';

export const bubblewrap = await probeBubblewrap(process.env['PATH'] ?? '');

export interface Attempt {
  readonly workspace: Workspace;
  readonly place: AgentPlace;
  /** Runs a shell script as the agent; its output, or how it ended when that was not well. */
  readonly say: (script: string) => Promise<string>;
  readonly run: (script: string, change?: Partial<ProcessSpec>) => Promise<ProcessOutcome>;
}

export interface Scene extends AsyncDisposable {
  readonly folder: string;
  readonly home: string;
  readonly root: string;
  readonly base: string;
  readonly pool: WorkspacePool;
  git(...args: readonly string[]): string;
  attempt(): Promise<Attempt>;
  /** Command lines of processes that an attempt left. */
  living(): readonly string[];
}

export interface SceneOptions {
  readonly sandbox?: Parameters<typeof mergeSandbox>[0];
  readonly files?: readonly HomeFile[];
  readonly home?: 'private' | 'shared';
}

export async function makeScene(options: SceneOptions = {}): Promise<Scene> {
  const temporary = makeTemporaryFolder('sandbox');
  const folder = realpathSync(temporary.path);
  const home = join(folder, 'person');
  const root = join(home, 'project');
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: root, env: gitEnvironment, encoding: 'utf8' }).trim();
  put(join(home, '.ssh/id_ed25519'), 'secret');
  put(join(root, 'a.txt'), 'a\n');
  put(join(root, '.gitignore'), '*.log\n');
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message=first');
  put(join(root, '.env'), 'TOKEN=secret');
  const base = git('rev-parse', 'HEAD');
  const commonDir = join(root, '.git');
  const cache = join(home, '.cache/pawl');
  const log = createProcessLog();
  const pool = createWorktreePool({
    root,
    commonDir,
    folder: join(cache, 'project'),
    hit: () => undefined,
    provide: nothingToProvide,
  });
  const isolation = createIsolation({
    startProcess: log.startProcess,
    person: { HOME: home },
    gitConfig: () => Promise.resolve('[safe]\n\tdirectory = *\n'),
    repository: { root, commonDir },
    surroundings: {
      homes: [home],
      private: [root, commonDir, cache],
      own: packageOf(fileURLToPath(import.meta.url)),
    },
    probe: () => Promise.resolve(bubblewrap),
    agent: () => ({
      home: options.home ?? 'private',
      files: options.files ?? [],
      hosts: [],
      sandbox: mergeSandbox({ mode: 'require', ...options.sandbox }),
      environmentFor: ({ tmp, path }) => ({
        PATH: process.env['PATH'] ?? '',
        HOME: home,
        TMPDIR: tmp,
        PAWL_WORKSPACE: path,
        ...identity,
      }),
    }),
  });
  const attempts: AgentPlace[] = [];
  return {
    folder,
    home,
    root,
    base,
    pool,
    git,
    async attempt() {
      const workspace = await pool.acquire();
      const signal = new AbortController().signal;
      await pool.reset(workspace, base, { label: 'T', startProcess: log.startProcess, signal });
      const opened = await isolation.open('agent', workspace);
      if (!opened.ok) throw new Error(opened.error);
      const place = opened.value;
      attempts.push(place);
      const run: Attempt['run'] = async (script, change) => {
        const owned = await place.startProcess({
          role: 'agent',
          label: 'T-001/1/agent',
          argv: ['sh', '-c', script],
          cwd: workspace.path,
          env: place.env,
          stdin: 'closed',
          limits: { totalMs: 30_000, graceMs: 2_000 },
          ...change,
        });
        return owned.outcome;
      };
      return {
        workspace,
        place,
        run,
        async say(script) {
          const { end, tail } = await run(script);
          return end.kind === 'exited' && end.code === 0 ? tail : `${JSON.stringify(end)} ${tail}`;
        },
      };
    },
    living: () => findMarkedProcesses(folder).map(({ command }) => command),
    async [Symbol.asyncDispose]() {
      for (const place of attempts) await place.close();
      await temporary[Symbol.asyncDispose]();
    },
  };
}

export const identity = {
  GIT_AUTHOR_NAME: 'Rig',
  GIT_AUTHOR_EMAIL: 'rig@example.org',
  GIT_COMMITTER_NAME: 'Rig',
  GIT_COMMITTER_EMAIL: 'rig@example.org',
} as const;

const gitEnvironment = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...identity };

export function put(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
