/** The layer rules are lint rules; a rule that silently does not fire would be worse than none. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../rig/pawl.ts';
import { makeTemporaryFolder } from '../rig/temporary.ts';

test.each([
  ['domain', "import type { RunTools } from '../core/tools.ts';\nexport type X = RunTools;\n"],
  ['domain', "import { readFileSync } from 'node:fs';\nexport const x = readFileSync;\n"],
  ['domain', 'export const now = (): number => Date.now();\n'],
  ['ports', "import { runPlan } from '../app/run.ts';\nexport const x = runPlan;\n"],
  ['planning', "import { git } from '../adapters/git/git.ts';\nexport const x = git;\n"],
  ['core', "import { git } from '../adapters/git/git.ts';\nexport const x = git;\n"],
  ['reporting', "import type { Agent } from '../ports/agent.ts';\nexport type X = Agent;\n"],
  ['cli', "import { git } from '../adapters/git/git.ts';\nexport const x = git;\n"],
  ['coder', "import { ok } from '../testing/index.ts';\nexport const x = ok;\n"],
  ['coder', "import type { Agent } from '../ports/agent.ts';\nexport type X = Agent;\n"],
  ['adapters', "import { emit } from '../coder/output.ts';\nexport const x = emit;\n"],
  ['network-bridge', "import { ok } from '../util/result.ts';\nexport const x = ok;\n"],
  ['report-command', "import { git } from '../adapters/git/git.ts';\nexport const x = git;\n"],
  ['app', "import type { Step } from '../testing/script.ts';\nexport type X = Step;\n"],
  ['testing', "import type { Plan } from '../domain/plan.ts';\nexport type X = Plan;\n"],
  ['util', "import type { Plan } from '../domain/plan.ts';\nexport type X = Plan;\n"],
])('src/%s may not hold %j', async (room, text) => {
  await using folder = makeTemporaryFolder('layers');
  const file = join(folder.path, 'src', room, 'intruder.ts');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  cpSync(join(projectRoot, '.oxlintrc.json'), join(folder.path, '.oxlintrc.json'));
  const lint = spawnSync(join(projectRoot, 'node_modules/.bin/oxlint'), ['src'], {
    cwd: folder.path,
    encoding: 'utf8',
  });
  expect(lint.stdout).toMatch(/no-restricted-(imports|properties)/);
  expect(lint.status).toBe(1);
});
