/** The answer to `can_use_tool`: at once, by the paths that the request names. Pure. */
import { z } from 'zod';
import { isInside, type WorkFolders } from '../work-folders.ts';

const text = z.string().optional().catch(undefined);

export const toolRequestSchema = z.object({
  subtype: z.literal('can_use_tool'),
  tool_name: z.string(),
  input: z.record(z.string(), z.unknown()),
  /** Where a command, or a link on the way of a path, would lead out of the folders that Claude Code knows. */
  blocked_path: text,
});
type ToolRequest = z.infer<typeof toolRequestSchema>;

export type ToolPermission =
  | { readonly behavior: 'allow' }
  | { readonly behavior: 'deny'; readonly what: string; readonly message: string };

/**
 * Allows what stays inside `folders`, or names no path at all, such as most commands: what a command does cannot be
 * told from its text. The model reads the message of a denial, and goes on.
 */
export function decideToolUse(request: ToolRequest, folders: WorkFolders): ToolPermission {
  if (request.tool_name === 'AskUserQuestion') {
    const message = 'Nobody is here to answer. Decide by yourself, and say what you assumed.';
    return { behavior: 'deny', what: 'a question to a person', message };
  }
  const outside = pathsOf(request).find((path) => !isInside(path, folders));
  if (outside === undefined) return { behavior: 'allow' };
  const message = `${outside} is outside the workspace. Only the workspace ${folders[0]} and the folder of TMPDIR may be used; go on without it.`;
  return { behavior: 'deny', what: outside, message };
}

/** Names under which its own tools take a path. */
const pathNames = ['file_path', 'notebook_path', 'path'] as const;

function pathsOf({ input, blocked_path: blocked }: ToolRequest): readonly string[] {
  const named = [...pathNames.map((name) => input[name]), blocked];
  return named.filter((value) => typeof value === 'string').filter((path) => path !== '');
}
