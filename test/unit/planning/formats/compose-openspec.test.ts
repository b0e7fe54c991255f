import { describe, expect, test } from 'vitest';
import { convertPlan } from '../../../../src/planning/conversion.ts';
import { openspecFormat } from '../../../../src/planning/formats/openspec/format.ts';
import { planOf, smallPlan } from '../../../contract/compose-plans.ts';

const entry = 'openspec/changes/add-wallet/tasks.md';

describe('a plan as an OpenSpec task list', () => {
  test('is a list in an order of work, in groups', () => {
    const { files, companions, ids, losses } = convertPlan(smallPlan, openspecFormat, entry);
    expect([...files, ...companions].map(([file, text]) => [file, text.split('\n')])).toEqual([
      [
        'openspec/changes/add-wallet/tasks.md',
        [
          '# Tasks: Wallet',
          '',
          '## 1. Core',
          '',
          '- [x] T-002 Keep a ledger',
          '  - Files: `src/ledger.ts`',
          '  - Done when: Entries add up',
          '',
          '## 2. Screens',
          '',
          '- [ ] T-001 Show the balance',
          '',
          '  The page asks the ledger.',
          '',
          '  - one number',
          '  - no cents when there are none',
          '',
          '  - Files: `src/page.ts`, `src/format.ts`',
          '  - Done when: The balance is shown',
          '  - Done when: An empty wallet shows 0',
          '',
          '## 3. Implementation',
          '',
          '- [ ] T-003 Write the `README`',
          '',
          '  ##\u2002Steps',
          '',
          '  -\u2002[ ] say what it is',
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
      'criteria: The balance is shown · An empty wallet shows 0 → Show the balance',
      'criterion ids: T-001.AC1, T-001.AC2 → nothing',
      'risk: High → Medium',
      'size: L → M',
      'status: blocked → pending',
      'phase: Screens → 2. Screens',
      'context: without ADR-7: Whole cents, docs/wallet.md',
      'test files: without test/page.test.ts',
    ]);
  });

  test('numbers tasks within their groups where an id is no number', () => {
    const { files, ids } = convertPlan(
      planOf([
        { id: 'b', phase: 'Build', title: '3 things', dependencies: ['a'] },
        { id: 'a', phase: '1. Setup', declared: 'in-progress' },
        { id: 'c', phase: 'Build', title: 'Finish (depends on 9.9)' },
      ]),
      openspecFormat,
      entry,
    );
    expect([...ids.values()]).toEqual(['2.1', '1.1', '2.2']);
    expect(files.get(entry)!.split('\n')).toEqual([
      '# Tasks: Search',
      '',
      '## 1. Setup',
      '',
      '- [~] 1.1 Do a',
      '',
      '## 2. Build',
      '',
      '- [ ] 2.1 3 things',
      '- [ ] 2.2 Finish ("depends on" 9.9)',
      '',
    ]);
  });
});
