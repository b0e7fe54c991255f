import { z } from 'zod';
import { ok } from '../../util/result.ts';
import { replaceText, withFile } from './text-file.ts';
import { defineTool } from './tool.ts';

export const writeTool = defineTool({
  name: 'write',
  description:
    'Writes a file of the workspace: makes it, with its folders, or replaces everything in it. To change a part of a file, use edit.',
  input: z.object({
    filePath: z.string().describe('The file, from the root of the workspace.'),
    content: z.string().describe('All that the file is to hold.'),
  }),
  subject: ({ filePath }) => filePath,
  run: ({ filePath, content }, { workspace }) =>
    withFile(workspace, filePath, 'create', (file) =>
      ok(`wrote ${replaceText(file, content)} bytes to ${filePath}`),
    ),
});
