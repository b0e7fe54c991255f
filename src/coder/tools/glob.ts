import { matchesGlob } from 'node:path';
import { z } from 'zod';
import { ok } from '../../util/result.ts';
import { listFiles } from './file-list.ts';
import { defineTool } from './tool.ts';

const MOST_FILES = 500;

export const globTool = defineTool({
  name: 'glob',
  description:
    'Finds files of the workspace by a pattern over their paths from its root, e.g. `**/*.ts` or `src/**/{a,b}*.json`. Files that git ignores are left out, and so are hidden ones, unless the pattern has the dot.',
  input: z.object({ pattern: z.string().min(1).describe('The pattern.') }),
  subject: ({ pattern }) => pattern,
  async run({ pattern }, context) {
    const files = await listFiles(context);
    if (!files.ok) return files;
    const found = files.value.filter((path) => matchesGlob(path, pattern));
    if (found.length === 0) return ok('[no file matches]');
    const left = found.length - MOST_FILES;
    const more = left > 0 ? [`[and ${left} more: use a narrower pattern]`] : [];
    return ok([...found.slice(0, MOST_FILES), ...more].join('\n'));
  },
});
