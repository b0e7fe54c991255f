/**
 * Finds the AI SDK and the provider's package: they are no dependencies of Pawl, but installed by who uses this
 * agent. The repository's own come first, then what lies beside Pawl.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';

export const providers = ['anthropic', 'openai', 'openai-compatible', 'google'] as const;
export type Provider = (typeof providers)[number];

/** The versions this program was tested with; the same as in package.json under `peerDependencies`. */
export const neededVersions = {
  ai: '7.0.173',
  '@ai-sdk/anthropic': '4.0.105',
  '@ai-sdk/openai': '4.0.118',
  '@ai-sdk/openai-compatible': '3.0.92',
  '@ai-sdk/google': '4.0.121',
} as const;
export type PackageName = keyof typeof neededVersions;

export type FoundPackage =
  | { readonly kind: 'found'; readonly name: PackageName; readonly version: string; readonly entry: string }
  /** Installed, but too old, or of another major version. */
  | { readonly kind: 'other-version'; readonly name: PackageName; readonly version: string }
  | { readonly kind: 'missing'; readonly name: PackageName };

/** The two packages that a provider takes: the AI SDK first. `folder` is the repository's, with packages in it. */
export function findPackages(provider: Provider, folder: string): readonly [FoundPackage, FoundPackage] {
  return [findPackage('ai', folder), findPackage(`@ai-sdk/${provider}`, folder)];
}

/** The folder above src or dist. */
const ownFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

function findPackage(name: PackageName, folder: string): FoundPackage {
  const candidates = [folder, ownFolder].flatMap((place) => lookUp(name, place) ?? []);
  const right = candidates.find(({ version }) => fits(version, neededVersions[name]));
  if (right !== undefined) return { kind: 'found', name, ...right };
  const [other] = candidates;
  return other === undefined
    ? { kind: 'missing', name }
    : { kind: 'other-version', name, version: other.version };
}

interface Candidate {
  readonly version: string;
  /** The URL of its main module. */
  readonly entry: string;
}

const manifestSchema = z.object({ version: z.string() });

function lookUp(name: PackageName, folder: string): Candidate | undefined {
  const require = createRequire(join(folder, 'package.json'));
  try {
    const manifest: unknown = JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8'));
    const { version } = manifestSchema.parse(manifest);
    return { version, entry: pathToFileURL(require.resolve(name)).href };
  } catch {
    // Not installed there, or damaged: either way it is not to be had from there.
    return undefined;
  }
}

/** The same major version, and not older. */
export function fits(version: string, needed: string): boolean {
  const [has, wants] = [partsOf(version), partsOf(needed)];
  const firstDifference = has.map((part, index) => part - (wants[index] ?? 0)).find((part) => part !== 0);
  return has[0] === wants[0] && (firstDifference ?? 0) >= 0;
}

function partsOf(version: string): readonly number[] {
  return version.split('.', 3).map((part) => Number.parseInt(part, 10));
}

/** What is wrong with the packages, in one sentence, and what to type; undefined when they are all there. */
export function describeMissing(
  packages: readonly FoundPackage[],
): { readonly message: string; readonly hint: string } | undefined {
  const wrong = packages.filter((found) => found.kind !== 'found');
  if (wrong.length === 0) return undefined;
  const parts = wrong.map((found) =>
    found.kind === 'missing'
      ? `${found.name} is not installed`
      : `${found.name} is installed in version ${found.version}, but ^${neededVersions[found.name]} is needed`,
  );
  const specifiers = packages.map(({ name }) => `${name}@${partsOf(neededVersions[name])[0]}`);
  return {
    message: parts.join('; '),
    hint: `Type \`npm install --save-dev ${specifiers.join(' ')}\` in the repository.`,
  };
}
