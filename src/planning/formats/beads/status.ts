/** The status words of beads, and how they are written: into one line, and nothing else in it. */
import type { DeclaredStatus } from '../../../domain/plan.ts';
import type { RunView, ViewStatus } from '../../../domain/view.ts';
import { unreachable } from '../../../util/unreachable.ts';
import { membersOf, type JsonMember } from '../../json-text.ts';
import { applyEdits, type TextEdit } from '../../lines.ts';
import { readIssueLines, type IssueLine } from './lines.ts';
import type { ViewText } from '../format.ts';
import { viewStatusOf } from '../new-text.ts';

type Word = 'open' | 'in_progress' | 'blocked' | 'closed';

const declaredWords: Readonly<Record<string, DeclaredStatus>> = {
  open: 'pending',
  in_progress: 'in-progress',
  // An agent has the issue on its hook.
  hooked: 'in-progress',
  blocked: 'blocked',
  closed: 'completed',
  // Put off by a person, or kept open for good: `bd ready` offers neither.
  deferred: 'skipped',
  pinned: 'skipped',
};

/** Undefined for a word that a project made up; an issue without any is open. */
export function declaredOf(status: unknown): DeclaredStatus | undefined {
  const word = status ?? 'open';
  if (typeof word !== 'string' || !Object.hasOwn(declaredWords, word)) return undefined;
  return declaredWords[word];
}

/** Undefined where beads has no word: then the issue is left as it is. */
function wordOf(status: ViewStatus): Word | undefined {
  switch (status) {
    case 'pending':
      return 'open';
    case 'running':
    case 'proven':
    case 'stale':
      return 'in_progress';
    case 'blocked':
      return 'blocked';
    case 'completed':
    case 'completed-external':
      return 'closed';
    case 'skipped':
    case 'abandoned':
    case 'externally-managed':
      return undefined;
    default:
      return unreachable(status);
  }
}

/** The word for a status in a new backlog; what nobody is to do now is put off. */
export function wordOfDeclared(declared: DeclaredStatus): Word | 'deferred' {
  if (declared === 'externally-managed') return 'closed';
  return wordOf(viewStatusOf(declared)) ?? 'deferred';
}

/**
 * Only `status` changes, and `closed_at` with it, because beads refuses an issue that has one without the other.
 * `updated_at` and all other members are those of whoever wrote the line.
 */
export function writeIssueStatuses(file: string, text: string | undefined, view: RunView): ViewText {
  if (text === undefined) return { file, problem: 'the file is gone' };
  const { issues, diagnostics } = readIssueLines(file, text);
  const fault = diagnostics.find(({ severity }) => severity === 'error');
  if (fault !== undefined) return { file, problem: `line ${fault.line}: ${fault.message}` };
  const byId = new Map<string, IssueLine>();
  for (const issue of issues) {
    if (issue.value['status'] === 'tombstone') continue;
    const first = byId.get(issue.id);
    if (first !== undefined) {
      return { file, problem: `line ${issue.line}: ${issue.id} is on line ${first.line}, too` };
    }
    byId.set(issue.id, issue);
  }
  const edits = view.tasks.flatMap((task) => {
    const issue = byId.get(task.id);
    const word = wordOf(task.status);
    if (issue === undefined || word === undefined) return [];
    const said = declaredOf(issue.value['status']) ?? 'pending';
    return said === declaredWords[word] ? [] : issueEdits(issue, word, view.at);
  });
  return { file, text: applyEdits(text, edits) };
}

function issueEdits(issue: IssueLine, word: Word, at: string): readonly TextEdit[] {
  const { json } = issue;
  const members = membersOf(json, 0);
  const style = styleOf(json, members);
  const find = (key: string): JsonMember | undefined => members.findLast((member) => member.key === key);
  const edits: TextEdit[] = [];
  const status = find('status');
  const added: string[] = [];
  if (status === undefined) added.push(`"status"${style.colon}"${word}"`);
  else edits.push({ start: status.start, end: status.end, text: `"${word}"` });
  const closedAt = find('closed_at');
  if (word === 'closed') {
    const isKnown = typeof issue.value['closed_at'] === 'string' && issue.value['closed_at'] !== '';
    const time = JSON.stringify(at);
    if (closedAt === undefined) added.push(`"closed_at"${style.colon}${time}`);
    else if (!isKnown) edits.push({ start: closedAt.start, end: closedAt.end, text: time });
  } else if (closedAt !== undefined && issue.value['closed_at'] !== null) {
    edits.push(removal(members, closedAt));
  }
  if (added.length > 0) {
    // Where beads itself puts it: behind `updated_at`.
    const { end } = find('updated_at') ?? members.at(-1)!;
    // First, because a removal may begin at the same place.
    edits.unshift({ start: end, end, text: added.map((member) => style.comma + member).join('') });
  }
  return edits.map(({ start, end, text }) => ({ start: issue.start + start, end: issue.start + end, text }));
}

/** Takes a member out with the comma before it, or the one behind it when it is the first. */
function removal(members: readonly JsonMember[], member: JsonMember): TextEdit {
  const at = members.indexOf(member);
  const previous = members[at - 1];
  const next = members[at + 1];
  if (previous !== undefined) return { start: previous.end, end: member.end, text: '' };
  return { start: member.keyStart, end: next?.keyStart ?? member.end, text: '' };
}

/** What stands between a key and its value, and between two members; an issue has at least its id. */
function styleOf(json: string, members: readonly JsonMember[]): { colon: string; comma: string } {
  const [first, second] = members;
  const key = json.slice(first!.keyStart, first!.start);
  return {
    colon: key.slice(key.lastIndexOf('"') + 1),
    comma: second === undefined ? ',' : json.slice(first!.end, second.keyStart),
  };
}
