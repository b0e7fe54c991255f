/** What every format owes a plan that it is written from: see `BacklogFormat.compose`. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTaskId, type TaskId } from '../../src/domain/ids.ts';
import type { DeclaredStatus, Plan, Task } from '../../src/domain/plan.ts';
import { convertPlan, type Conversion, type LossKind } from '../../src/planning/conversion.ts';
import { backlogFormats } from '../../src/planning/formats/all.ts';
import { onOneLine } from '../../src/planning/formats/new-text.ts';
import type { BacklogFormat } from '../../src/planning/formats/format.ts';
import { arbitraryPlan } from './arbitrary-plan.ts';
import { fullPlan, oddPlans } from './compose-plans.ts';

export interface ComposeCase {
  /** Where a backlog of the format usually is. */
  readonly entry: string;
  /** What a plan that says all there is loses, and nothing else. */
  readonly losses: readonly LossKind[];
  /** The statuses that it has words for. */
  readonly statuses: readonly DeclaredStatus[];
  /** What any plan may lose beside that, and which tasks by what they become. Dependencies are never among it. */
  readonly odd: Partial<
    Record<Exclude<LossKind, 'dependencies dropped'>, (task: Task, copy: Task) => boolean>
  >;
}

export function describeCompose(format: BacklogFormat, expected: ComposeCase): void {
  const { entry } = expected;

  describe(`a backlog composed as ${format.name}`, () => {
    test('a plan that says all there is loses what the format has no place for', async () => {
      const conversion = await sound(fullPlan, format, entry);
      expect(conversion.losses.map(({ kind }) => kind)).toEqual(expected.losses);
      const after = new Map(conversion.tasks.map(({ id, declared }) => [id as string, declared]));
      const kept = fullPlan.tasks.filter(
        ({ id, declared }) => after.get(conversion.ids.get(id)!) === declared,
      );
      expect(kept.map(({ declared }) => declared)).toEqual(expected.statuses);
    });

    test.each(oddPlans)('a plan with $name', async ({ plan }) => {
      const conversion = await sound(plan, format, entry);
      expect(unexpected(plan, conversion, expected)).toEqual([]);
    });

    test('any plan is read again without an error, with its titles and all it waits for', async () => {
      await fc.assert(
        fc.asyncProperty(arbitraryPlan, async (plan) => {
          const conversion = await sound(plan, format, entry);
          expect(unexpected(plan, conversion, expected)).toEqual([]);
        }),
        { numRuns: 150 },
      );
    });
  });
}

/** The conversion, after seeing that the format's own reader, and no other one before it, takes what was made. */
async function sound(plan: Plan, format: BacklogFormat, entry: string): Promise<Conversion> {
  const conversion = convertPlan(plan, format, entry);
  const { files, companions, ids, tasks, diagnostics } = conversion;
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect([...ids.keys()].toSorted()).toEqual(plan.tasks.map(({ id }) => id).toSorted());
  expect(new Set([...ids.values()].map((id) => id.toLowerCase())).size).toBe(plan.tasks.length);
  for (const id of ids.values()) expect(parseTaskId(id)).toMatchObject({ ok: true });
  expect(tasks.map(({ id }) => id as string).toSorted()).toEqual([...ids.values()].toSorted());
  for (const [file, text] of [...files, ...companions]) {
    expect(text.endsWith('\n') && !text.endsWith('\n\n'), file).toBe(true);
    expect(/[\u0000-\u0008\u000b-\u001f\u007f]/.exec(text), file).toBeNull();
  }
  for (const [file, text] of files) expect([file, await formatOf(file, text)]).toEqual([file, format.name]);
  expect(wronglyDone(plan, conversion)).toEqual([]);
  const found = [...files.keys()];
  expect(format.group?.(found) ?? [{ entry, files: found }]).toEqual([{ entry, files: found }]);
  const again = convertPlan(plan, format, entry);
  expect([again.files, again.companions, again.ids]).toEqual([files, companions, ids]);
  return conversion;
}

/** The first format that takes a file, as it is found in a repository. */
async function formatOf(file: string, text: string): Promise<string | undefined> {
  for (const { load } of Object.values(backlogFormats)) {
    const format = await load();
    if (format.detect(file, text)) return format.name;
  }
  return undefined;
}

const done: readonly DeclaredStatus[] = ['completed', 'completed-external', 'externally-managed'];

/** Tasks that a run would pass over from now on, without their work being done. */
function wronglyDone(plan: Plan, { tasks, ids }: Conversion): readonly string[] {
  const after = new Map(tasks.map(({ id, declared }) => [id as string, declared]));
  return plan.tasks.flatMap(({ id, declared }) =>
    done.includes(after.get(ids.get(id)!)!) && !done.includes(declared) ? [id] : [],
  );
}

/** `kind: task` of what should have been kept, with what became of the first one. */
function unexpected(
  plan: Plan,
  { losses, tasks: copies, ids }: Conversion,
  { losses: usual, odd }: ComposeCase,
): readonly string[] {
  const byId = new Map(plan.tasks.map((task) => [task.id, task]));
  const copyOf = (id: TaskId): Task => copies.find((copy) => copy.id === ids.get(id))!;
  return losses.flatMap(({ kind, tasks, example }) => {
    if (usual.includes(kind)) return [];
    const may = kind === 'dependencies dropped' ? undefined : odd[kind];
    return tasks.flatMap((id) =>
      may?.(asWritten(byId.get(id)!), copyOf(id)) === true
        ? []
        : [`${kind}: ${id} ${JSON.stringify(byId.get(id)!.title)}: ${example}`],
    );
  });
}

/** Control characters are blanks in any text file. */
function asWritten(task: Task): Task {
  const { title, description, phase = '' } = task;
  const shown = description.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, ' ');
  return { ...task, title: onOneLine(title), description: shown, phase: onOneLine(phase) };
}
