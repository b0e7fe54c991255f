import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createProject, type Project } from '../rig/repository.ts';
import { jsonOf, leavingUserAlone, type RefusalJson } from './observations.ts';

function givenBrief(project: Project, attempt: number): string {
  const folder = join(project.root, '.git', 'pawl', 'logs', 'tasks');
  const [name = ''] = readdirSync(folder);
  return readFileSync(join(folder, name, String(attempt), 'brief.md'), 'utf8');
}

test('pawl brief prints what the next agent is told, word for word', async () => {
  await using project = await createProject({
    tasks: [{ id: 'T-001', criteria: ['the file says two'] }],
    config: { gates: { check: 'grep -q two out.txt' }, maxAttempts: 2 },
    script: {
      'T-001': [
        [{ write: { path: 'out.txt', text: 'one\n' } }],
        [{ write: { path: 'out.txt', text: 'two\n' } }],
      ],
    },
  });
  const first = await leavingUserAlone(project, () => project.run(['brief', 'T-001']));
  expect(first.stdout).toContain('- T-001.AC1: the file says two');
  expect((await project.run(['run'])).exitCode).toBe(0);
  expect(first.stdout).toBe(givenBrief(project, 1));
  const { attempt, brief } = jsonOf(await project.run(['brief', 'T-001', '--json'])) as {
    attempt: number;
    brief: string;
  };
  expect(attempt).toBe(3);
  expect(brief).toContain('## It was completed before');
  expect(givenBrief(project, 2)).toContain('## Attempt 2 of 2: what went wrong before');
  const { error } = jsonOf(await project.run(['brief', 'T-009', '--json'])) as RefusalJson;
  expect(error.code).toBe('UNKNOWN-TASK');
});
