import { decompose, writeDecomposition, type Decomposition } from '../../app/decompose.ts';
import { openProject } from '../../app/project.ts';
import type { PlanFormat } from '../../domain/plan.ts';
import { renderLint } from '../../reporting/lint-text.ts';
import { describeStandIn } from '../../reporting/pool-text.ts';
import { renderPlan } from '../../reporting/plan-text.ts';
import { untilInterrupted } from '../interruption.ts';
import type { CommandContext, Output } from '../output.ts';
import { lossesOf, planCommandFor } from './convert.ts';

export interface DecomposeOptions {
  readonly out: string;
  readonly to?: PlanFormat;
  readonly agent?: string;
  readonly yes?: boolean;
  readonly force?: boolean;
}

/** Shows what was made first; writes it with `--yes`, or when a person at a terminal says so. */
export async function decomposeCommand(
  context: CommandContext,
  spec: string,
  options: DecomposeOptions,
): Promise<Output> {
  const project = await openProject(context.folder);
  const format = options.to ?? context.format;
  const request = {
    spec,
    to: options.out,
    force: options.force === true,
    ...(format === undefined ? {} : { format }),
    ...(options.agent === undefined ? {} : { agent: options.agent }),
  };
  const made = await untilInterrupted((signal) => decompose(project, request, signal));
  const shown = textOf(made, context);
  const asks = options.yes !== true && !context.json && process.stdin.isTTY && process.stdout.isTTY;
  if (asks) process.stdout.write(`${shown}\n\n`);
  const isWanted = options.yes === true || (asks && (await confirm(made)));
  if (isWanted) await writeDecomposition(project, made, request);
  const next = isWanted
    ? `Written. Type \`${planCommandFor(made)}\`.`
    : `Nothing was written. Type the same with \`--yes\` to have it drafted again and written${asks ? '' : ', or answer at a terminal'}.`;
  return {
    exitCode: 0,
    text: asks ? next : `${shown}\n\n  → ${next}`,
    json: jsonOf(made, isWanted),
  };
}

async function confirm({ target }: Decomposition): Promise<boolean> {
  const prompts = await import('@clack/prompts');
  const answer = await prompts.confirm({ message: `Write it to ${target.entry}?` });
  return answer === true;
}

function textOf(made: Decomposition, context: CommandContext): string {
  const { plan, conversion, findings, target, draftedBy } = made;
  const texts = [...conversion.files, ...conversion.companions];
  return [
    describeStandIn(draftedBy.agent, draftedBy.passedOver),
    ...texts.map(([file, text]) => `==> ${file} <==\n${text.trimEnd()}`),
    renderPlan(plan, undefined, { columns: context.columns, color: context.color }),
    renderLint(findings, context.color),
    conversion.losses.length === 0 ? '' : `As ${target.format}. ${lossesOf(conversion)}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function jsonOf(
  { plan, target, conversion, findings, needsFormat, draftedBy }: Decomposition,
  written: boolean,
): object {
  const { files, companions, losses, ids } = conversion;
  return {
    to: { file: target.entry, format: target.format, needsFormat },
    written,
    tasks: plan.tasks.length,
    texts: Object.fromEntries([...files, ...companions]),
    ids: Object.fromEntries(ids),
    losses,
    findings,
    draftedBy,
  };
}
