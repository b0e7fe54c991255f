/** The answer to `session/request_permission`: at once, by the paths that the request names. Pure. */
import { z } from 'zod';
import { isInside, type WorkFolders } from '../work-folders.ts';

const text = z.string().optional().catch(undefined);

export const toolCallSchema = z.object({
  toolCallId: text,
  title: text,
  kind: text,
  locations: z
    .array(z.object({ path: z.string() }))
    .optional()
    .catch(undefined),
  content: z
    .array(z.object({ type: text, path: text }))
    .optional()
    .catch(undefined),
  rawInput: z.record(z.string(), z.unknown()).optional().catch(undefined),
});
export type ToolCall = z.infer<typeof toolCallSchema>;

export const permissionSchema = z.object({
  toolCall: toolCallSchema,
  options: z.array(z.object({ optionId: z.string(), kind: text })),
});
export type PermissionRequest = z.infer<typeof permissionSchema>;

export interface PermissionAnswer {
  readonly allowed: boolean;
  /** The `result` of the request, as the protocol spells it. */
  readonly result: unknown;
}

/**
 * Allows once what stays inside `folders`, or names no path at all, such as a command: what a command does cannot
 * be told from its text. Never allows for ever: a later request may leave the workspace.
 */
export function decidePermission(request: PermissionRequest, folders: WorkFolders): PermissionAnswer {
  const stays = pathsOf(request.toolCall).every((path) => isInside(path, folders));
  const allow = request.options.find((option) => option.kind === 'allow_once');
  if (stays && allow !== undefined) return { allowed: true, result: select(allow.optionId) };
  const reject =
    request.options.find((option) => option.kind === 'reject_once') ??
    request.options.find((option) => option.kind === 'reject_always');
  const result = reject === undefined ? { outcome: { outcome: 'cancelled' } } : select(reject.optionId);
  return { allowed: false, result };
}

function select(optionId: string): unknown {
  return { outcome: { outcome: 'selected', optionId } };
}

/** Names under which agents hand over a path, in requests seen from OpenCode, Gemini and others. */
const pathNames = [
  'filePath',
  'file_path',
  'filepath',
  'path',
  'directory',
  'dir_path',
  'parentDir',
  'cwd',
  'workdir',
] as const;

function pathsOf(call: ToolCall): readonly string[] {
  const input = pathNames.map((name) => call.rawInput?.[name]).filter((value) => typeof value === 'string');
  const diffs = (call.content ?? []).flatMap((part) => (part.type === 'diff' ? [part.path ?? ''] : []));
  return [...(call.locations ?? []).map((location) => location.path), ...diffs, ...input].filter(
    (path) => path !== '',
  );
}
