import { fstatSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { type Context, createContext, runInContext } from 'node:vm';
import { z } from 'zod';
import { err, ok, type Result } from '../../util/result.ts';
import { segmentsOf } from '../workspace.ts';
import { listFiles } from './file-list.ts';
import { readText, withFile } from './text-file.ts';
import { defineTool, type ToolContext } from './tool.ts';

const MOST_MATCHES = 200;
const LONGEST_LINE = 300;
const LARGEST_BYTES = 2 * 1024 * 1024;
const LIMIT_MS = 10_000;

export const grepTool = defineTool({
  name: 'grep',
  description:
    'Finds lines in the files of the workspace by a JavaScript regular expression. Prints `path:line: text`. Files that git ignores, files that are no text, and very large ones are left out.',
  input: z.object({
    pattern: z.string().min(1).describe('The regular expression, without slashes around it.'),
    path: z.string().optional().describe('A file, or a folder to look in; the default is all.'),
    include: z.string().optional().describe('Only files whose path matches this pattern, e.g. `**/*.ts`.'),
    ignoreCase: z.boolean().optional(),
  }),
  subject: ({ pattern, path }) => (path === undefined ? pattern : `${pattern} in ${path}`),
  async run({ pattern, path, include, ignoreCase = false }, context) {
    const expression = compile(pattern, ignoreCase);
    if (!expression.ok) return expression;
    const files = await filesIn(context, path, include);
    return files.ok ? search(context, files.value, expression.value) : files;
  },
});

function compile(pattern: string, ignoreCase: boolean): Result<RegExp, string> {
  try {
    return ok(new RegExp(pattern, ignoreCase ? 'i' : ''));
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

async function filesIn(
  context: ToolContext,
  path: string | undefined,
  include: string | undefined,
): Promise<Result<readonly string[], string>> {
  const below = path === undefined ? ok([]) : segmentsOf(context.workspace.root, path);
  if (!below.ok) return below;
  const folder = below.value.join('/');
  const files = await listFiles(context);
  if (!files.ok) return files;
  return ok(
    files.value.filter(
      (file) =>
        (folder === '' || file === folder || file.startsWith(`${folder}/`)) &&
        (include === undefined || matchesGlob(file, include)),
    ),
  );
}

function search(context: ToolContext, files: readonly string[], expression: RegExp): Result<string, string> {
  const began = performance.now();
  const found: string[] = [];
  for (const path of files) {
    const text = textOf(context, path);
    if (text === undefined) continue;
    const left = LIMIT_MS - (performance.now() - began);
    const lines =
      left > 1 ? matchingLines(text, expression, MOST_MATCHES - found.length + 1, left) : undefined;
    if (lines === undefined)
      return err(`the search took longer than ${LIMIT_MS / 1_000} s: use a simpler expression, or a path`);
    found.push(...lines.map(({ line, text }) => `${path}:${line}: ${shorten(text)}`));
    if (found.length > MOST_MATCHES) {
      return ok([...found.slice(0, MOST_MATCHES), '[and more: narrow the search]'].join('\n'));
    }
  }
  return ok(found.length === 0 ? '[no line matches]' : found.join('\n'));
}

/** Undefined for what is not searched: links out of the workspace, large files, and whatever is no text. */
function textOf({ workspace }: ToolContext, path: string): string | undefined {
  // Nobody asked for this very file.
  const text = withFile({ root: workspace.root }, path, 'read', (file) =>
    fstatSync(file).size > LARGEST_BYTES ? err('too large') : readText(file, path),
  );
  return text.ok && !text.value.includes('\0') ? text.value : undefined;
}

interface Line {
  readonly line: number;
  readonly text: string;
}

/**
 * Undefined when it took too long. A regular expression may need longer than the age of the universe, and nothing
 * but the engine's own limit can interrupt one.
 */
export function matchingLines(
  text: string,
  expression: RegExp,
  most: number,
  limitMs: number,
): readonly Line[] | undefined {
  const found: Line[] = [];
  const look = (): void => {
    for (const [index, line] of text.split('\n').entries()) {
      if (expression.test(line)) found.push({ line: index + 1, text: line });
      if (found.length >= most) return;
    }
  };
  interruptible ??= createContext({});
  interruptible['look'] = look;
  try {
    runInContext('look()', interruptible, { timeout: Math.ceil(limitMs) });
    return found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  }
}

let interruptible: Context | undefined;

function shorten(line: string): string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  return text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}…` : text;
}
