import type { TaskId } from '../../../../src/domain/ids.ts';
import type { Plan } from '../../../../src/domain/plan.ts';
import type { RunView, TaskView, ViewStatus } from '../../../../src/domain/view.ts';
import { renderDiagnostics } from '../../../../src/planning/diagnostic.ts';
import { singleFile, type BacklogFormat, type Draft } from '../../../../src/planning/formats/format.ts';
import { planHash } from '../../../../src/planning/spec-hash.ts';
import { validateDraft } from '../../../../src/planning/validate.ts';

/** What a format and the shared checks make of a text, and the faults as a user sees them. */
export function check(
  format: BacklogFormat,
  file: string,
  text: string,
  companions: Readonly<Record<string, string>> = {},
): { draft: Draft; report: string; plan: Plan } {
  const draft = format.read(singleFile(file, text, new Map(Object.entries(companions))));
  const { tasks, diagnostics } = validateDraft(draft, file);
  const sources = new Map([[file, text], ...Object.entries(companions)]);
  return {
    draft,
    report: renderDiagnostics([...draft.diagnostics, ...diagnostics], sources, { color: false }),
    plan: { name: 'plan', title: draft.title, format: format.name, file, hash: planHash(tasks), tasks },
  };
}

export function viewOf(tasks: Readonly<Record<string, ViewStatus | Omit<TaskView, 'id'>>>): RunView {
  return {
    planHash: 'f'.repeat(64),
    at: '2026-03-02T10:30:00Z',
    startedAt: '2026-03-01T08:00:00Z',
    complete: false,
    commit: '0123456789abcdef0123456789abcdef01234567',
    parallel: true,
    tasks: Object.entries(tasks).map(([id, value]) => ({
      id: id as TaskId,
      ...(typeof value === 'string'
        ? { status: value, criteriaDone: [], criteriaRemaining: [], filesModified: [] }
        : value),
    })),
  };
}
