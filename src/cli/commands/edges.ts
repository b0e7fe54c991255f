import { decideEdge } from '../../app/edge-decision.ts';
import { inferenceOf } from '../../app/planned-run.ts';
import { findTaskId } from '../../app/project.ts';
import type { EdgeVerdict } from '../../domain/inferred-dependency.ts';
import { renderEdges } from '../../reporting/inference-text.ts';
import type { CommandContext, Output } from '../output.ts';
import { readCurrent } from './current.ts';

export async function edgesCommand(context: CommandContext): Promise<Output> {
  const { declared, journalled, project } = await readCurrent(context);
  const inference = inferenceOf(declared, journalled);
  const off = project.config.infer ? '' : '\n\nNone of them counts: `infer` is off in the configuration.';
  return {
    exitCode: 0,
    text: `${renderEdges(inference)}${off}`,
    json: { plan: declared.name, ...inference },
  };
}

export async function edgeCommand(
  context: CommandContext,
  verdict: EdgeVerdict,
  taskText: string,
  onText: string,
  reason: string,
): Promise<Output> {
  const { project, declared, journalled } = await readCurrent(context);
  const [task, on] = [findTaskId(declared, taskText), findTaskId(declared, onText)];
  const how = await decideEdge(project, declared, journalled, { task, on }, verdict, reason);
  const done = verdict === 'accept' ? `${task} waits for ${on}` : `${task} does not wait for ${on}`;
  const next = how === 'handed-over' ? ' The running process takes it within a second.' : '';
  return { exitCode: 0, text: `${done}.${next}`, json: { task, on, verdict, reason, how } };
}
