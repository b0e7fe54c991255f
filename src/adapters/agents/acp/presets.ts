/** What Pawl knows about single agents that speak the protocol: how to start them, and how to keep them apart. */
import { geminiReader } from '../headless/gemini.ts';
import { opencodeReader } from '../headless/opencode.ts';
import { type HeadlessReading, openReading } from '../headless/surface.ts';
import type { FindLogin } from '../login.ts';
import { testedVersions } from '../tested-versions.ts';
import { findGeminiLogin, findOpencodeLogin } from './login.ts';
import type { AgentRecord } from './outcome.ts';
import type { Preparation } from './preparation.ts';
import { prepareGemini } from './gemini.ts';
import { prepareOpencode, readOpencodeRecord } from './opencode.ts';

export type PresetName = 'opencode' | 'gemini';

export interface Preset {
  readonly argv: readonly [string, ...string[]];
  /** How it is driven without the protocol. */
  readonly headless: {
    readonly argv: readonly [string, ...string[]];
    readonly open: () => HeadlessReading;
  };
  readonly modelArguments: (model: string) => readonly string[];
  /** The mode of its session in which it works, and asks for what needs asking. */
  readonly mode: string;
  /** Added to those that every agent gets. */
  readonly environmentNames: readonly string[];
  /** The environment's own values win over these. */
  readonly defaults: Readonly<Record<string, string>>;
  /** Writes settings into the home; returns variables that win over the environment's. */
  readonly prepare: (preparation: Preparation) => Promise<Readonly<Record<string, string>>>;
  /** What its home tells about the session, after its end. */
  readonly readRecord?: (home: string) => AgentRecord | undefined;
  readonly install: string;
  readonly findLogin: FindLogin;
  readonly loginHint: string;
  readonly testedVersion: string;
}

export const presets: Readonly<Record<PresetName, Preset>> = {
  opencode: {
    argv: ['opencode', 'acp'],
    headless: {
      // Without a title it would ask its model for one.
      argv: ['opencode', 'run', '--format', 'json', '--title', 'pawl'],
      open: () => openReading(opencodeReader),
    },
    modelArguments: () => [],
    mode: 'build',
    environmentNames: [
      'OPENCODE_API_KEY',
      'OPENCODE_AUTH_CONTENT',
      'OPENCODE_CONFIG',
      'OPENCODE_CONFIG_CONTENT',
      'ANTHROPIC_API_KEY',
      'GEMINI_API_KEY',
      'GOOGLE_GENERATIVE_AI_API_KEY',
      'OPENAI_API_KEY',
      'OPENROUTER_API_KEY',
    ],
    defaults: {
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_PROJECT_CONFIG: '1',
    },
    prepare: prepareOpencode,
    readRecord: readOpencodeRecord,
    install: 'Install it with `npm install -g opencode-ai`',
    findLogin: findOpencodeLogin,
    loginHint: 'Log in with `opencode auth login`, or set the key of a provider.',
    testedVersion: testedVersions.opencode,
  },
  gemini: {
    argv: ['gemini', '--acp'],
    headless: {
      // In another mode it has no shell; in a folder that nobody trusted it would fall back to one.
      argv: ['gemini', '--output-format', 'stream-json', '--approval-mode', 'yolo', '--skip-trust'],
      open: () => openReading(geminiReader),
    },
    modelArguments: (model) => ['-m', model],
    // It asks before it writes or runs something; `yolo` would not ask for what leaves the workspace either.
    mode: 'default',
    environmentNames: [
      'GEMINI_API_KEY',
      'GEMINI_MODEL',
      'GOOGLE_API_KEY',
      'GOOGLE_APPLICATION_CREDENTIALS',
      'GOOGLE_CLOUD_LOCATION',
      'GOOGLE_CLOUD_PROJECT',
      'GOOGLE_GEMINI_BASE_URL',
      'GOOGLE_GENAI_USE_GCA',
      'GOOGLE_GENAI_USE_VERTEXAI',
      'GOOGLE_VERTEX_BASE_URL',
    ],
    defaults: {
      // A second process would double memory and time to start.
      GEMINI_CLI_NO_RELAUNCH: 'true',
      // A login in a browser would wait for a person.
      NO_BROWSER: 'true',
    },
    prepare: prepareGemini,
    install: 'Install it with `npm install -g @google/gemini-cli`',
    findLogin: findGeminiLogin,
    loginHint: 'Log in by starting `gemini` once, or set GEMINI_API_KEY.',
    testedVersion: testedVersions.gemini,
  },
};
