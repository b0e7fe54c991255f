import { existsSync } from 'node:fs';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Variables that say where tools are installed, for those that would look for themselves below HOME and not find
 * themselves in an empty one. Only what is there, and not said by the environment already.
 */
export function toolchainVariables(home: string, env: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(
    toolchains.flatMap(([variable, folder]) => {
      const path = env[variable] ?? join(home, folder);
      return existsSync(path) ? [[variable, path]] : [];
    }),
  );
}

const toolchains: readonly (readonly [string, string])[] = [
  ['ASDF_DATA_DIR', '.asdf'],
  ['BUN_INSTALL', '.bun'],
  ['CARGO_HOME', '.cargo'],
  ['GOPATH', 'go'],
  ['MISE_DATA_DIR', '.local/share/mise'],
  ['NVM_DIR', '.nvm'],
  ['PNPM_HOME', '.local/share/pnpm'],
  ['PYENV_ROOT', '.pyenv'],
  ['RBENV_ROOT', '.rbenv'],
  ['RUSTUP_HOME', '.rustup'],
  ['SDKMAN_DIR', '.sdkman'],
  ['VOLTA_HOME', '.volta'],
];

/** What lies in such folders and is a secret all the same. */
export const toolchainSecrets: readonly (readonly [string, string])[] = [
  ['CARGO_HOME', 'credentials.toml'],
  ['CARGO_HOME', 'credentials'],
];

/**
 * npm's cache, where it is shared: nothing can be written to it from inside a sandbox, and npm does not work with
 * one that it cannot write to.
 */
export function npmCache(home: string, env: Environment): Readonly<Record<string, string>> {
  const path = env['npm_config_cache'] ?? join(home, '.npm');
  return existsSync(path) ? { npm_config_cache: path } : {};
}
