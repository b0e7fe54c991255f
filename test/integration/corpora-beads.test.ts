import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beadsFormat } from '../../src/planning/formats/beads/format.ts';
import { singleFile } from '../../src/planning/formats/format.ts';
import { validateDraft } from '../../src/planning/validate.ts';
import { collected, statusAsRead, writtenBack } from '../rig/corpora.ts';

const file = '.beads/issues.jsonl';

interface Issue {
  readonly id: string;
  readonly status: string;
  readonly issue_type: string;
  readonly dependencies?: readonly { readonly depends_on_id: string; readonly type: string }[];
}

function issuesOf(text: string): readonly Issue[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Issue);
}

describe('the beads files that were really worked with', () => {
  test('all are known, and read without a fault', (context) => {
    for (const { text } of collected(context, 'beads')) {
      expect(beadsFormat.detect(file, text)).toBe(true);
      const draft = beadsFormat.read(singleFile(file, text));
      expect([...draft.diagnostics, ...validateDraft(draft, file).diagnostics]).toEqual([]);
    }
  });

  test('every issue that is work is a task on its line, and every blocker is among its dependencies', (context) => {
    for (const { text } of collected(context, 'beads')) {
      const issues = issuesOf(text).filter(({ status }) => status !== 'tombstone');
      const parents = new Set(
        issues.flatMap(({ dependencies = [] }) =>
          dependencies.flatMap((one) => (one.type === 'parent-child' ? [one.depends_on_id] : [])),
        ),
      );
      const work = issues.filter(({ id, issue_type }) => issue_type !== 'epic' || !parents.has(id));
      const draft = beadsFormat.read(singleFile(file, text));
      expect(draft.tasks.map(({ id }) => id)).toEqual(work.map(({ id }) => id));
      const lines = text.split('\n');
      for (const [at, task] of draft.tasks.entries()) {
        expect(lines[task.line - 1]).toContain(`"id":"${task.id}"`);
        const blockers = (work[at]!.dependencies ?? []).filter(({ type }) => type === 'blocks');
        expect(task.dependencies).toEqual(blockers.map((one) => one.depends_on_id));
      }
    }
  });

  test('statuses that are as they were leave every byte as it was', (context) => {
    for (const { text } of collected(context, 'beads')) {
      for (const variant of [text, `\uFEFF${text.replaceAll('\n', '\r\n')}`, text.trimEnd()]) {
        expect(writtenBack(beadsFormat, { file, text: variant })).toBe(variant);
      }
    }
  });

  test('a change of one status differs in that line, in that status only, and can be undone', (context) => {
    for (const { text } of collected(context, 'beads')) {
      const draft = beadsFormat.read(singleFile(file, text));
      for (const { id, line, declared } of draft.tasks) {
        const isClosed = declared === 'completed';
        const after = writtenBack(beadsFormat, { file, text }, { [id]: isClosed ? 'pending' : 'completed' });
        const [before, now] = [text, after].map((one) => one.split('\n')) as [string[], string[]];
        const old = before[line - 1]!;
        const expected = isClosed
          ? old.replace('"status":"closed"', '"status":"open"').replace(/,"closed_at":"[^"]*"/, '')
          : old
              .replace(/"status":"\w+"/, '"status":"closed"')
              .replace(/("updated_at":"[^"]*")/, '$1,"closed_at":"2026-03-02T10:30:00Z"');
        expect(now).toEqual(before.with(line - 1, expected));
        if (!isClosed)
          expect(writtenBack(beadsFormat, { file, text: after }, { [id]: statusAsRead(declared) })).toBe(
            text,
          );
      }
    }
  });

  test('mangled, none makes the reader or the writer throw, and every place they name is in the file', (context) => {
    const samples = collected(context, 'beads').map(({ text }) => text);
    const put = [
      '',
      '\n',
      '"',
      '{',
      '}',
      ',',
      '[',
      '\\',
      '\r\n',
      '<<<<<<< HEAD\n',
      'null',
      '\u00a0',
      '\uFEFF',
    ];
    const edit = fc.record({ at: fc.nat(20_000), length: fc.nat(40), put: fc.constantFrom(...put) });
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.array(edit, { maxLength: 8 }), (sample, edits) => {
        const text = edits.reduce((old, one) => {
          const at = one.at % (old.length + 1);
          return old.slice(0, at) + one.put + old.slice(at + one.length);
        }, sample);
        beadsFormat.detect(file, text);
        const draft = beadsFormat.read(singleFile(file, text));
        const faults = [...draft.diagnostics, ...validateDraft(draft, file).diagnostics];
        const lines = text.replace(/^\uFEFF/, '').split('\n');
        for (const { line, column } of faults) {
          expect(line).toBeLessThanOrEqual(lines.length);
          expect(column).toBeLessThanOrEqual(lines[line - 1]!.length + 1);
        }
        if (faults.every(({ severity }) => severity === 'warning'))
          expect(writtenBack(beadsFormat, { file, text }, {}, draft)).toBe(text);
      }),
      { numRuns: 200 },
    );
  });
});

test('no file of another format is taken for one of beads', (context) => {
  for (const { format, name, text } of collected(context)) {
    expect([name, beadsFormat.detect(name, text)]).toEqual([name, format === 'beads']);
    if (format === 'beads') continue;
    expect(beadsFormat.detect('tasks.jsonl', text)).toBe(false);
    // Read by force, it does no harm either.
    const draft = beadsFormat.read(singleFile(file, text));
    expect(draft.diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
  }
});
