import { describe, expect, test } from 'vitest';
import { convertPlan } from '../../../../src/planning/conversion.ts';
import { specKitFormat } from '../../../../src/planning/formats/spec-kit/format.ts';
import { planOf, smallPlan } from '../../../contract/compose-plans.ts';

const entry = 'specs/001-wallet/tasks.md';

describe('a plan as a spec-kit task list', () => {
  test('has phases in sequence where they are one', () => {
    const { files, companions, ids, losses } = convertPlan(smallPlan, specKitFormat, entry);
    expect([...files, ...companions].map(([file, text]) => [file, text.split('\n')])).toEqual([
      [
        'specs/001-wallet/tasks.md',
        [
          '# Tasks: Wallet',
          '',
          '## Phase 1: Core',
          '',
          '- [x] T002 Keep a ledger',
          '  - Files: `src/ledger.ts`',
          '  - [x] Entries add up',
          '',
          '## Phase 2: Screens (Priority: P1)',
          '',
          '- [ ] T001 Show the balance',
          '',
          '  The page asks the ledger.',
          '',
          '  - one number',
          '  - no cents when there are none',
          '',
          '  - Files: `src/page.ts`, `src/format.ts`',
          '  - [ ] The balance is shown',
          '  - [ ] An empty wallet shows 0',
          '',
          '## Phase 3: Implementation (Priority: P3)',
          '',
          '- [ ] T003 Write the `README`',
          '',
          '  ##\u2002Steps',
          '',
          '  -\u2002[ ] say what it is',
          '',
        ],
      ],
    ]);
    expect([...ids]).toEqual([
      ['T-001', 'T001'],
      ['T-002', 'T002'],
      ['T-003', 'T003'],
    ]);
    expect(losses.map(({ kind, example }) => `${kind}: ${example}`)).toEqual([
      'id: T-001 → T001',
      'size: L → M',
      'status: blocked → pending',
      'phase: Screens → Screens (Priority: P1)',
      'context: without ADR-7: Whole cents, docs/wallet.md',
      'test files: without test/page.test.ts',
    ]);
  });

  test('has stories side by side where a sequence would make tasks wait', () => {
    const after = (...ids: readonly string[]) => ({ dependencies: ids });
    const { files, ids } = convertPlan(
      planOf([
        { id: 'T-1', phase: 'Setup' },
        { id: 'T-2', phase: 'Setup', ...after('T-1') },
        { id: 'x', phase: 'API', risk: 'High', ...after('T-1') },
        { id: 'y', phase: 'API', risk: 'High', ...after('T-1'), title: 'Run after T001' },
        { id: 'T-3', phase: 'API', risk: 'High', ...after('x', 'y') },
      ]),
      specKitFormat,
      entry,
    );
    expect([...ids.values()]).toEqual(['T001', 'T002', 'T004', 'T005', 'T003']);
    expect(files.get(entry)!.split('\n')).toEqual([
      '# Tasks: Search',
      '',
      '## Phase 1: User Story 1 - Setup',
      '',
      '- [ ] T001 [US1] Do T-1',
      '- [ ] T002 [US1] Do T-2',
      '',
      '## Phase 2: API (Priority: P1)',
      '',
      '- [ ] T004 [P] [US2] Do x',
      '- [ ] T005 [P] [US2] Run "after" T001',
      '- [ ] T003 [US2] Do T-3',
      '',
      '## Dependencies & Execution Order',
      '',
      '- T004 depends on T001',
      '- T005 depends on T001',
      '',
    ]);
  });

  test('says nothing of other tasks in a description, code or not', () => {
    const description = 'Build it.\n\n```sh after T002\nmake # depends on T002\n```';
    const tasks = [{ id: 'T001', description }, { id: 'T002' }];
    const { files, losses } = convertPlan(planOf(tasks), specKitFormat, entry);
    expect(files.get(entry)!.split('\n').slice(4)).toEqual([
      '- [ ] T001 [P] Do T001',
      '',
      '  Build it.',
      '',
      '  make # "depends on" T002',
      '- [ ] T002 [P] Do T002',
      '',
    ]);
    expect(losses.map(({ kind }) => kind)).not.toContain('dependencies added');
  });
});
