/** What the text of one task says of files, names and other tasks. */
import type { Task } from '../../domain/plan.ts';
import { readLines } from '../lines.ts';
import { pathsIn } from '../path-mentions.ts';

/** How a task stands to a path: it makes it, puts something new in it, changes or reads it, or expects to touch it. */
export type PathRole = 'creates' | 'fills' | 'uses' | 'touches';

export interface TaskWords {
  readonly paths: ReadonlyMap<string, PathRole>;
  /** Names it brings into the world: from its title, or from the rest. */
  readonly defines: ReadonlyMap<string, 'title' | 'text'>;
  /** Every name it mentions. */
  readonly names: ReadonlySet<string>;
  readonly produces: ReadonlySet<string>;
  readonly consumes: ReadonlySet<string>;
  readonly sentences: readonly string[];
}

/** Longer texts hold code and logs; what a task is about stands at their beginning. In UTF-16 units. */
const longestText = 20_000;

export function wordsOfTask(task: Task): TaskWords {
  const text = [task.title, task.description, ...task.criteria.map((criterion) => criterion.text)].join('\n');
  const lines = readLines(text.slice(0, longestText)).flatMap(({ text: line, fenced }) =>
    fenced || line.trim() === '' ? [] : [line.slice(0, 2_000)],
  );
  const paths = new Map<string, PathRole>();
  for (const line of lines) for (const [path, role] of pathRoles(line)) setRole(paths, path, role);
  for (const path of [...task.scope, ...task.testFiles]) setRole(paths, path.replace(/\/$/, ''), 'touches');
  const defines = new Map<string, 'title' | 'text'>();
  const names = new Set<string>();
  const [produces, consumes] = [new Set<string>(), new Set<string>()];
  for (const [at, line] of lines.entries()) {
    for (const name of namesIn(line)) names.add(name);
    for (const name of definitionsIn(line))
      if (!defines.has(name)) defines.set(name, at === 0 ? 'title' : 'text');
    const label = interfaceLabel.exec(line);
    if (label === null) continue;
    const side = /^(?:produces|provides|exports|outputs|exposes)$/i.test(label[1]!) ? produces : consumes;
    for (const name of interfaceNames(label[2]!)) side.add(name);
  }
  return { paths, defines, names, produces, consumes, sentences: lines };
}

const strength: Readonly<Record<PathRole, number>> = { touches: 0, uses: 1, fills: 2, creates: 3 };

function setRole(paths: Map<string, PathRole>, path: string, role: PathRole): void {
  const known = paths.get(path);
  if (known === undefined || strength[role] > strength[known]) paths.set(path, role);
}

/** `Create: \`src/a.ts\``, `Create the model in src/models/a.py`, `src/a.ts (new)`; whatever else is mentioned is used. */
function pathRoles(line: string): readonly (readonly [string, PathRole])[] {
  return pathsIn(line).flatMap((mention) => {
    const path = mention.replace(/\/$/, '');
    // A placeholder stands for many files, and a folder for whatever comes to be in it.
    if (/[[\]{}<>*?]/.test(path) || !/\.[A-Za-z]\w{0,9}$/.test(path)) return [];
    const at = line.indexOf(path);
    const before = at === -1 ? line : line.slice(0, at);
    const after = at === -1 ? '' : line.slice(at + path.length, at + path.length + 24);
    if (/^[`*)\]/\s]*\((?:new|create[sd]?)\b/i.test(after)) return [[path, 'creates'] as const];
    if (/^[`*)\]/\s]*\((?:update|modif|exist|reference|read)/i.test(after)) return [[path, 'uses'] as const];
    return [[path, roleBefore(before)] as const];
  });
}

const creation =
  /\b(?:create[sd]?|creating|scaffold\w*|generates?|new(?: \w+)?(?: files?| modules?| components?)?)[\s:`*("'[\u2013\u2014-]*(?:an?\s+|the\s+|new\s+|file\s+|files\s+|module\s+|component\s+)*[`*("'[\s]*$/i;
const filling =
  /\b(?:create|scaffold|implement|write|define)s?\b(?![^.;]*\b(?:from|imports?|uses?|using|reads?|updates?|modif\w+|extends?|adds?|to)\b)[^.;]*\b(?:in|at|under)\s*[`*("'[]*$/i;

/** `Create a.ts` makes it; `Create the model in a.ts` does when nobody else does; `Add a route to a.ts` changes it. */
function roleBefore(before: string): PathRole {
  const clause = before.slice(-200);
  return creation.test(clause) ? 'creates' : filling.test(clause) ? 'fills' : 'uses';
}

/** `parseAmount`, `Amount_row`, `AmountReader`: words of prose are none. */
const nameWord =
  /(?<![\w./-])(?:[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+|[a-z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+|[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+)(?![\w-])/g;

function namesIn(line: string): readonly string[] {
  return [...line.matchAll(nameWord)].map(([name]) => name).filter(isName);
}

/** Products and formats that look like names of code and that no task of a backlog defines. */
const wellKnown =
  /^(?:JavaScript|TypeScript|GitHub|GitLab|PostgreSQL|MySQL|MongoDB|GraphQL|NodeJS|NextJS|OpenAI|OAuth\d?|WebSocket|FastAPI|LocalStorage|localStorage|sessionStorage|IndexedDB|ReadMe|JsDom|YouTube|LinkedIn|DevOps|macOS|iOS|MacOS|DynamoDB|CloudFront|CloudFlare|SendGrid|LangChain|ChatGPT|ESLint|PyTest|TailwindCSS|ShadCN|VSCode|README_\w+)$/i;

function isName(name: string): boolean {
  return name.length >= 5 && name.length <= 80 && !wellKnown.test(name);
}

const definition =
  /\b(?:creat(?:e|es|ing)|implement(?:s|ing)?|add(?:s|ing)?|defin(?:e|es|ing)|build(?:s|ing)?|introduc(?:e|es|ing)|writ(?:e|es|ing)|declar(?:e|es|ing)|export(?:s|ing)?|expos(?:e|es|ing))\s+(?:(?:an?|the|new|core|base|basic|unified|shared|main|custom|reusable|pub|public|async|struct|class|enum|trait|interface|type|function|module|component|hook|service|model|table)\s+)*(`[^`\n]{1,120}`|[A-Za-z_]\w*(?![\w]|\.[A-Za-z]))((?:\s*(?:,|and|&)\s*(?:`[^`\n]{1,120}`|[A-Z][\w]*))*)/gi;

function definitionsIn(line: string): readonly string[] {
  return [...line.matchAll(definition)].flatMap(([, first, more]) =>
    namesIn(`${first} ${more ?? ''}`.replaceAll('`', ' ')),
  );
}

const interfaceLabel =
  /^\s*(?:[-*+]\s+)?\**(produces|provides|exports|outputs|exposes|consumes|requires|needs|inputs|imports)\**\s*:\**\s*(\S.*)$/i;

function interfaceNames(text: string): readonly string[] {
  const coded = [...text.matchAll(/`([^`\n]{2,120})`/g)].map(([, code]) => code!.replace(/\(.*$/, '').trim());
  return [...coded, ...namesIn(text)].filter((name) => name.length > 2);
}
