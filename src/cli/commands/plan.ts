import { checkPlan, describeFindings, type PlanFindings } from '../../app/activation.ts';
import { inferenceOf, loadRun } from '../../app/planned-run.ts';
import { inferByAgent } from '../../app/infer-by-agent.ts';
import { loadPlan, openProject, type Project } from '../../app/project.ts';
import type { AnsweredBy } from '../../app/question.ts';
import { codes } from '../../domain/codes.ts';
import { hotFiles } from '../../domain/hot-files.ts';
import type { Inference } from '../../domain/inferred-dependency.ts';
import { lintPlan } from '../../domain/plan-lint.ts';
import type { Plan } from '../../domain/plan.ts';
import { PawlError } from '../../domain/refusal.ts';
import type { RunState } from '../../domain/run-state.ts';
import { renderDiagnostics } from '../../planning/diagnostic.ts';
import type { LoadedPlan } from '../../planning/read-plan.ts';
import { renderDot, renderMermaid } from '../../reporting/graph-text.ts';
import { renderInference } from '../../reporting/inference-text.ts';
import { renderLint, tallyLint } from '../../reporting/lint-text.ts';
import { describeStandIn } from '../../reporting/pool-text.ts';
import { planJson, renderPlan } from '../../reporting/plan-text.ts';
import { withPlan } from '../../reporting/tally.ts';
import { untilInterrupted } from '../interruption.ts';
import { refusalJson, renderRefusal, type CommandContext, type Output } from '../output.ts';

export interface PlanOptions {
  readonly lint?: boolean;
  readonly graph?: 'mermaid' | 'dot' | 'svg';
  readonly infer?: boolean;
  readonly agent?: string;
}

export async function planCommand(context: CommandContext, options: PlanOptions): Promise<Output> {
  const project = await openProject(context.folder);
  const asked = options.infer === true ? await askForEdges(project, context, options.agent) : undefined;
  const { loaded, declared, state } = await loadRun(project, context);
  if (options.graph !== undefined) return drawPlan(loaded, state, options.graph);
  if (options.lint === true) return lintOutput(declared, inferenceOf(declared, state), context);
  const now = Date.now();
  const findings = await findingsOf(project, loaded, state);
  const shown = findings instanceof PawlError ? [renderRefusal(findings)] : findingLines(findings);
  const warnings = renderDiagnostics(loaded.warnings, loaded.sources, { color: context.color });
  const standIn = asked === undefined ? '' : describeStandIn(asked.agent, asked.passedOver);
  const body = renderPlan(loaded.plan, state, { columns: context.columns, color: context.color, now });
  const inference = inferenceOf(declared, state);
  const guessed = [
    ...(project.config.infer ? [renderInference(inference, context.color)] : []),
    doubtfulHints(declared, inference),
  ];
  return {
    exitCode: findings instanceof PawlError ? (codes[findings.code].exit ?? 3) : 0,
    text: [standIn, body, ...guessed, warnings, shown.join('\n')].filter((part) => part !== '').join('\n\n'),
    json: {
      ...planJson(loaded.plan, state, now),
      ...(asked === undefined ? {} : { inferredBy: asked }),
      inferred: inference,
      hotFiles: hotFiles(declared.tasks),
      warnings: loaded.warnings,
      ...(findings instanceof PawlError
        ? refusalJson(findings)
        : { holds: findings.holds, findings: findings.warnings }),
    },
  };
}

async function askForEdges(
  project: Project,
  context: CommandContext,
  agent: string | undefined,
): Promise<AnsweredBy> {
  const { plan } = await loadPlan(project, context);
  return untilInterrupted((signal) => inferByAgent(project, plan, agent, signal));
}

/** Looked at in plans that people read; a line, or nothing. */
function doubtfulHints(plan: Plan, { inForce, proposed, complete }: Inference): string {
  if (!complete) return '';
  const findings = lintPlan(plan, [...inForce, ...proposed]);
  const count = findings.filter(({ rule }) => rule === 'doubtful-parallel-hint').length;
  if (count === 0) return '';
  return `${count} parallel ${count === 1 ? 'hint is' : 'hints are'} doubtful: \`pawl plan --lint\` says why.`;
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
function lintOutput(plan: Plan, { inForce, proposed }: Inference, { color }: CommandContext): Output {
  const findings = lintPlan(plan, [...inForce, ...proposed]);
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
