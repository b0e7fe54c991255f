import { describe, expect, test } from 'vitest';
import { createProject, type Project, type ScriptStep } from '../rig/repository.ts';
import { bodiesOf, jsonOf, refusalOf, type RefusalJson } from './observations.ts';

const write = (path: string): ScriptStep => ({ write: { path, text: path } });
const script = (tasks: object): string => JSON.stringify({ tasks, default: [[write('{{task}}.txt')]] });
const scripted = (file: string): object => ({ kind: 'scripted', script: file });
const limited = [{ rateLimit: { resetsInSeconds: 600 } }];
const agents = {
  scripted: scripted('agent-script.json'),
  second: scripted('second.json'),
  absent: { kind: 'command', argv: ['no-such-program'] },
};

const startsOf = (project: Project): readonly string[] =>
  bodiesOf(project.events(), 'attempt.started').map(({ task, agent }) => `${task} ${agent}`);

describe('an attempt gets the agent', () => {
  test('that the roles name for its risk, and the session says who gets what', async () => {
    await using project = await createProject({
      tasks: [
        { id: 'T-001', risk: 'Low' },
        { id: 'T-002', dependencies: ['T-001'] },
      ],
      files: { 'second.json': script({}) },
      config: {
        agent: undefined,
        agents,
        roles: { implementer: { agents: ['scripted'], byRisk: { Low: ['second'] } } },
      },
    });
    const exit = await project.run(['run']);
    expect(exit.exitCode, exit.stdout).toBe(0);
    expect(exit.stdout).toContain('agent scripted; Low: second');
    expect(startsOf(project)).toEqual(['T-001 second', 'T-002 scripted']);
  });

  test('of the command line, whatever the roles say', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001', risk: 'Low' }],
      files: { 'second.json': script({}) },
      config: { agent: undefined, agents, roles: { implementer: { agents: ['absent'] } } },
    });
    expect((await project.run(['run', '--agent', 'second'])).exitCode).toBe(0);
    expect(startsOf(project)).toEqual(['T-001 second']);
  });

  test('next in the list when the first is not installed; with nobody left the run is refused', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }],
      config: { agent: undefined, agents, roles: { implementer: ['absent', 'scripted'] } },
    });
    const exit = await project.run(['run']);
    expect(exit.exitCode, exit.stdout).toBe(0);
    expect(exit.stdout).toContain(
      'WARN::FALLBACK-MISSING: agent absent: no-such-program was not found on PATH; it gets no work',
    );
    expect(project.state().session?.policy).toMatchObject({
      agent: 'scripted',
      roles: { implementer: { agents: ['scripted'] } },
    });
    expect(refusalOf(await project.run(['run', '--agent', 'absent', '--json']))).toBe('AGENT-MISSING 4');
  });
});

describe('a verifier that is the implementer', () => {
  const config = {
    agent: undefined,
    agents: { ...agents, twin: scripted('./agent-script.json') },
    roles: { implementer: 'second', verifier: 'scripted' },
  };

  test('is refused before anything starts, both named', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }],
      config: { ...config, roles: { implementer: 'twin', verifier: 'scripted' } },
    });
    const exit = await project.run(['run', '--json']);
    expect(refusalOf(exit)).toBe('CONFIG-INVALID 3');
    expect((jsonOf(exit) as RefusalJson).error.message).toContain(
      'what twin makes of a High task would be judged by scripted, which is twin itself',
    );
  });

  test('is refused too when only the command line makes it so', async () => {
    await using project = await createProject({ tasks: [{ id: 'T-001' }], config });
    expect(refusalOf(await project.run(['run', '--agent', 'twin', '--json']))).toBe('CONFIG-INVALID 3');
    expect(project.events()).toEqual([]);
  });
});

test('doctor says of each role who has it, who is not there, and what is not called yet', async () => {
  await using project = await createProject({
    tasks: [{ id: 'T-001' }],
    files: { 'second.json': script({}) },
    config: { agents, roles: { verifier: ['absent', 'second'] } },
  });
  const exit = await project.run(['doctor']);
  expect(exit.exitCode, exit.stdout).toBe(0);
  const lines = exit.stdout.split('\n').filter((line) => line.includes(' role '));
  expect(lines.map((line) => line.replace(/\s+/g, ' '))).toEqual([
    '✓ role implementer scripted',
    '✓ role testAuthor scripted; this version does not call it yet',
    '✓ role verifier absent, then second; not there: absent; this version does not call it yet',
    '✓ role reconciler scripted; this version does not call it yet',
    '✓ role resolver scripted; this version does not call it yet',
    '✓ role planner scripted',
  ]);
});

describe('a planner', () => {
  const answer = [{ write: { path: 'pawl-answer.json', text: '{"edges":[]}' } }];
  const planned = (planner: unknown, first: object): Promise<Project> =>
    createProject({
      tasks: [{ id: 'T-001' }, { id: 'T-002' }],
      files: { 'first.json': script(first), 'second.json': script({ 'pawl-infer': [answer] }) },
      config: { agents: { ...agents, first: scripted('first.json') }, roles: { planner } },
    });

  test('is asked instead of the implementer', async () => {
    await using project = await planned('second', {});
    const exit = await project.run(['plan', '--infer']);
    expect(exit.exitCode, exit.stderr).toBe(0);
    expect(bodiesOf(project.events(), 'edges.inferred')).toMatchObject([{ agent: 'second' }]);
    expect(exit.stdout).not.toContain('Answered by');
  });

  test('that is missing or rate-limited is passed over, and it is said who answered', async () => {
    await using project = await planned(['absent', 'first', 'second'], { 'pawl-infer': [limited] });
    const exit = await project.run(['plan', '--infer']);
    expect(exit.exitCode, exit.stderr).toBe(0);
    expect(exit.stdout).toContain(
      'Answered by second: agent absent: no-such-program was not found on PATH; first is rate-limited.',
    );
    expect(bodiesOf(project.events(), 'edges.inferred')).toMatchObject([{ agent: 'second' }]);
  });

  test('is named with the others when nobody answers', async () => {
    await using project = await planned(['absent', 'first'], { 'pawl-infer': [limited] });
    const exit = await project.run(['plan', '--infer', '--json']);
    expect(refusalOf(exit)).toBe('AGENT-FAILED 4');
    expect((jsonOf(exit) as RefusalJson).error.message).toContain('first is rate-limited');
    expect(bodiesOf(project.events(), 'edges.inferred')).toEqual([]);
  });

  test('that gives an answer nobody can use is not replaced: its faults are told', async () => {
    await using project = await planned(['first', 'second'], { 'pawl-infer': [[{ say: 'no idea' }]] });
    expect(refusalOf(await project.run(['plan', '--infer', '--json']))).toBe('ANSWER-INVALID 4');
  });
});
