/** Gives a process in a sandbox no network but a bridge to Pawl's proxy, and a proxy of its own outside. */
import { appendFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProcessSpec } from '../../ports/processes.ts';
import type { Mount } from './mounts.ts';
import { openNetworkProxy } from './network-proxy.ts';
import { loopbackPorts, parseRule, ruleOfUrl, type NetworkRule } from './network-rules.ts';

export interface NetworkOptions {
  /** `host` or `host:port`. */
  readonly allowed: readonly string[];
  /** Where the proxy's socket may lie. */
  readonly folder: string;
}

export interface OpenNetwork {
  /** What the program is started through. */
  readonly bridge: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  close(): void;
}

const SOCKET = 'network-';
let proxies = 0;

/** Removes what a Pawl that was killed left of its ways out; nobody listens there any more. */
export function endNetwork(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) if (name.startsWith(SOCKET)) rmSync(join(folder, name));
}

export async function openNetwork(
  { allowed, folder }: NetworkOptions,
  { env, logFile }: Pick<ProcessSpec, 'env' | 'logFile'>,
): Promise<OpenNetwork> {
  const rules = rulesFor(allowed, env);
  const proxy = await openNetworkProxy({
    folder,
    name: `${SOCKET}${(proxies += 1)}`,
    rules,
    onRefused(target) {
      if (logFile === undefined) return;
      try {
        appendFileSync(logFile, `[pawl: refused ${target}: it is not among sandbox.network]\n`);
      } catch {
        // A full disk: the log is for people, and the refusal holds without it.
      }
    },
  });
  const ports = loopbackPorts(rules);
  let port = 3128;
  while (ports.includes(port)) port += 1;
  const address = `http://127.0.0.1:${port}`;
  return {
    bridge: [process.execPath, bridgeProgram, inside, String(port), ...ports.map(String), '--'],
    env: {
      ...withoutProxies(env),
      ...Object.fromEntries(
        ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].map((name) => [name, address]),
      ),
      NO_PROXY: 'localhost,127.0.0.1,::1',
      no_proxy: 'localhost,127.0.0.1,::1',
      // Node's own fetch looks at no proxy otherwise.
      NODE_USE_ENV_PROXY: '1',
    },
    mounts: [{ kind: 'write', path: inside, from: proxy.socket }],
    close: () => proxy.close(),
  };
}

const inside = '/run/pawl-network';

/** The same from src/adapters/sandbox and from dist/adapters/sandbox. */
const bridgeProgram = fileURLToPath(new URL('../../../bin/pawl-network-bridge.js', import.meta.url));

/** What the settings name, and where variables lead that say where the agent's model and Pawl itself are. */
function rulesFor(allowed: readonly string[], env: Readonly<Record<string, string>>): readonly NetworkRule[] {
  const addresses = Object.entries(env).flatMap(([name, value]) =>
    /(?:_BASE_URL|^PAWL_REPORT_URL)$/.test(name) ? [value] : [],
  );
  return [...allowed.map(parseRule), ...addresses.map(ruleOfUrl)].filter((rule) => rule !== undefined);
}

function withoutProxies(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(?:all|no|https?)_proxy$/i.test(name)));
}
