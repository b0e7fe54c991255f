import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A real agent program: the version that scripts/install-test-agents.sh pins, or what a variable names. */
export interface RealProgram {
  readonly path: string;
  readonly present: boolean;
}

/** Says so where it is not there: its tests are skipped then. */
export function findRealProgram(name: 'claude' | 'codex' | 'opencode' | 'gemini'): RealProgram {
  const installed = fileURLToPath(
    new URL(`../../../.cache/agents/${name}/node_modules/.bin/${name}`, import.meta.url),
  );
  const variable = `PAWL_TEST_${name.toUpperCase()}`;
  const path = process.env[variable] ?? installed;
  const present = existsSync(path);
  if (!present) {
    console.warn(
      `skipped: there is no ${name} at ${path}; run scripts/install-test-agents.sh or set ${variable}`,
    );
  }
  return { path, present };
}
