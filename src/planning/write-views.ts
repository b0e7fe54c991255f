import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { TaskId } from '../domain/ids.ts';
import type { Plan } from '../domain/plan.ts';
import type { RunView } from '../domain/view.ts';
import type { LoadedBacklog, LoadedPlan } from './read-plan.ts';
import { isHalfWritten, isMissing, isNodeError, prepareFile, targetOf, textOf } from './replace-file.ts';

export interface WrittenView {
  /** Relative to the root. */
  readonly file: string;
  /** False when the file already said so, or could not be written. */
  readonly written: boolean;
  readonly error?: string;
}

/** A person's editor may save at the same moment; then the edit is made again on what was saved. */
const maxTries = 3;

/**
 * Brings the statuses of a run into the backlog's own files: each is read again, edited as little as its format can,
 * and replaced atomically when its text has changed. Symbolic links are followed, modes kept. Never rejects for a
 * file that cannot be read, edited or written: that is said in its entry, and the other files are still written.
 */
export async function writeViews(request: {
  /** The repository's root, absolute. */
  readonly root: string;
  readonly loaded: LoadedPlan;
  readonly view: RunView;
}): Promise<readonly WrittenView[]> {
  const written: WrittenView[] = [];
  for (const backlog of request.loaded.backlogs) {
    const own = ownPart(request.loaded, backlog, request.view);
    for (const file of backlog.viewFiles) written.push(await writeView(request.root, backlog, own, file));
  }
  return written;
}

interface OwnPart {
  readonly plan: Plan;
  readonly view: RunView;
}

/** A backlog's own tasks, under the ids that stand in its files. */
function ownPart({ plan, backlogs }: LoadedPlan, backlog: LoadedBacklog, view: RunView): OwnPart {
  const { entry, files, prefix, format } = backlog;
  if (backlogs.length === 1) return { plan, view };
  const isOwn = new Set(plan.tasks.filter(({ origin }) => files.includes(origin.file)).map(({ id }) => id));
  const strip = (id: TaskId): TaskId => id.slice(prefix.length) as TaskId;
  const tasks = plan.tasks.flatMap((task) => (isOwn.has(task.id) ? [{ ...task, id: strip(task.id) }] : []));
  const views = view.tasks.flatMap((task) => (isOwn.has(task.id) ? [{ ...task, id: strip(task.id) }] : []));
  return { plan: { ...plan, file: entry, format: format.name, tasks }, view: { ...view, tasks: views } };
}

/** Removes what a crash left of views. Only for the process that writes them: another's may be under way. */
export async function removeHalfWrittenViews(root: string, loaded: LoadedPlan): Promise<void> {
  for (const file of loaded.viewFiles) {
    const target = await targetOf(path.join(root, file));
    const folder = path.dirname(target);
    for (const name of await namesIn(folder)) {
      if (name.startsWith(`.${path.basename(target)}.`) && isHalfWritten(name))
        await rm(path.join(folder, name), { force: true });
    }
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function writeView(
  root: string,
  backlog: LoadedBacklog,
  { plan, view }: OwnPart,
  file: string,
): Promise<WrittenView> {
  try {
    for (let tries = 1; ; tries += 1) {
      const target = await targetOf(path.join(root, file));
      const old = await textOf(target);
      const texts = new Map(old === undefined ? [] : [[file, old]]);
      const edited = backlog.format
        .writeBack({ backlog, plan, facts: backlog.facts, texts, view })
        .find((result) => result.file === file);
      // A companion that is not there is not made by every format.
      if (edited === undefined && old === undefined) return { file, written: false };
      if (edited === undefined)
        throw new Error(`Internal error: ${backlog.format.name} does not write ${file}`);
      if ('problem' in edited)
        return { file, written: false, error: `${file} was left alone: ${edited.problem}` };
      if (edited.text === old) return { file, written: false };
      await using prepared = await prepareFile(target, edited.text, old);
      if (await prepared.replace()) return { file, written: true };
      if (tries === maxTries)
        return { file, written: false, error: `${file} is being changed by another program` };
    }
  } catch (error) {
    if (!isNodeError(error)) throw error;
    return { file, written: false, error: `${file} cannot be written: ${error.message}` };
  }
}
