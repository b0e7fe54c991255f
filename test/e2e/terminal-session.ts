/** Pawl at a real terminal: a pseudo-terminal made by `script` (util-linux), seen through a terminal emulator. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import xterm from '@xterm/headless';
import { projectRoot } from '../rig/pawl.ts';
import type { Project } from '../rig/repository.ts';
import { until } from './observations.ts';

/** The program that gives another one a terminal. */
const pseudoTerminal = 'script';

export interface TerminalSession extends AsyncDisposable {
  /** Everything that was written to the terminal so far. */
  readonly raw: () => string;
  /** The rows with text, scrolled-away ones included, without blanks at their ends. */
  readonly rows: () => Promise<readonly string[]>;
  /** Rows that are the rest of a line that was too long for the terminal. */
  readonly wrappedRows: () => Promise<readonly string[]>;
  readonly type: (text: string) => void;
  /** Takes the terminal away, as closing its window does. */
  readonly hangUp: () => void;
  /** Settles when the screen, with what has scrolled away, matches. */
  readonly waitFor: (pattern: RegExp) => Promise<void>;
  /** The exit code of Pawl. */
  readonly exit: Promise<number>;
}

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Why there is no pseudo-terminal here; undefined where there is. */
export function whyNoTerminal(): string | undefined {
  const found = spawnSync(pseudoTerminal, ['--version'], { encoding: 'utf8' });
  return /util-linux/.test(found.stdout ?? '') ? undefined : 'there is no `script` of util-linux';
}

export function startInTerminal(
  project: Project,
  args: readonly string[],
  { columns, rows, env = {} }: TerminalOptions,
): TerminalSession {
  if (!existsSync(`${projectRoot}/dist/cli/main.js`))
    throw new Error('the program is not built: `npm run build`');
  const emulator = new xterm.Terminal({
    cols: columns,
    rows,
    scrollback: 1_000,
    allowProposedApi: true,
    convertEol: false,
  });
  const words = [process.execPath, `${projectRoot}/bin/pawl.js`, ...args].map((word) => `'${word}'`);
  const command = `stty cols ${columns} rows ${rows}; exec ${words.join(' ')}`;
  const child = spawn(pseudoTerminal, ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: project.root,
    env: { ...project.env, TERM: 'xterm-256color', SHELL: '/bin/sh', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let raw = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    raw += text;
    emulator.write(text);
  });
  const exit = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
  const readRows = async (): Promise<readonly string[]> => {
    await new Promise<void>((resolve) => emulator.write('', resolve));
    const { active } = emulator.buffer;
    return Array.from({ length: active.length }, (_, row) =>
      (active.getLine(row)?.translateToString(true) ?? '').trimEnd(),
    ).filter((row) => row !== '');
  };
  return {
    raw: () => raw,
    rows: readRows,
    async wrappedRows() {
      await readRows();
      const { active } = emulator.buffer;
      return Array.from({ length: active.length }, (_, row) => active.getLine(row)).flatMap((line) =>
        line?.isWrapped === true ? [line.translateToString(true)] : [],
      );
    },
    type: (text) => void child.stdin.write(text),
    hangUp: () => void child.kill('SIGKILL'),
    waitFor: (pattern) =>
      until(async () => pattern.test((await readRows()).join('\n')), `the screen shows ${String(pattern)}`),
    exit,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) child.kill('SIGKILL');
      await exit;
      emulator.dispose();
    },
  };
}
