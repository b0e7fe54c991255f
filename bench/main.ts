/** `node bench/main.ts NAME [--json]`: measures the built program. Exit 1 when a goal does not hold, 2 for a wrong call. */
import { existsSync } from 'node:fs';
import { agents } from './agents.ts';
import { backlogs } from './backlogs.ts';
import { crash } from './crash.ts';
import { allHold, renderReport, type BenchReport, type Measurement } from './figure.ts';
import { inference } from './inference.ts';
import { describeMachine } from './machine.ts';
import { next } from './next.ts';
import { overhead } from './overhead.ts';
import { parallel } from './parallel.ts';
import { plan } from './plan.ts';

const benches: ReadonlyMap<string, () => Promise<Measurement>> = new Map([
  ['parallel', parallel],
  ['overhead', overhead],
  ['next', next],
  ['plan', plan],
  ['crash', crash],
  ['backlogs', backlogs],
  ['inference', inference],
  ['agents', agents],
]);

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  const names = words.filter((word) => !word.startsWith('--'));
  const options = words.filter((word) => word.startsWith('--'));
  const chosen = names[0] === 'all' ? [...benches.keys()] : names;
  const isKnown = chosen.length > 0 && chosen.every((name) => benches.has(name));
  if (!isKnown || (names.length > 1 && names.includes('all')) || options.some((word) => word !== '--json')) {
    console.error(`usage: npm run bench -- NAME… [--json]\nNAME: ${[...benches.keys()].join(', ')}, or all`);
    return 2;
  }
  if (!existsSync(new URL('../dist/cli/main.js', import.meta.url))) {
    console.error('There is nothing built to measure. Type `npm run build`.');
    return 2;
  }
  const json = options.includes('--json');
  const reports: BenchReport[] = [];
  for (const name of chosen) {
    const machine = describeMachine();
    const report = { name, machine, ...(await benches.get(name)!()) };
    reports.push(report);
    if (!json) console.log(`${reports.length > 1 ? '\n' : ''}${renderReport(report)}`);
  }
  // One benchmark is one object, several are a list of them.
  if (json) console.log(JSON.stringify(reports.length === 1 ? reports[0] : reports, undefined, 2));
  return reports.every(allHold) ? 0 : 1;
}
