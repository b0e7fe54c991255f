import type { RolePool } from '../domain/roles.ts';
import { plain } from './text.ts';

/** `claude, then codex; High: codex; fix: codex`: a role's agents, with the lists that hold for some tasks only. */
export function describePool({ agents, byRisk = {}, byKind = {} }: RolePool): string {
  const own = Object.entries({ ...byKind, ...byRisk }).map(([of, list]) => `${of}: ${inOrder(list)}`);
  return [inOrder(agents), ...own].join('; ');
}

function inOrder(list: readonly string[]): string {
  return list.map(plain).join(', then ');
}

/** `Answered by codex: claude is rate-limited.`; nothing when the first of the pool did. */
export function describeStandIn(agent: string, passedOver: readonly string[]): string {
  if (passedOver.length === 0) return '';
  return `Answered by ${plain(agent)}: ${passedOver.map(plain).join('; ')}.`;
}
