import { homedir, userInfo } from 'node:os';
import { probeBubblewrap, sandboxed } from '../src/adapters/sandbox/bubblewrap.ts';
import { installationOf, packageOf } from '../src/adapters/sandbox/installations.ts';
import { profileOf } from '../src/adapters/sandbox/profile.ts';
import { mergeSandbox } from '../src/adapters/sandbox/settings.ts';
import type { StartProcess } from '../src/ports/processes.ts';
import { pawlProgram } from './child.ts';

/** Puts every process into the sandbox that a run would put it into; it may write to these folders. */
export type Sandbox = (writable: readonly string[], start: StartProcess) => StartProcess;

export type SandboxProbe =
  | { readonly kind: 'works'; readonly version: string; readonly sandbox: Sandbox }
  | { readonly kind: 'missing'; readonly message: string };

export async function findSandbox(): Promise<SandboxProbe> {
  const probe = await probeBubblewrap(process.env['PATH'] ?? '');
  if (probe.kind === 'missing') return probe;
  const { program, version } = probe;
  const profile = {
    homes: [homedir(), userInfo().homedir],
    private: [],
    own: [...installationOf(process.execPath, () => false), ...packageOf(pawlProgram)],
    settings: mergeSandbox({}),
    mounts: [],
  };
  const sandbox: Sandbox = (writable, start) =>
    sandboxed(start, { program, mountsFor: (argv, env) => profileOf({ ...profile, writable }, argv, env) });
  return { kind: 'works', version, sandbox };
}
