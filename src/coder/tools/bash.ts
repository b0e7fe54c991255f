import { z } from 'zod';
import { err, ok, type Result } from '../../util/result.ts';
import { unreachable } from '../../util/unreachable.ts';
import { runShellCommand, type ShellOutcome } from '../shell-command.ts';
import { defineTool } from './tool.ts';

const USUAL_SECONDS = 120;
/** Below the usual idle limit of an attempt: nothing is printed while a command runs. */
const MOST_SECONDS = 480;

export const bashTool = defineTool({
  name: 'bash',
  description: `Runs a shell command in the workspace and gives back what it printed, beginning and end. There is no input. It is ended, with all it started, after ${USUAL_SECONDS} s, or after timeoutSeconds. To leave a server running, put it in the background and send its output to a file.`,
  input: z.object({
    command: z.string().min(1).describe('The command.'),
    timeoutSeconds: z.number().positive().max(MOST_SECONDS).optional().describe(`At most ${MOST_SECONDS}.`),
  }),
  subject: ({ command }) => command,
  async run({ command, timeoutSeconds = USUAL_SECONDS }, { workspace, env, signal }) {
    const limitMs = timeoutSeconds * 1_000;
    return describe(
      await runShellCommand({ command, cwd: workspace.root, env, limitMs, signal }),
      timeoutSeconds,
    );
  },
});

/** A command that failed is a result like any other: the model has asked what happens. */
function describe({ end, output }: ShellOutcome, seconds: number): Result<string, string> {
  const printed = output.trimEnd();
  const withNote = (note: string): string => (printed === '' ? note : `${printed}\n${note}`);
  switch (end.kind) {
    case 'exited':
      if (end.code !== 0) return ok(withNote(`[exit code ${end.code}]`));
      return ok(printed === '' ? '[no output]' : printed);
    case 'signalled':
      return ok(withNote(`[ended by ${end.signal}]`));
    case 'timed-out': {
      const rest = end.gone ? '' : '; a process of it could not be ended';
      return err(withNote(`[ended after ${seconds} s, the time limit${rest}]`));
    }
    case 'aborted':
      return err(withNote('[ended, because the whole run is stopped]'));
    case 'not-started':
      return err(`the shell cannot be started: ${end.message}`);
    default:
      return unreachable(end);
  }
}
