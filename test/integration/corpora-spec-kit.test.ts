import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { singleFile } from '../../src/planning/formats/format.ts';
import { specKitFormat } from '../../src/planning/formats/spec-kit/format.ts';
import { validateDraft } from '../../src/planning/validate.ts';
import { collected, writtenBack } from '../rig/corpora.ts';

const file = 'specs/feature/tasks.md';

function draftOf(text: string): ReturnType<typeof specKitFormat.read> {
  return specKitFormat.read(singleFile(file, text));
}

test('every sample is read, with ids that are unique or reported and dependencies that exist or are reported', (context) => {
  for (const { name, text } of collected(context, 'spec-kit')) {
    expect(specKitFormat.detect(file, text), name).toBe(true);
    const draft = draftOf(text);
    const faults = [...draft.diagnostics, ...validateDraft(draft, file).diagnostics];
    const ids = new Set(draft.tasks.map(({ id }) => id));
    const has = (code: string): boolean => faults.some((fault) => fault.code === code);
    expect(draft.tasks.length, name).toBeGreaterThan(0);
    expect(ids.size === draft.tasks.length || has('PLAN-DUPLICATE-ID'), name).toBe(true);
    const isKnown = draft.tasks.every(({ dependencies }) => dependencies.every((id) => ids.has(id)));
    expect(isKnown || has('PLAN-UNKNOWN-DEPENDENCY'), name).toBe(true);
    const isTemplate = text.includes('TXXX');
    expect(
      faults.some(({ severity }) => severity === 'error'),
      name,
    ).toBe(isTemplate);
    for (const { line, column } of faults) {
      expect(column).toBeLessThanOrEqual(text.split('\n')[line - 1]!.length + 1);
    }
  }
});

test('every sample comes back byte for byte, and a new status changes one character', (context) => {
  for (const { name, text } of collected(context, 'spec-kit')) {
    for (const form of [text, `\uFEFF${text.replaceAll('\n', '\r\n')}`]) {
      expect(writtenBack(specKitFormat, { file, text: form }) === form, name).toBe(true);
      for (const { id, declared } of draftOf(form).tasks) {
        const other = writtenBack(
          specKitFormat,
          { file, text: form },
          { [id]: declared === 'completed' ? 'pending' : 'completed' },
        );
        expect(other.length).toBe(form.length);
        const changed = other.split('').filter((character, at) => character !== form[at]);
        expect(changed, `${name} ${id}`).toEqual([declared === 'completed' ? ' ' : 'x']);
      }
      const all = Object.fromEntries(draftOf(form).tasks.map(({ id }) => [id, 'completed' as const]));
      expect(
        draftOf(writtenBack(specKitFormat, { file, text: form }, all)).tasks.every(
          ({ declared }) => declared === 'completed',
        ),
        name,
      ).toBe(true);
    }
  }
});

test('no sample of another format is taken for this one', (context) => {
  const others = collected(context).filter(({ format }) => format !== 'spec-kit');
  const taken = others.filter(({ name, text }) => specKitFormat.detect(name, text));
  expect(taken.map(({ format, name }) => `${format}/${name}`)).toEqual([]);
});

test('cut and stirred samples of any format make nothing throw', (context) => {
  const texts = collected(context).map(({ text }) => text.slice(0, 6_000));
  const lines = texts.flatMap((text) => text.split('\n'));
  const line = fc.oneof(
    fc.constantFrom(...lines),
    fc.constantFrom('- [ ] T001 [P] (depends on T002)', '  - [ ] 1.1.1 x', '```'),
  );
  const cut = fc.tuple(fc.constantFrom(...texts), fc.nat(6_000), fc.nat(6_000), fc.string({ maxLength: 8 }));
  const mutated = cut.map(([text, from, to, put]) => text.slice(0, from) + put + text.slice(to));
  fc.assert(
    fc.property(
      fc.oneof(
        mutated,
        fc.array(line, { maxLength: 60 }).map((all) => all.join('\n')),
      ),
      (text) => {
        specKitFormat.detect(file, text);
        const draft = draftOf(text);
        validateDraft(draft, file);
        expect(writtenBack(specKitFormat, { file, text }) === text).toBe(true);
      },
    ),
    { numRuns: 200 },
  );
});
