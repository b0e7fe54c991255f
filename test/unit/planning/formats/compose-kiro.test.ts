import { describe, expect, test } from 'vitest';
import { convertPlan } from '../../../../src/planning/conversion.ts';
import { kiroFormat } from '../../../../src/planning/formats/kiro/format.ts';
import { planOf, smallPlan } from '../../../contract/compose-plans.ts';

const entry = '.kiro/specs/wallet/tasks.md';

describe('a plan as a Kiro task list', () => {
  test('has a box for every phase, and requirements beside it', () => {
    const { files, companions, ids, losses } = convertPlan(smallPlan, kiroFormat, entry);
    expect([...files, ...companions].map(([file, text]) => [file, text.split('\n')])).toEqual([
      [
        '.kiro/specs/wallet/tasks.md',
        [
          '# Implementation Plan: Wallet',
          '',
          '- [x] 1. Core',
          '  - [x] 1.1 Keep a ledger',
          '    - Files: `src/ledger.ts`',
          '    - _Requirements: 1.1_',
          '',
          '- [ ] 2. Screens',
          '  - [ ] 2.1 Show the balance',
          '',
          '    The page asks the ledger.',
          '',
          '    - one number',
          '    - no cents when there are none',
          '',
          '    - Files: `src/page.ts`, `src/format.ts`',
          '    - _Requirements: 2.1, 2.2_',
          '',
          '- [ ] 3. Write the `README`',
          '',
          '  ##\u2002Steps',
          '',
          '  -\u2002[ ] say what it is',
          '',
        ],
      ],
      [
        '.kiro/specs/wallet/requirements.md',
        [
          '# Requirements Document',
          '',
          '## Requirements',
          '',
          '### Requirement 1: Keep a ledger',
          '',
          '#### Acceptance Criteria',
          '',
          '1. Entries add up',
          '',
          '### Requirement 2: Show the balance',
          '',
          '#### Acceptance Criteria',
          '',
          '1. The balance is shown',
          '2. An empty wallet shows 0',
          '',
        ],
      ],
    ]);
    expect([...ids]).toEqual([
      ['T-001', '2.1'],
      ['T-002', '1.1'],
      ['T-003', '3'],
    ]);
    expect(losses.map(({ kind, example }) => `${kind}: ${example}`)).toEqual([
      'id: T-001 → 2.1',
      'criterion ids: 2.1.AC1, 2.1.AC2 → Req-2.1, Req-2.2',
      'risk: High → Medium',
      'size: L → M',
      'status: blocked → pending',
      'context: without ADR-7: Whole cents, docs/wallet.md',
      'test files: without test/page.test.ts',
    ]);
  });

  test('says what a task waits for where that is not all above, and leaves numbers as they are', () => {
    const { files, ids, losses } = convertPlan(
      planOf(
        [
          { id: '1.1', phase: 'First', title: 'Checkpoint - all tests pass' },
          { id: '1.2', phase: 'First', parallel: true, title: 'Read src/**' },
          { id: '3', phase: 'Then', dependencies: ['1.1', '1.2'] },
          { id: '2', phase: 'Then', declared: 'skipped' },
        ],
        'Implementation Plan',
      ),
      kiroFormat,
      entry,
    );
    expect([...ids.values()]).toEqual(['1.1', '1.2', '3', '2']);
    expect(files.get(entry)!.split('\n')).toEqual([
      '# Implementation Plan',
      '',
      '## First',
      '',
      '- [ ] 1.1 "Checkpoint - all tests pass"',
      '  - _Dependencies: none_',
      '- [ ] 1.2 Read src/** (P)',
      '  - _Dependencies: none_',
      '',
      '## Then',
      '',
      '- [ ] 3. Do 3',
      '  - _Dependencies: 1.1, 1.2_',
      '- [ ]* 2. Do 2',
      '  - _Dependencies: none_',
      '',
    ]);
    expect(losses.map(({ kind }) => kind)).toEqual(['title']);
  });

  test('keeps references to other requirements out of a description', () => {
    const description = '- Parse it\n- _Requirements: 2.1_';
    const criteria = [{ id: 'AC1', text: 'It works' }];
    const tasks = [
      { id: 'a', description, criteria },
      { id: 'b', criteria },
    ];
    const { files, losses } = convertPlan(planOf(tasks), kiroFormat, entry);
    expect(files.get(entry)).toContain(
      '  - Parse it\n  - \\_Requirements: 2.1_\n\n  - _Requirements: 1.1_\n- [ ] 2. Do b\n',
    );
    expect(losses.map(({ kind }) => kind)).not.toContain('criteria');
  });
});
