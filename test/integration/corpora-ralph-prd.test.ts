import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { singleFile, type Draft } from '../../src/planning/formats/format.ts';
import { ralphPrdFormat } from '../../src/planning/formats/ralph-prd/format.ts';
import { validateDraft } from '../../src/planning/validate.ts';
import { collected, writeBack, writtenBack, type Sample } from '../rig/corpora.ts';

const read = ({ name, text }: Pick<Sample, 'name' | 'text'>): Draft =>
  ralphPrdFormat.read(singleFile(name, text));

interface Written {
  readonly priority?: number;
  readonly acceptanceCriteria?: readonly string[];
  readonly acceptance_criteria?: readonly string[];
}

test('every story and every criterion of a collected file is in its draft', (context) => {
  for (const sample of collected(context, 'ralph-prd')) {
    const root = JSON.parse(sample.text) as readonly Written[] | { readonly userStories: readonly Written[] };
    const stories = 'userStories' in root ? root.userStories : root;
    const { tasks, diagnostics } = read(sample);
    expect(diagnostics).toEqual([]);
    expect(tasks.map(({ criteria }) => criteria.map(({ text }) => text))).toEqual(
      stories.map((story) => story.acceptanceCriteria ?? story.acceptance_criteria),
    );
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(tasks.length);
  }
});

test('every collected file is a plan in which each story waits for the one of the priority before', (context) => {
  for (const sample of collected(context, 'ralph-prd')) {
    const draft = read(sample);
    const { tasks, diagnostics } = validateDraft(draft, sample.name);
    expect(diagnostics).toEqual([]);
    expect(tasks.map(({ dependencies }) => dependencies)).toEqual(
      tasks.map((_, at) => (at === 0 ? [] : [tasks[at - 1]!.id])),
    );
  }
});

test('statuses as they were read change no byte, and another one changes only its own value', (context) => {
  for (const sample of collected(context, 'ralph-prd')) {
    const draft = read(sample);
    expect(writtenBack(ralphPrdFormat, sample, {}, draft)).toBe(sample.text);
    for (const { id, declared, line } of draft.tasks) {
      const before = sample.text.split('\n');
      const next = declared === 'completed' ? 'pending' : 'completed';
      const after = writtenBack(ralphPrdFormat, sample, { [id]: next }, draft).split('\n');
      const changed = before.flatMap((text, at) => (text === after[at] ? [] : [at]));
      expect(after).toHaveLength(before.length);
      expect(changed).toHaveLength(1);
      expect(changed[0]).toBeGreaterThanOrEqual(line - 1);
      const was = before[changed[0]!]!;
      const value = was.includes('"passes"') ? /true|false/ : /"pending"/;
      const said = was.includes('"passes"') ? String(next === 'completed') : '"done"';
      expect(after[changed[0]!]).toBe(was.replace(value, said));
    }
  }
});

test('no other collected backlog is taken for a list of stories', (context) => {
  for (const { format, name, text } of collected(context)) {
    // Samples of `prd.json.example` have their last part only.
    expect(ralphPrdFormat.detect(name.replace(/\.example$/, '.json'), text), name).toBe(
      format === 'ralph-prd',
    );
  }
});

test('collected files with random damage are read without an exception, and written as they were or not at all', (context) => {
  const small = collected(context, 'ralph-prd').filter(({ text }) => text.length < 100_000);
  const damage = fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat(40),
    fc.constantFrom('', '{', ']', '"', ',', 'null', '[1]', '\r\n', '"id": 3,', '"dependencies": ["US-001"],'),
  );
  fc.assert(
    fc.property(fc.constantFrom(...small), fc.array(damage, { maxLength: 3 }), ({ name, text }, damages) => {
      let damaged = text;
      for (const [share, length, piece] of damages) {
        const at = Math.floor(share * damaged.length);
        damaged = damaged.slice(0, at) + piece + damaged.slice(at + length);
      }
      ralphPrdFormat.detect(name, damaged);
      const draft = read({ name, text: damaged });
      validateDraft(draft, name);
      const written = writeBack(ralphPrdFormat, { file: name, text: damaged }, {}, draft);
      // Refused, or as it was.
      if ('text' in written) expect(written.text).toBe(damaged);
    }),
    { numRuns: 150 },
  );
});
