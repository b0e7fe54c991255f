import { unreachable } from '../util/unreachable.ts';
import { performEdit } from './edits.ts';
import { emit, flood } from './output.ts';
import { fillTemplates, type Step } from './script.ts';

export interface Scene {
  readonly task: string;
  /** 1-based. */
  readonly attempt: number;
  readonly brief: string;
  readonly workspace: string;
}

/** How one step leaves the run. */
type StepEnd =
  | { readonly status: 'next' }
  | { readonly status: 'claimed' }
  /** The run ends here, without a further word. */
  | { readonly status: 'exit'; readonly code: number }
  /** The step cannot be carried out: a fault of the script, or of the workspace it plays in. */
  | { readonly status: 'broken'; readonly message: string };

const next: StepEnd = { status: 'next' };

/**
 * Plays the steps in order and resolves with the exit code. Prints one result line: at the claim, or after the
 * last step where there is none. Steps after a claim are played too, so that a script can linger or crash
 * when it has already said that it is done. Rejects when output cannot be written or the file system refuses.
 */
export async function play(steps: readonly Step[], scene: Scene): Promise<number> {
  let claimed = false;
  for (const [index, step] of steps.entries()) {
    const end = await perform(fillTemplates(step, scene), scene, claimed);
    switch (end.status) {
      case 'next':
        break;
      case 'claimed':
        claimed = true;
        break;
      case 'exit':
        return end.code;
      case 'broken':
        process.stderr.write(
          `pawl-scripted-agent: ${scene.task}, attempt ${scene.attempt}, step ${index + 1} (${step.verb}): ${end.message}\n`,
        );
        return 1;
      default:
        unreachable(end);
    }
  }
  if (!claimed) await emit({ type: 'result', claim: 'done', summary: 'done' });
  return 0;
}

async function perform(step: Step, scene: Scene, claimed: boolean): Promise<StepEnd> {
  switch (step.verb) {
    case 'write':
    case 'append':
    case 'replace':
    case 'remove':
    case 'rename':
    case 'escape': {
      const edited = performEdit(step, scene.workspace);
      if (!edited.ok) return { status: 'broken', message: edited.error };
      await emit({ type: 'tool', name: step.verb, detail: edited.value });
      return next;
    }
    case 'commit':
      return commit(step.message, scene);
    case 'say':
      await emit({ type: 'text', text: step.text });
      return next;
    case 'progress':
      await emit({ type: 'progress', percent: step.percent, next: step.next });
      return next;
    case 'report':
      return report(step.args, scene);
    case 'wait':
      await new Promise((resolve) => setTimeout(resolve, step.ms));
      return next;
    case 'run':
      return run(step, scene, claimed);
    case 'expectBrief':
      if (scene.brief.includes(step.text)) return next;
      return { status: 'broken', message: `the brief does not contain ${JSON.stringify(step.text)}` };
    case 'claim':
      await emit({ type: 'result', claim: step.claim, summary: step.summary });
      return { status: 'claimed' };
    case 'hang':
      return hang(step.ignoreTerm);
    case 'flood':
      await flood(step.megabytes, step.stream);
      return next;
    case 'crash':
      return 'exitCode' in step.how ? { status: 'exit', code: step.how.exitCode } : dieBy(step.how.signal);
    case 'fork':
      return fork(step, scene);
    case 'spend': {
      const { verb: _verb, ...usage } = step;
      await emit({ type: 'usage', ...usage });
      return next;
    }
    case 'rateLimit': {
      const { resetsInSeconds: seconds } = step;
      const time = seconds === undefined ? {} : { resetsAt: Math.floor(Date.now() / 1000) + seconds };
      await emit({ type: 'rate-limit', ...time });
      return { status: 'exit', code: 1 };
    }
    default:
      return unreachable(step);
  }
}

// Loaded on demand: a script of plain edits must start fast, since benchmarks start thousands of them.
const childProcesses = () => import('./child-processes.ts');

async function commit(message: string, scene: Scene): Promise<StepEnd> {
  const { commitAll } = await childProcesses();
  const end = await commitAll(message, scene.workspace);
  if (end.failure !== undefined) {
    return { status: 'broken', message: `git: ${end.failure}\n${end.output}`.trimEnd() };
  }
  if (end.empty) await emit({ type: 'text', text: 'nothing to commit' });
  else await emit({ type: 'tool', name: 'commit', detail: message });
  return next;
}

async function run(
  step: Extract<Step, { readonly verb: 'run' }>,
  scene: Scene,
  claimed: boolean,
): Promise<StepEnd> {
  const { runCommand } = await childProcesses();
  const command = step.argv.join(' ');
  await emit({ type: 'tool', name: 'run', detail: command });
  const end = await runCommand(step.argv, scene.workspace);
  if (end.failure === undefined) return next;
  await emit({ type: 'text', text: `${command}: ${end.failure}\n${end.output}`.trimEnd() });
  if (step.mayFail) return next;
  if (!claimed) await emit({ type: 'result', claim: 'none', summary: `${command}: ${end.failure}` });
  return { status: 'exit', code: 0 };
}

/** Through the real channel, as any agent reports: by the command on the PATH. One that is refused breaks the script. */
async function report(args: readonly string[], scene: Scene): Promise<StepEnd> {
  const { runCommand } = await childProcesses();
  await emit({ type: 'tool', name: 'report', detail: args.join(' ') });
  const end = await runCommand(['pawl-report', ...args], scene.workspace);
  if (end.failure === undefined) return next;
  return { status: 'broken', message: `pawl-report: ${end.failure}\n${end.output}`.trimEnd() };
}

async function fork(step: Extract<Step, { readonly verb: 'fork' }>, scene: Scene): Promise<StepEnd> {
  const { forkChild } = await childProcesses();
  const pid = await forkChild(step, scene.workspace);
  await emit({ type: 'tool', name: 'fork', detail: String(pid) });
  return next;
}

const longestTimerMs = 2 ** 31 - 1;

/** Silent from its one line on, which tells a watcher that TERM is ignored by now. */
async function hang(ignoreTerm: boolean): Promise<never> {
  // A handler, even one that does nothing, replaces the signal's default action, which is to end the process.
  if (ignoreTerm) process.on('SIGTERM', () => undefined);
  await emit({ type: 'tool', name: 'hang', detail: ignoreTerm ? 'ignoring TERM' : 'until TERM' });
  return forever();
}

function dieBy(signal: NodeJS.Signals): Promise<never> {
  process.kill(process.pid, signal);
  // The signal may arrive a moment after the call that sent it.
  return forever();
}

function forever(): Promise<never> {
  return new Promise(() => {
    setInterval(() => undefined, longestTimerMs);
  });
}
