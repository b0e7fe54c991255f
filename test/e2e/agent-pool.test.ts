import { describe, expect, test } from 'vitest';
import { agentsAtWork } from '../../src/domain/agent-choice.ts';
import { foldAll } from '../../src/domain/fold.ts';
import { createProject, type Project, type ScriptStep } from '../rig/repository.ts';
import { bodiesOf, jsonOf } from './observations.ts';

const write = (path: string): ScriptStep => ({ write: { path, text: path } });
const script = (tasks: object): string => JSON.stringify({ tasks, default: [[write('{{task}}.txt')]] });
const agents = {
  scripted: { kind: 'scripted', script: 'agent-script.json' },
  second: { kind: 'scripted', script: 'second.json' },
};

/** A project with two agents: what `scripted` does at T-001, attempt by attempt, and what `second` does at any. */
function twoAgents(
  first: readonly (readonly ScriptStep[])[],
  second: object = {},
  config: object = {},
): Promise<Project> {
  return createProject({
    tasks: [{ id: 'T-001' }],
    script: { 'T-001': first },
    files: { 'second.json': script(second) },
    config: { agents, fallback: ['second'], ...config },
  });
}

const startsOf = (project: Project): readonly unknown[] =>
  bodiesOf(project.events(), 'attempt.started').map(({ agent, because }) => [agent, because]);

describe('after an agent failed at a task', () => {
  test('twice by its own fault, the next attempt is another’s, and it is said why', async () => {
    await using project = await twoAgents([[{ say: 'Done!' }], [{ say: 'Done now!' }]]);
    const exit = await project.run(['run']);
    expect(exit.exitCode, exit.stdout).toBe(0);
    expect(startsOf(project)).toEqual([
      ['scripted', undefined],
      ['scripted', undefined],
      ['second', [{ agent: 'scripted', why: 'failed' }]],
    ]);
    expect(exit.stdout).toContain('T-001 attempt 3 started (second; scripted failed at it twice)');
    const shown = await project.run(['show', 'T-001']);
    expect(shown.stdout).toContain('  because scripted failed at it twice');
  });

  test('by crashing, the next attempt is another’s', async () => {
    await using project = await twoAgents([[{ crash: { exitCode: 3 } }]]);
    const exit = await project.run(['run']);
    expect(exit.exitCode, exit.stdout).toBe(0);
    expect(startsOf(project)).toEqual([
      ['scripted', undefined],
      ['second', [{ agent: 'scripted', why: 'broke-off' }]],
    ]);
    expect(exit.stdout).toContain('(second; scripted broke off)');
  });
});

test('an agent that cannot be started makes room for the next, and the run goes on', async () => {
  await using project = await twoAgents([[{ noSuchVerb: true }]]);
  const exit = await project.run(['run']);
  expect(exit.exitCode, exit.stdout).toBe(0);
  expect(startsOf(project)).toEqual([
    ['scripted', undefined],
    ['second', [{ agent: 'scripted', why: 'unusable' }]],
  ]);
  expect(exit.stdout).toContain('the task is not to blame, and goes on with another agent');
  expect(exit.stdout).toContain('T-001 attempt 2 started (second; scripted cannot be used)');
});

describe('a rate limit', () => {
  const limited = [{ rateLimit: {} }];

  test('without a reset time is waited for by a wait that is called ours', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }],
      script: { 'T-001': [limited, [write('a.txt')]] },
      config: { backoffSeconds: 0.2 },
    });
    const exit = await project.run(['run']);
    expect(exit.exitCode, exit.stdout).toBe(0);
    expect(exit.stdout).toMatch(/ {2}scripted gave no reset time; it is asked again in .*, a wait of ours/);
    const [failure] = bodiesOf(project.events(), 'attempt.failed');
    expect(failure?.failure).toEqual({ kind: 'rate-limited', message: 'the script hit a rate limit' });
  });

  test('of every agent, again and again, ends in a block', async () => {
    const always = Array.from({ length: 9 }, () => limited);
    await using project = await twoAgents(always, { 'T-001': always });
    const exit = await project.run(['run']);
    expect(exit.exitCode, exit.stdout).toBe(1);
    expect(startsOf(project)).toHaveLength(5);
    expect(exit.stdout).toContain('T-001 blocked: 5 transient failures; the last: rate limited:');
    const blocked = await project.run(['blocked']);
    expect(blocked.stdout).toContain('pawl retry T-001');
  });

  test('is shown by status as long as it is felt, with how many the agent may have at once then', async () => {
    await using project = await twoAgents([[{ rateLimit: { resetsInSeconds: 600 } }]]);
    const exit = await project.run(['run']);
    expect(exit.exitCode, exit.stdout).toBe(0);
    const [failure] = bodiesOf(project.events(), 'attempt.failed');
    const resetsAt = failure?.failure.kind === 'rate-limited' ? (failure.failure.resetsAt ?? 0) : 0;
    const until = `${new Date(resetsAt).toISOString().slice(0, 19)}Z`;
    const status = await project.run(['status']);
    expect(status.stdout).toContain(`- Rate Limits: scripted until ${until} by its own word, then 1 at once`);
    expect(jsonOf(await project.run(['status', '--json']))).toMatchObject({
      pulse: { agentLimits: [{ agent: 'scripted', until, source: 'reported', atOnce: 1 }] },
    });
  });
});

test('an agent has no more attempts at once than the configuration gives it', async () => {
  await using project = await createProject({
    tasks: [{ id: 'T-001' }, { id: 'T-002' }, { id: 'T-003' }, { id: 'T-004' }],
    files: { 'second.json': script({}) },
    config: { agents, fallback: ['second'], parallel: 4, maxConcurrent: { scripted: 1, second: 2 } },
  });
  const exit = await project.run(['run']);
  expect(exit.exitCode, exit.stdout).toBe(0);
  const events = project.events();
  const most = new Map<string, number>();
  for (const [index] of events.entries()) {
    for (const [agent, count] of agentsAtWork(foldAll(events.slice(0, index + 1))))
      most.set(agent, Math.max(count, most.get(agent) ?? 0));
  }
  expect(Object.fromEntries(most)).toEqual({ scripted: 1, second: 2 });
  expect(startsOf(project)).toContainEqual(['second', [{ agent: 'scripted', why: 'busy' }]]);
});

describe('pawl agents', () => {
  test('says of each agent whether it is there, its roles, what it has done and what limits it', async () => {
    await using project = await createProject({
      tasks: [
        { id: 'T-001', risk: 'Low' },
        { id: 'T-002', dependencies: ['T-001'] },
      ],
      script: {
        'T-001': [[{ say: 'Done!' }], [{ spend: { inputTokens: 70, costUsd: 0.5 } }, write('a.txt')]],
        'T-002': [[{ rateLimit: { resetsInSeconds: 600 } }]],
      },
      files: { 'second.json': script({}) },
      config: {
        agents: { ...agents, absent: { kind: 'command', argv: ['no-such-program'] } },
        agent: undefined,
        roles: { implementer: ['scripted', 'second'], planner: 'absent' },
      },
    });
    const before = await project.run(['agents']);
    expect(before.exitCode, before.stderr).toBe(0);
    expect(before.stdout).toMatch(
      /^✓ scripted +\S.*\n {2}roles +implementer,.*\n {2}cannot +\S.*\n {2}record +no attempts yet$/m,
    );
    expect(before.stdout).toMatch(
      /^! absent +no-such-program was not found on PATH\n {2}→ .*\n {2}roles +planner$/m,
    );

    const exit = await project.run(['run']);
    expect(exit.exitCode, exit.stdout).toBe(0);
    const after = await project.run(['agents']);
    expect(after.stdout).toContain('record    3 attempts, 1 landed (50% of the 2 it can be judged by)');
    expect(after.stdout).toContain('failed    logic 1, transient 1; 1 false claim; 1 rate limit');
    expect(after.stdout).toContain('landed    Low 1 of 2, task 1 of 2');
    expect(after.stdout).toMatch(/limited {3}scripted until .* by its own word, then 1 at once/);
    const { agents: listed } = jsonOf(await project.run(['agents', '--json'])) as {
      agents: readonly object[];
    };
    expect(listed).toContainEqual(
      expect.objectContaining({
        name: 'scripted',
        roles: ['implementer', 'testAuthor', 'reconciler', 'resolver'],
        probe: expect.objectContaining({ kind: 'ready' }),
        limit: expect.objectContaining({ source: 'reported' }),
        record: expect.objectContaining({
          landed: 1,
          falseClaims: 1,
          rateLimits: 1,
          usage: expect.objectContaining({ inputTokens: 70, costUsd: 0.5 }),
        }),
      }),
    );
    expect(listed).toContainEqual(
      expect.objectContaining({
        name: 'second',
        record: expect.objectContaining({ attempts: 1, landed: 1 }),
      }),
    );
  });

  test('names an agent that has worked here and is no longer configured', async () => {
    await using project = await createProject({ tasks: [{ id: 'T-001' }] });
    expect((await project.run(['run'])).exitCode).toBe(0);
    project.write({ 'pawl.config.json': JSON.stringify({ agent: 'claude' }) });
    const exit = await project.run(['agents']);
    expect(exit.stdout).toMatch(
      /^· scripted +no longer configured\n {2}roles +none\n {2}record +1 attempt, 1 landed/m,
    );
  });
});
