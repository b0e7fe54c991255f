import { describe, expect, test } from 'vitest';
import { buildGraph } from '../../src/domain/graph.ts';
import { renderDiagnostics, type Diagnostic } from '../../src/planning/diagnostic.ts';
import { readTaskState } from '../../src/planning/formats/manifest/task-state.ts';
import { manifestFormat } from '../../src/planning/formats/manifest/format.ts';
import { tasksMdFormat } from '../../src/planning/formats/tasks-md/format.ts';
import { singleFile } from '../../src/planning/formats/format.ts';
import { validateDraft } from '../../src/planning/validate.ts';
import { collected } from '../rig/corpora.ts';

interface Manifest {
  readonly tasks: readonly { readonly task_id: string; readonly depends_on_tasks: readonly string[] }[];
}

const isManifest = (text: string): boolean => /"decomposition_input_hash"/.test(text);
const circle = ['T01', 'T04', 'T03', 'T02', 'T01']
  .map((task) => `BACKUP_VERIFICATION_PROTOCOL--${task}`)
  .join(' -> ');

function faultsOf(name: string, text: string, format = manifestFormat): readonly Diagnostic[] {
  const draft = format.read(singleFile(name, text));
  return [...draft.diagnostics, ...validateDraft(draft, name).diagnostics];
}

describe('the manifests that were really worked with', () => {
  test('those with the circle of four tasks are refused with its whole path, the others are read', (context) => {
    const outcomes = collected(context, 'vtm')
      .filter(({ text }) => isManifest(text))
      .map(({ name, text }) => {
        // The circle is known from the file itself: T01 depends on T04 where it is there.
        const first = (JSON.parse(text) as Manifest).tasks.find(
          ({ task_id }) => task_id === circle.split(' ')[0],
        );
        const hasCircle = first?.depends_on_tasks.includes('BACKUP_VERIFICATION_PROTOCOL--T04') ?? false;
        const faults = faultsOf(name, text);
        expect(faults.map(({ code, message }) => `${code} ${message}`)).toEqual(
          hasCircle ? [`PLAN-CYCLE these tasks depend on each other: ${circle}`] : [],
        );
        for (const { line, column, length } of faults) {
          const marked = text.split('\n')[line - 1]!.slice(column - 1, column - 1 + length);
          expect(marked).toBe('"BACKUP_VERIFICATION_PROTOCOL--T01"');
        }
        return hasCircle;
      });
    expect(outcomes).toContain(true);
    expect(outcomes).toContain(false);
  });

  test('every task and every dependency of a file is in its plan', (context) => {
    for (const { name, text } of collected(context, 'vtm').filter((file) => isManifest(file.text))) {
      const { tasks } = JSON.parse(text) as Manifest;
      const draft = manifestFormat.read(singleFile(name, text));
      expect(draft.tasks.map(({ id }) => id)).toEqual(tasks.map(({ task_id }) => task_id));
      expect(draft.tasks.map(({ dependencies }) => dependencies)).toEqual(
        tasks.map((task) => task.depends_on_tasks),
      );
      expect(draft.tasks.every(({ line }) => text.split('\n')[line - 1]!.trim() === '{')).toBe(true);
    }
  });

  test('a plan without a circle has a topological order, although the file is in another', (context) => {
    for (const { name, text } of collected(context, 'vtm').filter((file) => isManifest(file.text))) {
      if (faultsOf(name, text).length > 0) continue;
      const { tasks } = validateDraft(manifestFormat.read(singleFile(name, text)), name);
      const plan = { name: 'p', title: '', format: 'manifest', file: name, hash: '', tasks } as const;
      const place = new Map(buildGraph(plan).order.map((id, at) => [id, at]));
      for (const task of tasks) {
        for (const id of task.dependencies) expect(place.get(id)).toBeLessThan(place.get(task.id)!);
      }
    }
  });

  test('every recorded state is read, word for word', (context) => {
    for (const { name, text } of collected(context, 'vtm').filter((file) => !isManifest(file.text))) {
      const { tasks } = JSON.parse(text) as { tasks: Record<string, { status: string }> };
      const { claims, diagnostics } = readTaskState(name, text);
      expect(diagnostics).toEqual([]);
      expect([...claims].map(([id, { status }]) => [id, status])).toEqual(
        Object.entries(tasks).map(([id, { status }]) => [id, status]),
      );
    }
  });
});

describe('files that are called TASKS.md', () => {
  test('those of another format are not taken for this one, and read as this one they do no harm', (context) => {
    for (const { name, text } of collected(context, 'tasks-md')) {
      expect(tasksMdFormat.detect(name, text)).toBe(/^#{2,6} (?:\*\*)?[TF]-\d/m.test(text));
      const faults = faultsOf(name, text, tasksMdFormat);
      expect(faults.some(({ severity }) => severity === 'error')).toBe(true);
      expect(renderDiagnostics(faults, new Map([[name, text]]), { color: false })).toContain('error');
    }
  });
});

test('no collected backlog of any format makes a reader throw, and every place it names is in the file', (context) => {
  for (const { name, text } of collected(context)) {
    for (const format of [manifestFormat, tasksMdFormat]) {
      const lines = text.replace(/^\uFEFF/, '').split('\n');
      for (const { line, column } of faultsOf(name, text, format)) {
        expect(line).toBeLessThanOrEqual(lines.length);
        expect(column).toBeLessThanOrEqual(lines[line - 1]!.length + 1);
      }
    }
  }
});
