import { expect, test } from 'vitest';
import { agentRecords } from '../../../src/domain/agent-records.ts';
import { renderAgents, type AgentLook, type AgentOverview } from '../../../src/reporting/agents-text.ts';
import { JournalRig, makePlan, MINUTE, START } from '../../rig/events.ts';

const ready: AgentLook = {
  kind: 'ready',
  program: '/usr/bin/claude',
  version: '2.1.328',
  login: 'yes',
  notes: [],
  cannot: [],
};
const linesOf = (change: Partial<AgentOverview>): readonly string[] =>
  renderAgents(
    [
      {
        name: 'claude',
        probe: ready,
        roles: ['implementer'],
        record: undefined,
        limit: undefined,
        ...change,
      },
    ],
    START + 5 * MINUTE,
  ).split('\n');

test('an agent without a login says so, and what to do', () => {
  const probe: AgentLook = { ...ready, login: 'no', loginHint: 'Type `claude` and log in.' };
  expect(linesOf({ probe })).toEqual([
    '! claude  2.1.328 (/usr/bin/claude); not logged in',
    '  → Type `claude` and log in.',
    '  roles     implementer',
    '  record    no attempts yet',
  ]);
});

test('what an agent cannot do, and notes of its look, are told', () => {
  const probe: AgentLook = {
    ...ready,
    login: 'unknown',
    notes: ['an old version'],
    cannot: ['tell its money'],
  };
  expect(linesOf({ probe })).toEqual([
    '✓ claude  2.1.328 (/usr/bin/claude); login not known; an old version',
    '  roles     implementer',
    '  cannot    tell its money',
    '  record    no attempts yet',
  ]);
});

test('an agent that is not there and has nothing to do takes two lines', () => {
  const probe: AgentLook = { kind: 'missing', message: 'claude was not found on PATH', hint: 'Install it.' };
  expect(linesOf({ probe, roles: [] })).toEqual([
    '! claude  claude was not found on PATH',
    '  → Install it.',
  ]);
  expect(linesOf({ probe })).toContain('  roles     implementer');
});

test('a record has what landed, what failed and why, and the limit that was met', () => {
  const rig = new JournalRig(makePlan([{ id: 'T-001', risk: 'High' }])).begin();
  rig.start('T-001', 1, 'claude').at(2).refute('T-001');
  rig.start('T-001', 2, 'claude').fail('T-001', 2, { kind: 'agent', how: 'crashed', message: '' });
  rig.start('T-001', 3, 'claude').fail('T-001', 3, { kind: 'rate-limited', message: '' });
  rig.start('T-001', 4, 'claude').at(4).prove('T-001', 4).land('T-001', 4);
  rig.add({
    type: 'task.decided',
    task: rig.state().plan!.tasks[0]!.id,
    decision: 'retry',
    reason: '',
    by: 'a',
  });
  rig.start('T-001', 5, 'claude').interrupt('T-001', 5);
  const limit = { agent: 'claude', until: '2026-09-28T11:00:00Z', source: 'reported', atOnce: 2 } as const;
  expect(linesOf({ record: agentRecords([rig.events]).get('claude'), limit })).toEqual([
    '✓ claude  2.1.328 (/usr/bin/claude)',
    '  roles     implementer',
    '  record    5 attempts, 1 landed (33% of the 3 it can be judged by), 1 interrupted',
    '  failed    logic 1, transient 2; 1 false claim; 1 crash; 1 rate limit',
    '  landed    High 1 of 3, task 1 of 3',
    '  used      2m 00s at work (median)',
    '  limit met 3m ago, no reset time given',
    '  limited   claude until 2026-09-28T11:00:00Z by its own word, then 2 at once',
  ]);
});
