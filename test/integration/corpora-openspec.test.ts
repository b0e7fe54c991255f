import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { expect, test, type TestContext } from 'vitest';
import type { TaskId } from '../../src/domain/ids.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { RunView, ViewStatus } from '../../src/domain/view.ts';
import { singleFile } from '../../src/planning/formats/format.ts';
import { openspecFormat } from '../../src/planning/formats/openspec.ts';
import { validateDraft } from '../../src/planning/validate.ts';

const corpora = path.resolve(import.meta.dirname, '../../../shared/corpora/formats');
const file = 'openspec/changes/change/tasks.md';

interface Sample {
  readonly format: string;
  readonly name: string;
  readonly text: string;
}

function samples(context: TestContext, only?: string): readonly Sample[] {
  if (!existsSync(corpora)) {
    console.warn(`skipped: the collected backlogs are not at hand (${corpora})`);
    context.skip();
  }
  return readdirSync(corpora, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && (only === undefined || entry.name === only))
    .flatMap(({ name: format }) =>
      readdirSync(path.join(corpora, format)).map((name) => ({
        format,
        name,
        text: readFileSync(path.join(corpora, format, name), 'utf8'),
      })),
    );
}

function draftOf(text: string): ReturnType<typeof openspecFormat.read> {
  return openspecFormat.read(singleFile(file, text));
}

/** The text after the given statuses, and those that were read for all other tasks, are written into it. */
function written(text: string, statuses: ReadonlyMap<string, ViewStatus>): string {
  const draft = draftOf(text);
  const read = new Map(draft.tasks.toReversed().map((task) => [task.id, task]));
  const tasks = [...read.values()].map(({ id, declared }) => ({
    id: id as TaskId,
    status:
      statuses.get(id) ??
      (declared === 'completed' ? declared : declared === 'in-progress' ? 'running' : 'pending'),
    criteriaDone: [],
    criteriaRemaining: [],
    filesModified: [],
  }));
  const plan = {
    name: 'p',
    title: '',
    format: openspecFormat.name,
    file,
    hash: '',
    tasks: [...read.values()],
  };
  const [edited] = openspecFormat.writeBack({
    backlog: { entry: file, files: [file] },
    plan: plan as unknown as Plan,
    facts: undefined,
    texts: new Map([[file, text]]),
    view: {
      planHash: '',
      at: '2026-01-01T00:00:00Z',
      complete: false,
      parallel: true,
      tasks,
    } as unknown as RunView,
  });
  return edited !== undefined && 'text' in edited ? edited.text : 'a problem';
}

test('every sample is read, with ids that are unique or reported and dependencies that exist or are reported', (context) => {
  for (const { name, text } of samples(context, 'openspec')) {
    expect(openspecFormat.detect(file, text), name).toBe(true);
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
  for (const { name, text } of samples(context, 'openspec')) {
    for (const form of [text, `\uFEFF${text.replaceAll('\n', '\r\n')}`]) {
      expect(written(form, new Map()) === form, name).toBe(true);
      for (const { id, declared } of draftOf(form).tasks) {
        const other = written(form, new Map([[id, declared === 'completed' ? 'pending' : 'completed']]));
        expect(other.length).toBe(form.length);
        const changed = other.split('').filter((character, at) => character !== form[at]);
        expect(changed, `${name} ${id}`).toEqual([declared === 'completed' ? ' ' : 'x']);
      }
      const all = new Map(draftOf(form).tasks.map(({ id }): [string, ViewStatus] => [id, 'completed']));
      expect(
        draftOf(written(form, all)).tasks.every(({ declared }) => declared === 'completed'),
        name,
      ).toBe(true);
    }
  }
});

test('no sample of another format is taken for this one', (context) => {
  const others = samples(context).filter(({ format }) => format !== 'openspec');
  const taken = others.filter(({ name, text }) => openspecFormat.detect(name, text));
  expect(taken.map(({ format, name }) => `${format}/${name}`)).toEqual([]);
});

test('cut and stirred samples of any format make nothing throw', (context) => {
  const texts = samples(context).map(({ text }) => text.slice(0, 6_000));
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
        openspecFormat.detect(file, text);
        const draft = draftOf(text);
        validateDraft(draft, file);
        expect(written(text, new Map()) === text).toBe(true);
      },
    ),
    { numRuns: 200 },
  );
});
