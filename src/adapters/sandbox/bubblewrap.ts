/** Runs programs inside bubblewrap. */
import { execFile } from 'node:child_process';
import type { OwnedProcess, ProcessOutcome, ProcessSpec, StartProcess } from '../../ports/processes.ts';
import { findProgram } from '../process/program.ts';
import { mountArguments, type Mount } from './mounts.ts';
import { openNetwork, type NetworkOptions, type OpenNetwork } from './network.ts';

export type BubblewrapProbe =
  | { readonly kind: 'works'; readonly program: string; readonly version: string }
  | { readonly kind: 'missing'; readonly message: string; readonly hint: string };

/** Whether it is installed and the system lets it do what Pawl needs: found out by doing it. */
export async function probeBubblewrap(path: string): Promise<BubblewrapProbe> {
  if (process.platform !== 'linux')
    return { kind: 'missing', message: 'bubblewrap exists for Linux only', hint: outside };
  const program = findProgram('bwrap', path, '/');
  if (program === undefined) {
    return {
      kind: 'missing',
      message: 'bubblewrap is not installed',
      hint: 'Install it: `apt-get install bubblewrap`, or your system’s package of that name.',
    };
  }
  const version = await tryRun(program, ['--version']);
  const trial = await tryRun(program, [...mountArguments([]), ...namespaces, '--', '/bin/sh', '-c', ':']);
  if (trial.ok && version.ok) return { kind: 'works', program, version: version.output };
  return {
    kind: 'missing',
    message: `bubblewrap is installed and does not work here: ${trial.output}`,
    hint: `It needs user namespaces, which a container or the system may forbid. ${outside}`,
  };
}

const outside = 'Else run Pawl in a container or a virtual machine.';

function tryRun(
  program: string,
  args: readonly string[],
): Promise<{ readonly ok: boolean; readonly output: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 20_000 }, (error, stdout, stderr) =>
      resolve({ ok: error === null, output: (stderr || stdout || (error?.message ?? '')).trim() }),
    );
  });
}

/** The network and the person's user stay: the one is chosen apart, the other owns the files. */
const namespaces = [
  '--unshare-pid',
  '--unshare-ipc',
  '--unshare-uts',
  '--die-with-parent',
  // Without a terminal of the person's, whose input could be forged.
  '--new-session',
  // Where Pawl is root.
  ...['--cap-drop', 'ALL'],
];

export interface SandboxedOptions {
  /** The program bwrap. */
  readonly program: string;
  /** For a command whose first word is an absolute path. */
  readonly mountsFor: (argv: readonly string[], env: Readonly<Record<string, string>>) => readonly Mount[];
  /** Absent: the whole network of the machine. */
  readonly network?: NetworkOptions;
}

/** Starts every process inside a sandbox of its own. */
export function sandboxed(start: StartProcess, options: SandboxedOptions): StartProcess {
  return async (spec) => {
    const inner = findProgram(spec.argv[0], spec.env['PATH'] ?? '', spec.cwd);
    // Then nothing will run, and the port says so.
    if (inner === undefined) return start(spec);
    const argv = [inner, ...spec.argv.slice(1)];
    if (options.network === undefined) {
      const owned = await start(wrap(spec, argv, options, undefined));
      return withOutcome(owned, owned.outcome.then(blameSandbox));
    }
    let network: OpenNetwork;
    try {
      network = await openNetwork(options.network, spec);
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error)) throw error;
      return notStarted(`the network of the sandbox could not be made: ${error.message}`);
    }
    try {
      const owned = await start(wrap(spec, argv, options, network));
      return withOutcome(owned, owned.outcome.finally(() => network.close()).then(blameSandbox));
    } catch (error) {
      network.close();
      throw error;
    }
  };
}

function notStarted(message: string): OwnedProcess {
  const end = { kind: 'spawn-failed', message } as const;
  const outcome = Promise.resolve({ end, tail: '', durationMs: 0, leftovers: 0 });
  return { outcome, write: () => undefined, closeStdin: () => undefined };
}

function wrap(
  spec: ProcessSpec,
  argv: readonly string[],
  { program, mountsFor }: SandboxedOptions,
  network: OpenNetwork | undefined,
): ProcessSpec {
  const mounts = [...mountsFor(argv, spec.env), ...(network?.mounts ?? [])];
  return {
    ...spec,
    env: network?.env ?? spec.env,
    argv: [
      program,
      ...mountArguments(mounts),
      ...namespaces,
      ...(network === undefined ? [] : ['--unshare-net']),
      ...['--chdir', spec.cwd, '--'],
      ...(network?.bridge ?? []),
      ...argv,
    ],
    launcher: true,
  };
}

function withOutcome(owned: OwnedProcess, outcome: Promise<ProcessOutcome>): OwnedProcess {
  return { outcome, write: (text) => owned.write(text), closeStdin: () => owned.closeStdin() };
}

/** When bubblewrap fails, nothing but its own complaint is printed, and the program has not run. */
function blameSandbox(outcome: ProcessOutcome): ProcessOutcome {
  const { end, tail } = outcome;
  if (end.kind !== 'exited' || end.code !== 1 || !/^(?:bwrap: [^\n]*\n?)+$/.test(tail)) return outcome;
  const message = `the sandbox could not be made: ${tail.trim()} (\`sandbox: { mode: 'off' }\` does without)`;
  return { ...outcome, end: { kind: 'spawn-failed', message } };
}
