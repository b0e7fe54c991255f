import { describe, expect, test } from 'vitest';
import { convertPlan } from '../../../../src/planning/conversion.ts';
import { superpowersFormat } from '../../../../src/planning/formats/superpowers/format.ts';
import { planOf, smallPlan } from '../../../contract/compose-plans.ts';

const entry = 'docs/superpowers/plans/wallet.md';

describe('a plan as a superpowers plan', () => {
  test('keeps its order, and every task says what it waits for', () => {
    const { files, companions, ids, losses } = convertPlan(smallPlan, superpowersFormat, entry);
    expect([...files, ...companions].map(([file, text]) => [file, text.split('\n')])).toEqual([
      [
        'docs/superpowers/plans/wallet.md',
        [
          '# Wallet Implementation Plan',
          '',
          '## Phase 1: Screens',
          '',
          '### Task T-001: Show the balance',
          '',
          '**Depends on:** Task T-002',
          '',
          'The page asks the ledger.',
          '',
          '- one number',
          '- no cents when there are none',
          '',
          '**Files:**',
          '- Modify: `src/page.ts`',
          '- Modify: `src/format.ts`',
          '- Test: `test/page.test.ts`',
          '- Read: `docs/wallet.md`',
          '- Read: ADR-7: Whole cents',
          '',
          '**Acceptance criteria:**',
          '- The balance is shown',
          '- An empty wallet shows 0',
          '',
          '- [ ] **Step 1: Work until every criterion holds**',
          '- [ ] **Step 2: Commit**',
          '',
          '## Phase 2: Core',
          '',
          '### Task T-002: Keep a ledger',
          '',
          '**Depends on:** None',
          '',
          '**Files:**',
          '- Modify: `src/ledger.ts`',
          '',
          '**Acceptance criteria:**',
          '- Entries add up',
          '',
          '- [x] **Step 1: Work until every criterion holds**',
          '- [x] **Step 2: Commit**',
          '',
          '## Other tasks',
          '',
          '### Task T-003: Write the `README`',
          '',
          '**Depends on:** Task T-001, Task T-002',
          '',
          '**Status:** blocked',
          '',
          '##\u2002Steps',
          '',
          '-\u2002[ ] say what it is',
          '',
          '**Acceptance criteria:**',
          '- Write the `README`',
          '',
          '- [ ] **Step 1: Work until every criterion holds**',
          '- [ ] **Step 2: Commit**',
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
      'risk: High → Medium',
      'size: L → M',
      'phase: Screens → Phase 1: Screens',
      'context: without ADR-7: Whole cents',
    ]);
  });

  test('calls a task by its number where the id cannot stand behind the word', () => {
    const { files, ids } = convertPlan(
      planOf(
        [
          { id: 'WALLET--T01', declared: 'in-progress' },
          { id: '1', dependencies: ['WALLET--T01'], title: 'Ship it (done)' },
          { id: '1-2', phase: 'Wave 3' },
        ],
        'The great plan',
      ),
      superpowersFormat,
      entry,
    );
    expect([...ids.values()]).toEqual(['2', '1', '3']);
    const headings = /^(?:#.*|\*\*(?:Depends|Status).*)$/gm;
    expect(files.get(entry)!.match(headings)).toEqual([
      '# The great plan',
      '### Task 2: Do WALLET--T01',
      '**Depends on:** None',
      '**Status:** in-progress',
      '### Task 1: "Ship it (done)"',
      '**Depends on:** Task 2',
      '## Wave 3',
      '### Task 3: Do 1-2',
      '**Depends on:** None',
    ]);
  });
});
