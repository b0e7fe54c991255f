import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Gate } from '../../ports/gates.ts';

/** The gates of the contract in their order (source 004), and the script names projects use for each. */
const scriptNames: readonly (readonly [gate: string, scripts: readonly string[]])[] = [
  ['typecheck', ['typecheck', 'type-check', 'check-types', 'check:types', 'types', 'tsc']],
  ['test', ['test']],
  ['lint', ['lint']],
  ['build', ['build']],
];

const packageSchema = z.object({
  type: z.string().optional(),
  scripts: z.record(z.string(), z.string()).optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  devDependencies: z.record(z.string(), z.string()).optional(),
});
export type Package = z.infer<typeof packageSchema>;

/** Undefined when there is no package.json, or none that can be read as one. */
export function readPackage(root: string): Package | undefined {
  const file = join(root, 'package.json');
  if (!existsSync(file)) return undefined;
  try {
    return packageSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // A package.json that npm could not read either: nothing can be detected from it.
    return undefined;
  }
}

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

const lockFiles: readonly (readonly [file: string, manager: PackageManager, setup: string])[] = [
  ['pnpm-lock.yaml', 'pnpm', 'pnpm install --frozen-lockfile --prefer-offline'],
  ['yarn.lock', 'yarn', 'yarn install --immutable'],
  ['bun.lock', 'bun', 'bun install --frozen-lockfile'],
  ['bun.lockb', 'bun', 'bun install --frozen-lockfile'],
  ['package-lock.json', 'npm', 'npm ci --prefer-offline --no-audit --no-fund'],
  ['npm-shrinkwrap.json', 'npm', 'npm ci --prefer-offline --no-audit --no-fund'],
];

/** The set-up command for a clean checkout, when the project has dependencies and a lock file. */
export function detectSetup(root: string): string | undefined {
  const found = readPackage(root);
  const count = Object.keys({ ...found?.dependencies, ...found?.devDependencies }).length;
  return count === 0 ? undefined : lockFiles.find(([file]) => existsSync(join(root, file)))?.[2];
}

/** typecheck, test, lint and build, as far as package.json has scripts for them. */
export function detectGates(root: string): readonly Gate[] {
  const scripts = readPackage(root)?.scripts ?? {};
  const manager = lockFiles.find(([file]) => existsSync(join(root, file)))?.[1] ?? 'npm';
  return scriptNames.flatMap(([name, candidates]) => {
    const script = candidates.find((candidate) => isRealScript(scripts[candidate]));
    return script === undefined ? [] : [{ name, command: runScript(manager, script) }];
  });
}

/** `npm init` writes a test script that always fails; it is no gate. */
function isRealScript(command: string | undefined): boolean {
  return command !== undefined && !command.includes('no test specified');
}

function runScript(manager: PackageManager, script: string): string {
  return manager === 'npm' ? `npm run --silent ${script}` : `${manager} run ${script}`;
}
