import { boundText } from './agent-process.ts';

/** What an agent was not allowed, each once and in one line; the first ones tell enough. */
export function withDenial(
  denials: readonly string[],
  name: string | undefined,
  what: string,
): readonly string[] {
  const words = what.replaceAll(/\s+/g, ' ').trim();
  const denial = boundText(`${name ?? 'unknown'}: ${words || 'no details'}`, LONGEST_DENIAL);
  if (denials.length >= MOST_DENIALS || denials.includes(denial)) return denials;
  return [...denials, denial];
}

const MOST_DENIALS = 10;
const LONGEST_DENIAL = 300;
