import { describe, expect, test } from 'vitest';
import { convertPlan } from '../../../../src/planning/conversion.ts';
import { codeTaskFormat } from '../../../../src/planning/formats/code-task/format.ts';
import { planOf, smallPlan } from '../../../contract/compose-plans.ts';

const entry = 'specs/wallet/tasks';

describe('a plan as code tasks', () => {
  test('is a file per task, named by its id', () => {
    const { files, companions, ids, losses } = convertPlan(smallPlan, codeTaskFormat, entry);
    expect([...files, ...companions].map(([file, text]) => [file, text.split('\n')])).toEqual([
      [
        'specs/wallet/tasks/T-001.code-task.md',
        [
          '---',
          'status: pending',
          '---',
          '# Task: Show the balance',
          '',
          '## Description',
          'The page asks the ledger.',
          '',
          '- one number',
          '- no cents when there are none',
          '',
          '## Reference Documentation',
          '**Required:**',
          '- docs/wallet.md',
          '- ADR-7: Whole cents',
          '',
          '## Dependencies',
          '- `T-002.code-task.md`',
          '',
          '## Files to Modify',
          '- `src/page.ts`',
          '- `src/format.ts`',
          '',
          '## Acceptance Criteria',
          '',
          '1. The balance is shown',
          '2. An empty wallet shows 0',
          '',
          '## Metadata',
          '- **Complexity**: High',
          '- **Priority**: High',
          '',
        ],
      ],
      [
        'specs/wallet/tasks/T-002.code-task.md',
        [
          '---',
          'status: completed',
          '---',
          '# Task: Keep a ledger',
          '',
          '## Files to Modify',
          '- `src/ledger.ts`',
          '',
          '## Acceptance Criteria',
          '',
          '1. Entries add up',
          '',
          '## Metadata',
          '- **Complexity**: Low',
          '- **Priority**: Medium',
          '',
        ],
      ],
      [
        'specs/wallet/tasks/T-003.code-task.md',
        [
          '---',
          'status: blocked',
          '---',
          '# Task: Write the `README`',
          '',
          '## Steps',
          '',
          '- [ ] say what it is',
          '',
          '## Dependencies',
          '- `T-001.code-task.md`',
          '- `T-002.code-task.md`',
          '',
          '## Metadata',
          '- **Complexity**: Medium',
          '- **Priority**: Low',
          '',
        ],
      ],
    ]);
    expect([...ids]).toEqual([
      ['T-001', 'T-001'],
      ['T-002', 'T-002'],
      ['T-003', 'T-003'],
    ]);
    expect(losses.map(({ kind, example }) => `${kind}: ${example}`)).toEqual([
      'phase: Screens → nothing',
      'context: without ADR-7: Whole cents',
      'test files: without test/page.test.ts',
    ]);
  });

  const odd = planOf([
    { id: 'none', title: 'Set up: the repository!' },
    { id: 'step02/task-01-x', title: 'Next', dependencies: ['none'] },
    { id: 'web/T1', title: '検証', dependencies: ['step02/task-01-x'] },
  ]);

  test('gives a name of the tree to an id that cannot be one', () => {
    const { files, ids } = convertPlan(odd, codeTaskFormat, entry);
    expect([...ids.values()]).toEqual(['task-01-set-up-the-repository', 'step02/task-01-x', 'task-03']);
    expect([...files.keys()]).toEqual([
      `${entry}/step02/task-01-x.code-task.md`,
      `${entry}/task-01-set-up-the-repository.code-task.md`,
      `${entry}/task-03.code-task.md`,
    ]);
    expect(files.get(`${entry}/task-03.code-task.md`)).toContain(
      '## Dependencies\n- `step02/task-01-x.code-task.md`\n',
    );
  });

  test('stands beside a file that is named instead of a folder', () => {
    const { files, losses } = convertPlan(odd, codeTaskFormat, 'specs/any.code-task.md');
    expect([...files.keys()]).toEqual([
      'specs/task-01-set-up-the-repository.code-task.md',
      'specs/task-02-next.code-task.md',
      'specs/task-03.code-task.md',
    ]);
    expect(losses.map(({ kind }) => kind)).toEqual(['id']);
  });

  test('numbers criteria as their ids do', () => {
    const numbersIn = (...ids: readonly string[]): unknown => {
      const task = { id: 'a', criteria: ids.map((id) => ({ id, text: 'Works' })) };
      return convertPlan(planOf([task]), codeTaskFormat, '.')
        .files.get('a.code-task.md')!
        .match(/^\d+/gm);
    };
    expect(numbersIn('x.AC2', 'x.AC5')).toEqual(['2', '5']);
    expect(numbersIn('x.AC2', 'y.AC2')).toEqual(['1', '2']);
  });

  test('takes no section of a description for one that names dependencies', () => {
    const description = 'Intro.\n\n## Dependencies\n\n- All previous tasks\n\n```sh\nnpm test';
    const { files } = convertPlan(planOf([{ id: 'a' }, { id: 'b', description }]), codeTaskFormat, '.');
    expect(files.get('b.code-task.md')).toContain(
      '## Description\nIntro.\n\n##\u2002Dependencies\n\n- All previous tasks\n\n```sh\nnpm test\n```\n\n## Metadata',
    );
  });
});
