/**
 * `pawl-report`: what an agent calls to tell how it stands, and with `mcp` the same as tools over standard streams.
 * It knows where to report from its environment, which Pawl gave the agent.
 *
 * Exit codes: 0 the report was taken · 1 Pawl refused it · 2 the call is wrong · 3 there is nobody to report to.
 */
import { unreachable } from '../util/unreachable.ts';
import { parseCall, usage } from './command-line.ts';
import { placeOf, sendReport } from './send-report.ts';

process.exitCode = await main(process.argv.slice(2), process.env);

async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const call = parseCall(args);
  if (!call.ok) return complain(`${call.error}\n\n${usage}`.trimEnd(), 2);
  switch (call.value.type) {
    case 'help':
      process.stdout.write(usage);
      return 0;
    case 'mcp': {
      // Loaded on demand: schemas are not needed for one report, and agents wait for each.
      const { serveTools } = await import('./mcp-server.ts');
      await serveTools(env);
      return 0;
    }
    case 'report': {
      const place = placeOf(env);
      if (!place.ok) return complain(place.error, 3);
      const sent = await sendReport(place.value, call.value.report);
      if (!sent.ok) return complain(sent.error.message, sent.error.kind === 'refused' ? 1 : 3);
      process.stdout.write(`${sent.value}\n`);
      return 0;
    }
    default:
      return unreachable(call.value);
  }
}

function complain(message: string, exitCode: number): number {
  process.stderr.write(`pawl-report: ${message}\n`);
  return exitCode;
}
