import { stripVTControlCharacters } from 'node:util';
import type { AgentOutcome } from '../../domain/agent-outcome.ts';
import type { Agent, AgentProbe, AgentRequest } from '../../ports/agent.ts';
import type { ProcessOutcome } from '../../ports/processes.ts';
import { boundText, runAgentProcess } from './agent-process.ts';
import { capabilities, limitsOf } from './capabilities.ts';
import { commonEnvironmentNames } from './environment.ts';
import { outcomeFields, outcomeWithoutSignal } from './process-end.ts';
import { type Environment, locateProgram, missingProgram } from './program.ts';

export const commandEnvironmentNames: readonly string[] = commonEnvironmentNames;

export interface CommandAgentOptions {
  readonly name: string;
  /** No shell. `{task}`, `{attempt}` and `{workspace}` are replaced in every element. */
  readonly argv: readonly [string, ...string[]];
  /** Where `probe` looks for PATH; the default is the environment of this process. */
  readonly environment?: Environment;
}

/**
 * Any program as an agent: the brief on its standard input, its output lines for people to watch. Exit code 0 is
 * its positive terminal signal, taken as the claim `done` (a claim, as from any agent); any other end is a crash.
 */
export function createCommandAgent(options: CommandAgentOptions): Agent {
  return {
    name: options.name,
    reportsTools: false,
    capabilities: capabilities.command,
    probe: () => Promise.resolve(probeCommand(options)),
    run: (request) => runCommand(options.argv, request),
  };
}

function probeCommand(options: CommandAgentOptions): AgentProbe {
  const wanted = options.argv[0];
  const program = locateProgram(wanted, options.environment ?? process.env);
  if (program === undefined) {
    return missingProgram(wanted, `Install it, or correct agents.${options.name}.argv in the configuration.`);
  }
  return {
    kind: 'ready',
    program,
    version: 'unknown',
    login: 'unknown',
    notes: ['exit code 0 counts as its claim to be done'],
    cannot: limitsOf(capabilities.command),
  };
}

async function runCommand(
  argv: readonly [string, ...string[]],
  request: AgentRequest,
): Promise<AgentOutcome> {
  const outcome = await runAgentProcess(request, {
    argv: fillPlaceholders(argv, request),
    env: { PAWL_TASK: request.task, PAWL_ATTEMPT: String(request.attempt) },
    onLine(line) {
      const text = stripVTControlCharacters(line).trim();
      if (text !== '') request.onEvent({ type: 'text', text: boundText(text) });
    },
  });
  return decideOutcome(outcome);
}

function fillPlaceholders(
  argv: readonly [string, ...string[]],
  request: AgentRequest,
): readonly [string, ...string[]] {
  const values: Readonly<Record<string, string>> = {
    '{task}': request.task,
    '{attempt}': String(request.attempt),
    '{workspace}': request.cwd,
  };
  const fill = (element: string): string =>
    element.replaceAll(
      /\{(?:task|attempt|workspace)\}/g,
      (placeholder) => values[placeholder] ?? placeholder,
    );
  const [program, ...args] = argv;
  return [fill(program), ...args.map(fill)];
}

function decideOutcome(outcome: ProcessOutcome): AgentOutcome {
  const report = { lastWords: stripVTControlCharacters(outcome.tail) };
  if (outcome.end.kind === 'exited' && outcome.end.code === 0) {
    return { kind: 'finished', claim: 'done', ...outcomeFields(report) };
  }
  return outcomeWithoutSignal(outcome.end, report, 'the command did not end with exit code 0');
}
