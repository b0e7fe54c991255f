import { z } from 'zod';
import type { HomeFile } from '../home/home-file.ts';
import { sandboxSchema } from '../sandbox/settings.ts';

/** Fields that every kind of agent has, on the place it works in. */
export const homeFields = {
  home: z
    .enum(['private', 'shared'])
    .optional()
    .describe(
      'A home of its own for each attempt, empty but for its login (`private`, the default), or yours (`shared`).',
    ),
  homeFiles: z
    .array(
      z
        .string()
        .regex(
          /^(?!\/)(?!.*(?:^|\/)\.\.?(?:\/|$)).+[^/]$/,
          'a path below your home, such as `.mytool/login.json`',
        ),
    )
    .optional()
    .describe(
      'Further files of your home that its private home gets, such as `.mytool/login.json`; what it renews in them reaches yours.',
    ),
  sandbox: sandboxSchema.optional().describe('Its own `sandbox`, see there.'),
};

/** The login of Claude Code; of its large state file, who it belongs to. Never its settings, servers or history. */
export const claudeHomeFiles: readonly HomeFile[] = [
  {
    path: '.claude/.credentials.json',
    moved: { variable: 'CLAUDE_CONFIG_DIR', path: '.credentials.json' },
    how: 'login',
  },
  {
    path: '.claude.json',
    moved: { variable: 'CLAUDE_CONFIG_DIR', path: '.claude.json' },
    how: 'copy',
    fields: ['customApiKeyResponses', 'hasCompletedOnboarding', 'oauthAccount', 'primaryApiKey', 'userID'],
  },
];

/** With its settings: they name the providers. */
export const codexHomeFiles: readonly HomeFile[] = [
  { path: '.codex/auth.json', moved: { variable: 'CODEX_HOME', path: 'auth.json' }, how: 'login' },
  { path: '.codex/config.toml', moved: { variable: 'CODEX_HOME', path: 'config.toml' }, how: 'copy' },
];

/** `.env` is where its documentation asks people to put their key. */
export const geminiHomeFiles: readonly HomeFile[] = [
  ...(['oauth_creds.json', 'gemini-credentials.json', 'google_accounts.json'] as const).map(
    (name): HomeFile => ({
      path: `.gemini/${name}`,
      moved: { variable: 'GEMINI_CLI_HOME', path: `.gemini/${name}` },
      how: 'login',
    }),
  ),
  { path: '.gemini/.env', moved: { variable: 'GEMINI_CLI_HOME', path: '.gemini/.env' }, how: 'copy' },
  { path: '.config/gcloud/application_default_credentials.json', how: 'copy' },
];

/** Its cache holds programs only, which it would otherwise fetch for each attempt. */
export const opencodeHomeFiles: readonly HomeFile[] = [
  {
    path: '.local/share/opencode/auth.json',
    moved: { variable: 'XDG_DATA_HOME', path: 'opencode/auth.json' },
    how: 'login',
  },
  {
    path: '.cache/opencode',
    moved: { variable: 'XDG_CACHE_HOME', path: 'opencode' },
    how: 'folder',
  },
];
