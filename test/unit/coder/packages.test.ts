import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { describeMissing, fits, neededVersions } from '../../../src/coder/packages.ts';

describe('a version of a package', () => {
  test.each([
    ['7.0.173', true],
    ['7.0.174', true],
    ['7.1.0', true],
    ['7.0.172', false],
    ['6.9.999', false],
    ['8.0.0', false],
    ['8.0.0-beta.1', false],
    ['', false],
    ['canary', false],
  ])('%j fits 7.0.173: %j', (version, expected) => {
    expect(fits(version, '7.0.173')).toBe(expected);
  });

  test('is needed as package.json says', () => {
    const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
    const { peerDependencies, peerDependenciesMeta } = JSON.parse(text) as Record<string, object>;
    const needed = Object.entries(neededVersions);
    expect(peerDependencies).toEqual(Object.fromEntries(needed.map(([name, at]) => [name, `^${at}`])));
    expect(peerDependenciesMeta).toEqual(
      Object.fromEntries(needed.map(([name]) => [name, { optional: true }])),
    );
  });
});

describe('what is missing', () => {
  test('is nothing when both are there', () => {
    const found = { kind: 'found', version: '7.0.173', entry: 'file:///x.js' } as const;
    expect(describeMissing([{ ...found, name: 'ai' }])).toBeUndefined();
  });

  test('is told with what to install, the packages that are there included', () => {
    const packages = [
      { kind: 'other-version', name: 'ai', version: '6.1.0' },
      { kind: 'missing', name: '@ai-sdk/openai' },
    ] as const;
    expect(describeMissing(packages)).toEqual({
      message: 'ai is installed in version 6.1.0, but ^7.0.173 is needed; @ai-sdk/openai is not installed',
      hint: 'Type `npm install --save-dev ai@7 @ai-sdk/openai@4` in the repository.',
    });
  });
});
