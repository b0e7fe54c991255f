import type { TaskId } from '../../../src/domain/ids.ts';
import { describe, expect, test } from 'vitest';
import { lintPlan, type LintFinding } from '../../../src/domain/plan-lint.ts';
import type { Plan, Task } from '../../../src/domain/plan.ts';
import { makePlan, taskId } from '../../rig/events.ts';

type Sketch = Omit<Parameters<typeof makePlan>[0][number], 'criteria'> & Pick<Task, 'criteria'>;

function planOf(sketches: readonly Sketch[]): Plan {
  const plan = makePlan(sketches.map(({ criteria: _criteria, ...sketch }) => sketch));
  return {
    ...plan,
    tasks: plan.tasks.map((task, at) => ({ ...task, criteria: sketches[at]?.criteria ?? [] })),
  };
}

const criterion = (id: string, text: string): Task['criteria'][number] => ({ id, text });
const sound = [criterion('AC1', '`sum([1, 2])` returns 3')];
const linesOf = (findings: readonly LintFinding[]): readonly string[] =>
  findings.map(({ rule, task, message }) => `${rule} ${task} ${message}`);

describe('lint', () => {
  test('says nothing of a sound plan', () => {
    const plan = planOf([
      { id: 'T-001', criteria: sound },
      { id: 'T-002', criteria: sound, dependencies: ['T-001'] },
    ]);
    expect(lintPlan(plan)).toEqual([]);
  });

  test('a task without criteria has one finding and a way to mend it', () => {
    expect(lintPlan(planOf([{ id: 'T-001', criteria: [] }]))).toEqual([
      {
        rule: 'no-criteria',
        task: taskId('T-001'),
        message: 'has no acceptance criteria',
        mend: 'write at least one that can be checked',
      },
    ]);
  });

  test.each([
    ['The search works well', true],
    ['Pages load fast and errors are handled properly', true],
    ['The API is user-friendly, robust etc.', true],
    ['Pages load fast: under 200 ms', false],
    ['`parse()` handles bad input properly', false],
    ['Given a good password, when I log in, then I see my name', false],
    ['The command exits with an error when the file is missing', false],
    ['All settings are kept in a database', false],
  ])('%j is a judgement without evidence: %s', (text, isVague) => {
    const plan = planOf([{ id: 'T-001', criteria: [criterion('AC1', text)] }]);
    expect(lintPlan(plan).some(({ rule }) => rule === 'untestable-criterion')).toBe(isVague);
  });

  test('a criterion in two tasks is reported where it stands the second time, short ones never', () => {
    const shared = criterion('AC1', 'A deleted user can no longer log in.');
    const plan = planOf([
      { id: 'T-001', criteria: [shared, criterion('AC2', 'Typecheck passes')] },
      {
        id: 'T-002',
        criteria: [
          { ...shared, text: 'a deleted user can NO longer log in' },
          criterion('AC2', 'Typecheck passes'),
        ],
      },
    ]);
    expect(linesOf(lintPlan(plan))).toEqual([
      'shared-criterion T-002 has the criterion AC1 in common with T-001',
    ]);
  });

  test('size, risk and scope have limits', () => {
    const many = Array.from({ length: 9 }, (_, at) => criterion(`AC${at}`, `case ${at} returns ${at}`));
    const plan = planOf([
      { id: 'T-001', criteria: many },
      { id: 'T-002', criteria: many.slice(0, 5), size: 'L' },
      { id: 'T-003', criteria: sound, risk: 'High' },
      { id: 'T-004', criteria: sound, scope: ['src/**'] },
      { id: 'T-005', criteria: sound, scope: ['src/parse'] },
    ]);
    expect(linesOf(lintPlan(plan))).toEqual([
      'oversized-task T-001 is large: 9 criteria',
      'oversized-task T-002 is large: 5 criteria at size L',
      'untested-high-risk T-003 is High-risk and names no test file',
      'wide-scope T-004 may touch src/**',
    ]);
  });

  test('an implied dependency names the one that implies it, also over several steps', () => {
    const plan = planOf([
      { id: 'T-001', criteria: sound },
      { id: 'T-002', criteria: sound, dependencies: ['T-001'] },
      { id: 'T-003', criteria: sound, dependencies: ['T-002'] },
      { id: 'T-004', criteria: sound, dependencies: ['T-001', 'T-003'] },
    ]);
    expect(linesOf(lintPlan(plan))).toEqual([
      'redundant-dependency T-004 depends on T-001, which T-003 needs already',
    ]);
  });

  test('what needs a task that was given up can never start', () => {
    const plan = planOf([
      { id: 'T-001', criteria: sound, declared: 'abandoned' },
      { id: 'T-002', criteria: sound, dependencies: ['T-001'] },
      { id: 'T-003', criteria: sound, dependencies: ['T-002'] },
      { id: 'T-004', criteria: sound, dependencies: ['T-001'], declared: 'completed' },
    ]);
    expect(linesOf(lintPlan(plan))).toEqual([
      'unreachable-task T-002 needs T-001, which was given up',
      'unreachable-task T-003 needs T-001, which was given up',
    ]);
  });

  test('two parallel hints over one file are doubted, unless the conflict is declared', () => {
    const both = { criteria: sound, parallel: true, scope: ['src/popup.html'] };
    const plan = planOf([
      { id: 'T-001', ...both },
      { id: 'T-002', ...both },
      { id: 'T-003', ...both, conflictsWith: ['T-001', 'T-002'] },
    ]);
    expect(linesOf(lintPlan(plan))).toEqual([
      'doubtful-parallel-hint T-001 is said to be safe beside T-002, and both may touch src/popup.html',
    ]);
  });

  test('a group is doubted where one of it depends on another, and a hint where the texts say so', () => {
    const plan = planOf([
      { id: 'T-001', criteria: sound, parallel: true, parallelGroup: 'wave 1' },
      { id: 'T-002', criteria: sound, parallel: true, parallelGroup: 'wave 1', dependencies: ['T-001'] },
      { id: 'T-003', criteria: sound, parallel: true, parallelGroup: 'wave 2', dependencies: ['T-002'] },
      { id: 'T-004', criteria: sound, parallel: true },
      { id: 'T-005', criteria: sound },
    ]);
    const edge = { evidence: 'path', reason: 'it creates a.ts', confidence: 0.9 } as const;
    const inferred = [
      { ...edge, task: 'T-004' as TaskId, on: 'T-001' as TaskId },
      { ...edge, task: 'T-005' as TaskId, on: 'T-004' as TaskId },
    ];
    expect(linesOf(lintPlan(plan, inferred))).toEqual([
      'doubtful-parallel-hint T-002 is said to be safe beside T-001, and depends on it',
      'doubtful-parallel-hint T-004 is said to be safe beside T-001, and it creates a.ts',
    ]);
  });

  test('files that everybody changes a little are no reason to doubt', () => {
    const both = { criteria: sound, parallel: true, scope: ['CHANGELOG.md', 'package.json'] };
    expect(
      lintPlan(
        planOf([
          { id: 'T-001', ...both },
          { id: 'T-002', ...both },
        ]),
      ),
    ).toEqual([]);
  });
});
