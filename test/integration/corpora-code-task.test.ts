import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ViewStatus } from '../../src/domain/view.ts';
import { singleFile } from '../../src/planning/formats/format.ts';
import { codeTaskFormat } from '../../src/planning/formats/code-task/format.ts';
import { validateDraft } from '../../src/planning/validate.ts';
import { collected, writtenBack, type Sample } from '../rig/corpora.ts';

/** The same status for every task of it. */
function all({ file, text }: Pick<Sample, 'file' | 'text'>, status: ViewStatus): Record<string, ViewStatus> {
  const { tasks } = codeTaskFormat.read(singleFile(file, text));
  return Object.fromEntries(tasks.map(({ id }) => [id, status]));
}

describe('the code tasks that were really worked with', () => {
  test('are all known and read, each with its title and criteria and no error', (context) => {
    const samples = collected(context, 'code-task');
    for (const { name, text } of samples) {
      expect(codeTaskFormat.detect(name, text)).toBe(true);
      const draft = codeTaskFormat.read(singleFile(name, text));
      const { tasks, diagnostics } = validateDraft(draft, name);
      expect([name, diagnostics]).toEqual([name, []]);
      expect(tasks).toHaveLength(1);
      expect(tasks[0]!.criteria.length).toBeGreaterThan(3);
      expect(new Set(tasks[0]!.criteria.map(({ id }) => id)).size).toBe(tasks[0]!.criteria.length);
      const heading = text.split('\n').find((line) => line.startsWith('# '))!;
      expect(heading.replace(/^# (?:(?:Code )?Task: )?/, '')).toBe(tasks[0]!.title);
    }
  });

  test('every reference of a file that stands alone is listed', (context) => {
    const named = collected(context, 'code-task').flatMap(({ name, text }) =>
      codeTaskFormat.read(singleFile(name, text)).diagnostics.flatMap(({ message }) => {
        const reference = /^(\S+) (?:is not open|is only mentioned)/.exec(message)?.[1];
        return reference === undefined ? [] : [reference];
      }),
    );
    expect(named.toSorted()).toEqual(
      [
        'step03',
        'step04',
        'step04',
        'task-01',
        'task-01',
        'task-03',
        'task-03',
        'task-07',
        'task-08',
        'task-09',
      ]
        .concat(Array.from({ length: 13 }, (_, at) => `task-${String(at + 1).padStart(2, '0')}`))
        .toSorted(),
    );
  });

  test('come back byte for byte, and change in their status alone', (context) => {
    for (const sample of collected(context, 'code-task')) {
      expect(writtenBack(codeTaskFormat, sample)).toBe(sample.text);
      const edited = writtenBack(codeTaskFormat, sample, all(sample, 'running')).split('\n');
      const differing = sample.text.split('\n').filter((line, at) => line !== edited[at]);
      const hasPlace = sample.text.startsWith('---');
      expect(differing.map((line) => /^status: \w+$/.test(line))).toEqual(hasPlace ? [true] : []);
    }
  });

  test('are read without a throw however they are cut and mixed', (context) => {
    const pieces = collected(context, 'code-task').flatMap(({ text }) => text.split(/(?<=\n)/));
    const piece = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...pieces) },
      fc.constantFrom(
        '---\n',
        '```\n',
        '\ufeff',
        '\t',
        '# Task: ',
        '## Dependencies\n',
        'Steps 1-99999, 3',
        '\u00a0',
        '- task-01 from Step 2\n',
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 80 }), fc.boolean(), (parts, crlf) => {
        const text = parts.join('').replace(/\r?\n/g, crlf ? '\r\n' : '\n');
        const sample = { file: 'x.code-task.md', text };
        codeTaskFormat.detect(sample.file, text);
        const { diagnostics, tasks } = codeTaskFormat.read(singleFile(sample.file, text));
        const lines = text.split('\n').length;
        for (const { line } of [...diagnostics, ...tasks]) expect(line).toBeLessThanOrEqual(lines);
        expect(writtenBack(codeTaskFormat, sample)).toBe(text);
        writtenBack(codeTaskFormat, sample, all(sample, 'completed'));
      }),
      { numRuns: 300 },
    );
  });
});
