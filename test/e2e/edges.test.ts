import { describe, expect, test } from 'vitest';
import { createProject, type Project } from '../rig/repository.ts';
import { bodiesOf, jsonOf, placeOf, type RefusalJson } from './observations.ts';

const write = (path: string): readonly object[] => [{ write: { path, text: `${path}\n` } }];

/** T-002 changes what T-001 creates, and nothing declares it; T-003 names a symbol that T-002's text defines. */
function undeclared(): Promise<Project> {
  return createProject({
    tasks: [
      { id: 'T-001', criteria: ['Create `src/amount.ts`'] },
      { id: 'T-002', criteria: ['Update `src/amount.ts`', 'Define amountTable'] },
      { id: 'T-003', criteria: ['uses amountTable'] },
    ],
    script: {
      'T-001': [[{ wait: { ms: 500 } }, ...write('one.txt')]],
      'T-002': [write('two.txt')],
      'T-003': [write('three.txt')],
    } as never,
  });
}

async function printed(project: Project, args: readonly string[]): Promise<string> {
  const exit = await project.run(args);
  expect(exit.exitCode, exit.stdout + exit.stderr).toBe(0);
  return exit.stdout;
}

const orderOf = (project: Project): readonly string[] => {
  const events = project.events();
  return ['T-001', 'T-002', 'T-003']
    .flatMap((id) => [
      { name: `${id} starts`, seq: placeOf(events, 'attempt.started', id) },
      { name: `${id} lands`, seq: placeOf(events, 'landing.landed', id) },
    ])
    .toSorted((a, b) => a.seq - b.seq)
    .map(({ name }) => name);
};

describe('inferred dependencies', () => {
  test('are shown with their reason, counted by the run and kept in the journal', async () => {
    await using project = await undeclared();
    expect(await printed(project, ['plan'])).toContain(
      [
        'Inferred dependencies (1 in force, 1 proposed)',
        '  T-002 needs T-001: it creates src/amount.ts (90 %)',
        '  1 more: `pawl edges`; `pawl edge refuse TASK ON` takes one out, `pawl edge accept TASK ON` takes one in',
      ].join('\n'),
    );
    expect(await printed(project, ['edges'])).toBe(
      [
        'In force (1)',
        '  T-002 needs T-001: it creates src/amount.ts (90 %) · `pawl edge refuse T-002 T-001`',
        '',
        'Proposed: not sure enough to count (1)',
        '  T-003 needs T-002: it defines amountTable (70 %) · `pawl edge accept T-003 T-002`',
        '',
      ].join('\n'),
    );
    expect(await printed(project, ['explain', 'T-002'])).toContain(
      '`pawl edge refuse T-002 T-001` if it does not',
    );
    await printed(project, ['run']);
    const order = orderOf(project);
    expect(order.indexOf('T-002 starts')).toBeGreaterThan(order.indexOf('T-001 lands'));
    expect(order.indexOf('T-003 starts')).toBeLessThan(order.indexOf('T-001 lands'));
    const adopted = bodiesOf(project.events(), 'plan.adopted').at(-1)!.plan.tasks[1]!;
    expect(adopted).toMatchObject({
      dependencies: ['T-001'],
      inferred: [{ on: 'T-001', evidence: 'path', reason: 'it creates src/amount.ts', confidence: 0.9 }],
    });
  });

  test('are refused and accepted one by one, before there is a run', async () => {
    await using project = await undeclared();
    expect(await printed(project, ['edge', 'refuse', 'T-002', 'T-001', '--reason', 'another file'])).toBe(
      'T-002 does not wait for T-001.\n',
    );
    expect(await printed(project, ['edge', 'accept', 'T-003', 'T-002'])).toBe('T-003 waits for T-002.\n');
    expect(await printed(project, ['edges'])).toBe(
      [
        'In force (1)',
        '  T-003 needs T-002: it defines amountTable (100 %) · `pawl edge refuse T-003 T-002`',
        '',
        'Refused (1)',
        '  T-002 needs T-001: it creates src/amount.ts (90 %) · `pawl edge accept T-002 T-001`',
        '',
      ].join('\n'),
    );
    await printed(project, ['run']);
    const order = orderOf(project);
    expect(order.indexOf('T-002 starts')).toBeLessThan(order.indexOf('T-001 lands'));
    expect(order.indexOf('T-003 starts')).toBeGreaterThan(order.indexOf('T-002 lands'));
    // Decided after the run as well, and in the plan of the next session.
    await printed(project, ['edge', 'accept', 'T-002', 'T-001']);
    expect(project.state().plan?.tasks[1]?.dependencies).toEqual(['T-001']);
  });

  test('never hold a task up for one that was set aside, or that the session leaves out', async () => {
    await using project = await undeclared();
    await printed(project, ['run', '--only', 'T-002']);
    await using other = await undeclared();
    await printed(other, ['run', '--only', 'T-003']);
    await printed(other, ['skip', 'T-001']);
    await printed(other, ['run']);
    expect(other.state().tasks.get('T-002' as never)?.state.status).toBe('completed');
  });

  test('can be switched off', async () => {
    await using project = await undeclared();
    const config = JSON.parse(await project.git(['show', 'HEAD:pawl.config.json'])) as object;
    project.write({ 'pawl.config.json': JSON.stringify({ ...config, infer: false }) });
    expect(await printed(project, ['plan'])).not.toContain('Inferred');
    expect(await printed(project, ['edges'])).toContain('None of them counts: `infer` is off');
    await printed(project, ['run']);
    const order = orderOf(project);
    expect(order.indexOf('T-002 starts')).toBeLessThan(order.indexOf('T-001 lands'));
    project.write({ 'pawl.config.json': JSON.stringify(config) });
    expect(await printed(project, ['show', 'T-002'])).toContain('inferred: it creates src/amount.ts');
  });

  test.each([
    [['edge', 'accept', 'T-001', 'T-003'], 'EDGE-UNKNOWN', 'nothing suggests that T-001 depends on T-003'],
    [['edge', 'accept', 'T-009', 'T-003'], 'UNKNOWN-TASK', 'no task of TASKS.md has the id T-009'],
    [['edge', 'perhaps', 'T-001', 'T-003'], 'USAGE', undefined],
    [['edge', 'accept', 'T-001'], 'USAGE', undefined],
  ])('%j is refused as %s', async (args, code, message) => {
    await using project = await undeclared();
    const { error } = jsonOf(await project.run([...args, '--json'])) as RefusalJson;
    expect(error.code).toBe(code);
    if (message !== undefined) expect(error.message).toBe(message);
    expect(project.events()).toEqual([]);
  });

  test('a declared dependency is changed in the backlog', async () => {
    await using project = await createProject({
      tasks: [{ id: 'T-001' }, { id: 'T-002', dependencies: ['T-001'] }],
    });
    const { error } = jsonOf(
      await project.run(['edge', 'refuse', 'T-002', 'T-001', '--json']),
    ) as RefusalJson;
    expect([error.code, error.message]).toEqual([
      'EDGE-REFUSED',
      'the backlog itself says that T-002 depends on T-001',
    ]);
  });
});
