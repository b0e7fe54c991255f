/** What an agent may reach: names with ports, as the configuration and the environment say. Pure. */
export interface NetworkRule {
  /** In lower case; of `*.example.org` what follows the star. */
  readonly host: string;
  readonly withSubdomains: boolean;
  /** Absent: the two of the web. */
  readonly port?: number;
}

const ruleSyntax = /^(\*\.)?((?:[a-z0-9_-]+\.)*[a-z0-9_-]+|\[[0-9a-f:]+\])(?::(\d{1,5}))?$/i;

export function isRule(text: string): boolean {
  const port = Number(ruleSyntax.exec(text)?.[3] ?? 443);
  return ruleSyntax.test(text) && port > 0 && port < 65_536;
}

export function parseRule(text: string): NetworkRule | undefined {
  const [, star, host, port] = ruleSyntax.exec(text) ?? [];
  if (host === undefined) return undefined;
  return {
    host: canonicalHost(host),
    withSubdomains: star !== undefined,
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

export function allows(rules: readonly NetworkRule[], host: string, port: number): boolean {
  const name = canonicalHost(host);
  return rules.some((rule) => {
    const isSame = rule.withSubdomains ? name.endsWith(`.${rule.host}`) : name === rule.host;
    return isSame && (rule.port === undefined ? port === 443 || port === 80 : port === rule.port);
  });
}

/** Ports of this machine that are allowed by number. */
export function loopbackPorts(rules: readonly NetworkRule[]): readonly number[] {
  return [
    ...new Set(rules.flatMap(({ host, port }) => (host === LOOPBACK && port !== undefined ? [port] : []))),
  ];
}

/** The rule for where an address leads, where it is one: with its own port or the usual one. */
export function ruleOfUrl(text: string): NetworkRule | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port } = new URL(text);
  const usual = { 'http:': 80, 'https:': 443 }[protocol];
  if (usual === undefined || hostname === '') return undefined;
  return {
    host: canonicalHost(hostname),
    withSubdomains: false,
    port: port === '' ? usual : Number(port),
  };
}

const LOOPBACK = 'localhost';

/** One name for each of the names that this machine has for itself. */
function canonicalHost(host: string): string {
  const name = host
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^\[(.*)\]$/, '$1');
  return name === '127.0.0.1' || name === '::1' ? LOOPBACK : name;
}
