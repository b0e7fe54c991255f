import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ViewStatus } from '../../src/domain/view.ts';
import { singleFile } from '../../src/planning/formats/format.ts';
import { gsdFormat } from '../../src/planning/formats/gsd/format.ts';
import { validateDraft } from '../../src/planning/validate.ts';
import { collected, writtenBack, type Sample } from '../rig/corpora.ts';

const isTemplate = ({ text }: Sample): boolean => text.includes('{{');

/** The same status for every task of it. */
function all({ file, text }: Pick<Sample, 'file' | 'text'>, status: ViewStatus): Record<string, ViewStatus> {
  const { tasks } = gsdFormat.read(singleFile(file, text));
  return Object.fromEntries(tasks.map(({ id }) => [id, status]));
}

describe('the gsd plans that were really worked with', () => {
  test('are all known, but for the templates', (context) => {
    for (const sample of collected(context, 'gsd-roadmap'))
      expect([sample.name, gsdFormat.detect(sample.name, sample.text)]).toEqual([
        sample.name,
        !isTemplate(sample),
      ]);
  });

  test('give every slice, every task and every edge that their lines name', (context) => {
    for (const { name, text } of collected(context, 'gsd-roadmap').filter((sample) => !isTemplate(sample))) {
      const draft = gsdFormat.read(singleFile(name, text));
      const { tasks, diagnostics } = validateDraft(draft, name);
      expect([name, draft.diagnostics, diagnostics]).toEqual([name, [], []]);
      const lines = [...text.matchAll(/^- \[.\] \*\*([ST]\d+): .*?(?:depends:\[(.*)\].*)?$/gm)];
      const last = (id: string): string => id.slice(id.lastIndexOf('/') + 1);
      if (lines.length === 0) expect(tasks).toHaveLength(1);
      else expect(tasks.map(({ id }) => last(id))).toEqual(lines.map((line) => line[1]));
      const edges = lines.map(([, id, depends], at) =>
        id!.startsWith('S')
          ? (depends ?? '').split(',').filter(Boolean)
          : at === 0
            ? []
            : [lines[at - 1]![1]],
      );
      if (lines.length > 0) expect(tasks.map(({ dependencies }) => dependencies.map(last))).toEqual(edges);
      if (lines.length > 0) expect(tasks.every(({ criteria }) => criteria.length > 0)).toBe(true);
    }
  });

  test('come back byte for byte, and change in their boxes alone', (context) => {
    for (const sample of collected(context, 'gsd-roadmap')) {
      expect(writtenBack(gsdFormat, sample)).toBe(sample.text);
      const boxes = /^- \[[ x]\] (?=\*\*[ST]\d+: )/gm;
      const hasPlans = !isTemplate(sample);
      expect(writtenBack(gsdFormat, sample, all(sample, 'completed'))).toBe(
        hasPlans ? sample.text.replace(boxes, '- [x] ') : sample.text,
      );
      expect(writtenBack(gsdFormat, sample, all(sample, 'pending'))).toBe(
        hasPlans ? sample.text.replace(boxes, '- [ ] ') : sample.text,
      );
    }
  });

  test('are read without a throw however they are cut and mixed', (context) => {
    const pieces = collected(context, 'gsd-roadmap').flatMap(({ text }) => text.split(/(?<=\n)/));
    const piece = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...pieces) },
      fc.constantFrom(
        '<!--',
        '-->',
        '```\n',
        '\ufeff# M001: x\n## Slices\n',
        '# S01: x\n**Goal:** y\n## Tasks\n',
        '| S01 | x | done |\n',
        '- [?] S02: x depends:[S01-S99999]\n',
        '### S03 ✅\n',
        '\u00a0',
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 80 }), fc.boolean(), (parts, crlf) => {
        const text = parts.join('').replace(/\r?\n/g, crlf ? '\r\n' : '\n');
        const sample = { file: 'M001/M001-ROADMAP.md', text };
        gsdFormat.detect(sample.file, text);
        const { diagnostics, tasks } = gsdFormat.read(singleFile(sample.file, text));
        const lines = text.split('\n').length;
        for (const { line } of [...diagnostics, ...tasks]) expect(line).toBeLessThanOrEqual(lines);
        expect(writtenBack(gsdFormat, sample)).toBe(text);
        writtenBack(gsdFormat, sample, all(sample, 'completed'));
      }),
      { numRuns: 300 },
    );
  });
});
