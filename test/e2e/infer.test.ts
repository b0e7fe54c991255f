import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProject, type Project, type ScriptStep } from '../rig/repository.ts';
import { bodiesOf, jsonOf, leavingUserAlone, until, type RefusalJson } from './observations.ts';

const answer = (edges: unknown): ScriptStep => ({
  write: { path: 'pawl-answer.json', text: JSON.stringify({ edges }) },
});
const edge = (task: string, on: string, confidence = 0.9): object => ({
  task,
  on,
  confidence,
  reason: `${task} calls what ${on} makes`,
});

function asked(...attempts: readonly (readonly ScriptStep[])[]): Promise<Project> {
  return askedWith({}, ...attempts);
}

function askedWith(
  config: Readonly<Record<string, unknown>>,
  ...attempts: readonly (readonly ScriptStep[])[]
): Promise<Project> {
  return createProject({
    config,
    tasks: [{ id: 'T-001' }, { id: 'T-002' }, { id: 'T-003', dependencies: ['T-002'] }],
    script: {
      'pawl-infer': attempts,
      'T-001': [[{ write: { path: '1.txt', text: '1' } }]],
      'T-002': [[{ write: { path: '2.txt', text: '2' } }]],
      'T-003': [[{ write: { path: '3.txt', text: '3' } }]],
    },
  });
}

async function refusal(project: Project, args: readonly string[]): Promise<RefusalJson['error']> {
  return (jsonOf(await project.run([...args, '--json'])) as RefusalJson).error;
}

describe('pawl plan --infer', () => {
  test('takes the answer of an agent over, drops the weakest edge of a cycle and says so', async () => {
    await using project = await asked([
      { expectBrief: '### T-003: Do T-003\ndepends on: T-002' },
      answer([edge('T-002', 'T-001'), edge('T-001', 'T-003', 0.85), edge('T-003', 'T-001', 0.4)]),
    ]);
    const exit = await leavingUserAlone(project, () => project.run(['plan', '--infer']));
    expect(exit.exitCode, exit.stderr).toBe(0);
    expect(exit.stdout).toContain('T-002 needs T-001: T-002 calls what T-001 makes (90 %, by an agent)');
    const edges = await project.run(['edges']);
    expect(edges.stdout).toContain(
      'Dropped: they would close a cycle with what is declared or surer (1)\n  T-001 needs T-003',
    );
    expect(edges.stdout).not.toContain('Proposed');
    const run = await project.run(['run']);
    expect(run.exitCode, run.stdout).toBe(0);
    expect(project.state().plan?.tasks.map(({ dependencies }) => dependencies)).toEqual([
      [],
      ['T-001'],
      ['T-002'],
    ]);
    expect(bodiesOf(project.events(), 'edges.inferred')).toHaveLength(1);
    expect(project.orphans()).toEqual([]);
  });

  test('asks once more with what was wrong, and takes the better answer', async () => {
    await using project = await asked(
      [answer([edge('T-002', 'T-009'), edge('T-001', 'T-001')])],
      [
        { expectBrief: 'edges.0: no task has the id T-009' },
        { expectBrief: 'edges.1: T-001 cannot depend on itself' },
        answer([]),
      ],
    );
    const exit = await project.run(['plan', '--infer']);
    expect(exit.exitCode, exit.stderr).toBe(0);
    expect(bodiesOf(project.events(), 'edges.inferred')).toMatchObject([{ agent: 'scripted', edges: [] }]);
  });

  test.each([
    ['no JSON', [{ write: { path: 'pawl-answer.json', text: 'sure!' } }], 'is no JSON'],
    ['no file', [{ say: 'All is well.' }], 'it left no pawl-answer.json'],
    [
      'a wrong shape',
      [{ write: { path: 'pawl-answer.json', text: '{"edges":[{"task":"T-001"}]}' } }],
      'edges.0.on',
    ],
    ['a confidence beyond one', [answer([edge('T-002', 'T-001', 7)])], 'edges.0.confidence'],
    ['a link', [{ run: { argv: ['ln', '-s', '/etc/passwd', 'pawl-answer.json'] } }], 'is no file'],
  ] as const)('an answer that is %s is refused, and nothing is taken over', async (_what, steps, words) => {
    await using project = await asked(steps, steps);
    const { code, message } = await refusal(project, ['plan', '--infer']);
    expect([code, message]).toEqual(['ANSWER-INVALID', expect.stringContaining(words)]);
    expect(bodiesOf(project.events(), 'edges.inferred')).toEqual([]);
  });

  test('an agent that fails is told of, as is one that is not there', async () => {
    await using project = await asked([{ crash: { exitCode: 3 } }]);
    expect((await refusal(project, ['plan', '--infer'])).code).toBe('AGENT-FAILED');
    expect((await refusal(project, ['plan', '--infer', '--agent', 'nobody'])).code).toBe('AGENT-UNKNOWN');
  });

  test('an agent that uses up more than an attempt may is ended and told of, and so is one that never gets done', async () => {
    const wasteful: readonly ScriptStep[] = [{ spend: { costUsd: 3 } }, { hang: { ignoreTerm: false } }];
    await using rich = await askedWith({ budgets: { attempt: { usd: 2 } } }, wasteful);
    const ended = await refusal(rich, ['plan', '--infer']);
    expect(ended.message).toContain('3.00 USD of the 2.00 USD for one attempt are used');
    expect(rich.orphans()).toEqual([]);

    const turn: ScriptStep = { spend: { inputTokens: 10 } };
    await using slow = await askedWith({ limits: { turns: 2 } }, [
      turn,
      turn,
      turn,
      { hang: { ignoreTerm: false } },
    ]);
    const stopped = await refusal(slow, ['plan', '--infer']);
    expect(stopped.message).toContain('the model was asked more than 2 times');
    expect(slow.orphans()).toEqual([]);
  });

  test('a kill while the agent works leaves nothing that the next command does not end', async () => {
    await using project = await asked([{ say: 'at work' }, { hang: true }], []);
    const pawl = project.start(['plan', '--infer']);
    await until(() => /at work/.test(logOf(project)), 'the agent is at work');
    pawl.kill('SIGKILL');
    await pawl.exit;
    expect(project.orphans().length).toBeGreaterThan(0);
    const exit = await project.run(['run']);
    expect(exit.exitCode, exit.stdout + exit.stderr).toBe(0);
    expect(project.orphans()).toEqual([]);
  });

  test('Ctrl-C ends the agent and exits with 130', async () => {
    await using project = await asked([{ say: 'at work' }, { hang: true }]);
    const pawl = project.start(['plan', '--infer']);
    await until(() => /at work/.test(logOf(project)), 'the agent is at work');
    pawl.kill('SIGINT');
    expect((await pawl.exit).exitCode).toBe(130);
    expect(project.orphans()).toEqual([]);
  });

  test('its brief and log are kept', async () => {
    await using project = await asked([answer([])]);
    await project.run(['plan', '--infer']);
    expect(readFileSync(logFile(project, 'brief.md'), 'utf8')).toContain('which dependencies');
  });
});

function logFile(project: Project, file: string): string {
  const folder = join(project.root, '.git', 'pawl', 'logs', 'tasks');
  const [name = ''] = existsSync(folder) ? readdirSync(folder) : [];
  return join(folder, name, '1', file);
}

function logOf(project: Project): string {
  const file = logFile(project, 'agent.log');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
