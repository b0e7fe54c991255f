/** Small projects to run Pawl on: a git repository with a backlog, a configuration and a script for the agent. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { openJournalReader } from '../../src/adapters/journal-sqlite/sqlite-journal.ts';
import type { JournalEvent } from '../../src/domain/event.ts';
import { foldAll } from '../../src/domain/fold.ts';
import type { RunState } from '../../src/domain/run-state.ts';
import {
  findMarkedProcesses,
  runPawl,
  startPawl,
  type MarkedProcess,
  type PawlExit,
  type PawlHandle,
  type PawlOptions,
} from './pawl.ts';
import { makeTemporaryFolder } from './temporary.ts';

export interface BacklogTask {
  readonly id: string;
  /** `Do <id>` when absent. */
  readonly title?: string;
  readonly dependencies?: readonly string[];
  readonly conflictsWith?: readonly string[];
  /** Paths it is expected to touch. */
  readonly files?: readonly string[];
  /** Medium when absent. */
  readonly risk?: 'High' | 'Medium' | 'Low';
  /** pending when absent. */
  readonly status?: string;
  /** One sentence per criterion; one of its own making when absent. */
  readonly criteria?: readonly string[];
  /** Further fields as `name: value`, as they stand in the backlog. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** One step of the scripted agent, see docs/guides/scripted-agent.md. */
export type ScriptStep = Readonly<Record<string, unknown>>;

export interface ProjectSketch {
  readonly tasks: readonly BacklogTask[];
  /** Per task, one list of steps per attempt; or a whole script as JSON. Absent: every task adds `out/<task>.txt`. */
  readonly script?: Readonly<Record<string, readonly (readonly ScriptStep[])[]>>;
  /** Merged over: the scripted agent, `parallel: 3`, one gate `check` that is always green, short deadlines. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Further files of the first commit, by path. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface Project extends AsyncDisposable {
  /** The repository's root. */
  readonly root: string;
  /** The temporary folder that holds everything: repository, HOME, cache. Gone at the end. */
  readonly folder: string;
  /** The environment for Pawl and git: PATH, a HOME and a PAWL_CACHE of its own, a fixed identity. */
  readonly env: Readonly<Record<string, string>>;
  readonly cache: string;
  /** The integration branch's full ref name, `refs/heads/pawl/tasks`. */
  readonly integrationRef: string;
  /** The journal's file, `<git dir>/pawl/pawl.db`. */
  readonly journalFile: string;
  /** Runs git in the repository (or in `cwd`) and returns its output without the last line break. */
  git(args: readonly string[], cwd?: string): Promise<string>;
  /** Writes files, by path relative to the root. */
  write(files: Readonly<Record<string, string>>): void;
  /** Runs `pawl` in the repository to its end; `env` is added to {@link Project.env}. */
  run(args: readonly string[], options?: Partial<PawlOptions>): Promise<PawlExit>;
  start(args: readonly string[], options?: Partial<PawlOptions>): PawlHandle;
  /** Every event of the run in the journal; empty when there is none. */
  events(): readonly JournalEvent[];
  state(): RunState;
  /** Agents, gates and set-ups of this project that live now. */
  orphans(): readonly MarkedProcess[];
  /** Paths of lock files in the repository's git directory and its worktrees'. */
  locks(): readonly string[];
}

/** `await using project = await createProject({ tasks: [{ id: 'T-001' }] })`. */
export async function createProject(sketch: ProjectSketch): Promise<Project> {
  const temporary = makeTemporaryFolder('project');
  const folder = temporary.path;
  const root = join(folder, 'project');
  const cache = join(folder, 'cache');
  const home = join(folder, 'home');
  for (const path of [root, cache, home]) mkdirSync(path);
  const env = { ...identity, PATH: process.env['PATH'] ?? '', HOME: home, PAWL_CACHE: cache };
  const git = async (args: readonly string[], cwd = root): Promise<string> => {
    const { stdout } = await run('git', args, {
      cwd,
      env: { ...env, ...fixedDates },
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout.replace(/\n$/, '');
  };
  writeFiles(root, { ...filesOf(sketch), ...sketch.files });
  await git(['init', '--quiet', '--initial-branch=main']);
  await git(['add', '--all']);
  await git(['commit', '--quiet', '--message=First commit']);
  const journalFile = join(root, '.git', 'pawl', 'pawl.db');
  const optionsFor = (options: Partial<PawlOptions> = {}): PawlOptions => ({
    cwd: root,
    ...options,
    env: { ...env, ...options.env },
  });
  return {
    root,
    folder,
    env,
    cache,
    integrationRef: `refs/heads/pawl/${PLAN}`,
    journalFile,
    git,
    write: (files) => writeFiles(root, files),
    run: (args, options) => runPawl(args, optionsFor(options)),
    start: (args, options) => startPawl(args, optionsFor(options)),
    events: () => readJournal(journalFile),
    state: () => foldAll(readJournal(journalFile)),
    orphans: () => findMarkedProcesses(folder),
    locks: () => findLocks(join(root, '.git')),
    async [Symbol.asyncDispose]() {
      for (const { pid } of findMarkedProcesses(folder)) endStray(pid);
      await temporary[Symbol.asyncDispose]();
    },
  };
}

/** The name Pawl gives a plan that stands in TASKS.md. */
const PLAN = 'tasks';

const run = promisify(execFile);

const identity = {
  GIT_AUTHOR_NAME: 'Rig',
  GIT_AUTHOR_EMAIL: 'rig@example.org',
  GIT_COMMITTER_NAME: 'Rig',
  GIT_COMMITTER_EMAIL: 'rig@example.org',
  GIT_CONFIG_NOSYSTEM: '1',
  LC_ALL: 'C',
} as const;

/**
 * The rig's own commits are the same on every machine and day. Pawl's are not: with a fixed date, a landing that is
 * made twice would be one commit, and no test would see it.
 */
const fixedDates = {
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
} as const;

function filesOf({ tasks, script, config }: ProjectSketch): Record<string, string> {
  const whole =
    script === undefined
      ? { tasks: {}, default: [[{ write: { path: 'out/{{task}}.txt', text: 'by {{task}}\n' } }]] }
      : { tasks: script };
  const settings = {
    agent: 'scripted',
    // Scripts wait for each other, and for the test, by files in HOME.
    agents: { scripted: { kind: 'scripted', script: 'agent-script.json', home: 'shared' } },
    // What is tested elsewhere would only be slower; test/e2e/isolation has it on.
    sandbox: { mode: 'off' },
    gates: { check: 'true' },
    parallel: 3,
    backoffSeconds: 0,
    limits: { idleSeconds: 20, totalSeconds: 60, graceSeconds: 0.2 },
    ...config,
  };
  return {
    'TASKS.md': renderBacklog(tasks),
    'agent-script.json': `${JSON.stringify(whole, undefined, 2)}\n`,
    'pawl.config.json': `${JSON.stringify(settings, undefined, 2)}\n`,
    'package.json': `${JSON.stringify({ name: 'project', private: true, type: 'module' })}\n`,
  };
}

/** A TASKS.md in the format of source 003. */
export function renderBacklog(tasks: readonly BacklogTask[]): string {
  return `# Implementation Tasks\n\n${tasks.map(renderTask).join('\n')}`;
}

function renderTask(task: BacklogTask): string {
  const { id, title = `Do ${id}`, dependencies = [], conflictsWith = [], files = [] } = task;
  const { risk = 'Medium', status = 'pending', criteria = [`${id} is done`], fields = {} } = task;
  return [
    `### ${id}: ${title}`,
    '',
    `- **Dependencies**: ${dependencies.length === 0 ? 'None' : dependencies.join(', ')}`,
    `- **Status**: ${status}`,
    `- **Risk**: ${risk}`,
    ...(conflictsWith.length === 0 ? [] : [`- **Conflicts with**: ${conflictsWith.join(', ')}`]),
    ...(files.length === 0 ? [] : [`- **Files**: ${files.map((file) => `\`${file}\``).join(', ')}`]),
    ...Object.entries(fields).map(([name, value]) => `- **${name}**: ${value}`),
    '- **Acceptance criteria**:',
    ...criteria.map((text) => `  - [ ] ${text}`),
    '',
  ].join('\n');
}

function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

function readJournal(file: string): readonly JournalEvent[] {
  const journal = openJournalReader(file, existsSync(file));
  if (journal === undefined) return [];
  try {
    return [...journal.readEvents(PLAN)];
  } finally {
    journal.close();
  }
}

/** Lock files of git proper; the object store and Pawl's own folder have none. */
function findLocks(gitFolder: string): readonly string[] {
  return readdirSync(gitFolder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.lock'),
  );
}

function endStray(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
