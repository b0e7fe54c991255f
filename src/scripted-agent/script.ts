import { z } from 'zod';
import { err, ok, type Result } from '../util/result.ts';

const pathSchema = z.string().min(1, 'expected a path; found an empty text');

/** A passage inside a file: a string, or a list of lines that are joined by line breaks. */
const passageSchema = z
  .union([z.string(), z.array(z.string()).readonly()], { error: 'expected a string or a list of lines' })
  .transform((passage) => (typeof passage === 'string' ? passage : passage.join('\n')));

/** What a file gets: `text` as it stands, or `lines`, of which every one ends with a line break. */
const contentSchema = z
  .strictObject({ path: pathSchema, text: z.string().optional(), lines: z.array(z.string()).optional() })
  .refine((content) => (content.text === undefined) !== (content.lines === undefined), {
    error: 'expected either "text" or "lines"',
  })
  .transform(({ path, text, lines }) => ({
    path,
    text: text ?? (lines ?? []).map((line) => `${line}\n`).join(''),
  }));

const crashSchema = z.union(
  [
    z.strictObject({ exitCode: z.int().min(1).max(255) }),
    z.strictObject({ signal: z.enum(['SIGKILL', 'SIGTERM', 'SIGSEGV', 'SIGABRT', 'SIGINT', 'SIGHUP']) }),
  ],
  { error: 'expected {"exitCode": 1 to 255} or {"signal": "SIGKILL" or the like}' },
);

const hangSchema = z
  .union([z.literal(true), z.strictObject({ ignoreTerm: z.boolean().default(false) })], {
    error: 'expected true or {"ignoreTerm": true}',
  })
  .transform((hang) => (hang === true ? { ignoreTerm: false } : hang));

const tenMinutesMs = 600_000;

/** One schema per verb, each for the whole step, so that the path of an issue is the path in the file. */
const stepSchemas = {
  write: z
    .strictObject({ write: contentSchema })
    .transform((step) => ({ verb: 'write' as const, ...step.write })),
  append: z
    .strictObject({ append: contentSchema })
    .transform((step) => ({ verb: 'append' as const, ...step.append })),
  replace: z
    .strictObject({
      replace: z.strictObject({ path: pathSchema, find: passageSchema, with: passageSchema }),
    })
    .transform((step) => ({ verb: 'replace' as const, ...step.replace })),
  remove: z
    .strictObject({ remove: pathSchema })
    .transform((step) => ({ verb: 'remove' as const, path: step.remove })),
  rename: z
    .strictObject({ rename: z.strictObject({ from: pathSchema, to: pathSchema }) })
    .transform((step) => ({ verb: 'rename' as const, ...step.rename })),
  escape: z
    .strictObject({ escape: contentSchema })
    .transform((step) => ({ verb: 'escape' as const, ...step.escape })),
  commit: z
    .strictObject({ commit: z.string().min(1) })
    .transform((step) => ({ verb: 'commit' as const, message: step.commit })),
  say: z.strictObject({ say: z.string() }).transform((step) => ({ verb: 'say' as const, text: step.say })),
  progress: z
    .strictObject({ progress: z.strictObject({ percent: z.number().min(0).max(100), next: z.string() }) })
    .transform((step) => ({ verb: 'progress' as const, ...step.progress })),
  report: z
    .strictObject({
      report: z.tuple([z.string().min(1)], z.string(), 'expected the arguments of `pawl-report`').readonly(),
    })
    .transform((step) => ({ verb: 'report' as const, args: step.report })),
  wait: z
    .strictObject({ wait: z.strictObject({ ms: z.int().nonnegative() }) })
    .transform((step) => ({ verb: 'wait' as const, ...step.wait })),
  run: z
    .strictObject({
      run: z.strictObject({
        argv: z.tuple([z.string().min(1)], z.string(), 'expected a program and its arguments').readonly(),
        mayFail: z.boolean().default(false),
      }),
    })
    .transform((step) => ({ verb: 'run' as const, ...step.run })),
  expectBrief: z
    .strictObject({ expectBrief: z.string().min(1) })
    .transform((step) => ({ verb: 'expectBrief' as const, text: step.expectBrief })),
  claim: z
    .strictObject({ claim: z.enum(['done', 'blocked', 'none']), summary: z.string().optional() })
    .transform((step) => ({
      verb: 'claim' as const,
      claim: step.claim,
      summary: step.summary ?? step.claim,
    })),
  hang: z.strictObject({ hang: hangSchema }).transform((step) => ({ verb: 'hang' as const, ...step.hang })),
  flood: z
    .strictObject({
      flood: z.strictObject({
        megabytes: z.number().positive(),
        stream: z.enum(['stdout', 'stderr']).default('stdout'),
      }),
    })
    .transform((step) => ({ verb: 'flood' as const, ...step.flood })),
  crash: z
    .strictObject({ crash: crashSchema })
    .transform((step) => ({ verb: 'crash' as const, how: step.crash })),
  fork: z
    .strictObject({
      fork: z.strictObject({
        ignoreTerm: z.boolean().default(true),
        newSession: z.boolean().default(false),
        keepOutput: z.boolean().default(false),
        holdMs: z.int().positive().default(tenMinutesMs),
      }),
    })
    .transform((step) => ({ verb: 'fork' as const, ...step.fork })),
  spend: z
    .strictObject({
      spend: z.strictObject({
        inputTokens: z.int().nonnegative().default(0),
        outputTokens: z.int().nonnegative().default(0),
        cacheReadTokens: z.int().nonnegative().default(0),
        cacheWriteTokens: z.int().nonnegative().default(0),
        costUsd: z.number().nonnegative().optional(),
        model: z.string().min(1).optional(),
      }),
    })
    .transform((step) => ({ verb: 'spend' as const, ...step.spend })),
  rateLimit: z
    .strictObject({ rateLimit: z.strictObject({ resetsInSeconds: z.int().nonnegative().optional() }) })
    .transform((step) => ({ verb: 'rateLimit' as const, ...step.rateLimit })),
};

type Verb = keyof typeof stepSchemas;

/** One step, tagged with its verb. Texts still hold their template values. */
export type Step = z.output<(typeof stepSchemas)[Verb]>;

function isVerb(key: string): key is Verb {
  return Object.hasOwn(stepSchemas, key);
}

/** A plain union would answer every mistake with "invalid input"; the verb is looked up first instead. */
const stepSchema = z
  .record(z.string(), z.unknown(), 'expected a step, such as {"say": "hello"}')
  .transform((raw, context): Step => {
    const [verb, ...others] = Object.keys(raw).filter(isVerb);
    if (verb === undefined || others.length > 0) {
      const found = Object.keys(raw).join(', ') || 'nothing';
      context.addIssue(`expected one verb of ${Object.keys(stepSchemas).join(', ')}; found ${found}`);
      return z.NEVER;
    }
    const parsed = stepSchemas[verb].safeParse(raw);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      context.addIssue({ code: 'custom', path: [...issue.path], message: issue.message });
    }
    return z.NEVER;
  });

const stepsSchema = z
  .array(stepSchema)
  .refine((steps) => steps.filter((step) => step.verb === 'claim').length <= 1, {
    error: 'an attempt claims once; found several claims',
    // Without it, a step that could not be read would be looked at here.
    when: (payload) => payload.issues.length === 0,
  })
  .readonly();

const attemptsSchema = z
  .array(stepsSchema)
  .min(1, 'expected the steps of at least one attempt; found none')
  .readonly();

/**
 * A script: for every task the steps of attempt 1, attempt 2 and so on, of which the last list serves all
 * further attempts; `default` serves the tasks that are not named.
 */
export const scriptSchema = z
  .strictObject({
    tasks: z.record(z.string(), attemptsSchema).default({}),
    default: attemptsSchema.optional(),
  })
  .readonly();
export type Script = z.output<typeof scriptSchema>;

/**
 * Reads a script. The error names `file` and, for every mistake, one line each, the path inside it, such as
 * `tasks.T-001[0][2].write.path` for the third step of the first attempt.
 */
export function parseScript(text: string, file: string): Result<Script, string> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return err(`${file}: not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = scriptSchema.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  return err(
    parsed.error.issues.map((issue) => `${file}: ${renderPath(issue.path)}: ${issue.message}`).join('\n'),
  );
}

function renderPath(path: readonly PropertyKey[]): string {
  const rendered = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return rendered.replace(/^\./, '') || 'the whole file';
}

/** The steps for one attempt (1-based) of a task, or nothing where neither the task nor `default` is scripted. */
export function stepsFor(script: Script, task: string, attempt: number): readonly Step[] | undefined {
  const attempts = Object.hasOwn(script.tasks, task) ? script.tasks[task] : script.default;
  return attempts?.[Math.min(attempt, attempts.length) - 1];
}

/** A copy of the step in which `{{task}}` and `{{attempt}}` have their values, in every text and path. */
export function fillTemplates(step: Step, values: { readonly task: string; readonly attempt: number }): Step {
  // A step is plain JSON data, so going through JSON reaches every string of it and loses nothing.
  return JSON.parse(JSON.stringify(step), (_key, value: unknown) =>
    typeof value === 'string'
      ? value
          .replaceAll('{{task}}', () => values.task)
          .replaceAll('{{attempt}}', () => String(values.attempt))
      : value,
  ) as Step;
}
