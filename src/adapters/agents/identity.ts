import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { findProgram } from '../process/program.ts';
import { presets } from './acp/presets.ts';
import type { AgentConfig } from './registry.ts';

/**
 * Equal for entries that are the same agent under two names: the same kind, program and model. What only limits or
 * equips it (arguments, turns, money, variables) makes no other agent of it. A digest, because a command line may
 * hold secrets and this text is journalled.
 */
export function agentIdentity(
  config: AgentConfig,
  { root, path }: { readonly root: string; readonly path: string },
): string {
  const entry: Readonly<Record<string, unknown>> = { ...config };
  const [program, ...args] = commandOf(config);
  const telling = {
    kind: config.kind,
    program: program === undefined ? undefined : fileOf(program, root, path),
    // Of these two kinds nothing else tells what runs; of the others the arguments are the user's to tune.
    args: config.kind === 'command' || config.kind === 'acp' ? args : undefined,
    script: config.kind === 'scripted' ? resolve(root, config.script) : undefined,
    model: entry['model'],
    provider: entry['provider'],
  };
  return createHash('sha256').update(JSON.stringify(telling)).digest('hex').slice(0, 16);
}

/** The program and its arguments; empty for an agent that is no program of the user's. */
function commandOf(config: AgentConfig): readonly string[] {
  switch (config.kind) {
    case 'claude':
    case 'codex':
      return [config.program ?? config.kind];
    case 'acp':
      return config.argv ?? (config.preset === undefined ? [] : presets[config.preset].argv);
    case 'command':
      return config.argv;
    default:
      return [];
  }
}

/** The file that would run, links followed; as it is written where there is none. */
function fileOf(program: string, root: string, path: string): string {
  const found = findProgram(program, path, root);
  return found === undefined ? program : realpathSync(found);
}
