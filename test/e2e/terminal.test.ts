import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { createProject, type Project, type ScriptStep } from '../rig/repository.ts';
import { bodiesOf, until } from './observations.ts';
import { startInTerminal, whyNoTerminal } from './terminal-session.ts';

const missing = whyNoTerminal();

const waitForGo: ScriptStep = {
  run: { argv: ['sh', '-c', 'until test -e "$HOME/go"; do sleep 0.02; done'] },
};

function letGo(project: Project): void {
  writeFileSync(join(project.folder, 'home', 'go'), '');
}

function twoTasks(): Promise<Project> {
  const attempt = (id: string): readonly ScriptStep[] => [
    { progress: { percent: 40, next: `write ${id}` } },
    waitForGo,
    { write: { path: `${id}.txt`, text: 'x\n' } },
  ];
  return createProject({
    tasks: [
      { id: 'T-001', title: 'Say hello to everybody who is there' },
      { id: 'T-002', title: 'Say goodbye', dependencies: ['T-001'] },
    ],
    script: { 'T-001': [attempt('T-001')], 'T-002': [attempt('T-002')] },
  });
}

/** Shown again at the end, however often it was hidden. */
function cursorIsVisible(raw: string): boolean {
  return raw.lastIndexOf('\u001B[?25h') >= raw.lastIndexOf('\u001B[?25l');
}

describe('at a terminal', () => {
  beforeEach((context) => {
    if (missing === undefined) return;
    console.warn(`skipped, nothing was seen of the terminal: ${missing}`);
    context.skip();
  });

  test('a board shows what is at work while it is, then the pulse, and the cursor comes back', async () => {
    await using project = await twoTasks();
    await using session = startInTerminal(project, ['run'], { columns: 100, rows: 30 });
    await session.waitFor(/T-001.*40\s?%/);
    const during = (await session.rows()).join('\n');
    expect(during).toContain('Say hello to everybody');
    expect(during).toContain('T-002');
    expect(during).toContain('scripted');
    expect(during).not.toContain('Implementation Pulse');
    letGo(project);
    expect(await session.exit).toBe(0);
    const after = await session.rows();
    expect(after.filter((row) => row.startsWith('### Implementation Pulse'))).toHaveLength(1);
    expect(after).toContain('- Progress: 100.0% (2/2 tasks)');
    expect(after.at(-1)).toBe('All work is on pawl/tasks. Type `pawl land` to bring it to your branch.');
    // One board stands there, not a trail of them.
    expect(after.filter((row) => row.includes('Say goodbye')).length).toBeLessThanOrEqual(2);
    expect(cursorIsVisible(session.raw())).toBe(true);
  });

  test('a narrow one is not overrun: no row of the board is wrapped', async () => {
    await using project = await twoTasks();
    await using session = startInTerminal(project, ['run'], { columns: 40, rows: 12 });
    // The mark in front of it is another as soon as it is at work.
    await session.waitFor(/^(?!·).*T-001/m);
    expect(await session.wrappedRows()).toEqual([]);
    expect((await session.rows()).length).toBeLessThanOrEqual(12);
    letGo(project);
    expect(await session.exit).toBe(0);
    expect(cursorIsVisible(session.raw())).toBe(true);
  });

  test('Ctrl-C stops politely, twice at once, and the cursor comes back', async () => {
    await using project = await twoTasks();
    await using session = startInTerminal(project, ['run'], { columns: 80, rows: 24 });
    await session.waitFor(/40\s?%/);
    session.type('\u0003');
    await session.waitFor(/Stopping: nothing new starts/);
    session.type('\u0003');
    expect(await session.exit).toBe(130);
    expect((await session.rows()).at(-1)).toBe('Type `pawl run` to go on.');
    expect(cursorIsVisible(session.raw())).toBe(true);
    expect(project.orphans()).toEqual([]);
  });

  test('that is closed takes its agents with it; the next run goes on', async () => {
    await using project = await twoTasks();
    await using session = startInTerminal(project, ['run'], { columns: 80, rows: 24 });
    await session.waitFor(/40\s?%/);
    session.hangUp();
    const ended = (): boolean => project.events().at(-1)?.body.type === 'session.ended';
    await until(ended, 'the session ends');
    expect(bodiesOf(project.events(), 'session.ended')).toMatchObject([{ reason: 'stopped' }]);
    expect(bodiesOf(project.events(), 'attempt.interrupted')).toMatchObject([{ because: 'stop' }]);
    expect(project.orphans()).toEqual([]);
    letGo(project);
    const again = await project.run(['run']);
    expect(again.exitCode, again.stdout).toBe(0);
  });

  test('has colours, and none with NO_COLOR', async () => {
    const color = /\u001B\[(?:[0-9;]*;)?(?:3[0-7]|9[0-7]|38;[0-9;]+|1|2)m/;
    await using project = await twoTasks();
    letGo(project);
    await using colored = startInTerminal(project, ['run'], { columns: 80, rows: 24 });
    expect(await colored.exit).toBe(0);
    expect(color.test(colored.raw())).toBe(true);
    await using plain = startInTerminal(project, ['plan'], { columns: 80, rows: 24, env: { NO_COLOR: '1' } });
    expect(await plain.exit).toBe(0);
    expect(plain.raw()).not.toContain('\u001B[3');
    await using run = startInTerminal(project, ['run'], { columns: 80, rows: 24, env: { NO_COLOR: '1' } });
    expect(await run.exit).toBe(0);
    expect(color.test(run.raw())).toBe(false);
  });

  test('that cannot move its cursor gets plain lines', async () => {
    await using project = await twoTasks();
    letGo(project);
    await using session = startInTerminal(project, ['run'], {
      columns: 80,
      rows: 24,
      env: { TERM: 'dumb' },
    });
    expect(await session.exit).toBe(0);
    expect(session.raw()).not.toContain('\u001B');
    expect(session.raw()).toMatch(/T-001 attempt 1 started \(scripted\)/);
  });

  test('the status can be watched live from another one, and ends with the run', async () => {
    await using project = await twoTasks();
    await using run = project.start(['run']);
    await run.waitForLine(/T-001 attempt 1 started/);
    await using watch = startInTerminal(project, ['status', '--watch'], { columns: 100, rows: 30 });
    await watch.waitFor(/Say hello to everybody/);
    letGo(project);
    expect((await run.exit).exitCode).toBe(0);
    expect(await watch.exit).toBe(0);
    expect(await watch.rows()).toContain('- Progress: 100.0% (2/2 tasks)');
    expect(cursorIsVisible(watch.raw())).toBe(true);
  });
});
