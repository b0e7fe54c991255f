// Reads the backlog of the folder it is started in, as every command does, and says what came of it.
// Plain JavaScript, so that nothing but the built program is loaded and measured.
import { readPlan } from '../dist/planning/read-plan.js';

const began = performance.now();
const read = await readPlan({ root: process.cwd() });
const readMs = performance.now() - began;
const outcome = read.ok
  ? { tasks: read.value.plan.tasks.length, codes: [] }
  : { tasks: 0, codes: read.error.diagnostics.map(({ code }) => code) };
// maxRSS is in KiB, the figure in MB (10^6 bytes): https://nodejs.org/api/process.html#processresourceusage
const maxRssMb = (process.resourceUsage().maxRSS * 1024) / 1e6;
process.stdout.write(JSON.stringify({ ...outcome, readMs, maxRssMb }));
