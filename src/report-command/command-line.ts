import { parseArgs } from 'node:util';
import type { Report } from '../domain/report.ts';
import { err, ok, type Result } from '../util/result.ts';

export const usage = `Usage: pawl-report KIND …

Tells Pawl how you stand. A report is a claim: it proves nothing, and does not make the task done.

  pawl-report progress PERCENT [NEXT]
  pawl-report criterion ID met|partly|not-met [WHERE] [--note TEXT]
  pawl-report blocker technical|requirement|dependency MESSAGE [--tried TEXT]
  pawl-report gap L0|L1|L2 MISSING [--assume TEXT] [--option TEXT]…
  pawl-report question TEXT
  pawl-report mcp        the same as MCP tools, over standard input and output

A text is one argument: put it between quotes.
`;

/** What the words of a report say, as far as they are right; what they may say, the receiver checks. */
export type ReportWords = { readonly type: Report['type'] } & Readonly<Record<string, unknown>>;

export type Call =
  { readonly type: 'help' | 'mcp' } | { readonly type: 'report'; readonly report: ReportWords };

/** Errors: one sentence. */
export function parseCall(args: readonly string[]): Result<Call, string> {
  const [kind = '', ...rest] = args;
  switch (kind) {
    case '':
      return err('what do you report?');
    case 'help':
    case '--help':
    case '-h':
      return ok({ type: 'help' });
    case 'mcp':
      return rest.length === 0 ? ok({ type: 'mcp' }) : err('mcp takes no arguments');
    case 'progress':
      return progress(rest);
    case 'criterion':
      return worded('criterion', ['id', 'claim'], ['where'], { note: 'note' }, rest);
    case 'blocker':
      return worded('blocker', ['kind', 'message'], [], { tried: 'tried' }, rest);
    case 'gap':
      return worded('gap', ['level', 'missing'], [], { assume: 'assumption', option: 'options' }, rest);
    case 'question':
      return worded('question', ['text'], [], {}, rest);
    default:
      return err(`there is no report of the kind ${JSON.stringify(kind)}`);
  }
}

function progress(args: readonly string[]): Result<Call, string> {
  const call = worded('progress', ['percent'], ['next'], {}, args);
  if (!call.ok || call.value.type !== 'report') return call;
  const text = String(call.value.report['percent']);
  const percent = /^\d+(?:\.\d+)?%?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (Number.isNaN(percent))
    return err(`the percentage is a number from 0 to 100, not ${JSON.stringify(text)}`);
  return ok({ type: 'report', report: { ...call.value.report, percent } });
}

/** `options`: fields by the option that gives them; `option` may be given more than once. */
function worded(
  type: Report['type'],
  needed: readonly string[],
  further: readonly string[],
  options: Readonly<Record<string, string>>,
  args: readonly string[],
): Result<Call, string> {
  const parsed = parseWords(Object.keys(options), args);
  if (!parsed.ok) return parsed;
  const { positionals, values } = parsed.value;
  const names = [...needed, ...further];
  const missing = needed[positionals.length];
  if (missing !== undefined) return err(`${type}: ${missing.toUpperCase()} is missing`);
  if (positionals.length > names.length) {
    return err(
      `${type}: ${JSON.stringify(positionals[names.length])} is too much; put a text between quotes`,
    );
  }
  const given = positionals.map((text, at) => [names[at] ?? '', text]);
  const extra = Object.entries(values).map(([name, value]) => [options[name] ?? name, value]);
  return ok({ type: 'report', report: { ...Object.fromEntries([...given, ...extra]), type } });
}

function parseWords(
  names: readonly string[],
  args: readonly string[],
): Result<{ readonly positionals: readonly string[]; readonly values: object }, string> {
  const options = Object.fromEntries(
    names.map((name) => [name, { type: 'string' as const, multiple: name === 'option' }]),
  );
  try {
    return ok(parseArgs({ args: [...args], options, allowPositionals: true }));
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}
