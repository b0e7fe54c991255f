import { describe, expect, test } from 'vitest';
import { buildsOn, renderBrief, type BriefInput } from '../../../src/domain/brief.ts';
import { indexOf } from '../../../src/domain/plan.ts';
import { makePlan, taskId, type TaskSketch } from '../../rig/events.ts';

const retry: NonNullable<BriefInput['retry']> = {
  attempt: 2,
  of: 5,
  previous: {
    number: 1,
    failure: 'gate test failed',
    files: ['src/a.ts', 'src/b.ts'],
    lastWords: 'All done.\nReally.',
    output: 'expected 1, got 2',
    falseClaim: true,
  },
  doNotRepeat: ['Do not guess.', 'Do not claim.'],
};

function inputOf(sketch: Partial<TaskSketch> = {}, change: Partial<BriefInput> = {}): BriefInput {
  const plan = makePlan([{ id: 'T-001' }, { id: 'T-002', dependencies: ['T-001'], ...sketch }]);
  const task = indexOf(plan).get(taskId('T-002'));
  if (task === undefined) throw new Error('no task');
  const gates = [{ name: 'test', command: 'npm test' }];
  return {
    plan,
    task,
    attempt: 1,
    maxAttempts: 5,
    gates,
    retry: undefined,
    earlier: { reports: [], answers: [] },
    again: undefined,
    done: [],
    ...change,
  };
}

const delegation = (sketch?: Partial<TaskSketch>, change?: Partial<BriefInput>): string =>
  renderBrief({ kind: 'delegation' }, inputOf(sketch, change));

describe('the delegation brief', () => {
  test('names the task, its criteria by id, its branch and the gates that decide', () => {
    const brief = delegation({
      description: 'Make it so.',
      scope: ['src/a.ts'],
      testFiles: ['test/a.test.ts'],
    });
    for (const part of [
      '**Task ID**: T-002',
      '**Title**: Title of T-002',
      '**Branch**: feat/T-002',
      '> Make it so.',
      '- AC1: Criterion 1 of T-002',
      '- AC2: Criterion 2 of T-002',
      '**Files it is expected to touch**: src/a.ts',
      '**Test files that verify it**: test/a.test.ts',
      '   - test: `npm test`',
      'Your own word that the task is done counts for nothing.',
    ])
      expect(brief).toContain(part);
  });

  test.each([
    ['High', 'test-driven development is mandatory'],
    ['Medium', 'Every criterion needs a test that fails without your change'],
    ['Low', 'tests are expected where behaviour changes'],
  ] as const)('states the testing duty of a %s-risk task', (risk, sentence) => {
    expect(delegation({ risk })).toContain(sentence);
  });

  test('names every file to read, and gives no summaries', () => {
    const context = { specs: ['docs/spec.md'], adrs: ['docs/adr/1.md'], guides: ['docs/style.md'] };
    const brief = delegation({ context });
    expect(brief).toContain('Read every related spec:\n- docs/spec.md');
    expect(brief).toContain('Read every related ADR:\n- docs/adr/1.md');
    expect(brief).toContain('Read every related guide:\n- docs/style.md');
    expect(brief).toContain('There are no summaries of them here.');
    expect(delegation()).not.toContain('Read every related');
  });

  test('puts what is the same for all tasks first, and what went wrong last', () => {
    const one = delegation();
    const other = delegation({ title: 'Another', description: 'Quite different.' }, { retry });
    const shared = one.slice(0, one.indexOf('## The task'));
    expect(shared.length).toBeGreaterThan(500);
    expect(other.startsWith(shared)).toBe(true);
    expect(other.indexOf('## Attempt 2 of 5')).toBeGreaterThan(other.indexOf('## Testing duty'));
  });

  test('tells a retry all of the structured context', () => {
    const brief = delegation({}, { retry });
    for (const part of [
      '## Attempt 2 of 5: what went wrong before',
      'Your checkout is clean',
      'Attempt 1 ended with: gate test failed.',
      'It touched: src/a.ts, src/b.ts',
      '> All done.\n> Really.',
      'Output of the failing gate:\n\n> expected 1, got 2',
      'Do NOT repeat these patterns:\n- Do not guess.\n- Do not claim.',
    ])
      expect(brief).toContain(part);
  });

  test('says what it builds on', () => {
    const brief = delegation({}, { done: [{ id: taskId('T-001'), files: ['src/a.ts'] }] });
    expect(brief).toContain('## What this task builds on (already in your checkout)\n\n- T-001: src/a.ts');
  });

  test('says so when no gates are configured', () => {
    expect(delegation({}, { gates: [] })).toContain('(no gates are configured)');
  });
});

test('the code-assist brief is the command, a blank line, the description and the mode', () => {
  const brief = renderBrief({ kind: 'code-assist' }, inputOf({ description: 'Make it so.' }, { retry }));
  const lines = brief.split('\n');
  expect(lines.slice(0, 3)).toEqual(['/code-assist', '', 'task_description: T-002: Title of T-002']);
  expect(lines.slice(-2)).toEqual(['mode: auto', '']);
  expect(brief).toContain('Acceptance criteria:\n- AC1: Criterion 1 of T-002');
  expect(brief).toContain('Do NOT repeat these patterns:');
});

test('a text of the user’s gets its placeholders filled in, and unknown ones stay', () => {
  const text = '{{id}}|{{title}}|{{risk}}|{{size}}|{{attempt}}/{{maxAttempts}}|{{nonsense}}|{{criteria}}';
  expect(renderBrief({ kind: 'text', text }, inputOf({}, { attempt: 3 }))).toBe(
    'T-002|Title of T-002|Medium|M|3/5|{{nonsense}}|- AC1: Criterion 1 of T-002\n- AC2: Criterion 2 of T-002',
  );
});

test('text of the backlog that looks like a replacement pattern arrives as it stands', () => {
  const brief = renderBrief(
    { kind: 'text', text: '{{title}}' },
    inputOf({ title: "costs $& and $1, $'quoted'" }),
  );
  expect(brief).toBe("costs $& and $1, $'quoted'");
});

test('what a task builds on are its dependencies, with the files they changed', () => {
  const { plan, task } = inputOf();
  expect(buildsOn(plan, task, (id) => [`${id}.ts`])).toEqual([{ id: 'T-001', files: ['T-001.ts'] }]);
});
