import * as fc from 'fast-check';
import { describe, expect, test, type TestContext } from 'vitest';
import { backlogFormats } from '../../src/planning/formats/all.ts';
import { checklistFormat } from '../../src/planning/formats/checklist/format.ts';
import { singleFile, type Draft } from '../../src/planning/formats/format.ts';
import { validateDraft } from '../../src/planning/validate.ts';
import { collected, writtenBack, type Sample } from '../rig/corpora.ts';

function read({ file, text }: Sample): Draft {
  return checklistFormat.read(singleFile(file, text));
}

/** The collected files of any kind that no other format takes, and this one does. */
async function taken(context: TestContext): Promise<readonly Sample[]> {
  const formats = await Promise.all(Object.values(backlogFormats).map(({ load }) => load()));
  return collected(context).filter(
    ({ file, text }) => formats.find((format) => format.detect(file, text)) === checklistFormat,
  );
}

/** What is read of them: tasks, of those completed, dependencies. */
const generic: Readonly<Record<string, readonly [tasks: number, completed: number, edges: number]>> = {
  'openspec/Fission-AI__OpenSpec__1.md': [2, 2, 0],
  'superpowers-plan/AgentWrapper__agent-orchestrator__1.md': [11, 0, 0],
  'superpowers-plan/DrJLabs__codex-completions-api__1.md': [5, 0, 0],
  'superpowers-plan/DrJLabs__codex-completions-api__2.md': [7, 7, 0],
  'superpowers-plan/inngest__inngest__1.md': [21, 18, 0],
  'tasks-md/997899594__Juanie__1.md': [3, 0, 0],
  'tasks-md/997899594__Juanie__2.md': [6, 6, 0],
  'tasks-md/997899594__Juanie__3.md': [28, 11, 0],
  'tasks-md/997899594__Juanie__4.md': [6, 5, 0],
  'tasks-md/997899594__Juanie__5.md': [9, 7, 0],
  'tasks-md/camival1999__USD__1.md': [13, 10, 27],
  'tasks-md/mikeyobrien__ralph-orchestrator__2.md': [4, 2, 0],
};

/** Designs, manuals, drafts, overviews of other files. */
const none: readonly string[] = [
  'superpowers-plan/997899594__Juanie__1.md',
  'superpowers-plan/997899594__Juanie__2.md',
  'superpowers-plan/inngest__inngest__2.md',
  'superpowers-plan/mikeyobrien__ralph-orchestrator__1.md',
  'superpowers-plan/nathanvale__capture-bridge__1.md',
  'superpowers-plan/supersterling__paul__2.md',
  'superpowers-plan/supersterling__paul__3.md',
  'tasks-md/Fission-AI__OpenSpec__1.md',
  'tasks-md/mikeyobrien__ralph-orchestrator__1.md',
];

describe('task lists of no convention', () => {
  test('are taken and read, whatever they are called', async (context) => {
    const samples = new Map((await taken(context)).map((one) => [`${one.format}/${one.name}`, one]));
    const figures = Object.keys(generic).map((name) => {
      const { tasks } = read(samples.get(name)!);
      const completed = tasks.filter(({ declared }) => declared === 'completed').length;
      const edges = tasks.reduce((sum, { dependencies }) => sum + dependencies.length, 0);
      return [name, [tasks.length, completed, edges]];
    });
    expect(Object.fromEntries(figures)).toEqual(generic);
    for (const name of none) expect([...samples.keys()]).not.toContain(name);
  });

  test('only what an abridged file leaves out is missing', async (context) => {
    const faulty = (await taken(context)).flatMap((sample) => {
      const draft = read(sample);
      const { diagnostics } = validateDraft(draft, sample.file);
      const errors = [...draft.diagnostics, ...diagnostics].filter(({ severity }) => severity === 'error');
      return errors.length === 0 ? [] : [[sample.name, errors.map(({ message }) => message)]];
    });
    expect(Object.fromEntries(faulty)).toEqual({
      'camival1999__USD__1.md': [
        ...['P1.4', 'P1.5', 'P1.6', 'P1.7'].map((id) => `P1.8 depends on ${id}, which no task has`),
        ...['P2.2', 'P3.3'].map((id) => `P9.3 depends on ${id}, which no task has`),
      ],
    });
  });

  test('come back byte for byte, and differ in one status when one changes', async (context) => {
    for (const sample of await taken(context)) {
      expect(writtenBack(checklistFormat, sample)).toBe(sample.text);
      const before = read(sample);
      const lines = sample.text.split('\n');
      for (const task of before.tasks) {
        for (const status of ['completed', 'pending'] as const) {
          const text = writtenBack(checklistFormat, sample, { [task.id]: status }, before);
          const changed = text.split('\n').filter((line, at) => line !== lines[at]);
          expect(text.split('\n')).toHaveLength(lines.length);
          // A heading and the field below it.
          expect(changed.length).toBeLessThan(3);
          const after = read({ ...sample, text });
          const shown = (draft: Draft): unknown =>
            draft.tasks.map((one) => (one.id === task.id ? { ...one, declared: '' } : one));
          expect(shown(after)).toEqual(shown(before));
          const said = after.tasks.find(({ id }) => id === task.id)!.declared;
          expect(said).toBe(text === sample.text ? task.declared : status);
        }
      }
    }
  });
});

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
