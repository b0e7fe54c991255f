import { z } from 'zod';
import { isRule } from './network-rules.ts';

/** A path that is skipped over would hide nothing, and nobody would know. */
const path = z
  .string()
  .regex(/^(?:\/|~(?:\/|$))/, 'an absolute path, or one below your home such as `~/.m2`');

/** The `sandbox` of the configuration, for all agents and for one. */
export const sandboxSchema = z.strictObject({
  mode: z
    .enum(['auto', 'require', 'off'])
    .optional()
    .describe(
      'Agents run inside bubblewrap where it works (`auto`, the default), or else not at all (`require`), or never (`off`).',
    ),
  network: z
    .union(
      [
        z.literal('all'),
        z.array(
          z
            .string()
            .refine(isRule, 'a name such as `registry.npmjs.org`, `*.example.org` or `localhost:8080`'),
        ),
      ],
      '`all`, or a list of names',
    )
    .optional()
    .describe(
      'What agents reach: all that you reach (`all`, the default), or the service of their model and these, as `host`, `host:port` or `*.domain`. Holds in the sandbox only.',
    ),
  read: z
    .array(path)
    .optional()
    .describe('Further paths that agents see, such as `~/.m2`. What is not under a home is seen anyway.'),
  write: z
    .array(path)
    .optional()
    .describe('Further paths that agents may write to, such as `~/.cache/ms-playwright`.'),
  hide: z.array(path).optional().describe('Further paths that agents do not see, such as `/srv/secrets`.'),
});

export type SandboxMode = 'auto' | 'require' | 'off';

export interface SandboxSettings {
  readonly mode: SandboxMode;
  readonly network: 'all' | readonly string[];
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly hide: readonly string[];
}

type SandboxConfig = z.output<typeof sandboxSchema>;

/** The settings of one agent: its own, and where it has none those of all. Lists are added up. */
export function mergeSandbox(all: SandboxConfig, own: SandboxConfig = {}): SandboxSettings {
  return {
    mode: own.mode ?? all.mode ?? 'auto',
    network: mergeNetwork(all.network, own.network),
    read: [...(all.read ?? []), ...(own.read ?? [])],
    write: [...(all.write ?? []), ...(own.write ?? [])],
    hide: [...(all.hide ?? []), ...(own.hide ?? [])],
  };
}

function mergeNetwork(
  all: SandboxConfig['network'],
  own: SandboxConfig['network'],
): SandboxSettings['network'] {
  if (own === undefined) return all ?? 'all';
  if (own === 'all' || all === undefined || all === 'all') return own;
  return [...all, ...own];
}
