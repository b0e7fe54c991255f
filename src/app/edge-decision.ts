import { postToInbox } from '../adapters/journal-sqlite/sqlite-journal.ts';
import { RunRecord } from '../core/record.ts';
import type { EventBody } from '../domain/event.ts';
import type { EdgeVerdict, InferredEdge } from '../domain/inferred-dependency.ts';
import type { TaskId } from '../domain/ids.ts';
import { declaredDependencies, taskOf, type Plan } from '../domain/plan.ts';
import { PawlError } from '../domain/refusal.ts';
import type { RunState } from '../domain/run-state.ts';
import { admitEdges } from '../planning/inference/infer-edges.ts';
import { userName } from './decision.ts';
import { systemClock, withJournal } from './open-journal.ts';
import { inferenceOf } from './planned-run.ts';
import { workerOf, type Project } from './project.ts';

/**
 * Records what a person says of an inferred dependency; it may be said before there is a run. While a process works
 * on the run it is handed over to that process. Throws EDGE-UNKNOWN or EDGE-REFUSED.
 */
export async function decideEdge(
  project: Project,
  declared: Plan,
  state: RunState,
  wanted: { readonly task: TaskId; readonly on: TaskId },
  verdict: EdgeVerdict,
  reason: string,
): Promise<'recorded' | 'handed-over'> {
  const edge = edgeToDecide(declared, state, wanted, verdict);
  const body: EventBody = { type: 'edge.decided', edge, verdict, reason, by: userName() };
  if ((await workerOf(project)) !== undefined) {
    postToInbox(project.places.journalFile, declared.name, body, systemClock.now());
    return 'handed-over';
  }
  return withJournal(project, async (journal): Promise<'recorded'> => {
    new RunRecord(declared.name, journal, systemClock).record(body);
    return 'recorded';
  });
}

function edgeToDecide(
  declared: Plan,
  state: RunState,
  { task, on }: { readonly task: TaskId; readonly on: TaskId },
  verdict: EdgeVerdict,
): InferredEdge {
  const own = taskOf(declared, task);
  if (own !== undefined && declaredDependencies(own).includes(on)) {
    throw new PawlError('EDGE-REFUSED', `the backlog itself says that ${task} depends on ${on}`, {
      hint: `Change it in ${declared.file}.`,
    });
  }
  const { inForce, proposed, refused, dropped } = inferenceOf(declared, state);
  const same = (edge: InferredEdge): boolean => edge.task === task && edge.on === on;
  if (verdict === 'accept' && dropped.some(same)) {
    throw new PawlError('EDGE-REFUSED', `${task} cannot wait for ${on}: they would wait for each other`, {
      hint: 'Type `pawl edges` to see what it would close a cycle with; refuse that first.',
    });
  }
  const known = [...inForce, ...proposed, ...refused].find(same);
  if (known === undefined) {
    throw new PawlError('EDGE-UNKNOWN', `nothing suggests that ${task} depends on ${on}`, {
      hint: `\`pawl edges\` lists what was inferred; what you know yourself belongs into ${declared.file}.`,
    });
  }
  if (
    verdict === 'accept' &&
    admitEdges(declared.tasks, [...inForce, { ...known, confidence: 0 }]).dropped.some(same)
  ) {
    throw new PawlError('EDGE-REFUSED', `${task} cannot wait for ${on}: they would wait for each other`, {
      hint: 'Type `pawl edges` to see what it would close a cycle with; refuse that first.',
    });
  }
  return known;
}
