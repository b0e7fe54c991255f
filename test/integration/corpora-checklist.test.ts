import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checklistFormat } from '../../src/planning/formats/checklist/format.ts';
import { singleFile, type Draft } from '../../src/planning/formats/format.ts';
import { validateDraft } from '../../src/planning/validate.ts';
import { collected, writtenBack, type Sample } from '../rig/corpora.ts';

function read({ file, text }: Sample): Draft {
  return checklistFormat.read(singleFile(file, text));
}

describe('checklists of public repositories', () => {
  test('those with boxes are known', (context) => {
    const samples = collected(context, 'checklist');
    const taken = samples.filter(({ file, text }) => checklistFormat.detect(file, text));
    const withBoxes = samples.filter(({ text }) => /^\s*- \[.\] /m.test(text));
    expect(taken.map(({ name }) => name)).toEqual(withBoxes.map(({ name }) => name));
  });

  test('ids survive a box that is put in front of all', (context) => {
    for (const sample of collected(context, 'checklist')) {
      const first = sample.text.split('\n').findIndex((line) => /^- \[.\] /.test(line));
      if (first === -1) continue;
      const text = sample.text.split('\n').toSpliced(first, 0, '- [ ] zzz brand new').join('\n');
      const ids = new Set(read({ ...sample, text }).tasks.map(({ id }) => id));
      for (const { id } of read(sample).tasks) expect(ids).toContain(id);
    }
  });

  test('every span lies in its text, and every id and dependency is sound or reported', (context) => {
    for (const sample of collected(context, 'checklist')) {
      const draft = read(sample);
      const lines = sample.text.replace(/^\uFEFF/, '').split('\n');
      const { diagnostics, tasks } = validateDraft(draft, sample.file);
      for (const { line, column, length } of [...draft.diagnostics, ...diagnostics]) {
        expect(column - 1 + length).toBeLessThanOrEqual(Math.max(1, lines[line - 1]!.length));
      }
      const errors = [...draft.diagnostics, ...diagnostics].filter(({ severity }) => severity === 'error');
      expect(errors.map(({ code }) => code)).toEqual(tasks.length === 0 ? ['PLAN-EMPTY'] : []);
      for (const task of draft.tasks) {
        const ids = task.criteria.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(lines[task.line - 1]!.trim()).not.toBe('');
      }
    }
  });

  test('the statuses that were read change no byte', (context) => {
    for (const sample of collected(context, 'checklist'))
      expect(writtenBack(checklistFormat, sample)).toBe(sample.text);
  });

  test('a status that changes is the only thing that does', (context) => {
    for (const sample of collected(context, 'checklist')) {
      const before = read(sample);
      for (const task of before.tasks) {
        if (task.declared === 'completed') continue;
        const text = writtenBack(checklistFormat, sample, { [task.id]: 'completed' }, before);
        const after = read({ ...sample, text });
        const others = (draft: Draft): unknown =>
          draft.tasks.map((one) => (one.id === task.id ? { ...one, declared: '' } : one));
        expect(others(after)).toEqual(others(before));
        const said = after.tasks.find(({ id }) => id === task.id)!.declared;
        expect(said).toBe(text === sample.text ? task.declared : 'completed');
      }
    }
  });

  test('torn and mixed texts are read without throwing, and are written back unchanged', (context) => {
    const samples = collected(context, 'checklist');
    const odd = [
      '\r\n',
      '\u00a0',
      '\t',
      '```\n',
      '- [',
      ']',
      '**',
      '### ',
      '\ud800',
      '<!--',
      '|',
      '- [x] ',
      '**Depends on**: Phase 1\n',
      '## Phase 1\n',
      '\u2705 ',
    ];
    const place = fc.nat(100_000);
    const edit = fc.tuple(place, fc.nat(60), fc.constantFrom(...odd));
    fc.assert(
      fc.property(fc.nat(samples.length - 1), fc.array(edit, { maxLength: 12 }), (at, edits) => {
        const sample = samples[at]!;
        let text = sample.text.slice(0, 20_000);
        for (const [start, length, insert] of edits) {
          const from = start % (text.length + 1);
          text = text.slice(0, from) + insert + text.slice(from + length);
        }
        const mutated = { ...sample, text };
        checklistFormat.detect(sample.file, text);
        const draft = read(mutated);
        validateDraft(draft, sample.file);
        expect(writtenBack(checklistFormat, mutated, {}, draft)).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  test('long runs of one character are read in time', () => {
    for (const part of [' ', '*', '#', '[', '(', '- [ ] ', '`', '.', 'Task 1, ', '~~', '<!--', '> ', '1.']) {
      for (const lead of ['', '- [ ] ', '- [ ] T1', '**Depends on**: ', '## ', '- \u2705 ']) {
        const text = `# Plan\n\n### Task 1: A\n\n${lead}${part.repeat(20_000)}x\n`;
        const draft = checklistFormat.read(singleFile('TODO.md', text));
        expect(draft.tasks.length).toBeLessThan(3);
      }
    }
  });
});
