/** Which file of an agent's home is kept as its conversation, for an attempt that takes it up. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { createClaudeAgent } from '../../src/adapters/agents/claude/agent.ts';
import { openJournal } from '../../src/adapters/journal-sqlite/sqlite-journal.ts';
import { keepConversation } from '../../src/core/effects/resume.ts';
import { RunRecord } from '../../src/core/record.ts';
import { JournalRig, makePlan, START } from '../rig/events.ts';
import { makeTemporaryFolder } from '../rig/temporary.ts';

/** What is kept of a home in which `make` has put something where the conversation belongs. */
async function kept(make: (file: string, folder: string) => void, session = 'abc-1'): Promise<string> {
  await using temporary = makeTemporaryFolder('conversation');
  const folder = temporary.path;
  const logs = join(folder, 'logs');
  const place = { env: { HOME: join(folder, 'home') } };
  const cwd = join(folder, 'checkout');
  for (const path of [logs, place.env.HOME, cwd]) mkdirSync(path);
  const agent = createClaudeAgent({ name: 'claude' });
  const file = agent.conversationFile?.({ cwd, env: place.env }, session) ?? '';
  mkdirSync(dirname(file), { recursive: true });
  make(file, folder);
  const journal = openJournal(join(folder, 'pawl.db'), {
    identity: { pid: 1, startTime: '1', bootId: 'boot', host: 'host' },
    now: START,
    isAlive: () => false,
  });
  try {
    const plan = makePlan([{ id: 'T-001' }]);
    const record = new RunRecord(plan.name, journal, { now: () => START });
    for (const { body } of new JournalRig(plan).begin({ resume: 'auto' }).events) record.record(body);
    const outcome = { kind: 'finished', claim: 'done', lastWords: '', session } as const;
    keepConversation(agent, { path: cwd }, place, outcome, logs, { record });
  } finally {
    journal.close();
  }
  const copy = join(logs, 'conversation');
  return existsSync(copy) ? readFileSync(copy, 'utf8') : 'nothing';
}

test('a plain file is kept', async () => {
  expect(await kept((file) => writeFileSync(file, 'Hello.\n'))).toBe('Hello.\n');
});

test.each<[string, (file: string, folder: string) => void]>([
  ['a pipe', (file) => void execFileSync('sh', ['-c', 'mkfifo "$0"', file])],
  ['a folder', (file) => mkdirSync(file)],
  [
    'a link out of the home',
    (file, folder) => {
      writeFileSync(join(folder, 'secret'), 'secret');
      symlinkSync(join(folder, 'secret'), file);
    },
  ],
  ['nothing at all', () => undefined],
])('%s is not, and stops nobody', async (_name, make) => {
  expect(await kept(make)).toBe('nothing');
});

test.each(['../../elsewhere', '--flag', 'a/b'])('a conversation named %s is not', async (session) => {
  expect(
    await kept((file) => {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, 'Hello.\n');
    }, session),
  ).toBe('nothing');
});
