/** Writes a backlog anew in another format; the old one is kept. */
import type { Plan, PlanFormat } from '../domain/plan.ts';
import {
  composeBacklog,
  findTarget,
  writeNewBacklog,
  type NewBacklog,
  type NewBacklogRequest,
} from './new-backlog.ts';
import { loadPlan, type Project } from './project.ts';

export interface ConvertRequest extends NewBacklogRequest {
  /** Read as a named backlog is: a file, or a folder to look in. */
  readonly from: string;
  readonly readAs?: PlanFormat;
  readonly dryRun: boolean;
}

export interface ConvertReport extends NewBacklog {
  readonly plan: Plan;
  /** Whether the files were written; not so after a dry run. */
  readonly written: boolean;
}

/**
 * Throws PlanRefusal for the old backlog, CONVERT-FORMAT, CONVERT-OUTSIDE, CONVERT-EXISTS, CONVERT-INVALID or
 * CONVERT-UNWRITABLE; no file is changed then.
 */
export async function convertBacklog(project: Project, request: ConvertRequest): Promise<ConvertReport> {
  const { root } = project;
  const { from, readAs, force, dryRun } = request;
  const loaded = await loadPlan(project, {
    backlog: from,
    ...(readAs === undefined ? {} : { format: readAs }),
  });
  const made = await composeBacklog(root, loaded.plan, await findTarget(root, request));
  if (!dryRun) await writeNewBacklog(root, made, loaded.viewFiles, force);
  return { ...made, plan: loaded.plan, written: !dryRun };
}
