import type { Failure } from '../domain/failure.ts';
import { describeFailure } from '../domain/failure.ts';
import type { TaskId } from '../domain/ids.ts';
import { PawlError } from '../domain/refusal.ts';

/** The refusal that an environment's failure means for the whole run. The task it was met at is not blamed. */
export function refusalOf({
  task,
  failure,
}: {
  readonly task: TaskId;
  readonly failure: Failure;
}): PawlError {
  const details = { metAt: task, failure };
  switch (failure.kind) {
    case 'agent-unavailable':
      return new PawlError('AGENT-MISSING', describeFailure(failure), {
        hint: 'Install it, or choose another: `pawl run --agent NAME`. `pawl doctor` lists what is there.',
        details,
      });
    case 'agent-auth':
      return new PawlError('AGENT-AUTH', describeFailure(failure), {
        hint: 'Log in with the agent itself, then type `pawl run`.',
        details,
      });
    case 'setup':
      return new PawlError('SETUP-FAILED', `the set-up command failed:\n${lastLines(failure.output)}`, {
        hint: 'Run it in a fresh clone by hand; correct `setup` in pawl.config.ts; then type `pawl run`.',
        details,
      });
    case 'gate-unrunnable':
      return new PawlError('GATE-UNRUNNABLE', describeFailure(failure), {
        hint: `Install what it needs, or correct \`gates.${failure.gate}\` in pawl.config.ts; then type \`pawl run\`.`,
        details,
      });
    default:
      return new PawlError('WORKSPACE-FAILED', describeFailure(failure), {
        hint: 'Type `pawl doctor`.',
        details,
      });
  }
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-8).join('\n');
}
