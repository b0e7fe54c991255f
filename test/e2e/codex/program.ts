import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const installed = fileURLToPath(
  new URL('../../../.cache/agents/codex/node_modules/.bin/codex', import.meta.url),
);

/** The version that scripts/install-test-agents.sh pins, or whatever PAWL_TEST_CODEX names. */
export const program = process.env['PAWL_TEST_CODEX'] ?? installed;

/** Says so where it is not there: its tests are skipped then. */
export function isPresent(): boolean {
  const present = existsSync(program);
  if (!present) {
    console.warn(
      `skipped: there is no Codex at ${program}; run scripts/install-test-agents.sh or set PAWL_TEST_CODEX`,
    );
  }
  return present;
}

/** A dummy key, and the scripted model as its provider: nothing leaves this machine. */
export function variables(baseUrl: string): Readonly<Record<string, string>> {
  return { OPENAI_API_KEY: 'dummy', OPENAI_BASE_URL: `${baseUrl}/v1` };
}
