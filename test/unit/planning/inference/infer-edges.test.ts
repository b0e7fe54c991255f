import { describe, expect, test } from 'vitest';
import { hotFiles } from '../../../../src/domain/hot-files.ts';
import { edgeKey, type DecidedEdge, type InferredEdge } from '../../../../src/domain/inferred-dependency.ts';
import type { TaskId } from '../../../../src/domain/ids.ts';
import type { Task } from '../../../../src/domain/plan.ts';
import { admitEdges, inferDependencies } from '../../../../src/planning/inference/infer-edges.ts';
import { wordsOfTask } from '../../../../src/planning/inference/task-words.ts';
import { makeTask, type TaskSketch } from '../../../rig/events.ts';

const none = { byAgent: [], decided: new Map() };

function task(id: string, description: string, more: Omit<Partial<TaskSketch>, 'id'> = {}): Task {
  return makeTask({ id, title: `Do ${id}`, description, criteria: 0, ...more });
}

function found(...tasks: readonly Task[]): readonly string[] {
  const { inForce, proposed } = inferDependencies(tasks, none);
  const said = (sign: string) => (edge: InferredEdge) => `${edge.task} ${sign} ${edge.on}: ${edge.reason}`;
  return [...inForce.map(said('→')), ...proposed.map(said('?'))];
}

describe('a path that one task creates and another uses', () => {
  test.each([
    ['Create `src/a.ts`', 'Extend `src/a.ts`'],
    ['- Create: `src/a.ts`', '- Modify: `src/a.ts:10-20`'],
    ['Files: `src/a.ts` (new)', 'Files: `src/a.ts` (update)'],
    ['Add a new module src/a.ts', 'reads src/a.ts'],
  ])('%s, %s', (maker, user) => {
    expect(found(task('T-1', maker), task('T-2', user))).toEqual(['T-2 → T-1: it creates src/a.ts']);
  });

  test('counts where the scope names it, and less where the user stands first', () => {
    expect(found(task('T-1', 'Create `src/a.ts`'), task('T-2', '', { scope: ['src/a.ts'] }))).toHaveLength(1);
    expect(found(task('T-1', 'Use src/a.ts'), task('T-2', 'Create src/a.ts'))).toEqual([
      'T-1 ? T-2: it creates src/a.ts',
    ]);
  });

  test('is only proposed where something is written into it and nobody says that it is new', () => {
    expect(found(task('T-1', 'Implement the model in src/a.py'), task('T-2', 'Fix src/a.py'))).toEqual([
      'T-2 ? T-1: it writes src/a.py',
    ]);
  });

  test.each([
    ['two that change it', 'Update `src/a.ts`', 'Extend `src/a.ts`'],
    ['two that create it', 'Create `src/a.ts`', 'Create `src/a.ts`'],
    ['a file that is shared by nature', 'Create package.json', 'Add a script to package.json'],
    ['a placeholder', 'Create `src/[name].py`', 'Fix `src/[name].py`'],
    ['code in a fence', '```\nCreate `src/a.ts`\n```', 'Fix `src/a.ts`'],
  ])('is not seen in %s', (_what, first, second) => {
    expect(found(task('T-1', first), task('T-2', second))).toEqual([]);
  });
});

describe('other evidence', () => {
  test('what one produces and another consumes', () => {
    const tasks = [task('T-1', '- Produces: `parse(text)`, `Amount`'), task('T-2', '**Consumes:** `parse`')];
    expect(found(...tasks)).toEqual(['T-2 → T-1: it produces parse']);
  });

  test('a symbol that a title defines and a later task mentions', () => {
    const tasks = [
      task('T-1', '', { title: 'Create AmountReader class' }),
      task('T-2', 'calls AmountReader.read'),
    ];
    expect(found(...tasks)).toEqual(['T-2 → T-1: it defines AmountReader']);
    expect(found(tasks[1]!, tasks[0]!)).toEqual([]);
  });

  test.each([
    ['after T-1 is done', 'T-2 → T-1'],
    ['This depends on T-1.', 'T-2 → T-1'],
    ['Requires task T-1 (types)', 'T-2 → T-1'],
    ['must land before T-1', 'T-1 → T-2'],
  ])('prose: %s', (sentence, edge) => {
    expect(found(task('T-1', ''), task('T-2', sentence)).map((one) => one.split(':')[0])).toEqual([edge]);
  });

  test.each(['see T-1', 'independent of T-1', 'like T-1', 'needs 1 field', 'after the release'])(
    'no prose: %s',
    (sentence) => {
      expect(found(task('T-1', ''), task('1', ''), task('T-2', sentence))).toEqual([]);
    },
  );

  test('long texts and many tasks are read in no time worth a word', () => {
    const words = wordsOfTask(task('T-1', `${'Create `src/a.ts` '.repeat(20_000)}\n${'a'.repeat(500_000)}`));
    expect([...words.paths]).toEqual([['src/a.ts', 'creates']]);
  });
});

describe('what becomes of an edge', () => {
  const tasks = [task('T-1', 'Create `a.ts`'), task('T-2', 'Change `a.ts`'), task('T-3', 'Change `a.ts`')];
  const byAgent = (on: string, confidence: number): InferredEdge => ({
    task: 'T-3' as TaskId,
    on: on as TaskId,
    evidence: 'agent',
    reason: 'because',
    confidence,
  });
  const decided = (edge: InferredEdge, verdict: 'accept' | 'refuse'): ReadonlyMap<string, DecidedEdge> =>
    new Map([[edgeKey(edge), { edge, verdict, reason: '', by: 'me' }]]);
  const ends = (edges: readonly InferredEdge[]): readonly string[] =>
    edges.map(({ task: id, on }) => `${id}-${on}`);

  test('a declared dependency is not inferred again, nor what others imply', () => {
    const chain = [tasks[0]!, tasks[1]!, task('T-3', 'Change `a.ts`', { dependencies: ['T-2'] })];
    expect(ends(inferDependencies(chain, none).inForce)).toEqual(['T-2-T-1']);
  });

  test('a person refuses one, and accepts another that was not sure enough', () => {
    const weak = byAgent('T-2', 0.5);
    expect(ends(inferDependencies(tasks, { byAgent: [weak], decided: new Map() }).proposed)).toEqual([
      'T-3-T-2',
    ]);
    expect(
      ends(inferDependencies(tasks, { byAgent: [weak], decided: decided(weak, 'accept') }).inForce),
    ).toEqual(['T-3-T-2', 'T-2-T-1']);
    const first = inferDependencies(tasks, none).inForce[0]!;
    const after = inferDependencies(tasks, { byAgent: [], decided: decided(first, 'refuse') });
    expect([ends(after.inForce), ends(after.refused)]).toEqual([['T-3-T-1'], ['T-2-T-1']]);
  });

  test('the weaker of two that would close a cycle is dropped and said', () => {
    const back: InferredEdge = { ...byAgent('T-3', 0.85), task: 'T-1' as TaskId };
    const { inForce, dropped } = inferDependencies(tasks, { byAgent: [back], decided: new Map() });
    expect([ends(inForce), ends(dropped)]).toEqual([['T-2-T-1', 'T-3-T-1'], ['T-1-T-3']]);
  });

  test('what is declared wins over whatever is inferred', () => {
    const declared = [task('T-1', 'Create `a.ts`', { dependencies: ['T-2'] }), task('T-2', 'Change `a.ts`')];
    const { inForce, dropped } = inferDependencies(declared, none);
    expect([ends(inForce), ends(dropped)]).toEqual([[], ['T-2-T-1']]);
  });

  test('an answer about tasks that are gone is left out, and one about itself', () => {
    expect(
      ends(inferDependencies(tasks, { byAgent: [byAgent('T-9', 1)], decided: new Map() }).inForce),
    ).not.toContain('T-3-T-9');
    expect(admitEdges(tasks, [byAgent('T-3', 1)])).toEqual({ edges: [], dropped: [] });
  });
});

test('files that several tasks change get a way to be merged', () => {
  const tasks = ['T-1', 'T-2', 'T-3', 'T-4'].map((id) =>
    task(id, '', {
      scope: ['CHANGELOG.md', 'src/routes.ts', `src/${id}.ts`, ...(id < 'T-3' ? ['yarn.lock'] : [])],
    }),
  );
  expect(hotFiles(tasks).map(({ path, policy, tasks: ids }) => [path, policy, ids.length])).toEqual([
    ['CHANGELOG.md', 'union', 4],
    ['src/routes.ts', 'three-way', 4],
    ['yarn.lock', 'regenerate', 2],
  ]);
});
