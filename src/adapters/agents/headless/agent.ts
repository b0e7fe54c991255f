import type { AgentOutcome } from '../../../domain/agent-outcome.ts';
import type { Agent, AgentRequest } from '../../../ports/agent.ts';
import { BoundedTail } from '../../../util/bounded-tail.ts';
import { probePreset } from '../acp/agent.ts';
import { type Preset, type PresetName, presets } from '../acp/presets.ts';
import { runPrivately } from '../acp/private-run.ts';
import { runAgentProcess } from '../agent-process.ts';
import { capabilities } from '../capabilities.ts';
import type { Environment } from '../program.ts';

export interface HeadlessAgentOptions {
  readonly name: string;
  readonly preset: PresetName;
  /** The program, by a name on PATH or an absolute path, with its arguments. The default is the preset's. */
  readonly argv?: readonly [string, ...string[]];
  readonly model?: string;
  /** Whether it gets variables or files besides those that it always gets. */
  readonly hasExtras?: boolean;
  /** Where `probe` looks for PATH and HOME; the default is the environment of this process. */
  readonly environment?: Environment;
}

/** An agent that has a preset, driven by its own printed output instead of the Agent Client Protocol. */
export function createHeadlessAgent(options: HeadlessAgentOptions): Agent {
  const preset = presets[options.preset];
  const argv = options.argv ?? preset.headless.argv;
  const can = capabilities[`${options.preset}/headless`];
  return {
    name: options.name,
    reportsTools: true,
    capabilities: can,
    probe: () => probePreset(argv[0], preset, can, options),
    run: (request) => runHeadless(argv, preset, options.model, request),
  };
}

function runHeadless(
  argv: readonly [string, ...string[]],
  preset: Preset,
  model: string | undefined,
  request: AgentRequest,
): Promise<AgentOutcome> {
  return runPrivately(preset, model, request, async ({ env }) => {
    const reading = preset.headless.open();
    const complaint = new BoundedTail(LONGEST_COMPLAINT);
    const givenUp = new AbortController();
    const { end } = await runAgentProcess(
      { ...request, env, signal: AbortSignal.any([request.signal, givenUp.signal]) },
      {
        argv: model === undefined ? argv : [...argv, ...preset.modelArguments(model)],
        env: {},
        onLine(line, stream) {
          if (stream === 'stderr') {
            complaint.push(`${line}\n`);
            return;
          }
          for (const event of reading.onLine(line)) request.onEvent(event);
          if (reading.isHopeless()) givenUp.abort();
        },
      },
    );
    const ownEnd = end.kind === 'cancelled' && !request.signal.aborted;
    return reading.decide(ownEnd ? { kind: 'exited', code: 1 } : end, complaint.toString());
  });
}

const LONGEST_COMPLAINT = 2_000;
