import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { singleFile, type Draft } from '../../src/planning/formats/format.ts';
import { taskmasterFormat } from '../../src/planning/formats/taskmaster/format.ts';
import { validateDraft } from '../../src/planning/validate.ts';
import { collected, writeBack, writtenBack, type Sample } from '../rig/corpora.ts';

const read = ({ name, text }: Pick<Sample, 'name' | 'text'>): Draft =>
  taskmasterFormat.read(singleFile(name, text));

interface Written {
  readonly id: unknown;
  readonly subtasks?: readonly Written[];
}

test('every task and subtask of a collected file is in its draft, once', (context) => {
  for (const sample of collected(context, 'taskmaster')) {
    const root = JSON.parse(sample.text) as {
      tasks?: readonly Written[];
      master?: { tasks: readonly Written[] };
    };
    const count = (tasks: readonly Written[]): number =>
      tasks.reduce((sum, { subtasks }) => sum + 1 + count(subtasks ?? []), 0);
    const { tasks } = read(sample);
    expect(tasks).toHaveLength(count(root.tasks ?? root.master!.tasks));
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(tasks.length);
  }
});

test('every dependency is resolved or refused, and only the one file with lost subtasks is refused', (context) => {
  const refused: string[] = [];
  for (const sample of collected(context, 'taskmaster')) {
    const draft = read(sample);
    const known = new Set(draft.tasks.map(({ id }) => id));
    const unknown = draft.tasks.flatMap(({ dependencies }) => dependencies.filter((id) => !known.has(id)));
    const faults = [...draft.diagnostics, ...validateDraft(draft, sample.name).diagnostics].filter(
      ({ severity }) => severity === 'error',
    );
    expect(faults.map(({ code }) => code)).toEqual(unknown.map(() => 'PLAN-UNKNOWN-DEPENDENCY'));
    const lines = sample.text.split('\n');
    for (const { line, column, length } of faults) {
      expect(unknown).toContain(JSON.parse(lines[line - 1]!.slice(column - 1, column - 1 + length)));
    }
    if (faults.length > 0) refused.push(sample.name);
  }
  expect(refused).toEqual(['2vlad__edu-upload__1.json']);
});

test('statuses as they were read change no byte, and another one changes only its own value', (context) => {
  for (const sample of collected(context, 'taskmaster')) {
    const draft = read(sample);
    expect(writtenBack(taskmasterFormat, sample, {}, draft)).toBe(sample.text);
    const step = Math.ceil(draft.tasks.length / 8);
    const open = draft.tasks.filter(({ declared }) => declared === 'pending' || declared === 'in-progress');
    for (const { id, line } of open.filter((_, at) => at % step === 0)) {
      const before = sample.text.split('\n');
      const after = writtenBack(taskmasterFormat, sample, { [id]: 'completed' }, draft).split('\n');
      const changed = before.flatMap((text, at) => (text === after[at] ? [] : [at]));
      expect(after).toHaveLength(before.length);
      expect(changed).toHaveLength(1);
      expect(changed[0]).toBeGreaterThanOrEqual(line - 1);
      expect(after[changed[0]!]).toBe(before[changed[0]!]!.replace(/"(?:pending|in-progress)"/, '"done"'));
    }
  }
});

test('no other collected backlog is taken for one of Task Master', (context) => {
  for (const { format, name, text } of collected(context)) {
    expect(taskmasterFormat.detect(name, text), name).toBe(format === 'taskmaster');
  }
});

test('collected files with random damage are read without an exception, and written as they were or not at all', (context) => {
  const small = collected(context, 'taskmaster').filter(({ text }) => text.length < 100_000);
  const damage = fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat(40),
    fc.constantFrom('', '{', ']', '"', ',', 'null', '[1]', '\r\n', '"id": 3,', '"subtasks": [{"id": 1}],'),
  );
  fc.assert(
    fc.property(fc.constantFrom(...small), fc.array(damage, { maxLength: 3 }), ({ name, text }, damages) => {
      let damaged = text;
      for (const [share, length, piece] of damages) {
        const at = Math.floor(share * damaged.length);
        damaged = damaged.slice(0, at) + piece + damaged.slice(at + length);
      }
      taskmasterFormat.detect(name, damaged);
      const draft = read({ name, text: damaged });
      validateDraft(draft, name);
      const written = writeBack(taskmasterFormat, { file: name, text: damaged }, {}, draft);
      // Refused, or as it was.
      if ('text' in written) expect(written.text).toBe(damaged);
    }),
    { numRuns: 150 },
  );
});
