import { z } from 'zod';

const path = z.string().min(1);

/** The `sandbox` of the configuration, for all agents and for one. */
export const sandboxSchema = z.strictObject({
  mode: z
    .enum(['auto', 'require', 'off'])
    .optional()
    .describe(
      'Agents run inside bubblewrap where it works (`auto`, the default), or else not at all (`require`), or never (`off`).',
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
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly hide: readonly string[];
}

type SandboxConfig = z.output<typeof sandboxSchema>;

/** The settings of one agent: its own, and where it has none those of all. Lists are added up. */
export function mergeSandbox(all: SandboxConfig, own: SandboxConfig = {}): SandboxSettings {
  return {
    mode: own.mode ?? all.mode ?? 'auto',
    read: [...(all.read ?? []), ...(own.read ?? [])],
    write: [...(all.write ?? []), ...(own.write ?? [])],
    hide: [...(all.hide ?? []), ...(own.hide ?? [])],
  };
}
