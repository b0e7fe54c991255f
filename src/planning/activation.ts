import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, glob, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Code } from '../domain/codes.ts';
import type { TaskId } from '../domain/ids.ts';
import type { Plan, PlanFormat, Task } from '../domain/plan.ts';
import { parseSpecReference } from '../domain/spec-reference.ts';
import type { ManifestFacts } from './formats/format.ts';
import type { LoadedPlan } from './read-plan.ts';
import { looksLikePath } from './scope-text.ts';

/**
 * What the checks before work found (source 001, "Activation Criteria" and "Enforcement").
 *
 * - `refusal`: nothing runs.
 * - `hold`: the named task does not run, the rest can.
 * - `warning`, `anomaly`: said, and nothing else follows from it.
 */
export interface ActivationFinding {
  readonly code: Code;
  readonly severity: 'refusal' | 'hold' | 'warning' | 'anomaly';
  readonly task?: TaskId;
  readonly message: string;
  readonly hint: string;
}

export interface ActivationRequest {
  /** The repository's root, absolute. */
  readonly root: string;
  readonly loaded: LoadedPlan;
  readonly parallelMode: 'sequential' | 'parallel' | 'batch';
  readonly strict: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A run is worth orchestrating while at least this share of the High-risk tasks is pending. */
const minPendingHighRisk = 0.7;
const staleAfterMs = 2 * 24 * 60 * 60 * 1000;

/** Gap codes that the decomposition itself calls blocking; others are remarks. */
const blockingGapCodes: ReadonlySet<string> = new Set([
  'GAP::AC-LOW-CONFIDENCE',
  'GAP::AC-CONFLICT',
  'GAP::AC-UNMAPPED',
  'GAP::DEP-UNSUPPORTED',
  'GAP::PHASE-MISMATCH',
  'GAP::TASK-DEP-CYCLE',
  'GAP::TASK-ORPHAN',
  'GAP::TASK-OVERSIZED',
  'GAP::YAGNI-CANDIDATE',
]);

/** Runs all checks that need only the backlog and the files it names; findings in backlog order after the plan's own. */
export async function findActivationFaults(
  request: ActivationRequest,
): Promise<readonly ActivationFinding[]> {
  const { plan, facts } = request.loaded;
  const files = new FileLookup(request.root);
  const findings: ActivationFinding[] = [];
  if (facts !== undefined) {
    findings.push(...manifestStatus(plan, facts), ...(await stalePrd(request, facts)));
    findings.push(...lowValue(plan, request.strict), ...staleHash(facts));
    if (request.parallelMode === 'batch' && !facts.hasParallelMetadata) findings.push(noParallelMetadata());
  }
  for (const task of plan.tasks) {
    if (!isOver(task))
      findings.push(
        ...(await missingContext(task, files)),
        ...unfitTask(task, namesTests(request.loaded, task)),
      );
    findings.push(...(await doubtfulResult(task, files)));
    if (facts !== undefined) findings.push(...doubtfulClaim(task, facts, request.now));
  }
  return findings;
}

function isOver({ declared }: Task): boolean {
  return declared !== 'pending' && declared !== 'in-progress' && declared !== 'blocked';
}

function manifestStatus(plan: Plan, facts: ManifestFacts): readonly ActivationFinding[] {
  const gaps = [
    ...facts.blockingGaps,
    ...plan.tasks.flatMap((task) =>
      task.gapCodes.filter((code) => blockingGapCodes.has(code)).map((code) => `${code} (${task.id})`),
    ),
  ];
  const isRefused = facts.status !== undefined && facts.status !== 'OK';
  if (!isRefused && gaps.length === 0) return [];
  const listed =
    gaps.length > 5 ? `${gaps.slice(0, 5).join(', ')} and ${gaps.length - 5} more` : gaps.join(', ');
  const about = gaps.length === 0 ? '' : `blocking gaps are open: ${listed}`;
  const status = isRefused ? `the manifest's status is ${facts.status}` : '';
  return [
    {
      code: 'BLOCKED::MANIFEST-STATUS',
      severity: 'refusal',
      message: [status, about].filter((part) => part !== '').join('; '),
      hint: 'resolve the gaps and make the manifest again',
    },
  ];
}

async function stalePrd(
  request: ActivationRequest,
  { prd }: ManifestFacts,
): Promise<readonly ActivationFinding[]> {
  if (prd === undefined) return [];
  const stale = (message: string, hint: string): readonly ActivationFinding[] => [
    { code: 'BLOCKED::MASTER-PRD-STALE', severity: 'refusal', message, hint },
  ];
  let bytes: Buffer;
  try {
    bytes = await readFile(path.resolve(request.root, prd.path));
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return stale(
      `the PRD ${prd.path} cannot be read (${reason})`,
      'add the file, or correct its path in the manifest',
    );
  }
  if (prd.hash === undefined) return [];
  const expected = prd.hash.replace(/^sha256:/i, '').toLowerCase();
  const actual = createHash('sha256').update(bytes).digest('hex');
  // Manifests have been seen with shortened hashes; what is there must fit.
  if (expected.length >= 7 && actual.startsWith(expected)) return [];
  return stale(
    `the PRD ${prd.path} has changed since the manifest was made`,
    'make the manifest again from it',
  );
}

function lowValue(plan: Plan, strict: boolean): readonly ActivationFinding[] {
  const high = plan.tasks.filter(({ risk }) => risk === 'High');
  const pending = high.filter(({ declared }) => declared === 'pending');
  if (high.length === 0 || pending.length / high.length >= minPendingHighRisk) return [];
  const message = `${pending.length} of ${high.length} High-risk tasks are pending, under ${minPendingHighRisk * 100} %`;
  return [
    strict
      ? {
          code: 'BLOCKED::LOW-ORCHESTRATION-VALUE',
          severity: 'refusal',
          message,
          hint: 'leave out `--strict`, or work on the few open tasks by hand',
        }
      : {
          code: 'WARN::LOW-ORCHESTRATION-VALUE',
          severity: 'warning',
          message,
          hint: '`--strict` makes this a refusal',
        },
  ];
}

function staleHash({ manifestHash, stateManifestHash }: ManifestFacts): readonly ActivationFinding[] {
  if (manifestHash === undefined || stateManifestHash === undefined || manifestHash === stateManifestHash)
    return [];
  return [
    {
      code: 'WARN::STALE-MANIFEST-HASH',
      severity: 'warning',
      message: `task-state.json was written for the manifest ${short(stateManifestHash)}, this one is ${short(manifestHash)}`,
      hint: 'nothing to do; the current hash is written with the next status',
    },
  ];
}

function short(text: string): string {
  return text.length > 20 ? `${text.slice(0, 19)}…` : text;
}

function noParallelMetadata(): ActivationFinding {
  return {
    code: 'WARN::NO-PARALLEL-METADATA',
    severity: 'warning',
    message: 'tasks lack `parallel` or `conflicts_with`, so the batch is worked off one task at a time',
    hint: 'add both fields to every task of the manifest',
  };
}

async function missingContext(task: Task, files: FileLookup): Promise<readonly ActivationFinding[]> {
  const { specs, adrs, guides } = task.context;
  const missing: string[] = [];
  for (const entry of new Set([...specs, ...adrs, ...guides])) {
    if (!(await files.canRead(entry))) missing.push(entry);
  }
  if (missing.length === 0) return [];
  return [
    {
      code: 'BLOCKED::MISSING-CONTEXT',
      severity: 'hold',
      task: task.id,
      message: `${task.id} must be read with ${missing.join(', ')}, which cannot be read`,
      hint:
        missing.length === 1 ? 'add the file, or correct its path' : 'add the files, or correct their paths',
    },
  ];
}

/** The formats whose tasks have a field for the tests that verify them. */
const formatsWithTests: ReadonlySet<PlanFormat> = new Set(['manifest', 'tasks-md', 'superpowers']);

function namesTests({ backlogs }: LoadedPlan, { origin }: Task): boolean {
  return backlogs.some(
    ({ format, files }) => formatsWithTests.has(format.name) && files.includes(origin.file),
  );
}

function unfitTask(task: Task, namesTests: boolean): readonly ActivationFinding[] {
  const findings: ActivationFinding[] = [];
  if (task.risk === 'High' && task.testFiles.length === 0) {
    findings.push({
      code: 'BLOCKED::SPEC-REF-GAP',
      // Where a format has no place for tests, nobody could name them: that is worth saying, and holds nothing.
      severity: namesTests ? 'hold' : 'warning',
      task: task.id,
      message: `${task.id} is High-risk and names no test file`,
      hint: namesTests ? 'name its test files in the backlog' : 'ask for tests in its criteria',
    });
  }
  if (task.criteria.length === 0) {
    findings.push({
      code: 'BLOCKED::EMPTY-AC',
      severity: 'hold',
      task: task.id,
      message: `${task.id} has no acceptance criteria`,
      hint: 'write at least one criterion that can be checked',
    });
  }
  return findings;
}

async function doubtfulResult(task: Task, files: FileLookup): Promise<readonly ActivationFinding[]> {
  if (task.risk !== 'High' || task.declared !== 'completed') return [];
  if (task.testFiles.length === 0) {
    return [
      {
        code: 'ANOMALY::UNTESTED-HIGH-RISK',
        severity: 'anomaly',
        task: task.id,
        message: `${task.id} is High-risk, said to be completed, and names no test file`,
        hint: 'add tests and name them in the backlog',
      },
    ];
  }
  const missing: string[] = [];
  for (const file of task.testFiles) if (!(await files.exists(file))) missing.push(file);
  if (missing.length === 0) return [];
  return [
    {
      code: 'BLOCKED::MISSING-TESTS',
      severity: 'anomaly',
      task: task.id,
      message: `${task.id} is said to be completed, but ${missing.join(', ')} does not exist`,
      hint: 'add the tests, or set the task back to pending',
    },
  ];
}

function doubtfulClaim(task: Task, facts: ManifestFacts, now: number): readonly ActivationFinding[] {
  const claim = facts.claims.get(task.id);
  if (claim === undefined) return [];
  if (claim.status === 'completed' && claim.startedAt === undefined && claim.criteriaDone.length === 0) {
    return [
      {
        code: 'ANOMALY::ILLEGAL-JUMP',
        severity: 'anomaly',
        task: task.id,
        message: `${task.id} is said to be completed, without a start and without one criterion that was met`,
        hint: 'check the work by hand, or set the task back to pending',
      },
    ];
  }
  const startedAt = claim.startedAt === undefined ? Number.NaN : Date.parse(claim.startedAt);
  if (claim.status !== 'in-progress' || !(now - startedAt > staleAfterMs)) return [];
  const days = Math.floor((now - startedAt) / (24 * 60 * 60 * 1000));
  return [
    {
      code: 'WARN::STALE-WORK',
      severity: 'warning',
      task: task.id,
      message: `${task.id} has been in progress for ${days} days`,
      hint: `type \`pawl show ${task.id}\``,
    },
  ];
}

/** Looks files up once each: thousands of tasks name the same few specs. */
class FileLookup {
  private readonly root: string;
  private readonly readable = new Map<string, Promise<boolean>>();
  private readonly present = new Map<string, Promise<boolean>>();

  constructor(root: string) {
    this.root = root;
  }

  exists(file: string): Promise<boolean> {
    return remember(this.present, file, () => this.hasMatch(file));
  }

  /** Whether an entry of a reading list can be read. A title that is no path is never found missing. */
  canRead(entry: string): Promise<boolean> {
    return remember(this.readable, entry, async () => {
      const { file } = parseSpecReference(entry);
      if (!looksLikePath(file)) return true;
      if (/[*?]/.test(file)) return this.hasMatch(file);
      if (await isReadable(path.resolve(this.root, file))) return true;
      const decision = /^ADR-?(\d+)/i.exec(file)?.[1];
      return decision !== undefined && !file.includes('/') && this.hasDecision(decision);
    });
  }

  private async hasMatch(file: string): Promise<boolean> {
    if (!/[*?]/.test(file)) return isReadable(path.resolve(this.root, file));
    for await (const match of glob(file, { cwd: this.root })) return match !== '';
    return false;
  }

  /** `ADR-0009.md` may be kept as `docs/adr/0009-names.md`. */
  private async hasDecision(number: string): Promise<boolean> {
    for (const pattern of [`docs/adr*/**/*${number}*`, `docs/**/ADR-${number}*`, `adr*/**/*${number}*`]) {
      for await (const match of glob(pattern, { cwd: this.root })) if (match !== '') return true;
    }
    return false;
  }
}

function remember<T>(known: Map<string, Promise<T>>, key: string, find: () => Promise<T>): Promise<T> {
  let value = known.get(key);
  if (value === undefined) {
    value = find();
    known.set(key, value);
  }
  return value;
}

async function isReadable(file: string): Promise<boolean> {
  try {
    await access(file, constants.R_OK);
    await stat(file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}
