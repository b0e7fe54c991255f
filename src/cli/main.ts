/** From words to one output and one exit code. What words there are is in program.ts. */
import { CommanderError } from 'commander';
import { translateSystemError } from '../app/system-error.ts';
import { codes } from '../domain/codes.ts';
import { PawlError } from '../domain/refusal.ts';
import { refusalJson, renderRefusal, type Output } from './output.ts';
import { createProgram, usageHint } from './program.ts';

/** Exit codes: 0 all done · 1 finished, some not done · 2 usage · 3 plan or config · 4 environment · 70 bug · 130 interrupted. */
const USAGE = 2;
const BUG = 70;

/** Runs one command line (without the program's own name) and returns the exit code. Never rejects. */
export async function main(argv: readonly string[]): Promise<number> {
  const wantsJson = argv.includes('--json');
  // Whoever read the output may leave (`| head`, a terminal that is closed): the journal keeps the record.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreBrokenPipe);
  const outcome: { output?: Output } = {};
  const program = createProgram((output) => {
    outcome.output = output;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    const { output } = outcome;
    if (output === undefined) return 0;
    print(wantsJson ? JSON.stringify(output.json, undefined, 2) : output.text);
    return output.exitCode;
  } catch (error) {
    return explain(translateSystemError(error), wantsJson);
  }
}

function ignoreBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
}

function explain(error: unknown, wantsJson: boolean): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    const said = error.message.startsWith('(') ? 'no command was given' : error.message;
    const refusal = new PawlError('USAGE', said.replace(/^error: /, ''), {
      hint: usageHint,
    });
    if (wantsJson) print(JSON.stringify(refusalJson(refusal), undefined, 2));
    return USAGE;
  }
  if (error instanceof PawlError) {
    if (wantsJson) print(JSON.stringify(refusalJson(error), undefined, 2));
    else process.stderr.write(`${renderRefusal(error)}\n`);
    return codes[error.code].exit ?? 1;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (wantsJson) print(JSON.stringify({ error: { code: 'BUG', message: text } }, undefined, 2));
  process.stderr.write(
    `This is a bug in Pawl. Nothing that was landed is lost; \`pawl run\` resumes.\n${text}\n`,
  );
  return BUG;
}

function print(text: string): void {
  if (text !== '') process.stdout.write(`${text}\n`);
}
