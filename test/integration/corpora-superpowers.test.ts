import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { superpowersFormat } from '../../src/planning/formats/superpowers/format.ts';
import { singleFile, type Draft } from '../../src/planning/formats/format.ts';
import { validateDraft } from '../../src/planning/validate.ts';
import { collected, writtenBack, type Sample } from '../rig/corpora.ts';

function read({ file, text }: Sample): Draft {
  return superpowersFormat.read(singleFile(file, text));
}

describe('superpowers plans of public repositories', () => {
  test('those with tasks are known from their content, and no file of another format is', (context) => {
    const taken = collected(context, 'superpowers-plan').filter(({ file, text }) =>
      superpowersFormat.detect(file, text),
    );
    // A numbered file without task headings is a plan only when it says what it depends on; others are overviews.
    const withTasks = collected(context, 'superpowers-plan').filter((sample) => {
      const isNumbered = /^\d{1,3}-/.test(path.basename(sample.file));
      return read(sample).tasks.length > 0 && (!isNumbered || /^\*\*Dependencies:\*\*/m.test(sample.text));
    });
    expect(taken.map(({ name }) => name)).toEqual(withTasks.map(({ name }) => name));
    expect(taken.length).toBeGreaterThan(20);
    const foreign = collected(context)
      .filter(({ format }) => format !== 'superpowers-plan')
      .filter(({ file, text }) => superpowersFormat.detect(file, text));
    expect(foreign).toEqual([]);
  });

  test('every task heading outside of fences is a task', (context) => {
    for (const sample of collected(context, 'superpowers-plan')) {
      let fence = '';
      const headings = sample.text.split(/\r?\n/).filter((line) => {
        const mark = /^\s*(`{3,}|~{3,})(.*)$/.exec(line);
        if (fence === '' && mark !== null) fence = mark[1]!;
        else if (fence !== '' && mark?.[2]!.trim() === '' && mark[1]!.startsWith(fence)) fence = '';
        else return fence === '' && /^#{2,5} (?:Task|\u4efb\u52a1) [A-Z]?\d/.test(line);
        return false;
      });
      const isOne = /^\d+-/.test(path.basename(sample.file)) && headings.length === 0;
      if (!isOne) expect(read(sample).tasks).toHaveLength(headings.length);
    }
  });

  test('every span lies in its text, and every id and dependency is sound or reported', (context) => {
    for (const sample of collected(context, 'superpowers-plan')) {
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
    for (const sample of collected(context, 'superpowers-plan'))
      expect(writtenBack(superpowersFormat, sample)).toBe(sample.text);
  });

  test('a status that changes is the only thing that does', (context) => {
    for (const sample of collected(context, 'superpowers-plan')) {
      const before = read(sample);
      for (const task of before.tasks) {
        if (task.declared === 'completed') continue;
        const text = writtenBack(superpowersFormat, sample, { [task.id]: 'completed' }, before);
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
    const samples = collected(context, 'superpowers-plan');
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
      '### Task 1: A\n',
      'Consumes: Task 2',
      '**Depends on:** 3',
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
        superpowersFormat.detect(sample.file, text);
        const draft = read(mutated);
        validateDraft(draft, sample.file);
        expect(writtenBack(superpowersFormat, mutated, {}, draft)).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  test('long runs of one character are read in time', () => {
    for (const part of [' ', '*', '#', '[', '(', '- [ ] ', '`', '.', 'Task 1, ', '~~', '<!--', '> ', '1.']) {
      for (const lead of ['', '- [ ] ', '**Files:** ', '**Interfaces:** Consumes ', '## Task 2: ']) {
        const text = `# Plan\n\n### Task 1: A\n\n${lead}${part.repeat(20_000)}x\n`;
        const draft = superpowersFormat.read(singleFile('TODO.md', text));
        expect(draft.tasks.length).toBeLessThan(3);
      }
    }
  });
});
