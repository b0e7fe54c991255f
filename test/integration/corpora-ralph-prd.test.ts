import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { expect, test, type TestContext } from 'vitest';
import type { DeclaredStatus, Plan } from '../../src/domain/plan.ts';
import type { TaskId } from '../../src/domain/ids.ts';
import type { RunView, ViewStatus } from '../../src/domain/view.ts';
import { singleFile, type Draft } from '../../src/planning/formats/format.ts';
import { ralphPrdFormat } from '../../src/planning/formats/ralph-prd.ts';
import { validateDraft } from '../../src/planning/validate.ts';

const corpora = path.resolve(import.meta.dirname, '../../../shared/corpora/formats');

interface Sample {
  readonly name: string;
  readonly text: string;
}

function samples(context: TestContext, folder = 'ralph-prd'): readonly Sample[] {
  const place = path.join(corpora, folder);
  if (!existsSync(place)) {
    console.warn(`skipped: the collected backlogs are not at hand (${place})`);
    context.skip();
  }
  return readdirSync(place).map((name) => ({ name, text: readFileSync(path.join(place, name), 'utf8') }));
}

const read = ({ name, text }: Sample): Draft => ralphPrdFormat.read(singleFile(name, text));

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
  const plan = { name: 'p', title: '', format: ralphPrdFormat.name, file: name, hash: '', tasks: [] } as Plan;
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
  const [result] = ralphPrdFormat.writeBack({
    backlog: { entry: name, files: [name] },
    plan,
    facts: undefined,
    texts: new Map([[name, text]]),
    view,
  });
  return 'text' in result! ? result.text : `! ${result!.problem}`;
}

interface Written {
  readonly priority?: number;
  readonly acceptanceCriteria?: readonly string[];
  readonly acceptance_criteria?: readonly string[];
}

test('every story and every criterion of a collected file is in its draft', (context) => {
  for (const sample of samples(context)) {
    const root = JSON.parse(sample.text) as readonly Written[] | { readonly userStories: readonly Written[] };
    const stories = 'userStories' in root ? root.userStories : root;
    const { tasks, diagnostics } = read(sample);
    expect(diagnostics).toEqual([]);
    expect(tasks.map(({ criteria }) => criteria.map(({ text }) => text))).toEqual(
      stories.map((story) => story.acceptanceCriteria ?? story.acceptance_criteria),
    );
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(tasks.length);
  }
});

test('every collected file is a plan in which each story waits for the one of the priority before', (context) => {
  for (const sample of samples(context)) {
    const draft = read(sample);
    const { tasks, diagnostics } = validateDraft(draft, sample.name);
    expect(diagnostics).toEqual([]);
    expect(tasks.map(({ dependencies }) => dependencies)).toEqual(
      tasks.map((_, at) => (at === 0 ? [] : [tasks[at - 1]!.id])),
    );
  }
});

test('statuses as they were read change no byte, and another one changes only its own value', (context) => {
  for (const sample of samples(context)) {
    const draft = read(sample);
    expect(written(sample, draft, {})).toBe(sample.text);
    for (const { id, declared, line } of draft.tasks) {
      const before = sample.text.split('\n');
      const next = declared === 'completed' ? 'pending' : 'completed';
      const after = written(sample, draft, { [id]: next }).split('\n');
      const changed = before.flatMap((text, at) => (text === after[at] ? [] : [at]));
      expect(after).toHaveLength(before.length);
      expect(changed).toHaveLength(1);
      expect(changed[0]).toBeGreaterThanOrEqual(line - 1);
      const was = before[changed[0]!]!;
      const value = was.includes('"passes"') ? /true|false/ : /"pending"/;
      const said = was.includes('"passes"') ? String(next === 'completed') : '"done"';
      expect(after[changed[0]!]).toBe(was.replace(value, said));
    }
  }
});

test('no other collected backlog is taken for a list of stories', (context) => {
  samples(context);
  const folders = readdirSync(corpora, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const folder of folders) {
    for (const { name, text } of samples(context, folder.name)) {
      // Samples of `prd.json.example` have their last part only.
      expect(ralphPrdFormat.detect(name.replace(/\.example$/, '.json'), text), name).toBe(
        folder.name === 'ralph-prd',
      );
    }
  }
});

test('collected files with random damage are read and written without an exception', (context) => {
  const small = samples(context).filter(({ text }) => text.length < 100_000);
  const damage = fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat(40),
    fc.constantFrom('', '{', ']', '"', ',', 'null', '[1]', '\r\n', '"id": 3,', '"dependencies": ["US-001"],'),
  );
  fc.assert(
    fc.property(fc.constantFrom(...small), fc.array(damage, { maxLength: 3 }), ({ name, text }, damages) => {
      let damaged = text;
      for (const [share, length, piece] of damages) {
        const at = Math.floor(share * damaged.length);
        damaged = damaged.slice(0, at) + piece + damaged.slice(at + length);
      }
      ralphPrdFormat.detect(name, damaged);
      const draft = read({ name, text: damaged });
      validateDraft(draft, name);
      expect(written({ name, text: damaged }, draft, {})).toBeTypeOf('string');
    }),
    { numRuns: 150 },
  );
});
