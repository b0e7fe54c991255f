import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { expect, test, type TestContext } from 'vitest';
import type { DeclaredStatus, Plan } from '../../src/domain/plan.ts';
import type { TaskId } from '../../src/domain/ids.ts';
import type { RunView, ViewStatus } from '../../src/domain/view.ts';
import { singleFile, type Draft } from '../../src/planning/formats/format.ts';
import { taskmasterFormat } from '../../src/planning/formats/taskmaster.ts';
import { validateDraft } from '../../src/planning/validate.ts';

const corpora = path.resolve(import.meta.dirname, '../../../shared/corpora/formats');

interface Sample {
  readonly name: string;
  readonly text: string;
}

function samples(context: TestContext, folder = 'taskmaster'): readonly Sample[] {
  const place = path.join(corpora, folder);
  if (!existsSync(place)) {
    console.warn(`skipped: the collected backlogs are not at hand (${place})`);
    context.skip();
  }
  return readdirSync(place).map((name) => ({ name, text: readFileSync(path.join(place, name), 'utf8') }));
}

const read = ({ name, text }: Sample): Draft => taskmasterFormat.read(singleFile(name, text));

const views: Readonly<Record<DeclaredStatus, ViewStatus>> = {
  pending: 'pending',
  'in-progress': 'running',
  completed: 'completed',
  'completed-external': 'completed-external',
  'needs-re-verification': 'stale',
  blocked: 'blocked',
  skipped: 'skipped',
  abandoned: 'abandoned',
  'externally-managed': 'externally-managed',
};

function written(
  { name, text }: Sample,
  draft: Draft,
  changes: Readonly<Record<string, ViewStatus>>,
): string {
  const plan = {
    name: 'p',
    title: '',
    format: taskmasterFormat.name,
    file: name,
    hash: '',
    tasks: [],
  } as Plan;
  const view: RunView = {
    planHash: '',
    at: '2026-03-02T10:30:00Z',
    startedAt: '2026-03-01T08:00:00Z',
    complete: false,
    parallel: true,
    tasks: draft.tasks.map(({ id, declared }) => ({
      id: id as TaskId,
      status: changes[id] ?? views[declared],
      criteriaDone: [],
      criteriaRemaining: [],
      filesModified: [],
    })),
  };
  const [result] = taskmasterFormat.writeBack({
    backlog: { entry: name, files: [name] },
    plan,
    facts: undefined,
    texts: new Map([[name, text]]),
    view,
  });
  return 'text' in result! ? result.text : `! ${result!.problem}`;
}

interface Written {
  readonly id: unknown;
  readonly subtasks?: readonly Written[];
}

test('every task and subtask of a collected file is in its draft, once', (context) => {
  for (const sample of samples(context)) {
    const root = JSON.parse(sample.text) as {
      tasks?: readonly Written[];
      master?: { tasks: readonly Written[] };
    };
    const count = (tasks: readonly Written[]): number =>
      tasks.reduce((sum, { subtasks }) => sum + 1 + count(subtasks ?? []), 0);
    const { tasks } = read(sample);
    expect(tasks).toHaveLength(count(root.tasks ?? root.master!.tasks));
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(tasks.length);
  }
});

test('every dependency is resolved or refused, and only the one file with lost subtasks is refused', (context) => {
  const refused: string[] = [];
  for (const sample of samples(context)) {
    const draft = read(sample);
    const known = new Set(draft.tasks.map(({ id }) => id));
    const unknown = draft.tasks.flatMap(({ dependencies }) => dependencies.filter((id) => !known.has(id)));
    const faults = [...draft.diagnostics, ...validateDraft(draft, sample.name).diagnostics].filter(
      ({ severity }) => severity === 'error',
    );
    expect(faults.map(({ code }) => code)).toEqual(unknown.map(() => 'PLAN-UNKNOWN-DEPENDENCY'));
    const lines = sample.text.split('\n');
    for (const { line, column, length } of faults) {
      expect(unknown).toContain(JSON.parse(lines[line - 1]!.slice(column - 1, column - 1 + length)));
    }
    if (faults.length > 0) refused.push(sample.name);
  }
  expect(refused).toEqual(['2vlad__edu-upload__1.json']);
});

test('statuses as they were read change no byte, and another one changes only its own value', (context) => {
  for (const sample of samples(context)) {
    const draft = read(sample);
    expect(written(sample, draft, {})).toBe(sample.text);
    const step = Math.ceil(draft.tasks.length / 8);
    const open = draft.tasks.filter(({ declared }) => declared === 'pending' || declared === 'in-progress');
    for (const { id, line } of open.filter((_, at) => at % step === 0)) {
      const before = sample.text.split('\n');
      const after = written(sample, draft, { [id]: 'completed' }).split('\n');
      const changed = before.flatMap((text, at) => (text === after[at] ? [] : [at]));
      expect(after).toHaveLength(before.length);
      expect(changed).toHaveLength(1);
      expect(changed[0]).toBeGreaterThanOrEqual(line - 1);
      expect(after[changed[0]!]).toBe(before[changed[0]!]!.replace(/"(?:pending|in-progress)"/, '"done"'));
    }
  }
});

test('no other collected backlog is taken for one of Task Master', (context) => {
  samples(context);
  const folders = readdirSync(corpora, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const folder of folders) {
    for (const { name, text } of samples(context, folder.name)) {
      expect(taskmasterFormat.detect(name, text), name).toBe(folder.name === 'taskmaster');
    }
  }
});

test('collected files with random damage are read and written without an exception', (context) => {
  const small = samples(context).filter(({ text }) => text.length < 100_000);
  const damage = fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat(40),
    fc.constantFrom('', '{', ']', '"', ',', 'null', '[1]', '\r\n', '"id": 3,', '"subtasks": [{"id": 1}],'),
  );
  fc.assert(
    fc.property(fc.constantFrom(...small), fc.array(damage, { maxLength: 3 }), ({ name, text }, damages) => {
      let damaged = text;
      for (const [share, length, piece] of damages) {
        const at = Math.floor(share * damaged.length);
        damaged = damaged.slice(0, at) + piece + damaged.slice(at + length);
      }
      taskmasterFormat.detect(name, damaged);
      const draft = read({ name, text: damaged });
      validateDraft(draft, name);
      expect(written({ name, text: damaged }, draft, {})).toBeTypeOf('string');
    }),
    { numRuns: 150 },
  );
});
