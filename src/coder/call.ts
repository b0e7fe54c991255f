import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { err, ok, type Result } from '../util/result.ts';
import { providers } from './packages.ts';

export const usage = `Usage: pawl-coder --provider NAME --model NAME [options]

Works on a task in the current directory with a model. The brief is read from standard input.

  --provider NAME         ${providers.join(', ')}
  --model NAME            the model, as the provider spells it
  --base-url URL          where the provider's API is, with its version (.../v1)
  --api-key-env NAME      the environment variable that has the key; commands of the model do not get it
  --max-steps N           answers of the model before it is stopped; default: 200
  --max-output-tokens N   tokens of one answer
  --packages FOLDER       where the AI SDK is looked for first; default: node_modules
  --check                 print whether the packages are there, as JSON
  --version               print the version
  --help                  print this text
`;

const DEFAULT_STEPS = 200;

const whole = z.coerce.number('must be a number').int('must be a whole number').min(1, 'must be 1 or more');
const provider = z.enum(providers, `must be one of ${providers.join(', ')}`);
const packages = z.string().default(() => join(process.cwd(), 'node_modules'));

/** By the names of the options, so that a fault can be told in their terms. */
const workSchema = z
  .object({
    provider,
    model: z.string('is missing').min(1, 'is empty'),
    'base-url': z.url({ protocol: /^https?$/, error: 'must be a URL of http or https' }).optional(),
    'api-key-env': z.string().min(1, 'is empty').optional(),
    'max-steps': whole.default(DEFAULT_STEPS),
    'max-output-tokens': whole.optional(),
    packages,
  })
  .refine((options) => options.provider !== 'openai-compatible' || options['base-url'] !== undefined, {
    path: ['base-url'],
    message: 'is needed for openai-compatible',
  })
  .refine((options) => options.provider === 'openai-compatible' || options['api-key-env'] !== undefined, {
    path: ['api-key-env'],
    message: 'is needed for all but openai-compatible',
  })
  .transform((options) => ({
    provider: options.provider,
    model: options.model,
    baseUrl: options['base-url'],
    apiKeyEnv: options['api-key-env'],
    maxSteps: options['max-steps'],
    maxOutputTokens: options['max-output-tokens'],
    packages: options.packages,
  }));
export type WorkCall = z.infer<typeof workSchema>;

const checkSchema = z.object({ provider, packages });

export type Call =
  | { readonly type: 'help' | 'version' }
  | ({ readonly type: 'check' } & z.infer<typeof checkSchema>)
  | ({ readonly type: 'work' } & WorkCall);

export function parseCall(args: readonly string[]): Result<Call, string> {
  const options = readOptions(args);
  if (!options.ok) return options;
  const { help, version, check, ...named } = options.value;
  if (help === true) return ok({ type: 'help' });
  if (version === true) return ok({ type: 'version' });
  if (check === true) {
    const parsed = checkSchema.safeParse(named);
    return parsed.success ? ok({ type: 'check', ...parsed.data }) : err(faultsOf(parsed.error));
  }
  const parsed = workSchema.safeParse(named);
  return parsed.success ? ok({ type: 'work', ...parsed.data }) : err(faultsOf(parsed.error));
}

function readOptions(args: readonly string[]): Result<Readonly<Record<string, string | boolean>>, string> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        provider: text,
        model: text,
        'base-url': text,
        'api-key-env': text,
        'max-steps': text,
        'max-output-tokens': text,
        packages: text,
        check: flag,
        version: flag,
        help: flag,
      },
    });
    return ok({ ...values });
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

function faultsOf(error: z.ZodError): string {
  return error.issues.map((issue) => `--${issue.path.join('.')} ${issue.message}`).join('; ');
}
