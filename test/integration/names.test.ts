/** What is made of a task's words for git, against git itself. */
import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { branchNameOf, flatName, parseTaskId, type TaskId } from '../../src/domain/ids.ts';
import { attemptMessage, landingMessage } from '../../src/landing/commit-messages.ts';
import { hostileText } from '../rig/hostile-text.ts';

function git(args: readonly string[], input = ''): { readonly code: number | null; readonly output: string } {
  const { status, stdout } = spawnSync('git', args, { input, encoding: 'utf8' });
  return { code: status, output: stdout };
}

const goodId = fc.constantFrom('T-003', 'SQLITE_SCHEMA--T01', 'step02/task-01', 'a.b', '7');
const anyId = fc.oneof(
  goodId,
  hostileText.filter((text) => text !== ''),
  fc.constantFrom(
    '-x',
    '--upload-pack=x',
    '.lock',
    'a.lock',
    '@',
    '@{u}',
    'a..b',
    'a b',
    'a/',
    '/a',
    '任务',
    '$(id)',
  ),
);

test('a branch is one that git takes, without a character that a shell reads, whatever the id is', () => {
  fc.assert(
    fc.property(anyId, (text) => {
      const branch = branchNameOf(text as TaskId);
      expect(branch).toMatch(/^feat\/[A-Za-z0-9][A-Za-z0-9._/-]*$/);
      expect(git(['check-ref-format', '--branch', branch])).toEqual({ code: 0, output: `${branch}\n` });
      const ref = `refs/pawl/attempts/run/${flatName(text as TaskId)}/1`;
      expect(git(['check-ref-format', ref]).code).toBe(0);
      expect(flatName(text as TaskId)).toMatch(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/);
    }),
    { numRuns: 150 },
  );
});

test('an id that a backlog may have stands in its names as it is, and two ids never share one', () => {
  expect(branchNameOf('T-003' as TaskId)).toBe('feat/T-003');
  expect(flatName('step02/task-01' as TaskId)).toBe('step02+task-01');
  fc.assert(
    fc.property(anyId, anyId, (one, other) => {
      if (parseTaskId(one).ok) expect(branchNameOf(one as TaskId)).toBe(`feat/${one}`);
      if (one !== other) expect(branchNameOf(one as TaskId)).not.toBe(branchNameOf(other as TaskId));
    }),
  );
});

test('a title forges no trailer: a commit names its own task and attempt, and nothing else', () => {
  fc.assert(
    fc.property(hostileText, (title) => {
      for (const message of [
        attemptMessage('T-003' as TaskId, title, 2),
        landingMessage('T-003' as TaskId, title, 2),
      ]) {
        const { output } = git(['interpret-trailers', '--parse'], message);
        expect(output).toBe('Pawl-Task: T-003\nPawl-Attempt: 2\n');
      }
    }),
    { numRuns: 100 },
  );
});
