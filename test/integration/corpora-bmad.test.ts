import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { bmadFormat } from '../../src/planning/formats/bmad/format.ts';
import { folderOf, singleFile } from '../../src/planning/formats/format.ts';
import type { ViewStatus } from '../../src/domain/view.ts';
import { validateDraft } from '../../src/planning/validate.ts';
import { check, viewOf } from '../unit/planning/formats/plan-texts.ts';
import { collected, statusAsRead, type Sample } from '../rig/corpora.ts';

function written({ file, text }: Pick<Sample, 'file' | 'text'>, status: ViewStatus): string {
  const { plan } = check(bmadFormat, file, text);
  const backlog = { entry: folderOf(file), files: [file] };
  const view = viewOf({ [plan.tasks[0]!.id]: status });
  const [result] = bmadFormat.writeBack({
    backlog,
    plan,
    facts: undefined,
    texts: new Map([[file, text]]),
    view,
  });
  return result !== undefined && 'text' in result ? result.text : 'problem';
}

test('every collected story is one, with its number, its criteria and what there is to do', (context) => {
  for (const { file, text } of collected(context, 'bmad-story')) {
    expect([file, bmadFormat.detect(file, text)]).toEqual([file, true]);
    const { plan, report } = check(bmadFormat, file, text);
    expect(report).not.toContain(' error ');
    const [task] = plan.tasks;
    const number = /(\d+)[.-](\d+[a-z]?)[^/]*$/.exec(file)!;
    expect(task!.id).toBe(`${number[1]}.${number[2]}`);
    const count = text
      .split(/^## Acceptance Criteria.*$/m)[1]!
      .split(/^## /m)[0]!
      .match(/^\d+\. /gm)!.length;
    expect(task!.criteria.map(({ id }) => id)).toEqual(
      Array.from({ length: count }, (_, at) => `AC${at + 1}`),
    );
    expect(task!.description).toContain('## Tasks / Subtasks');
    expect(task!.description).not.toMatch(
      /^#+ (?:Change Log|QA Results|Dev Agent Record|Senior Developer Review)/m,
    );
  }
});

test('the stories of one folder of a repository follow each other within their epics', (context) => {
  const folders = Map.groupBy(
    collected(context, 'bmad-story'),
    ({ repo, file }) => `${repo}:${folderOf(file)}`,
  );
  for (const [entry, stories] of folders) {
    const files = new Map(stories.map(({ file, text }) => [file, text]));
    const { file, text } = stories[0]!;
    const draft = bmadFormat.read({ entry, file, text, files, companions: new Map() });
    expect(validateDraft(draft, file).diagnostics).toEqual([]);
    for (const [at, { id, dependencies }] of draft.tasks.entries()) {
      const before = draft.tasks[at - 1]?.id;
      expect(dependencies).toEqual(before?.split('.')[0] === id.split('.')[0] ? [before] : []);
    }
  }
});

test('the collected stories come back byte for byte when nothing has changed, and differ in their status when it has', (context) => {
  for (const sample of collected(context, 'bmad-story')) {
    const { plan } = check(bmadFormat, sample.file, sample.text);
    const { declared, specHash } = plan.tasks[0]!;
    expect(written(sample, statusAsRead(declared))).toBe(sample.text);
    const after = written(sample, 'running');
    const lines = sample.text.split('\n');
    const changed = after.split('\n').filter((line, at) => line !== lines[at]);
    expect(after.split('\n')).toHaveLength(lines.length);
    expect(changed.length).toBeGreaterThanOrEqual(1);
    expect(changed.every((line) => /^(?:status: )?in-?progress\b/i.test(line))).toBe(true);
    const [again] = check(bmadFormat, sample.file, after).plan.tasks;
    expect(again).toMatchObject({ declared: 'in-progress', specHash });
  }
});

test('no collected backlog of another format is taken for a story, nor does one make it throw', (context) => {
  for (const { format, name, text } of collected(context)) {
    if (format === 'bmad-story') continue;
    expect([name, bmadFormat.detect(name, text)]).toEqual([name, false]);
    bmadFormat.read(singleFile(name, text));
  }
});

test('collected stories that were cut and disturbed are read without throwing, and written only where they change', (context) => {
  const samples = collected(context, 'bmad-story');
  fc.assert(
    fc.property(
      fc.constantFrom(...samples),
      fc.array(
        fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(60), fc.string({ maxLength: 6 })),
        {
          maxLength: 12,
        },
      ),
      ({ file, text: original }, edits) => {
        let text = original;
        for (const [place, length, insert] of edits) {
          // Half of them near the head, where the status stands.
          const at = Math.floor(place < 0.5 ? place * 2_000 : place * text.length);
          text = text.slice(0, at) + insert + text.slice(at + length);
        }
        const { draft, plan } = check(bmadFormat, file, text);
        bmadFormat.detect(file, text);
        if (plan.tasks.length === 0) return;
        expect(written({ file, text }, statusAsRead(draft.tasks[0]!.declared))).toBe(text);
      },
    ),
    { numRuns: 120 },
  );
});
