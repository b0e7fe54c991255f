import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'vitest';
import type { DeclaredStatus } from '../../src/domain/plan.ts';
import type { ViewStatus } from '../../src/domain/view.ts';
import {
  singleFile,
  type BacklogFormat,
  type Draft,
  type ViewText,
} from '../../src/planning/formats/format.ts';
import { validateDraft } from '../../src/planning/validate.ts';
import { viewOf } from '../unit/planning/formats/plan-texts.ts';

/** Where the collected backlogs are: `PAWL_CORPORA`, else beside the repository. */
export const collection = path.resolve(
  process.env['PAWL_CORPORA'] ?? path.join(import.meta.dirname, '../../../shared/corpora/formats'),
);

/** A backlog file of a public repository. */
export interface Sample {
  readonly format: string;
  /** Its name in the collection, unique in its format. */
  readonly name: string;
  readonly repo: string;
  /** Where it stood in its repository. */
  readonly file: string;
  readonly text: string;
}

/** The collected backlogs of one format, or of all; the test is skipped, loudly, where there is no collection. */
export function collected(context: TestContext, only?: string): readonly Sample[] {
  const samples = samplesAtHand();
  if (samples === undefined) {
    console.warn(`skipped: the collected backlogs are not at hand (${collection})`);
    return context.skip();
  }
  const wanted = samples.filter(({ format }) => only === undefined || format === only);
  if (wanted.length === 0) throw new Error(`the collection has no sample of ${only ?? 'any format'}`);
  return wanted;
}

/** All collected backlogs; undefined where there is no collection. */
export function samplesAtHand(): readonly Sample[] | undefined {
  const index = path.join(collection, 'index.json');
  if (!existsSync(index)) return undefined;
  const entries = JSON.parse(readFileSync(index, 'utf8')) as readonly {
    readonly format: string;
    readonly file: string;
    readonly repo: string;
    readonly path: string;
  }[];
  return entries.map(({ format, file, repo, path: original }) => ({
    format,
    name: path.basename(file),
    repo,
    file: original,
    text: readFileSync(path.join(collection, file), 'utf8'),
  }));
}

/** The status of a view that says what the backlog said. */
export function statusAsRead(declared: DeclaredStatus): ViewStatus {
  if (declared === 'in-progress') return 'running';
  return declared === 'needs-re-verification' ? 'stale' : declared;
}

/**
 * What a format makes of a text and a view: the given statuses, and for all other tasks those that were read. Of tasks
 * with the same id the first counts.
 */
export function writeBack(
  format: BacklogFormat,
  { file, text }: Pick<Sample, 'file' | 'text'>,
  changes: Readonly<Record<string, ViewStatus>> = {},
  draft: Draft = format.read(singleFile(file, text)),
): ViewText {
  const { tasks } = validateDraft(draft, file);
  const statuses: Record<string, ViewStatus> = {};
  for (const { id, declared } of draft.tasks) statuses[id] ??= changes[id] ?? statusAsRead(declared);
  const [written] = format.writeBack({
    backlog: { entry: file, files: [file] },
    plan: { name: 'p', title: '', format: format.name, file, hash: '', tasks },
    facts: undefined,
    texts: new Map([[file, text]]),
    view: viewOf(statuses),
  });
  if (written === undefined) throw new Error(`${format.name} wrote nothing`);
  return written;
}

/** The text of {@link writeBack}; a refusal is an error. */
export function writtenBack(...of: Parameters<typeof writeBack>): string {
  const written = writeBack(...of);
  if ('problem' in written) throw new Error(`refused to write: ${written.problem}`);
  return written.text;
}
