/** What a sync found, for people and for scripts. */
import type { PlanChange, PlanChanges } from '../domain/plan-changes.ts';
import { counted, listed, plain } from './text.ts';

const signs = { added: '+', changed: '~', removed: '-' } as const;

/** Without a line break at the end; a line of what changed and one of what follows, per task. */
export function renderChanges({ tasks, readings }: PlanChanges): string {
  if (tasks.length === 0 && readings.length === 0) return 'Nothing has changed.';
  return [...tasks.flatMap(changeLines), ...readings.flatMap(readingLines)].join('\n');
}

function changeLines({ task, title, kind, parts, effect, consequence }: PlanChange): readonly string[] {
  const what = parts.length === 0 ? '' : `: ${parts.map(plain).join('; ')}`;
  const next = effect === 'stale' ? `; \`pawl run\` does it again, \`pawl keep ${task}\` lets it stand` : '';
  return [`${signs[kind]} ${task}  ${plain(title)}`, `    ${kind}${what}`, `    ${consequence}${next}`];
}

function readingLines({ entry, tasks }: PlanChanges['readings'][number]): readonly string[] {
  const readers = `${counted(tasks.length, 'task')} read it (${listed(tasks, 6)})`;
  return [`~ ${plain(entry)}`, `    changed; ${readers}, and none is held to it: nothing follows`];
}
