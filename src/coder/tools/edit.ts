import { z } from 'zod';
import { err, ok } from '../../util/result.ts';
import { readText, replaceText, withFile } from './text-file.ts';
import { defineTool } from './tool.ts';

export const editTool = defineTool({
  name: 'edit',
  description:
    'Replaces a piece of a text file by another. The piece must be there exactly as given, blanks and line breaks included, and only once, unless replaceAll is set.',
  input: z.object({
    filePath: z.string().describe('The file, from the root of the workspace.'),
    oldString: z.string().describe('The piece to replace, exactly as it is in the file.'),
    newString: z.string().describe('What comes in its place; may be empty.'),
    replaceAll: z.boolean().optional().describe('Replaces every place where the piece is.'),
  }),
  subject: ({ filePath }) => filePath,
  run: ({ filePath, oldString, newString, replaceAll = false }, { workspace }) =>
    withFile(workspace, filePath, 'change', (file) => {
      const text = readText(file, filePath);
      if (!text.ok) return text;
      const places = countPlaces(text.value, oldString);
      const fault = faultOf(text.value, { filePath, oldString, newString }, places, replaceAll);
      if (fault !== undefined) return err(fault);
      replaceText(
        file,
        text.value.replaceAll(oldString, () => newString),
      );
      return ok(`replaced ${places} ${places === 1 ? 'place' : 'places'} in ${filePath}`);
    }),
});

/** Places that do not overlap, as a replacement finds them. */
export function countPlaces(text: string, piece: string): number {
  return piece === '' ? 0 : text.split(piece).length - 1;
}

interface Edit {
  readonly filePath: string;
  readonly oldString: string;
  readonly newString: string;
}

function faultOf(text: string, edit: Edit, places: number, replaceAll: boolean): string | undefined {
  const { filePath, oldString, newString } = edit;
  if (oldString === '') return 'oldString is empty: to make or replace a whole file, use write';
  if (oldString === newString) return 'oldString and newString are the same: nothing would change';
  if (places > 1 && !replaceAll)
    return `oldString is in ${filePath} ${places} times: give more of the lines around it, or set replaceAll`;
  if (places > 0) return undefined;
  if (text.includes('\r\n') && countPlaces(text.replaceAll('\r\n', '\n'), oldString) > 0)
    return `oldString is not in ${filePath}: its lines end with \\r\\n, those of oldString with \\n`;
  return `oldString is not in ${filePath}: read the file again and copy the piece exactly, without line numbers`;
}
