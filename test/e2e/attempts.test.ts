import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { PawlExit } from '../rig/pawl.ts';
import { createProject, type Project, type ScriptStep } from '../rig/repository.ts';
import { bodiesOf, jsonOf, leavingUserAlone } from './observations.ts';

const write = (path: string, text = `${path}\n`): ScriptStep => ({ write: { path, text } });
const shell = (script: string): ScriptStep => ({ run: { argv: ['sh', '-c', script] } });

/** A project with one task, T-001, whose agent plays `attempts`. */
function oneTask(
  attempts: readonly (readonly ScriptStep[])[],
  sketch: { config?: Record<string, unknown>; files?: Record<string, string> } = {},
): Promise<Project> {
  return createProject({ tasks: [{ id: 'T-001' }], script: { 'T-001': attempts }, ...sketch });
}

function runOf(project: Project, ...args: readonly string[]): Promise<PawlExit> {
  return leavingUserAlone(project, () => project.run(['run', ...args]));
}

function briefOf(project: Project, attempt: number): string {
  return readFileSync(join(project.root, `.git/pawl/logs/tasks/T-001/${attempt}/brief.md`), 'utf8');
}

function failuresOf(project: Project): readonly object[] {
  return bodiesOf(project.events(), 'attempt.failed').map(({ failure }) => failure);
}

describe('an attempt after one that failed', () => {
  test('is told what was touched, what was said, what the gate printed and what not to repeat', async () => {
    await using project = await oneTask(
      [
        [write('bad.txt'), write('src/other.txt'), { claim: 'done', summary: 'Everything is perfect.' }],
        [write('good.txt')],
      ],
      { config: { gates: { check: 'test ! -e bad.txt || { echo "error: bad.txt is bad"; exit 7; }' } } },
    );
    expect((await runOf(project)).exitCode).toBe(0);
    const brief = briefOf(project, 2);
    expect(brief.slice(brief.indexOf('## Attempt 2'))).toBe(`## Attempt 2 of 5: what went wrong before

Your checkout is clean: nothing of the earlier attempts is in it.

Attempt 1 ended with: gate check failed.

It touched: bad.txt, src/other.txt

The previous agent's last words (a claim, not a fact):

> Everything is perfect.

Output of the failing gate:

> error: bad.txt is bad

Do NOT repeat these patterns:
- Do not repeat the change of attempt 1 to bad.txt, src/other.txt that made gate "check" fail: error: bad.txt is bad
- Do not say that the task is done before the gates pass: the claim was checked and was false.
`);
    expect(briefOf(project, 1)).not.toContain('## Attempt');
  });

  test('finds nothing of it in the workspace: no tracked change, no untracked and no ignored file', async () => {
    await using project = await oneTask(
      [
        [
          write('tracked.txt', 'changed\n'),
          write('untracked.txt'),
          write('ignored/cache.bin'),
          write('src/.hidden/deep.txt'),
          shell('git add tracked.txt && git stash --quiet && git stash pop --quiet --index'),
          write('bad.txt'),
        ],
        [shell('{ git status --short --ignored; cat tracked.txt; ls -A; } > seen.txt')],
      ],
      {
        config: { gates: { check: 'test ! -e bad.txt' } },
        files: { '.gitignore': 'ignored/\n', 'tracked.txt': 'as it was\n' },
      },
    );
    expect((await runOf(project)).exitCode).toBe(0);
    expect((await project.git(['show', 'pawl/tasks:seen.txt'])).split('\n')).toEqual([
      '?? seen.txt',
      'as it was',
      '.git',
      '.gitignore',
      'TASKS.md',
      'agent-script.json',
      'package.json',
      'pawl.config.json',
      'seen.txt',
      'tracked.txt',
    ]);
  });

  test('is the last of five; then the task is blocked, and what waits for it is named', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }, { id: 'T-002', dependencies: ['T-001'] }],
      config: {
        gates: { check: 'test ! -e bad.txt || { cat bad.txt; exit 1; }' },
        sameFailureLimit: 9,
      },
      script: { 'T-001': [[write('bad.txt')]], 'T-002': [[write('b.txt')]] },
    });
    const exit = await runOf(project);
    expect(exit.exitCode).toBe(1);
    expect(exit.stdout).toContain(
      'T-001 blocked: 5 attempts failed; the last: gate check failed; the agent had claimed to be done',
    );
    expect(exit.stdout).toContain('- False Completions: 5 (');
    expect(exit.stdout).toContain('0 tasks completed this session, 2 remaining.');
    expect(bodiesOf(project.events(), 'attempt.started')).toHaveLength(5);
    const explained = await project.run(['explain', 'T-002']);
    expect(explained.stdout).toBe(
      'T-002: waits for T-001 (blocked) · for 0m\n  → `pawl explain T-001`: it holds this task up.\n',
    );
    const next = await project.run(['next', '--json']);
    expect(next.exitCode).toBe(1);
    expect(jsonOf(next)).toMatchObject({
      error: 'no task can start now',
      blocked: { roots: [{ task: 'T-001', stuck: true, holdsUp: 1 }], waiting: [{ task: 'T-002' }] },
    });
    const status = await project.run(['status']);
    expect(status.stdout.split('\n').at(-2)).toBe(
      'No process is working on it. Nothing can go on by itself: type `pawl blocked`.',
    );
  });

  test('is not made when the same thing has failed three times', async () => {
    await using project = await oneTask([[write('bad.txt')]], {
      config: { gates: { check: 'test ! -e bad.txt' } },
    });
    expect((await runOf(project)).exitCode).toBe(1);
    expect(bodiesOf(project.events(), 'attempt.started')).toHaveLength(3);
    const state = project.state().tasks.get('T-001' as never)?.state;
    expect(state).toMatchObject({ status: 'blocked', because: 'failure' });
  });
});

describe('an agent', () => {
  test('that lies is caught, and its false completion is counted', async () => {
    await using project = await oneTask([[{ claim: 'done', summary: 'Done!' }], [write('a.txt')]]);
    const exit = await runOf(project, '--json');
    expect(exit.exitCode).toBe(0);
    expect(jsonOf(exit)).toMatchObject({
      pulse: { falseCompletions: [{ task: 'T-001', attempt: 1 }] },
      metrics: { falseCompletions: 1 },
    });
    expect(failuresOf(project)).toEqual([{ kind: 'no-change' }]);
  });

  test('that is silent for too long is ended, and another attempt is made', async () => {
    await using project = await oneTask([[{ hang: { ignoreTerm: true } }], [write('a.txt')]], {
      config: { limits: { idleSeconds: 0.5, graceSeconds: 0.1 } },
    });
    expect((await runOf(project)).exitCode).toBe(0);
    expect(failuresOf(project)).toEqual([{ kind: 'agent', how: 'idle', message: 'no progress for 0.5 s' }]);
    expect(project.orphans()).toEqual([]);
  });

  test('that takes too long altogether is ended, though it is not silent', async () => {
    const steps = Array.from({ length: 40 }, () => [{ say: 'still here' }, { wait: { ms: 100 } }]).flat();
    await using project = await oneTask([steps, [write('a.txt')]], {
      config: { limits: { totalSeconds: 0.8, graceSeconds: 0.1 } },
    });
    expect((await runOf(project)).exitCode).toBe(0);
    expect(failuresOf(project)).toEqual([
      { kind: 'agent', how: 'deadline', message: 'ran longer than 0.8 s' },
    ]);
  });

  test('that crashes is tried again after a wait, without counting against the task', async () => {
    await using project = await oneTask(
      [[write('half.txt'), { crash: { exitCode: 3 } }], [{ crash: { signal: 'SIGSEGV' } }], [write('a.txt')]],
      { config: { backoffSeconds: 0.2 } },
    );
    const exit = await runOf(project);
    expect(exit.exitCode).toBe(0);
    expect(exit.stdout).toMatch(
      /T-001 sent back: agent crashed: .*\(exit code 3\) {2}\(next: attempt 2 of 6 in \d+ms\)/,
    );
    const starts = project.events().filter(({ body }) => body.type === 'attempt.started');
    const failures = project.events().filter(({ body }) => body.type === 'attempt.failed');
    // The wait is between half and all of 200 ms, and of 400 ms the second time.
    expect(starts[1]!.at - failures[0]!.at).toBeGreaterThanOrEqual(100);
    expect(starts[2]!.at - failures[1]!.at).toBeGreaterThanOrEqual(200);
    expect(await project.git(['ls-tree', '--name-only', 'pawl/tasks', 'half.txt', 'a.txt'])).toBe('a.txt');
  });

  test('that meets a rate limit is left alone until the limit resets', async () => {
    await using project = await oneTask([[{ rateLimit: { resetsInSeconds: 2 } }], [write('a.txt')]]);
    const exit = await runOf(project);
    expect(exit.exitCode).toBe(0);
    const [failure] = bodiesOf(project.events(), 'attempt.failed');
    const starts = project.events().filter(({ body }) => body.type === 'attempt.started');
    expect(failure?.failure.kind).toBe('rate-limited');
    const resetsAt = failure?.failure.kind === 'rate-limited' ? failure.failure.resetsAt : undefined;
    expect(starts[1]!.at).toBeGreaterThanOrEqual(resetsAt ?? Infinity);
  });

  test('that meets a rate limit hands over to the next agent, and other tasks do not run into it', async () => {
    const limited = [{ rateLimit: { resetsInSeconds: 600 } }];
    await using project = await createProject({
      tasks: [{ id: 'T-001' }, { id: 'T-002', dependencies: ['T-001'] }],
      script: { 'T-001': [limited, limited], 'T-002': [limited] },
      files: {
        'second.json': JSON.stringify({
          tasks: {},
          default: [[write('{{task}}.txt')]],
        }),
      },
      config: {
        agents: {
          scripted: { kind: 'scripted', script: 'agent-script.json' },
          second: { kind: 'scripted', script: 'second.json' },
        },
        fallback: ['second'],
      },
    });
    const exit = await runOf(project);
    expect(exit.exitCode, exit.stdout).toBe(0);
    expect(exit.stdout).toContain('agent scripted, then second');
    const starts = bodiesOf(project.events(), 'attempt.started');
    expect(starts.map(({ task, agent }) => `${task} ${agent}`)).toEqual([
      'T-001 scripted',
      'T-001 second',
      'T-002 second',
    ]);
  });

  test('whose fallback is not installed is told of, and works alone', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }],
      script: { 'T-001': [[write('a.txt')]] },
      config: {
        agents: {
          scripted: { kind: 'scripted', script: 'agent-script.json' },
          other: { kind: 'command', argv: ['no-such-program'] },
        },
        fallback: ['other'],
      },
    });
    const exit = await runOf(project);
    expect(exit.exitCode).toBe(0);
    expect(exit.stdout + exit.stderr).toContain('WARN::FALLBACK-MISSING: agent other');
  });

  test('that asks for a decision blocks its task at once, with its question', async () => {
    await using project = await oneTask([[{ claim: 'blocked', summary: 'In which language?' }]]);
    const exit = await runOf(project);
    expect(exit.exitCode).toBe(1);
    const explained = await project.run(['explain', 'T-001']);
    expect(explained.stdout).toBe(
      'T-001: blocked (decision-needed): the agent asks for a decision: In which language? · for 0m\n' +
        '  → `pawl retry T-001 --reason "your answer"` tells the next agent; or settle it in the backlog, or `pawl skip T-001`.\n',
    );
  });

  test('leaves no process behind, however stubborn, not even in a session of its own', async () => {
    await using project = await oneTask([
      [{ fork: { ignoreTerm: true, newSession: true, keepOutput: true } }, { fork: {} }, write('a.txt')],
    ]);
    expect((await runOf(project)).exitCode).toBe(0);
    expect(project.orphans()).toEqual([]);
    const leftovers = bodiesOf(project.events(), 'process.ended').map((body) => body.leftovers);
    expect(Math.max(...leftovers)).toBe(2);
  });

  test('that prints megabytes ends like any other, and its log is kept', async () => {
    await using project = await oneTask([
      [{ flood: { megabytes: 4 } }, { flood: { megabytes: 4, stream: 'stderr' } }, write('a.txt')],
    ]);
    expect((await runOf(project)).exitCode).toBe(0);
    const shown = await project.run(['show', 'T-001']);
    expect(shown.stdout).toContain('.git/pawl/logs/tasks/T-001/1/agent.log');
    expect(existsSync(join(project.root, '.git/pawl/logs/tasks/T-001/1/agent.log'))).toBe(true);
  });

  test('that changes nothing but what the base already has is told so', async () => {
    await using project = await oneTask([
      [write('package.json', 'x'), shell('git checkout -q package.json')],
      [write('a.txt')],
    ]);
    expect((await runOf(project)).exitCode).toBe(0);
    expect(briefOf(project, 2)).toContain(
      '- Do not end without a change: the workspace was the same as the base.',
    );
  });
});

describe('what an agent writes outside its workspace', () => {
  test('is not landed; in the user’s checkout the next run names it and does not go on over it', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }, { id: 'T-002', dependencies: ['T-001'] }],
      script: {
        'T-001': [
          [{ run: { argv: ['sh', '-c', 'echo x > "$HOME/../project/escaped.txt"'] } }, write('a.txt')],
        ],
        'T-002': [[write('b.txt')]],
      },
    });
    expect((await project.run(['run', '--only', 'T-001'])).exitCode).toBe(0);
    expect(await project.git(['ls-tree', '-r', '--name-only', 'pawl/tasks', 'escaped.txt', 'a.txt'])).toBe(
      'a.txt',
    );
    const exit = await project.run(['run']);
    expect(exit.exitCode).toBe(4);
    expect(exit.stderr).toContain(
      'BLOCKED::DIRTY-GIT-STATUS: uncommitted changes that agents would not see: escaped.txt',
    );
  });
});

describe('a brief', () => {
  test('by default names the rules, the gates, what to read, the criteria and the branch', async () => {
    await using project = await createProject({
      tasks: [
        {
          id: 'T-001',
          title: 'Say hello',
          risk: 'High',
          criteria: ['it says hello', 'it says it twice'],
          files: ['src/hello.ts'],
          fields: { 'Spec reference': 'spec.md', Tests: '`test/hello.test.ts`' },
        },
      ],
      files: { 'spec.md': '# Hello\n' },
      script: { 'T-001': [[write('a.txt')]] },
      config: { gates: { check: 'true', other: 'exit 0' } },
    });
    expect((await project.run(['run'])).exitCode).toBe(0);
    const brief = briefOf(project, 1);
    for (const text of [
      '   - check: `true`\n   - other: `exit 0`',
      '## Mandatory before you start: read all references\n\nRead every related spec:\n- spec.md',
      '**Task ID**: T-001\n**Title**: Say hello\n**Risk**: High',
      '**Branch**: feat/T-001',
      '- T-001.AC1: it says hello\n- T-001.AC2: it says it twice',
      '**Files it is expected to touch**: src/hello.ts',
      '**Test files that verify it**: test/hello.test.ts',
      'High risk: test-driven development is mandatory.',
    ])
      expect(brief).toContain(text);
  });

  test('names what landed before, with the files, to a task that builds on it', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-000' }, { id: 'T-001', dependencies: ['T-000'] }],
      script: { 'T-000': [[write('src/base.txt')]], 'T-001': [[write('a.txt')]] },
    });
    expect((await project.run(['run'])).exitCode).toBe(0);
    expect(briefOf(project, 1)).toContain(
      '## What this task builds on (already in your checkout)\n\n- T-000: src/base.txt',
    );
  });

  test('of the template code-assist is a slash command with description and mode', async () => {
    await using project = await oneTask([[write('a.txt')]], { config: { brief: 'code-assist' } });
    expect((await runOf(project)).exitCode).toBe(0);
    const brief = briefOf(project, 1);
    expect(brief.startsWith('/code-assist\n\ntask_description: T-001: Do T-001\n')).toBe(true);
    expect(brief.endsWith('\nmode: auto\n')).toBe(true);
  });

  test('of a user’s own file has its placeholders filled in', async () => {
    await using project = await oneTask([[{ claim: 'done', summary: 'No.' }], [write('a.txt')]], {
      config: { brief: 'brief.md' },
      files: {
        'brief.md':
          'Do {{id}} ({{title}}), {{attempt}}/{{maxAttempts}}: {{unknown}}\n{{criteria}}\n{{retry}}',
      },
    });
    expect((await runOf(project)).exitCode).toBe(0);
    expect(briefOf(project, 1)).toBe('Do T-001 (Do T-001), 1/5: {{unknown}}\n- T-001.AC1: T-001 is done\n');
    expect(briefOf(project, 2)).toContain('> No.');
  });

  test('whose file is not there is refused before anything runs', async () => {
    await using project = await oneTask([[write('a.txt')]], { config: { brief: 'nowhere.md' } });
    const exit = await runOf(project, '--json');
    expect(exit.exitCode).toBe(3);
    expect(jsonOf(exit)).toMatchObject({ error: { code: 'CONFIG-INVALID' } });
    expect(bodiesOf(project.events(), 'attempt.started')).toEqual([]);
  });
});
