import { refuseExisting, writeConfig } from '../../app/init.ts';
import { loadPlan, openProject, type Project } from '../../app/project.ts';
import { gatesOf, setupOf } from '../../app/settings.ts';
import { preferredAgent } from '../../app/role-config.ts';
import { probeAgents } from '../../app/survey.ts';
import { PawlError } from '../../domain/refusal.ts';
import type { CommandContext, Output } from '../output.ts';

/** Asks only what cannot be told, and only at a terminal; `--backlog` and `--agent` answer beforehand. */
export async function initCommand(context: CommandContext, agentWish: string | undefined): Promise<Output> {
  const project = await openProject(context.folder);
  refuseExisting(project.root);
  const backlog = await findBacklog(project, context);
  const agent = agentWish ?? (await chooseAgent(project, context));
  const problem = await whyNotReady(project, agent);
  const file = writeConfig(project, { backlog: backlog.files, agent });
  const gates = gatesOf(project.config, project.root);
  const setup = setupOf(project.config, project.root);
  const lines = [
    `Wrote ${file}`,
    `  backlog  ${backlog.problem === undefined ? backlog.files.join(', ') : `not found: ${backlog.problem}`}`,
    `  agent    ${agent}${problem === undefined ? '' : ` (${problem})`}`,
    `  gates    ${gates.length === 0 ? 'none found: set `gates`, or whatever an agent commits would land' : gates.map((gate) => gate.name).join(', ')}`,
    `  setup    ${setup ?? 'none needed'}`,
    '  → Read it, then type `pawl plan` and `pawl run`.',
  ];
  return { exitCode: 0, text: lines.join('\n'), json: { file, backlog: backlog.files, agent, gates, setup } };
}

async function findBacklog(
  project: Project,
  context: CommandContext,
): Promise<{ files: readonly string[]; problem?: string }> {
  try {
    return { files: (await loadPlan(project, context)).backlogs.map(({ entry }) => entry) };
  } catch (error) {
    if (!(error instanceof PawlError)) throw error;
    // A backlog with faults, or none yet, is no reason not to write the rest; `pawl plan` shows the faults.
    return { files: context.backlog ?? [], problem: error.message };
  }
}

/** Why the chosen agent could not work now; undefined when it could. */
async function whyNotReady(project: Project, agent: string): Promise<string | undefined> {
  const found = (await probeAgents(project)).find(({ name }) => name === agent);
  if (found === undefined) return 'not defined yet: add it under `agents`';
  const { probe } = found;
  if (probe.kind === 'missing') return `${probe.message}: ${probe.hint}`;
  return probe.login === 'no' ? `not logged in: ${probe.loginHint ?? 'log in first'}` : undefined;
}

async function chooseAgent(project: Project, context: CommandContext): Promise<string> {
  const ready = await readyAgents(project);
  const first = ready[0];
  if (first === undefined || ready.length === 1 || context.json || !process.stdin.isTTY)
    return first?.name ?? preferredAgent(project.config);
  const { isCancel, select } = await import('@clack/prompts');
  const answer = await select({
    message: 'Which agent shall attempts get?',
    options: ready.map(({ name, login }) => ({
      value: name,
      label: login === 'no' ? `${name} (not logged in)` : name,
    })),
  });
  if (isCancel(answer))
    throw new PawlError('USAGE', 'nothing was written', {
      hint: 'Name the agent: `pawl init --agent claude`.',
    });
  return answer;
}

/** Those that could not work now, because they are surely not logged in, come last. */
async function readyAgents(
  project: Project,
): Promise<readonly { readonly name: string; readonly login: 'yes' | 'no' | 'unknown' }[]> {
  return (await probeAgents(project))
    .flatMap(({ name, probe }) => (probe.kind === 'ready' ? [{ name, login: probe.login }] : []))
    .toSorted((one, other) => Number(one.login === 'no') - Number(other.login === 'no'));
}
