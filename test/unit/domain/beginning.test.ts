import { describe, expect, test } from 'vitest';
import { beginningOf, placesIn, type BeginningFacts } from '../../../src/domain/beginning.ts';
import { recordOf, type AttemptRecord } from '../../../src/domain/run-state.ts';
import { JournalRig, makePlan, MINUTE, START, taskId } from '../../rig/events.ts';

const OUTPUT = 'test/greet.test.js:12: expected Hallo, got Hello';

/** One attempt that a gate refused; its requests held 10,000 tokens at first and `h` at last. */
function refused({ h = 20_000, output = OUTPUT, resumed = false, times = 1 } = {}): readonly AttemptRecord[] {
  const rig = new JournalRig(makePlan([{ id: 'A' }])).begin();
  for (let attempt = 1; attempt <= times; attempt += 1) {
    rig.start('A', attempt).use('A', attempt, { inputTokens: 10_000 });
    rig.use('A', attempt, { inputTokens: 10_000, cacheReadTokens: h }).refute('A', attempt, output);
  }
  const { attempts } = recordOf(rig.state(), taskId('A'));
  return resumed
    ? attempts.map((one) => ({ ...one, beginning: { mode: 'resumed' as const, because: '' } }))
    : attempts;
}

function begin(change: Partial<BeginningFacts> = {}): string {
  const { mode, because } = beginningOf({
    attempts: refused(),
    agent: 'scripted',
    isKept: true,
    changedBytes: 4_000,
    now: START + MINUTE,
    ...change,
  });
  return `${mode}: ${because}`;
}

describe('the next attempt', () => {
  test('takes the conversation up after a small failure, while the cache is warm', () => {
    expect(begin()).toBe(
      'resumed: a small failure of gate test; 20000 tokens of conversation, 11000 to read anew, cache warm',
    );
  });

  test('begins anew where that is cheaper: 3.3 times what is to be read anew when warm, as much when cold', () => {
    expect(begin({ attempts: refused({ h: 36_000 }) })).toMatch(/^resumed/);
    expect(begin({ attempts: refused({ h: 37_000 }) })).toBe(
      'fresh: that is cheaper: 37000 tokens of conversation, 11000 to read anew, cache warm',
    );
    const later = START + 6 * MINUTE;
    expect(begin({ now: later })).toMatch(/^fresh: that is cheaper: .*, cache cold$/);
    expect(begin({ now: later, attempts: refused({ h: 10_500 }) })).toMatch(/^resumed/);
  });

  test('begins anew for every other reason, and says which', () => {
    expect(begin({ attempts: [] })).toBe('fresh: there is no failed attempt just before');
    expect(begin({ agent: 'other' })).toBe('fresh: it was scripted that failed');
    expect(begin({ isKept: false })).toBe('fresh: there is no conversation to take up');
    expect(begin({ attempts: refused({ resumed: true }) })).toBe('fresh: one repair has failed already');
    expect(begin({ attempts: refused({ output: 'it does not work' }) })).toBe(
      'fresh: the failing gate names no file',
    );
    const many = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `src/${name}.ts:1 broken`).join('\n');
    expect(begin({ attempts: refused({ output: many }) })).toBe('fresh: the failing gate names 6 files');
    const untold = refused().map(({ prompt: _prompt, ...rest }) => rest);
    expect(begin({ attempts: untold })).toBe('fresh: the length of its conversation is not known');
  });

  test('begins anew after a cut-off, a conflict, or an agent that never finished', () => {
    const rig = (): JournalRig => new JournalRig(makePlan([{ id: 'A' }])).begin().start('A');
    const of = (one: JournalRig): readonly AttemptRecord[] => recordOf(one.state(), taskId('A')).attempts;
    expect(begin({ attempts: of(rig().interrupt('A')) })).toBe(
      'fresh: there is no failed attempt just before',
    );
    expect(begin({ attempts: of(rig().fail('A', 1, { kind: 'no-change' })) })).toBe(
      'fresh: no gate says what to repair',
    );
  });
});

test('places are files with a folder or a line, without those of installed packages', () => {
  expect(
    placesIn(
      'at f (src/a.ts:3:4)\n  at g (node_modules/x/index.js:1)\nsee greet.test.js:12, v1.2 and e.g. this',
    ),
  ).toEqual(['src/a.ts', 'greet.test.js']);
});
