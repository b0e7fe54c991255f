/**
 * The built-in coding agent: asks a model by the AI SDK, gives it tools for files and commands, and works until the
 * model has no more calls. It reads the brief on standard input, works in the current directory, and reports on
 * standard output, one JSON object a line. Only an `end` line with `stop` and a text is its positive signal.
 *
 * Exit codes: 0 the model ended by itself · 1 a request failed · 2 the call is wrong or a package is missing, nothing
 * was asked · 143 ended by TERM.
 */
import { readFileSync } from 'node:fs';
import type * as Sdk from 'ai';
import { z } from 'zod';
import { unreachable } from '../util/unreachable.ts';
import { parseCall, usage, type WorkCall } from './call.ts';
import { converse } from './conversation.ts';
import { createModel } from './model.ts';
import { emit } from './output.ts';
import { describeMissing, findPackages } from './packages.ts';
import { createRetryNotice } from './retries.ts';
import { allTools } from './tools/all.ts';
import { openWorkspace } from './workspace.ts';

// Compiling schemas costs more than the few calls they would check.
z.config({ jitless: true });

const code = await main(process.argv.slice(2));
// Whatever a command left in the background must not keep this process: whoever runs it ends those.
process.stdout.write('', () => process.exit(code));

async function main(args: readonly string[]): Promise<number> {
  const call = parseCall(args);
  if (!call.ok) {
    process.stderr.write(`pawl-coder: ${call.error}\n`);
    return 2;
  }
  switch (call.value.type) {
    case 'help':
      process.stdout.write(usage);
      return 0;
    case 'version':
      process.stdout.write(`pawl-coder ${readVersion()}\n`);
      return 0;
    case 'check':
      process.stdout.write(`${JSON.stringify(check(call.value))}\n`);
      return 0;
    case 'work':
      return work(call.value);
    default:
      return unreachable(call.value);
  }
}

/** For whoever wants to know before there is work. */
function check({ provider, packages }: Pick<WorkCall, 'provider' | 'packages'>): object {
  const found = findPackages(provider, packages);
  const missing = describeMissing(found);
  if (missing !== undefined) return { ready: false, ...missing };
  const versions = found.map((one) => (one.kind === 'found' ? `${one.name} ${one.version}` : one.name));
  return { ready: true, version: `pawl-coder ${readVersion()}`, packages: versions };
}

async function work(call: WorkCall): Promise<number> {
  const abort = new AbortController();
  process.once('SIGTERM', () => abort.abort());
  const [sdkPackage, providerPackage] = findPackages(call.provider, call.packages);
  if (sdkPackage.kind !== 'found' || providerPackage.kind !== 'found') {
    const missing = describeMissing([sdkPackage, providerPackage]);
    emit({ type: 'unable', message: missing === undefined ? '' : `${missing.message}. ${missing.hint}` });
    return 2;
  }
  const variable = call.apiKeyEnv;
  const apiKey = variable === undefined ? undefined : process.env[variable];
  if (variable !== undefined && (apiKey ?? '') === '') {
    emit({ type: 'error', message: `the variable ${variable} is not set`, codes: ['missing-key'] });
    return 1;
  }
  // The SDK's warnings are for who writes programs with it.
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
  const fetch = createRetryNotice((reason) => emit({ type: 'retrying', reason }));
  const end = await converse({
    sdk: (await import(sdkPackage.entry)) as typeof Sdk,
    model: await createModel(providerPackage.entry, { ...call, apiKey, fetch }),
    brief: await readBrief(),
    tools: allTools,
    context: {
      workspace: {
        ...openWorkspace(process.cwd()),
        onDenied: (message) => emit({ type: 'denied', message }),
      },
      env: commandEnvironment(variable),
      signal: abort.signal,
    },
    maxSteps: call.maxSteps,
    maxOutputTokens: call.maxOutputTokens,
    onLine: emit,
  });
  return { ended: 0, failed: 1, aborted: 143 }[end];
}

/**
 * A command needs no key to the model: what it prints goes to the provider, and into logs. And the switch that makes
 * this program's requests go through a proxy is none of the user's programs' business.
 */
function commandEnvironment(keyVariable: string | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || name === keyVariable || name === 'NODE_USE_ENV_PROXY' ? [] : [[name, value]],
    ),
  );
}

/** A person at a terminal gives no brief, and must not be waited for. */
async function readBrief(): Promise<string> {
  if (process.stdin.isTTY) return '';
  let brief = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) brief += String(chunk);
  return brief;
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
