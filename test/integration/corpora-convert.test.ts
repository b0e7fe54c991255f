import { expect, test } from 'vitest';
import { planFormatSchema, type Plan } from '../../src/domain/plan.ts';
import { convertPlan } from '../../src/planning/conversion.ts';
import { backlogFormats } from '../../src/planning/formats/all.ts';
import { singleFile, type BacklogFormat } from '../../src/planning/formats/format.ts';
import { validateDraft } from '../../src/planning/validate.ts';
import { collected, type Sample } from '../rig/corpora.ts';

/** Where each format is written; the folder of a tree. */
const entries: Readonly<Record<Plan['format'], string>> = {
  manifest: 'docs/backlog/virtual-task-manifest.json',
  'tasks-md': 'TASKS.md',
  'code-task': 'planning',
  'spec-kit': 'specs/001-new/tasks.md',
  kiro: '.kiro/specs/new/tasks.md',
  openspec: 'openspec/changes/new/tasks.md',
  taskmaster: '.taskmaster/tasks/tasks.json',
  beads: '.beads/issues.jsonl',
  bmad: 'docs/stories',
  superpowers: 'docs/superpowers/plans/2026-01-01-new.md',
  'ralph-prd': 'prd.json',
  'todo-board': '.claude/pr/new/todo.md',
  gsd: '.gsd/milestones',
  checklist: 'TODO.md',
};

async function formats(): Promise<readonly BacklogFormat[]> {
  return Promise.all(planFormatSchema.options.map((name) => backlogFormats[name].load()));
}

/** The sample as a plan, by the first format that takes it; undefined for one that is none or has faults. */
function planOf({ file, text }: Sample, all: readonly BacklogFormat[]): Plan | undefined {
  const format = all.find((candidate) => candidate.detect(file, text));
  if (format === undefined) return undefined;
  const draft = format.read(singleFile(file, text));
  const { tasks } = validateDraft(draft, file);
  const { title } = draft;
  return tasks.length === 0
    ? undefined
    : { name: 'sample', title, format: format.name, file, hash: '', tasks };
}

test('every collected backlog keeps its tasks and all they wait for in every format', async (context) => {
  const samples = collected(context);
  const all = await formats();
  const plans = samples.flatMap((sample) => {
    const plan = planOf(sample, all);
    return plan === undefined ? [] : [{ name: `${sample.format}/${sample.name}`, plan }];
  });
  expect(plans.length).toBeGreaterThan(100);
  const faults: string[] = [];
  for (const { name, plan } of plans) {
    for (const format of all) {
      const { diagnostics, losses, tasks } = convertPlan(plan, format, entries[format.name]);
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      faults.push(...errors.map(({ message }) => `${name} as ${format.name}: ${message}`));
      for (const { kind, example } of losses) {
        if (kind === 'dependencies dropped') faults.push(`${name} as ${format.name}: ${example}`);
      }
      if (tasks.length !== plan.tasks.length)
        faults.push(`${name} as ${format.name}: ${tasks.length} of ${plan.tasks.length} tasks`);
    }
  }
  expect(faults).toEqual([]);
});

test('a collected backlog loses nothing as a manifest, and in TASKS.md no more than ids of criteria', async (context) => {
  const samples = collected(context);
  const all = await formats();
  const [manifest, tasksMd] = [all[0]!, all[1]!];
  expect([manifest.name, tasksMd.name]).toEqual(['manifest', 'tasks-md']);
  for (const sample of samples) {
    const plan = planOf(sample, all);
    if (plan === undefined) continue;
    expect([sample.name, convertPlan(plan, manifest, entries.manifest).losses]).toEqual([sample.name, []]);
    const { losses } = convertPlan(plan, tasksMd, entries['tasks-md']);
    const others = losses.filter(
      ({ kind }) => kind !== 'criterion ids' && kind !== 'id' && kind !== 'gap codes',
    );
    expect([sample.name, others]).toEqual([sample.name, []]);
  }
});
