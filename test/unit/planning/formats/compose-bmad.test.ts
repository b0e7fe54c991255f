import { describe, expect, test } from 'vitest';
import { convertPlan } from '../../../../src/planning/conversion.ts';
import { bmadFormat } from '../../../../src/planning/formats/bmad/format.ts';
import { planOf, smallPlan } from '../../../contract/compose-plans.ts';

const entry = 'docs/stories';

describe('a plan as BMAD stories', () => {
  test('is a chain of stories for each chain of tasks', () => {
    const { files, companions, ids, losses } = convertPlan(smallPlan, bmadFormat, entry);
    expect([...files, ...companions].map(([file, text]) => [file, text.split('\n')])).toEqual([
      [
        'docs/stories/1.1.story.md',
        [
          '# Story 1.1: Keep a ledger',
          '',
          '## Status',
          '',
          'Done',
          '',
          '## Acceptance Criteria',
          '',
          '1. Entries add up',
          '',
          '## Dev Notes',
          '',
          '### File Locations',
          '',
          '- `src/ledger.ts`',
          '',
        ],
      ],
      [
        'docs/stories/1.2.story.md',
        [
          '# Story 1.2: Show the balance',
          '',
          '## Status',
          '',
          'Approved',
          '',
          'Depends on: Story 1.1',
          '',
          '## Story',
          '',
          'The page asks the ledger.',
          '',
          '- one number',
          '- no cents when there are none',
          '',
          '## Acceptance Criteria',
          '',
          '1. The balance is shown',
          '2. An empty wallet shows 0',
          '',
          '## Dev Notes',
          '',
          '- [Source: docs/wallet.md]',
          '- [Source: ADR-7: Whole cents]',
          '',
          '### File Locations',
          '',
          '- `src/page.ts`',
          '- `src/format.ts`',
          '',
          '### Testing',
          '',
          '- `test/page.test.ts`',
          '',
        ],
      ],
      [
        'docs/stories/1.3.story.md',
        [
          '# Story 1.3: Write the `README`',
          '',
          '## Status',
          '',
          'Blocked',
          '',
          'Depends on: Story 1.2, Story 1.1',
          '',
          '## Story',
          '',
          '##\u2002Steps',
          '',
          '-\u2002[ ] say what it is',
          '',
          '## Acceptance Criteria',
          '',
          '1. Write the `README`',
          '',
        ],
      ],
    ]);
    expect([...ids]).toEqual([
      ['T-001', '1.2'],
      ['T-002', '1.1'],
      ['T-003', '1.3'],
    ]);
    expect(losses.map(({ kind, example }) => `${kind}: ${example}`)).toEqual([
      'id: T-001 → 1.2',
      'criterion ids: 1.2.AC1, 1.2.AC2 → AC1, AC2',
      'risk: High → Medium',
      'size: L → M',
      'phase: Screens → Epic 1',
      'context: without ADR-7: Whole cents',
      'test files: without test/page.test.ts',
    ]);
  });

  const after = (...ids: readonly string[]) => ({ dependencies: ids });

  test('begins an epic where a task waits for none of the last stories', () => {
    const tasks = [
      { id: 'a' },
      { id: 'b', ...after('a') },
      { id: 'c', ...after('a') },
      { id: 'd', ...after('b', 'c') },
    ];
    const { files, ids } = convertPlan(planOf(tasks), bmadFormat, entry);
    expect([...ids.values()]).toEqual(['1.1', '1.2', '2.1', '1.3']);
    expect(files.get(`${entry}/1.3.story.md`)).toContain('Depends on: Story 1.2, Story 2.1\n');
  });

  test('leaves the numbers of stories as they are unless their order would add something', () => {
    const chain = [{ id: '1.1' }, { id: '1.2', ...after('1.1') }, { id: '2.1' }];
    expect([...convertPlan(planOf(chain), bmadFormat, entry).ids.values()]).toEqual(['1.1', '1.2', '2.1']);
    const free = [{ id: '1.1' }, { id: '1.2' }];
    expect([...convertPlan(planOf(free), bmadFormat, entry).ids.values()]).toEqual(['1.1', '2.1']);
  });
});
