import { checkPlan, describeFindings, type PlanFindings } from '../../app/activation.ts';
import { loadPlan, openProject, readRun } from '../../app/project.ts';
import { codes } from '../../domain/codes.ts';
import { PawlError } from '../../domain/refusal.ts';
import { renderDiagnostics } from '../../planning/diagnostic.ts';
import type { LoadedPlan } from '../../planning/read-plan.ts';
import { planJson, renderPlan } from '../../reporting/plan-text.ts';
import { refusalJson, renderRefusal, type CommandContext, type Output } from '../output.ts';

export async function planCommand(context: CommandContext): Promise<Output> {
  const project = await openProject(context.folder);
  const loaded = await loadPlan(project, context);
  const state = readRun(project, loaded.plan.name);
  const now = Date.now();
  const findings = await findingsOf(project, loaded, state);
  const shown = findings instanceof PawlError ? [renderRefusal(findings)] : findingLines(findings);
  const warnings = renderDiagnostics(loaded.warnings, loaded.sources, { color: context.color });
  const body = renderPlan(loaded.plan, state, { columns: context.columns, color: context.color, now });
  return {
    exitCode: findings instanceof PawlError ? (codes[findings.code].exit ?? 3) : 0,
    text: [body, warnings, shown.join('\n')].filter((part) => part !== '').join('\n\n'),
    json: {
      ...planJson(loaded.plan, state, now),
      warnings: loaded.warnings,
      ...(findings instanceof PawlError
        ? refusalJson(findings)
        : { holds: findings.holds, findings: findings.warnings }),
    },
  };
}

/** What a run would refuse or hold; a refusal is shown with the plan, not instead of it. */
async function findingsOf(
  project: Awaited<ReturnType<typeof openProject>>,
  loaded: LoadedPlan,
  state: ReturnType<typeof readRun>,
): Promise<PlanFindings | PawlError> {
  try {
    return await checkPlan(project.root, loaded, state, project.config, {});
  } catch (error) {
    if (error instanceof PawlError) return error;
    throw error;
  }
}

function findingLines({ holds, warnings }: PlanFindings): readonly string[] {
  return [
    ...holds.map((hold) => `${hold.code}::${hold.task}: ${hold.message}\n  → ${hold.hint}`),
    ...describeFindings(warnings),
  ];
}
