import { describe, expect, test } from 'vitest';
import { convertPlan } from '../../../../src/planning/conversion.ts';
import { gsdFormat } from '../../../../src/planning/formats/gsd/format.ts';
import { planOf, smallPlan } from '../../../contract/compose-plans.ts';

const entry = '.gsd/milestones';

describe('a plan as a gsd milestone', () => {
  test('is a roadmap with plans of slices and tasks', () => {
    const { files, companions, ids, losses } = convertPlan(smallPlan, gsdFormat, entry);
    expect([...files, ...companions].map(([file, text]) => [file, text.split('\n')])).toEqual([
      [
        '.gsd/milestones/M001/M001-ROADMAP.md',
        [
          '# M001: Wallet',
          '',
          '## Slices',
          '',
          '- [x] **S01: Keep a ledger** `risk:medium` `depends:[]`',
          '- [ ] **S02: Show the balance** `risk:high` `depends:[S01]`',
          '- [ ] **S03: Write the `README`** `risk:low` `depends:[S01,S02]`',
          '',
        ],
      ],
      [
        '.gsd/milestones/M001/slices/S01/S01-PLAN.md',
        [
          '# S01: Keep a ledger',
          '',
          '**Goal:** Keep a ledger',
          '',
          '## Tasks',
          '',
          '- [x] **T01: Keep a ledger** `est:30m`',
          '  - Files: `src/ledger.ts`',
          '  - Done when: Entries add up',
          '',
        ],
      ],
      [
        '.gsd/milestones/M001/slices/S02/S02-PLAN.md',
        [
          '# S02: Show the balance',
          '',
          '**Goal:** Show the balance',
          '',
          '## Tasks',
          '',
          '- [ ] **T01: Show the balance** `est:3h`',
          '  - Files: `src/page.ts`, `src/format.ts`, `docs/wallet.md` (reference only)',
          '  - Verify: `test/page.test.ts`',
          '',
        ],
      ],
      [
        '.gsd/milestones/M001/slices/S03/S03-PLAN.md',
        [
          '# S03: Write the `README`',
          '',
          '**Goal:** Write the `README`',
          '',
          '## Tasks',
          '',
          '- [ ] **T01: Write the `README`** `est:1h`',
          '',
        ],
      ],
      [
        '.gsd/milestones/M001/slices/S02/tasks/T01-PLAN.md',
        [
          '# T01: Show the balance',
          '',
          '**Slice:** S02',
          '**Milestone:** M001',
          '',
          '## Description',
          '',
          'The page asks the ledger.',
          '',
          '- one number',
          '- no cents when there are none',
          '',
          '## Must-Haves',
          '',
          '- [ ] The balance is shown',
          '- [ ] An empty wallet shows 0',
          '',
          '## Inputs',
          '',
          '- docs/wallet.md',
          '- ADR-7: Whole cents',
          '',
        ],
      ],
      [
        '.gsd/milestones/M001/slices/S03/tasks/T01-PLAN.md',
        [
          '# T01: Write the `README`',
          '',
          '**Slice:** S03',
          '**Milestone:** M001',
          '',
          '## Steps',
          '',
          '- [ ] say what it is',
          '',
        ],
      ],
    ]);
    expect([...ids]).toEqual([
      ['T-001', 'M001/S02/T01'],
      ['T-002', 'M001/S01/T01'],
      ['T-003', 'M001/S03/T01'],
    ]);
    expect(losses.map(({ kind, example }) => `${kind}: ${example}`)).toEqual([
      'id: T-001 → M001/S02/T01',
      'status: blocked → pending',
      'phase: Screens → M001',
      'slice: nothing → M001/S02',
      'context: without ADR-7: Whole cents',
      'test files: without test/page.test.ts',
    ]);
  });

  test('puts into one slice what only waits for the task before it', () => {
    const after = (...ids: readonly string[]) => ({ dependencies: ids });
    const { files, ids } = convertPlan(
      planOf([
        { id: 'a', declared: 'completed' },
        { id: 'b', ...after('a'), declared: 'completed', title: 'Sort depends:[S77]' },
        { id: 'c', ...after('b') },
        { id: 'd', ...after('b') },
        { id: 'e', ...after('d'), risk: 'Low' },
      ]),
      gsdFormat,
      '.gsd/milestones/M001/M001-ROADMAP.md',
    );
    expect([...ids.values()]).toEqual([
      'M001/S01/T01',
      'M001/S01/T02',
      'M001/S02/T01',
      'M001/S03/T01',
      'M001/S04/T01',
    ]);
    expect(files.get('.gsd/milestones/M001/M001-ROADMAP.md')!.split('\n').slice(4)).toEqual([
      '- [x] **S01: Sort "depends":[S77]** `risk:medium` `depends:[]`',
      '- [ ] **S02: Do c** `risk:medium` `depends:[S01]`',
      '- [ ] **S03: Do d** `risk:medium` `depends:[S01]`',
      '- [ ] **S04: Do e** `risk:low` `depends:[S03]`',
      '',
    ]);
  });
});
