/** `status.json` beside a todo board: its counts are kept in step. */
import type { RunView, ViewStatus } from '../../../domain/view.ts';
import { unreachable } from '../../../util/unreachable.ts';
import { setMembers, type JsonValue } from '../../json-edit.ts';
import { memberOf, skipSpace } from '../../json-text.ts';
import { applyEdits } from '../../lines.ts';
import type { ViewText } from '../format.ts';
import { isRecord, parseJson } from '../json-file.ts';

/** Only counts that the file has are changed; what agents say of themselves in it is left to them. */
export function writeBoardStatus(file: string, text: string, view: RunView): ViewText {
  const parsed = parseJson(file, text);
  if (!parsed.ok) return { file, problem: `line ${parsed.error.line}: ${parsed.error.message}` };
  const stats = isRecord(parsed.value) ? parsed.value['stats'] : undefined;
  const at = memberOf(text, skipSpace(text, 0), 'stats')?.start;
  if (!isRecord(stats) || at === undefined) return { file, text };
  const count = (kind: CountKey): number =>
    view.tasks.filter(({ status }) => countOf(status) === kind).length;
  const completed = count('completed');
  const verified = view.tasks.filter(({ status }) => status === 'completed').length;
  const before = stats['verified_complete'];
  const counts: Readonly<Record<string, number>> = {
    total_tasks: view.tasks.length,
    completed,
    in_progress: count('in_progress'),
    blocked: count('blocked'),
    // What somebody verified before this run stays verified, while it is complete.
    verified_complete: Math.min(completed, Math.max(verified, typeof before === 'number' ? before : 0)),
  };
  const values: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(counts)) {
    if (typeof stats[key] === 'number') values[key] = value;
  }
  return { file, text: applyEdits(text, setMembers(text, at, values)) };
}

type CountKey = 'completed' | 'in_progress' | 'blocked';

function countOf(status: ViewStatus): CountKey | undefined {
  switch (status) {
    case 'completed':
    case 'completed-external':
    case 'externally-managed':
      return 'completed';
    case 'running':
    case 'proven':
    case 'stale':
      return 'in_progress';
    case 'blocked':
      return 'blocked';
    case 'pending':
    case 'skipped':
    case 'abandoned':
      return undefined;
    default:
      return unreachable(status);
  }
}
