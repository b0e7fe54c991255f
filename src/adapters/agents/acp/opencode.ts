import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { addUsage, noUsage, type Usage } from '../../../domain/usage.ts';
import { faultOfOpencode, opencodeErrorSchema } from './opencode-fault.ts';
import type { AgentRecord } from './outcome.ts';
import type { Preparation } from './preparation.ts';

/** The home is this attempt's alone, so its data, configuration and state are too. Source: the agents reference, § 4. */
export function prepareOpencode(preparation: Preparation): Promise<Readonly<Record<string, string>>> {
  const { home } = preparation;
  return Promise.resolve({
    XDG_DATA_HOME: join(home, '.local/share'),
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_STATE_HOME: join(home, '.local/state'),
    OPENCODE_CONFIG_CONTENT: JSON.stringify(configure(preparation)),
  });
}

const objectSchema = z.record(z.string(), z.unknown());

/** The person's own content is kept where it does not touch what an attempt may do. */
function configure({ env, model, mcpServers }: Preparation): unknown {
  const own = parseObject(env['OPENCODE_CONFIG_CONTENT']);
  const servers = mcpServers.map(({ name, argv }) => [name, { type: 'local', command: argv, enabled: true }]);
  return {
    ...own,
    ...(model === undefined ? {} : { model }),
    // Its servers get all of its environment.
    mcp: { ...objectSchema.safeParse(own['mcp']).data, ...Object.fromEntries(servers) },
    autoupdate: false,
    share: 'disabled',
    snapshot: false,
    // It stops, and claims to be done, when a permission is denied, unless it is told to go on.
    experimental: { ...objectSchema.safeParse(own['experimental']).data, continue_loop_on_deny: true },
    permission: {
      edit: 'allow',
      bash: 'allow',
      webfetch: 'allow',
      external_directory: 'ask',
      question: 'deny',
    },
  };
}

function parseObject(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) return {};
  try {
    return objectSchema.safeParse(JSON.parse(text)).data ?? {};
  } catch {
    // OpenCode itself would refuse it; then nothing of it is used.
    return {};
  }
}

/**
 * What OpenCode wrote down about its session. Over the protocol it gives an error of the provider without its status,
 * tokens of the last step only, and `end_turn` for an answer that was cut at the output limit.
 * Undefined when there is nothing, or nothing that can be read: it is no part of a contract.
 */
export function readOpencodeRecord(home: string): AgentRecord | undefined {
  const file = join(home, '.local/share/opencode/opencode.db');
  if (!existsSync(file)) return undefined;
  try {
    using database = new DatabaseSync(file, { readOnly: true });
    const rows = database.prepare('SELECT data FROM message ORDER BY time_created, id LIMIT 10000').all();
    return recordOf(rows.map((row) => String(row['data'])));
  } catch {
    // Another version has another layout; what came over the protocol has to do.
    return undefined;
  }
}

const count = z.number().int().nonnegative();
const text = z.string().optional().catch(undefined);

const messageSchema = z.object({
  role: z.literal('assistant'),
  time: z
    .object({ completed: z.number().optional().catch(undefined) })
    .optional()
    .catch(undefined),
  finish: text,
  cost: z.number().nonnegative().optional().catch(undefined),
  tokens: z
    .object({
      input: count,
      output: count,
      reasoning: count.catch(0),
      cache: z.object({ read: count, write: count }),
    })
    .optional()
    .catch(undefined),
  error: opencodeErrorSchema.optional().catch(undefined),
});
type Message = z.infer<typeof messageSchema>;

/** Of the messages of one session, oldest first, as JSON. */
export function recordOf(messages: readonly string[]): AgentRecord | undefined {
  const read = messages.flatMap((message) => messageSchema.safeParse(parseObject(message)).data ?? []);
  const last = read.at(-1);
  if (last === undefined) return undefined;
  const usage = read.map(usageOf).reduce(addUsage, noUsage);
  const used = usage.inputTokens + usage.outputTokens + usage.cacheReadTokens > 0;
  return {
    fault: last.error === undefined ? undefined : faultOfOpencode(last.error, last.time?.completed),
    finish: last.finish,
    usage: used ? usage : undefined,
  };
}

function usageOf(message: Message): Usage {
  const { tokens, cost } = message;
  return {
    inputTokens: tokens?.input ?? 0,
    // Thinking is paid as output.
    outputTokens: (tokens?.output ?? 0) + (tokens?.reasoning ?? 0),
    cacheReadTokens: tokens?.cache.read ?? 0,
    cacheWriteTokens: tokens?.cache.write ?? 0,
    ...(cost === undefined ? {} : { costUsd: cost }),
  };
}
