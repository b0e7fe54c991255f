import { z } from 'zod';
import { err, ok, type Result } from '../../util/result.ts';
import { readText, withFile } from './text-file.ts';
import { defineTool } from './tool.ts';

const MOST_LINES = 2_000;
const MOST_CHARACTERS = 60_000;
const LONGEST_LINE = 2_000;

export const readTool = defineTool({
  name: 'read',
  description: `Reads a text file of the workspace, at most ${MOST_LINES} lines at once. Each line comes after its number and a tab, which are not part of the file.`,
  input: z.object({
    filePath: z.string().describe('The file, from the root of the workspace.'),
    offset: z.number().int().min(1).optional().describe('The first line; the default is 1.'),
    limit: z.number().int().min(1).max(MOST_LINES).optional().describe('How many lines.'),
  }),
  subject: ({ filePath }) => filePath,
  run: ({ filePath, offset = 1, limit = MOST_LINES }, { workspace }) =>
    withFile(workspace, filePath, 'read', (file) => {
      const text = readText(file, filePath);
      return text.ok ? showLines(text.value, filePath, offset, limit) : text;
    }),
});

function showLines(text: string, path: string, offset: number, limit: number): Result<string, string> {
  if (text === '') return ok('[the file is empty]');
  const lines = text.split('\n');
  // What ends with a line break has no further line behind it.
  if (lines.at(-1) === '') lines.pop();
  if (offset > lines.length) return err(`${path} has ${lines.length} lines`);
  const shown: string[] = [];
  let characters = 0;
  for (const [index, line] of lines.slice(offset - 1, offset - 1 + limit).entries()) {
    const row = `${offset + index}\t${shorten(line)}`;
    characters += row.length + 1;
    if (characters > MOST_CHARACTERS) break;
    shown.push(row);
  }
  const next = offset + shown.length;
  const more = next <= lines.length ? [`[${lines.length} lines in all; read on with offset ${next}]`] : [];
  return ok([...shown, ...more].join('\n'));
}

function shorten(line: string): string {
  if (line.length <= LONGEST_LINE) return line;
  return `${line.slice(0, LONGEST_LINE)}[… ${line.length - LONGEST_LINE} more characters]`;
}
