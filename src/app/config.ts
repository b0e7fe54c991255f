import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { sandboxSchema } from '../adapters/sandbox/settings.ts';
import { agentConfigSchema, type AgentConfig } from '../adapters/agents/registry.ts';
import { amountSchema } from '../domain/amount.ts';
import { planFormatSchema } from '../domain/plan.ts';
import { PawlError } from '../domain/refusal.ts';
import { builtInAgents } from './built-in-agents.ts';
import { roleFaults, rolesConfigSchema } from './role-config.ts';

const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable');
const seconds = z.number().positive();
const budgetSchema = amountSchema.refine(
  ({ usd, tokens }) => usd !== undefined || tokens !== undefined,
  '`usd`, `tokens` or both',
);

/** The whole of pawl.config.ts. Every field has a default: an ordinary npm repository needs no configuration. */
export const configSchema = z.strictObject({
  backlog: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe(
      'The backlog file, relative to the repository; otherwise looked for. Several are opened together.',
    ),
  format: planFormatSchema.optional().describe('Its format; otherwise told by its content.'),
  baseBranches: z
    .array(z.string().min(1))
    .min(1)
    .default(['main', 'master'])
    .describe('Branches that a run may start on.'),
  agent: z
    .string()
    .min(1)
    .optional()
    .describe('The agent that attempts get, a name under `agents`; the default is `claude`.'),
  fallback: z
    .array(z.string().min(1))
    .optional()
    .describe(
      'Agents that take over, in this order, while the one before is rate-limited, missing, or failed twice at a task.',
    ),
  roles: rolesConfigSchema,
  agents: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9-]*$/), agentConfigSchema)
    .default({})
    .describe('Agents by name. `claude`, `codex`, `opencode` and `gemini` are defined without being listed.'),
  gates: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9-]*$/), z.union([z.string().min(1), z.literal(false)]))
    .default({})
    .describe(
      'Shell commands that must pass, by name: they replace a detected gate of that name, `false` removes it, others are added at the end.',
    ),
  setup: z
    .union([z.string().min(1), z.literal(false)])
    .optional()
    .describe('Shell command that installs dependencies in a clean checkout; detected from the lock file.'),
  parallel: z
    .union([z.number().int().min(1), z.literal('auto')])
    .default('auto')
    .describe('How many tasks are worked on at once; `auto` follows the number of open tasks.'),
  maxAgents: z.number().int().min(1).default(8).describe('The ceiling for `parallel: "auto"`.'),
  maxConcurrent: z
    .record(z.string().min(1), z.number().int().min(1))
    .default({})
    .describe(
      'How many attempts an agent may have at once, by its name; of one that is not named, as many as there are slots.',
    ),
  maxAttempts: z.number().int().min(1).default(5).describe('Attempts before a task is blocked.'),
  maxConflicts: z.number().int().min(1).default(5).describe('Textual conflicts before a task is blocked.'),
  maxRedeliveries: z
    .number()
    .int()
    .min(1)
    .default(5)
    .describe('Transient failures before a task is blocked.'),
  sameFailureLimit: z
    .number()
    .int()
    .min(2)
    .default(3)
    .describe('The same failure this often blocks the task.'),
  backoffSeconds: z
    .number()
    .min(0)
    .default(5)
    .describe('The first wait after a transient failure; it doubles.'),
  backoffCapSeconds: z.number().min(0).default(300).describe('The longest such wait.'),
  riskOrder: z
    .boolean()
    .default(true)
    .describe('High-risk tasks before Medium before Low among those that are ready.'),
  limits: z
    .strictObject({
      idleSeconds: seconds
        .default(600)
        .describe('An agent that makes no progress for this long is ended; retries are none.'),
      totalSeconds: seconds.default(3600).describe('An attempt that takes longer is ended.'),
      turns: z
        .number()
        .int()
        .positive()
        .optional()
        .describe('Answers of the model that one attempt may take; no limit by default.'),
      gateSeconds: seconds.default(900).describe('A gate that takes longer has failed.'),
      setupSeconds: seconds.default(900).describe('A set-up that takes longer has failed.'),
      graceSeconds: z.number().min(0).default(5).describe('Between TERM and KILL.'),
    })
    .prefault({})
    .describe('Deadlines.'),
  resume: z
    .enum(['never', 'auto'])
    .default('never')
    .describe(
      'Whether an attempt may take up the conversation and the files of the failed one before it; `auto`: after a small failure, where that is cheaper than to begin anew.',
    ),
  budgets: z
    .strictObject({
      attempt: budgetSchema.optional().describe('Of one attempt.'),
      task: budgetSchema.optional().describe('Of all attempts at one task.'),
      run: budgetSchema.optional().describe('Of the whole run, over all its sessions.'),
      day: budgetSchema.optional().describe('Of this run on one day (UTC).'),
    })
    .default({})
    .describe(
      'What may be used up before a person grants more with `pawl grant`; no limits by default. Overshot by up to one answer of the model for every agent at work.',
    ),
  prices: z
    .record(
      z.string().min(1),
      z.strictObject({
        input: z.number().nonnegative(),
        output: z.number().nonnegative(),
        cacheRead: z.number().nonnegative().optional(),
        cacheWrite: z.number().nonnegative().optional(),
      }),
    )
    .default({})
    .describe(
      'US dollars per million tokens, by model, for agents that do not report what they cost; they win over the built-in list.',
    ),
  brief: z
    .string()
    .min(1)
    .default('delegation')
    .describe(
      'What agents are told: `delegation`, `code-assist`, or a file of your own with {{placeholders}}.',
    ),
  env: z
    .array(variableName)
    .default([])
    .describe('Further variables of your environment that gates, set-up and agents get.'),
  sandbox: sandboxSchema
    .prefault({})
    .describe('What agents see of this machine, and may change. An agent may have its own; lists add up.'),
  views: z.boolean().default(true).describe('Write statuses back to the backlog.'),
  infer: z
    .boolean()
    .default(true)
    .describe('Dependencies that the texts of the tasks suggest count as long as nobody refuses them.'),
  onSpecChange: z
    .enum(['sync', 'continue', 'skip'])
    .default('sync')
    .describe(
      'What a run does when criteria or specifications changed: `sync` doubts what was done for the old text, `continue` does not, `skip` leaves changed tasks out of the session.',
    ),
  strict: z.boolean().default(false).describe('Findings that hold one task refuse the whole run.'),
});

export type Config = z.output<typeof configSchema>;
/** What a configuration file may hold. */
export type PawlConfig = z.input<typeof configSchema>;

/** Types the configuration in pawl.config.ts; returns it unchanged. */
export function defineConfig(config: PawlConfig): PawlConfig {
  return config;
}

export const configFiles = [
  'pawl.config.ts',
  'pawl.config.mts',
  'pawl.config.js',
  'pawl.config.mjs',
  'pawl.config.json',
] as const;

/** The configuration file of a repository, if it has one. */
export function findConfig(root: string): string | undefined {
  return configFiles.map((name) => join(root, name)).find((file) => existsSync(file));
}

/** Throws CONFIG-UNREADABLE, or CONFIG-INVALID with every faulty field. */
export async function loadConfig(root: string): Promise<Config> {
  const file = findConfig(root);
  const raw = file === undefined ? {} : await readConfig(file);
  const parsed = configSchema.safeParse(raw);
  const faults = parsed.success
    ? roleFaults(parsed.data, root)
    : parsed.error.issues.map((issue) => `${issue.path.join('.') || '(the whole)'}: ${issue.message}`);
  if (parsed.success && faults.length === 0) return parsed.data;
  throw new PawlError(
    'CONFIG-INVALID',
    `${file} has ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    {
      hint: 'Mend the named fields; docs/reference/config.md lists every field.',
      details: { file, issues: parsed.error?.issues ?? faults },
    },
  );
}

async function readConfig(file: string): Promise<unknown> {
  try {
    if (file.endsWith('.json')) return JSON.parse(readFileSync(file, 'utf8'));
    const module = (await importQuietly(pathToFileURL(file).href)) as { default?: unknown };
    return module.default ?? {};
  } catch (error) {
    throw new PawlError('CONFIG-UNREADABLE', `${file}: ${(error as Error).message}`, {
      hint: hintFor(file, error),
      cause: error,
    });
  }
}

function hintFor(file: string, error: unknown): string {
  if (file.endsWith('.json')) return 'Mend the JSON.';
  if (/\.[jt]s$/.test(file) && /Unexpected token 'export'|Cannot use import statement/.test(String(error))) {
    return `package.json says "type": "commonjs"; rename it: \`mv ${file} ${file.replace(/([jt]s)$/, 'm$1')}\``;
  }
  return `Run \`node ${file}\` to see the error.`;
}

/**
 * Node advises a `"type": "module"` in the user's package.json, for the sake of speed, whenever a `.ts` or `.js` file
 * without one turns out to be a module. Their package.json is none of Pawl's business, so that advice is left out.
 */
async function importQuietly(url: string): Promise<unknown> {
  // oxlint-disable-next-line typescript/unbound-method -- applied to `process` below, and put back as it was
  const { emitWarning } = process;
  process.emitWarning = (...args: unknown[]): void => {
    const named = args.some(
      (arg) =>
        arg === TYPELESS ||
        (typeof arg === 'object' && arg !== null && 'code' in arg && arg.code === TYPELESS),
    );
    if (!named) Reflect.apply(emitWarning, process, args);
  };
  try {
    return await import(url);
  } finally {
    process.emitWarning = emitWarning;
  }
}

const TYPELESS = 'MODULE_TYPELESS_PACKAGE_JSON';

/** The configured entry, or the built-in one. Throws AGENT-UNKNOWN. */
export function agentConfigOf(config: Config, name: string): AgentConfig {
  const entry = config.agents[name] ?? builtInAgents[name];
  if (entry !== undefined) return entry;
  const known = agentNames(config).join(', ');
  throw new PawlError('AGENT-UNKNOWN', `no agent is named ${name}`, { hint: `Known agents: ${known}.` });
}

export function agentNames(config: Config): readonly string[] {
  return [...new Set([...Object.keys(config.agents), ...Object.keys(builtInAgents)])].toSorted();
}
