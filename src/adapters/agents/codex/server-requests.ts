import { isAbsolute, relative } from 'node:path';

/** A request of the app-server to its client. */
export interface ServerRequest {
  readonly id: string | number;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface ServerAnswer {
  readonly answer: Record<string, unknown>;
  /** What Codex may not do. */
  readonly denied?: { readonly name: string; readonly what: string };
}

/**
 * The answer to a question of Codex, given at once: nobody is there to be asked, and an open question is a hang. What
 * concerns the workspace is accepted; what would reach beyond it, or needs a person, is declined.
 */
export function answerServerRequest(request: ServerRequest, workspace: string): ServerAnswer {
  const { id, params } = request;
  switch (request.method) {
    case 'item/commandExecution/requestApproval':
      return decide(id, 'exec', params['cwd'], params['command'], workspace);
    case 'item/fileChange/requestApproval':
      return decide(id, 'edit', params['grantRoot'], params['reason'], workspace);
    case 'item/permissions/requestApproval':
      return {
        answer: { id, result: { permissions: {}, scope: 'turn' } },
        denied: { name: 'permissions', what: wordsOf(params['reason']) },
      };
    case 'item/tool/requestUserInput':
      return { answer: { id, result: { answers: {} } } };
    case 'mcpServer/elicitation/request':
      return { answer: { id, result: { action: 'decline', content: null, _meta: null } } };
    default:
      return { answer: { id, error: { code: -32_601, message: `Pawl does not answer ${request.method}` } } };
  }
}

function decide(
  id: ServerRequest['id'],
  name: string,
  folder: unknown,
  what: unknown,
  workspace: string,
): ServerAnswer {
  if (isInside(folder, workspace)) return { answer: { id, result: { decision: 'accept' } } };
  return {
    answer: { id, result: { decision: 'decline' } },
    denied: { name, what: `${wordsOf(what)} in ${String(folder)}`.trim() },
  };
}

function wordsOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A request that names no folder is about the one Codex was started in. */
function isInside(folder: unknown, workspace: string): boolean {
  if (typeof folder !== 'string') return true;
  const path = relative(workspace, folder);
  return path === '' || (!isAbsolute(path) && path !== '..' && !path.startsWith('../'));
}
