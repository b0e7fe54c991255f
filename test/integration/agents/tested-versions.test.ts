import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { noteVersion, testedVersions } from '../../../src/adapters/agents/tested-versions.ts';

test('the versions that Pawl says it is tested with are those that its tests install', async () => {
  const script = await readFile(new URL('../../../scripts/install-test-agents.sh', import.meta.url), 'utf8');
  const installed = [...script.matchAll(/^([A-Z]+)_VERSION=(.+)$/gm)].map(
    ([, name = '', version]) => [name.toLowerCase(), version] as const,
  );
  expect(Object.fromEntries(installed)).toEqual(testedVersions);
});

test.each([
  ['2.1.328 (Claude Code)', []],
  ['codex-cli 2.1.328', []],
  ['2.1.400 (Claude Code)', ['newer than 2.1.328, which Pawl is tested with']],
  ['10.0.0', ['newer than 2.1.328, which Pawl is tested with']],
  ['2.1.97', ['older than 2.1.328, which Pawl is tested with']],
  ['2.0.999', ['older than 2.1.328, which Pawl is tested with']],
  ['nightly', ['no version that can be compared with the tested 2.1.328']],
])('of %s a person is told %j', (printed, notes) => {
  expect(noteVersion(printed, '2.1.328')).toEqual(notes);
});
