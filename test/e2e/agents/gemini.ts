import { findRealProgram } from './program.ts';
import { geminiApi } from './provider.ts';
import type { AgentSurface, End } from './surface.ts';

const program = findRealProgram('gemini');
const model = 'gemini-2.5-pro';

/** Gemini on one of its surfaces. */
export function geminiSurface(surface: 'acp' | 'headless'): AgentSurface {
  const isAcp = surface === 'acp';
  // Over the protocol it has a status of its own for that.
  const lost: End = { outcome: { kind: 'api-error', ...(isAcp ? { httpStatus: 500 } : {}) } };
  const headless = ['--output-format', 'stream-json', '--approval-mode', 'yolo', '--skip-trust'];
  return {
    name: isAcp ? 'Gemini over the protocol' : 'Gemini headless',
    program,
    config: {
      kind: 'acp',
      preset: 'gemini',
      surface,
      argv: [program.path, ...(isAcp ? ['--acp'] : headless)],
      model,
    },
    provider: geminiApi,
    variables: (baseUrl) => ({ GEMINI_API_KEY: 'dummy', GOOGLE_GEMINI_BASE_URL: baseUrl }),
    tools: isAcp ? { write: 'edit', shell: 'execute' } : { write: 'write_file', shell: 'run_shell_command' },
    // Over the protocol those from the cache are among the input tokens, and not told apart.
    usage: isAcp
      ? { inputTokens: 3_700, outputTokens: 150, cacheReadTokens: 0, cacheWriteTokens: 0 }
      : { inputTokens: 3_000, outputTokens: 150, cacheReadTokens: 700, cacheWriteTokens: 0, model },
    leftByVersion: ['.gemini'],
    idleMs: 12_000,
    mostRequests: 2,
    toldRetries: 0,
    // Over the protocol its own tool says no before it asks, and that looks like any error of a tool.
    denied: { by: 'writing outside', told: !isAcp },
    ends: {
      'a key that is refused': { outcome: { kind: 'auth' } },
      'a rate limit': { outcome: { kind: 'rate-limited' } },
      // It does not look at that header.
      'a rate limit until a time': { outcome: { kind: 'rate-limited' } },
      'a failing service': { outcome: { kind: 'api-error', httpStatus: 500 } },
      'an overloaded service': { outcome: { kind: 'api-error', httpStatus: 503 } },
      'a spent allowance': { outcome: { kind: 'rate-limited' } },
      // Over the protocol it answers `end_turn` to a blocked answer, as to any other; without words it is no end.
      'a refusal': { outcome: { kind: isAcp ? 'crashed' : 'refused' } },
      // Nothing that it tells is different from a whole answer: the gates have to find it.
      'an answer that is cut at its limit': { outcome: { kind: 'finished' } },
      'a conversation too long for the model': { outcome: { kind: 'context-full' } },
      'an answer that never comes': { outcome: { kind: 'idle' } },
      'an answer that stops in the middle': { outcome: { kind: 'idle' } },
      'a connection that is cut': lost,
      'a connection that is refused': lost,
      'a limit of turns': { never: 'Pawl sets none for Gemini' },
    },
  };
}
