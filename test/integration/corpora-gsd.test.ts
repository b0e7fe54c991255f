import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test, type TestContext } from 'vitest';
import type { DeclaredStatus } from '../../src/domain/plan.ts';
import type { ViewStatus } from '../../src/domain/view.ts';
import { singleFile } from '../../src/planning/formats/format.ts';
import { gsdFormat } from '../../src/planning/formats/gsd.ts';
import { validateDraft } from '../../src/planning/validate.ts';
import { viewOf } from '../unit/planning/plan-texts.ts';

const corpora = path.resolve(import.meta.dirname, '../../../shared/corpora/formats');

interface Sample {
  readonly name: string;
  readonly text: string;
}

function samplesOf(context: TestContext, format: string): readonly Sample[] {
  const folder = path.join(corpora, format);
  if (!existsSync(folder)) {
    console.warn(`skipped: the collected backlogs are not at hand (${folder})`);
    context.skip();
  }
  return readdirSync(folder).map((name) => ({ name, text: readFileSync(path.join(folder, name), 'utf8') }));
}

/** A view that says what was read. */
function statusOf(declared: DeclaredStatus): ViewStatus {
  if (declared === 'in-progress') return 'running';
  return declared === 'needs-re-verification' ? 'stale' : declared;
}

function write({ name, text }: Sample, changed?: ViewStatus): string {
  const draft = gsdFormat.read(singleFile(name, text));
  const { tasks } = validateDraft(draft, name);
  const plan = { name: 'p', title: '', format: gsdFormat.name, file: name, hash: '', tasks };
  const view = viewOf(
    Object.fromEntries(tasks.map(({ id, declared }) => [id, changed ?? statusOf(declared)])),
  );
  const backlog = { entry: name, files: [name] };
  const texts = new Map([[name, text]]);
  const [written] = gsdFormat.writeBack({ backlog, plan, facts: undefined, texts, view });
  return written !== undefined && 'text' in written ? written.text : 'problem';
}

const isTemplate = ({ text }: Sample): boolean => text.includes('{{');

describe('the gsd plans that were really worked with', () => {
  test('are all known, but for the templates', (context) => {
    for (const sample of samplesOf(context, 'gsd-roadmap'))
      expect([sample.name, gsdFormat.detect(sample.name, sample.text)]).toEqual([
        sample.name,
        !isTemplate(sample),
      ]);
  });

  test('give every slice, every task and every edge that their lines name', (context) => {
    for (const { name, text } of samplesOf(context, 'gsd-roadmap').filter((sample) => !isTemplate(sample))) {
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
    for (const sample of samplesOf(context, 'gsd-roadmap')) {
      expect(write(sample)).toBe(sample.text);
      const boxes = /^- \[[ x]\] (?=\*\*[ST]\d+: )/gm;
      const hasPlans = !isTemplate(sample);
      expect(write(sample, 'completed')).toBe(hasPlans ? sample.text.replace(boxes, '- [x] ') : sample.text);
      expect(write(sample, 'pending')).toBe(hasPlans ? sample.text.replace(boxes, '- [ ] ') : sample.text);
    }
  });

  test('are read without a throw however they are cut and mixed', (context) => {
    const pieces = samplesOf(context, 'gsd-roadmap').flatMap(({ text }) => text.split(/(?<=\n)/));
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
        const sample = { name: 'M001/M001-ROADMAP.md', text };
        gsdFormat.detect(sample.name, text);
        const { diagnostics, tasks } = gsdFormat.read(singleFile(sample.name, text));
        const lines = text.split('\n').length;
        for (const { line } of [...diagnostics, ...tasks]) expect(line).toBeLessThanOrEqual(lines);
        expect(write(sample)).toBe(text);
        write(sample, 'completed');
      }),
      { numRuns: 300 },
    );
  });
});
