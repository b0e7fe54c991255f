import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProject, type Project, type ScriptStep } from '../rig/repository.ts';
import { jsonOf, leavingUserAlone, type RefusalJson } from './observations.ts';
import { startInTerminal, whyNoTerminal } from './terminal-session.ts';

const spec = '# Greeter\n\n## Hello\n\nIt says hello.\n\n## Bye\n\nIt says bye.\n';
const drafted = {
  title: 'Greeter',
  tasks: [
    {
      id: 'T-001',
      title: 'Say hello',
      section: 'Hello',
      criteria: ['`hello()` returns "hello"'],
      files: ['src/hello.ts'],
      risk: 'High',
      size: 'S',
      tests: ['test/hello.test.ts'],
    },
    {
      id: 'T-002',
      title: 'Say bye',
      section: 'Bye',
      criteria: ['`bye()` returns "bye"', 'it works well'],
      dependencies: ['T-001'],
    },
  ],
};
const answer = (value: unknown): ScriptStep => ({
  write: { path: 'pawl-answer.json', text: JSON.stringify(value) },
});

function asked(...attempts: readonly (readonly ScriptStep[])[]): Promise<Project> {
  return createProject({
    tasks: [],
    files: { 'docs/spec.md': spec },
    script: { 'pawl-decompose': attempts },
  });
}

const inside = (project: Project, file: string): string => join(project.root, file);

async function refusal(project: Project, args: readonly string[]): Promise<RefusalJson['error']> {
  return (jsonOf(await project.run([...args, '--json'])) as RefusalJson).error;
}

describe('pawl decompose', () => {
  test('shows the backlog with what is doubtful, and writes it when told to', async () => {
    await using project = await asked([{ expectBrief: 'It says hello.' }, answer(drafted)]);
    const shown = await leavingUserAlone(project, () =>
      project.run(['decompose', 'docs/spec.md', '--out', 'docs/TASKS.md']),
    );
    expect(shown.exitCode, shown.stderr).toBe(0);
    for (const part of [
      '==> docs/TASKS.md <==',
      '### T-002: Say bye',
      'Level 1 (1 task)',
      '"works well" is a judgement',
    ])
      expect(shown.stdout).toContain(part);
    expect(shown.stdout).toContain('Nothing was written.');
    expect(existsSync(inside(project, 'docs/TASKS.md'))).toBe(false);
    const written = await project.run(['decompose', 'docs/spec.md', '--out', 'docs/TASKS.md', '--yes']);
    expect(written.stdout).toContain('Written. Type `pawl plan --backlog docs/TASKS.md`.');
    const plan = jsonOf(await project.run(['plan', '--backlog', 'docs/TASKS.md', '--json'])) as {
      tasks: readonly Record<string, unknown>[];
      warnings: readonly unknown[];
    };
    expect(plan.tasks).toMatchObject([
      { id: 'T-001', title: 'Say hello', risk: 'High', size: 'S', scope: ['src/hello.ts'], dependencies: [] },
      { id: 'T-002', title: 'Say bye', dependencies: ['T-001'] },
    ]);
    expect(plan.warnings).toEqual([]);
    expect(readFileSync(inside(project, 'docs/TASKS.md'), 'utf8')).toContain('docs/spec.md, Hello');
    expect(project.orphans()).toEqual([]);
  });

  test.each([
    ['specs/001-greeter/tasks.md', 'spec-kit'],
    ['.taskmaster/tasks/tasks.json', 'taskmaster'],
    ['docs/backlog/virtual-task-manifest.json', 'manifest'],
    ['.kiro/specs/greeter/tasks.md', 'kiro'],
    ['prd.json', 'ralph-prd'],
  ])('writes %s as %s', async (out, format) => {
    await using project = await asked([answer(drafted)]);
    const exit = await project.run(['decompose', 'docs/spec.md', '--out', out, '--yes', '--json']);
    expect(exit.exitCode, exit.stdout).toBe(0);
    expect(jsonOf(exit)).toMatchObject({ written: true, tasks: 2, to: { file: out, format } });
    const plan = jsonOf(await project.run(['plan', '--backlog', out, '--json'])) as { tasks: unknown[] };
    expect(plan.tasks).toHaveLength(2);
  });

  test('asks at a terminal, and takes yes and no for what they are', async (context) => {
    const why = whyNoTerminal();
    if (why !== undefined) context.skip(why);
    await using project = await asked([answer(drafted)]);
    for (const [key, exists] of [
      ['n', false],
      ['y', true],
    ] as const) {
      await using terminal = startInTerminal(
        project,
        ['decompose', 'docs/spec.md', '--out', 'docs/TASKS.md'],
        {
          columns: 100,
          rows: 40,
        },
      );
      await terminal.waitFor(/Write it to docs\/TASKS\.md\?/);
      terminal.type(key);
      await terminal.exit;
      expect(existsSync(inside(project, 'docs/TASKS.md'))).toBe(exists);
    }
  });

  test('a faulty draft goes back with its faults, and the mended one is taken', async () => {
    const faulty = {
      ...drafted,
      tasks: [{ ...drafted.tasks[0], dependencies: ['T-002'] }, drafted.tasks[1]],
    };
    await using project = await asked(
      [answer(faulty)],
      [
        { expectBrief: 'Your last answer could not be used' },
        { expectBrief: 'T-001 -> T-002 -> T-001' },
        answer(drafted),
      ],
    );
    const exit = await project.run([
      'decompose',
      'docs/spec.md',
      '--out',
      'TODO.md',
      '--to',
      'checklist',
      '--yes',
    ]);
    expect(exit.exitCode, exit.stdout + exit.stderr).toBe(0);
    expect(existsSync(inside(project, 'TODO.md'))).toBe(true);
  });

  test.each([
    ['no tasks', { title: 'x', tasks: [] }, 'at least one task'],
    ['no criteria', { title: 'x', tasks: [{ id: 'T-1', title: 'a', criteria: [] }] }, 'needs a criterion'],
    [
      'an unknown dependency',
      { title: 'x', tasks: [{ id: 'T-1', title: 'a', criteria: ['b'], dependencies: ['T-9'] }] },
      'T-9',
    ],
  ])('%s twice is refused, and nothing is written', async (_what, value, words) => {
    await using project = await asked([answer(value)], [answer(value)]);
    const { code, message } = await refusal(project, [
      'decompose',
      'docs/spec.md',
      '--out',
      'docs/TASKS.md',
      '--yes',
    ]);
    expect([code, message]).toEqual(['ANSWER-INVALID', expect.stringContaining(words)]);
    expect(existsSync(inside(project, 'docs/TASKS.md'))).toBe(false);
  });

  test.each([
    [['decompose', 'docs/none.md', '--out', 'docs/TASKS.md'], 'SPEC-UNREADABLE'],
    [['decompose', '../outside.md', '--out', 'docs/TASKS.md'], 'SPEC-UNREADABLE'],
    [['decompose', 'docs/spec.md'], 'USAGE'],
    [['decompose', 'docs/spec.md', '--out', 'notes.md'], 'CONVERT-FORMAT'],
    [['decompose', 'docs/spec.md', '--out', '../TASKS.md'], 'CONVERT-OUTSIDE'],
    [['decompose', 'docs/spec.md', '--out', 'TASKS.md', '--yes'], 'CONVERT-EXISTS'],
  ])('%j is refused with %s', async (args, code) => {
    await using project = await asked([answer(drafted)]);
    const before = readFileSync(inside(project, 'TASKS.md'), 'utf8');
    expect((await refusal(project, args)).code).toBe(code);
    expect(readFileSync(inside(project, 'TASKS.md'), 'utf8')).toBe(before);
  });
});
