/**
 * `npm run fuzz [-- --cases N --seed S --format NAME --minutes M --case I]`: damaged backlogs of every format through
 * the real reading from disk and the real writing back, in a process with limits of memory and of time per case. What
 * fails is written to a temporary folder with the command that does it again. Exit 1 when anything failed, 2 for a
 * wrong call.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { PlanFormat } from '../src/domain/plan.ts';
import { backlogFormats } from '../src/planning/formats/all.ts';
import { CaseRunner } from './fuzz/case-runner.ts';
import { damageOf, formatOf, hasCollection } from './fuzz/cases.ts';
import { FuzzReport } from './fuzz/report.ts';
import type { Outcome } from './fuzz/outcome.ts';

const usage =
  'usage: npm run fuzz [-- --cases N --seed S --format NAME --minutes M --case I]\n' +
  '  N cases (20000), from the seed S (1), of one format alone, ended after M minutes; I: that case alone\n';

interface Wanted {
  readonly cases: number;
  readonly seed: number;
  readonly format: PlanFormat | undefined;
  readonly minutes: number;
  readonly only: number | undefined;
}

const wanted = wantedBy(process.argv.slice(2));
if (wanted === undefined) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else process.exitCode = await fuzz(wanted);

function wantedBy(words: readonly string[]): Wanted | undefined {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        cases: { type: 'string', default: '20000' },
        seed: { type: 'string', default: '1' },
        minutes: { type: 'string', default: '60' },
        format: { type: 'string' },
        case: { type: 'string' },
      },
    });
    const [cases, seed, minutes] = [values.cases, values.seed, values.minutes].map(Number);
    const only = values.case === undefined ? undefined : Number(values.case);
    const isKnown = values.format === undefined || Object.hasOwn(backlogFormats, values.format);
    const isWhole = [cases, seed, only ?? 0].every((number) => Number.isSafeInteger(number) && number! >= 0);
    if (!isKnown || !isWhole || !(minutes! > 0)) return undefined;
    return { cases: cases!, seed: seed!, minutes: minutes!, only, format: values.format as PlanFormat };
  } catch {
    return undefined;
  }
}

async function fuzz({ cases, seed, format, minutes, only }: Wanted): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'pawl-fuzz-'));
  const report = new FuzzReport(folder);
  if (!hasCollection) process.stderr.write('Without the collection of real backlogs: own ones alone.\n');
  const ends = performance.now() + minutes * 60_000;
  // Every writing waits for the disk; a file system in memory has none.
  const work = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'pawl-fuzz-'));
  const runner = new CaseRunner(seed, work);
  // Formats take turns by the number of a case, so that a number means the same with and without --format.
  const first = only ?? 0;
  for (let done = 0, index = first; done < (only === undefined ? cases : 1); index += 1) {
    if (performance.now() > ends) break;
    const own = formatOf(index);
    if (only === undefined && format !== undefined && own !== format) continue;
    const outcome = await runner.run(index);
    report.add(own, index, outcome);
    if (outcome.failures.length > 0) keepFailure(join(folder, `case-${index}`), seed, index, outcome);
    done += 1;
  }
  await runner.end();
  rmSync(work, { recursive: true, force: true });
  process.stdout.write(report.render());
  if (report.hasFailures) return 1;
  rmSync(folder, { recursive: true, force: true });
  return 0;
}

/** The damaged files as they were read, what went wrong, and how to see it again. */
function keepFailure(folder: string, seed: number, index: number, outcome: Outcome): void {
  const damage = damageOf(seed, index);
  const { files, beside } = damage.damaged;
  for (const [file, text] of Object.entries({ ...files, ...beside })) {
    mkdirSync(dirname(join(folder, 'repository', file)), { recursive: true });
    writeFileSync(join(folder, 'repository', file), text);
  }
  const again = `npm run fuzz -- --seed ${seed} --case ${index}`;
  const said = [...outcome.failures, '', `Damaged: ${damage.file}`, `Again: ${again}`, ''].join('\n');
  writeFileSync(join(folder, 'failure.txt'), said);
  process.stderr.write(
    `case ${index} (${formatOf(index)}): ${outcome.failures[0]!.slice(0, 400)}\n  ${again}\n`,
  );
}
