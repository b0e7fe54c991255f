import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findPackages } from '../../../src/coder/packages.ts';
import { makeTemporaryFolder } from '../../rig/temporary.ts';

function install(root: string, name: string, version: string): string {
  const folder = join(root, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  const manifest = { name, version, exports: { '.': './index.js', './package.json': './package.json' } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'index.js'), '');
  return `file://${folder}/index.js`;
}

test('a package of the repository comes before the one beside Pawl', async () => {
  await using repository = makeTemporaryFolder('packages');
  const entry = install(repository.path, 'ai', '7.99.0');
  const [sdk, provider] = findPackages('openai', join(repository.path, 'node_modules'));
  expect(sdk).toEqual({ kind: 'found', name: 'ai', version: '7.99.0', entry });
  // Installed with Pawl for these tests.
  expect(provider).toMatchObject({ kind: 'found', name: '@ai-sdk/openai' });
});

test('a package of the repository that does not fit makes room for the one beside Pawl', async () => {
  await using repository = makeTemporaryFolder('packages');
  install(repository.path, 'ai', '6.0.0');
  const [sdk] = findPackages('openai', join(repository.path, 'node_modules'));
  expect(sdk).toMatchObject({ kind: 'found', version: expect.stringMatching(/^7\./) });
});
