import { checkPlan, describeFindings, type PlanFindings } from '../../app/activation.ts';
import { loadPlan, openProject, readRun } from '../../app/project.ts';
import { codes } from '../../domain/codes.ts';
import { lintPlan } from '../../domain/plan-lint.ts';
import type { Plan } from '../../domain/plan.ts';
import { PawlError } from '../../domain/refusal.ts';
import type { RunState } from '../../domain/run-state.ts';
import { renderDiagnostics } from '../../planning/diagnostic.ts';
import type { LoadedPlan } from '../../planning/read-plan.ts';
import { renderDot, renderMermaid } from '../../reporting/graph-text.ts';
import { renderLint, tallyLint } from '../../reporting/lint-text.ts';
import { planJson, renderPlan } from '../../reporting/plan-text.ts';
import { withPlan } from '../../reporting/tally.ts';
import { refusalJson, renderRefusal, type CommandContext, type Output } from '../output.ts';

export interface PlanOptions {
  readonly lint?: boolean;
  readonly graph?: 'mermaid' | 'dot' | 'svg';
}

export async function planCommand(context: CommandContext, options: PlanOptions): Promise<Output> {
  const project = await openProject(context.folder);
  const loaded = await loadPlan(project, context);
  const state = await readRun(project, loaded.plan.name);
  if (options.graph !== undefined) return drawPlan(loaded, state, options.graph);
  if (options.lint === true) return lintOutput(loaded, context);
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
  state: RunState | undefined,
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

/** Exit 1 when something is to be mended, so that a script can tell. */
function lintOutput({ plan }: LoadedPlan, { color }: CommandContext): Output {
  const findings = lintPlan(plan);
  return {
    exitCode: findings.length === 0 ? 0 : 1,
    text: renderLint(findings, color),
    json: { plan: plan.name, file: plan.file, findings, tally: tallyLint(findings) },
  };
}

async function drawPlan(
  { plan }: LoadedPlan,
  run: RunState | undefined,
  form: 'mermaid' | 'dot' | 'svg',
): Promise<Output> {
  const picture = await pictureOf(plan, withPlan(run, plan), form);
  return { exitCode: 0, text: picture.trimEnd(), json: { plan: plan.name, form, picture } };
}

async function pictureOf(plan: Plan, state: RunState, form: 'mermaid' | 'dot' | 'svg'): Promise<string> {
  if (form !== 'svg') return form === 'mermaid' ? renderMermaid(plan, state) : renderDot(plan, state);
  // The layout library is loaded for pictures only.
  const { MOST_DRAWN, renderSvg } = await import('../../reporting/graph-svg.ts');
  const picture = renderSvg(plan, state);
  if (picture !== undefined) return picture;
  throw new PawlError(
    'PLAN-TOO-LARGE',
    `${plan.tasks.length} tasks make a picture that nobody can read; ${MOST_DRAWN} are drawn`,
    {
      hint: 'Use `pawl plan --graph dot` and a tool for large graphs.',
    },
  );
}
