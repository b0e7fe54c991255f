/**
 * The scripted agent: behaves like a coding agent, but does what a script says instead of asking a model. It
 * reads the brief on standard input, works in the current directory, and reports on standard output, one JSON
 * object a line. A run without a final `result` line counts as crashed.
 *
 * Exit codes: 0 ended by the script · 1 a step could not be carried out, or a rate limit · 2 the script or the
 * call is wrong, nothing was done · any other as the script's `crash` says.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { err, ok, type Result } from '../util/result.ts';
import { unreachable } from '../util/unreachable.ts';
import { play } from './player.ts';
import { parseScript, stepsFor } from './script.ts';

const usage = `Usage: pawl-scripted-agent --script FILE.json [--task ID] [--attempt N]

Plays one attempt of a task in the current directory, as a script says. The brief is read from standard input.

  --script FILE   the script, JSON
  --task ID       the task; default: the environment variable PAWL_TASK
  --attempt N     the attempt, counted from 1; default: PAWL_ATTEMPT, else 1
  --version       print the version
  --help          print this text
`;

// Compiling the schema costs more than the one script it would check: about a tenth of a short run.
z.config({ jitless: true });

process.exitCode = await main(process.argv.slice(2), process.env);

async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const call = parseCall(args, env);
  if (!call.ok) return refuse(call.error);
  switch (call.value.type) {
    case 'help':
      process.stdout.write(usage);
      return 0;
    case 'version':
      process.stdout.write(`pawl-scripted-agent ${readVersion()}\n`);
      return 0;
    case 'play':
      return playScript(call.value);
    default:
      return unreachable(call.value);
  }
}

type Call =
  | { readonly type: 'help' | 'version' }
  | { readonly type: 'play'; readonly script: string; readonly task: string; readonly attempt: number };

function parseCall(args: readonly string[], env: NodeJS.ProcessEnv): Result<Call, string> {
  const options = parseOptions(args);
  if (!options.ok) return options;
  const {
    script,
    task = env['PAWL_TASK'],
    attempt = env['PAWL_ATTEMPT'] ?? '1',
    help,
    version,
  } = options.value;
  if (help) return ok({ type: 'help' });
  if (version) return ok({ type: 'version' });
  if (!script) return err('--script FILE is missing');
  if (!task) return err('no task: give --task ID, or set PAWL_TASK');
  if (!/^[1-9]\d*$/.test(attempt)) return err(`the attempt must be a whole number from 1, not "${attempt}"`);
  return ok({ type: 'play', script, task, attempt: Number(attempt) });
}

interface Options {
  readonly script?: string | undefined;
  readonly task?: string | undefined;
  readonly attempt?: string | undefined;
  readonly help?: boolean | undefined;
  readonly version?: boolean | undefined;
}

function parseOptions(args: readonly string[]): Result<Options, string> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        script: { type: 'string' },
        task: { type: 'string' },
        attempt: { type: 'string' },
        help: { type: 'boolean' },
        version: { type: 'boolean' },
      },
    });
    return ok(values);
  } catch (error) {
    return err(messageOf(error));
  }
}

async function playScript(call: Extract<Call, { readonly type: 'play' }>): Promise<number> {
  let text: string;
  try {
    text = readFileSync(call.script, 'utf8');
  } catch (error) {
    return refuse(`cannot read the script: ${messageOf(error)}`);
  }
  const script = parseScript(text, call.script);
  if (!script.ok) return refuse(script.error);
  const steps = stepsFor(script.value, call.task, call.attempt);
  if (steps === undefined) {
    return refuse(`${call.script}: no steps for task ${call.task}, and no "default"`);
  }
  // Each write reports its own failure; without a listener the streams would also throw it.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  try {
    const brief = await readBrief();
    return await play(steps, { task: call.task, attempt: call.attempt, brief, workspace: process.cwd() });
  } catch (error) {
    process.stderr.write(`pawl-scripted-agent: ${messageOf(error)}\n`);
    return 1;
  }
}

/** A person at a terminal gives no brief, and must not be waited for. */
async function readBrief(): Promise<string> {
  if (process.stdin.isTTY) return '';
  let brief = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) brief += String(chunk);
  return brief;
}

function refuse(message: string): number {
  process.stderr.write(`pawl-scripted-agent: ${message}\n`);
  return 2;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
