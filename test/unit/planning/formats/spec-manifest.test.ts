import { expect, test } from 'vitest';
import { tasksMdFormat } from '../../../../src/planning/formats/tasks-md/format.ts';
import { manifestPlaces, readSpecManifest } from '../../../../src/planning/formats/tasks-md/spec-manifest.ts';

const manifest = [
  '# Spec Manifest',
  '',
  '**Generated**: 2026-01-01',
  '**Waterfall gate**: CAVEATS - the retry limits are open',
  '',
  '## Specs',
  '',
  '| Spec File | Source Doc(s) | Source Section(s) | Description |',
  '|---|---|---|---|',
  '| `data.md` | prd.md | 2 | The tables |',
  '| [auth.md](auth.md) | prd.md | 3 | Logging in |',
  '| audit.md | prd.md | 4 | Who did what |',
  '',
  '## Cross-Spec Dependencies',
  '',
  '| Spec | Depends On | Shared Entities |',
  '| --- | --- | --- |',
  '| auth.md | data.md | User, Session |',
  '| audit.md | \u2014 | - |',
  '',
].join('\n');

const backlog = [
  '# Implementation Tasks',
  '',
  '### T-001: The User table',
  '- **Spec reference**: data.md, Tables',
  '- **Acceptance criteria**:',
  '  - [ ] users are kept',
  '',
  '### T-002: Log in',
  '- **Spec reference**: auth.md',
  '- **Acceptance criteria**:',
  '  - [ ] a user gets a token',
  '',
  '### T-003: Log out',
  '- **Spec reference**: docs/other.md',
  '- **Acceptance criteria**:',
  '  - [ ] the token is void',
  '',
].join('\n');

function readWith(text: string): ReturnType<typeof tasksMdFormat.read> {
  return tasksMdFormat.read({
    entry: 'TASKS.md',
    file: 'TASKS.md',
    text: backlog,
    files: new Map([['TASKS.md', backlog]]),
    companions: new Map([['docs/specs/.spec-manifest.md', text]]),
  });
}

test('the manifest is looked for beside the backlog and where specs lie', () => {
  expect(manifestPlaces('docs/specs/TASKS.md')).toEqual([
    'docs/specs/.spec-manifest.md',
    'specs/.spec-manifest.md',
  ]);
});

test('specs, what they build on and caveats are read', () => {
  const { specs, needs, caveats } = readSpecManifest('.spec-manifest.md', manifest);
  expect(specs.map(({ file }) => file)).toEqual(['data.md', 'auth.md', 'audit.md']);
  expect(needs).toEqual([
    { spec: 'auth.md', on: ['data.md'], entities: ['User', 'Session'] },
    { spec: 'audit.md', on: [], entities: [] },
  ]);
  expect(caveats).toEqual({ text: 'the retry limits are open', line: 3 });
});

test('a spec named without its folder gets the one of the manifest', () => {
  expect(readWith(manifest).tasks.map(({ context }) => context.specs)).toEqual([
    ['docs/specs/data.md#Tables'],
    ['docs/specs/auth.md'],
    ['docs/other.md'],
  ]);
});

test('specs that nobody planned and caveats are said', () => {
  expect(
    readWith(manifest).diagnostics.map(({ file, line, message }) => `${file}:${line} ${message}`),
  ).toEqual([
    'docs/specs/.spec-manifest.md:4 the specifications have caveats: the retry limits are open',
    'docs/specs/.spec-manifest.md:12 no task refers to audit.md',
  ]);
});

test('a task whose spec builds on another and shares an entity with its task is suggested to need it', () => {
  expect(readWith(manifest).tasks.map(({ id, suggested }) => [id, suggested])).toEqual([
    ['T-001', undefined],
    [
      'T-002',
      [
        {
          on: 'T-001',
          evidence: 'spec',
          reason: 'auth.md builds on data.md, and both tasks speak of User',
          confidence: 0.7,
        },
      ],
    ],
    ['T-003', undefined],
  ]);
});

test('any other text is an empty manifest', () => {
  expect(readSpecManifest('m', '| a |\n| - |\n| b |\n\n| Spec |').specs).toEqual([]);
  expect(readWith('').diagnostics).toEqual([]);
});
