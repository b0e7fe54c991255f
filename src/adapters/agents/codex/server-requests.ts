import { isAbsolute, relative } from 'node:path';

/** A request of the app-server to its client. */
export interface ServerRequest {
  readonly id: string | number;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * The answer to a question of Codex, given at once: nobody is there to be asked, and an open question is a hang. What
 * concerns the workspace is accepted; what would reach beyond it, or needs a person, is declined.
 */
export function answerServerRequest(request: ServerRequest, workspace: string): Record<string, unknown> {
  const { id, params } = request;
  switch (request.method) {
    case 'item/commandExecution/requestApproval':
      return { id, result: { decision: isInside(params['cwd'], workspace) ? 'accept' : 'decline' } };
    case 'item/fileChange/requestApproval':
      return { id, result: { decision: isInside(params['grantRoot'], workspace) ? 'accept' : 'decline' } };
    case 'item/permissions/requestApproval':
      return { id, result: { permissions: {}, scope: 'turn' } };
    case 'item/tool/requestUserInput':
      return { id, result: { answers: {} } };
    case 'mcpServer/elicitation/request':
      return { id, result: { action: 'decline', content: null, _meta: null } };
    default:
      return { id, error: { code: -32_601, message: `Pawl does not answer ${request.method}` } };
  }
}

/** A request that names no folder is about the one Codex was started in. */
function isInside(folder: unknown, workspace: string): boolean {
  if (typeof folder !== 'string') return true;
  const path = relative(workspace, folder);
  return path === '' || (!isAbsolute(path) && path !== '..' && !path.startsWith('../'));
}
