/** Scopes, parsed: paths and globs relative to the repository's root. */
export interface ScopePattern {
  readonly text: string;
  /** One list of path segments for each alternative of the scope's braces. */
  readonly alternatives: readonly ScopeAlternative[];
}

export interface ScopeAlternative {
  readonly segments: readonly string[];
  /** Covers everything below what the segments match, too. */
  readonly below: boolean;
}

/** More alternatives than this in one scope are not told apart; the braced part then matches any one segment. */
const maxAlternatives = 64;
/** Bounded, so that a long-lived process that reads many plans does not keep them all. */
const maxRemembered = 50_000;
const remembered = new Map<string, ScopePattern>();

/** The same object for the same text, as long as it is remembered. */
export function parseScope(text: string): ScopePattern {
  let pattern = remembered.get(text);
  if (pattern === undefined) {
    pattern = { text, alternatives: expandBraces(text).map(parseAlternative) };
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(text, pattern);
  }
  return pattern;
}

function parseAlternative(text: string): ScopeAlternative {
  const segments = text.split('/').filter((segment) => segment !== '' && segment !== '.');
  let below = text.endsWith('/');
  while (segments[segments.length - 1] === '**') {
    segments.pop();
    below = true;
  }
  const last = segments[segments.length - 1];
  return { segments, below: below || last === undefined || (!hasWildcard(last) && !looksLikeFile(last)) };
}

/** `users.ts`, but neither `src` nor `.github` nor `v1.2`. */
function looksLikeFile(segment: string): boolean {
  return /[^.]\.[A-Za-z][A-Za-z0-9]*$/.test(segment);
}

function expandBraces(text: string): readonly string[] {
  const done = new Set<string>();
  let open = [text];
  while (open.length > 0) {
    const next: string[] = [];
    for (const item of open) {
      // The innermost braces first: they hold no other brace. Braces without a comma are ordinary characters.
      const match = /\{([^{}]*,[^{}]*)\}/.exec(item);
      if (match === null) {
        done.add(item);
        continue;
      }
      const before = item.slice(0, match.index);
      const after = item.slice(match.index + match[0].length);
      for (const choice of match[1]!.split(',')) next.push(before + choice + after);
    }
    if (done.size + next.length > maxAlternatives) return [text.replace(/\{.*\}/, '*')];
    open = next;
  }
  return [...done];
}

export function hasWildcard(segment: string): boolean {
  return /[*?]/.test(segment);
}

/** The segments before the first one with a wildcard. */
export function literalPrefix(segments: readonly string[]): readonly string[] {
  const end = segments.findIndex(hasWildcard);
  return end === -1 ? segments : segments.slice(0, end);
}

/** Whether some path matches both. */
export function patternsOverlap(a: ScopePattern, b: ScopePattern): boolean {
  return (
    a === b || a.alternatives.some((left) => b.alternatives.some((right) => segmentsOverlap(left, right)))
  );
}

function segmentsOverlap(a: ScopeAlternative, b: ScopeAlternative): boolean {
  // What looks like a file is a folder all the same when the other scope names something in it: `next.js/src`.
  if (isAbove(a.segments, b.segments) || isAbove(b.segments, a.segments)) return true;
  // row[j]: what is left of a from i and of b from j can match one same path. Rows from the end.
  let row: boolean[] = [];
  for (let i = a.segments.length; i >= 0; i -= 1) {
    const current: boolean[] = [];
    for (let j = b.segments.length; j >= 0; j -= 1) {
      const [left, right] = [a.segments[i], b.segments[j]];
      if (left === undefined && right === undefined) current[j] = true;
      else if (left === undefined) current[j] = a.below || (right === '**' && current[j + 1]!);
      else if (right === undefined) current[j] = b.below || (left === '**' && row[j]!);
      else if (left === '**' || right === '**') current[j] = row[j]! || current[j + 1]!;
      else current[j] = row[j + 1]! && charactersOverlap(left, right);
    }
    row = current;
  }
  return row[0]!;
}

function isAbove(a: readonly string[], b: readonly string[]): boolean {
  return a.length <= b.length && a.every((segment, at) => segment === b[at] && !hasWildcard(segment));
}

function charactersOverlap(a: string, b: string): boolean {
  if (!hasWildcard(a) && !hasWildcard(b)) return a === b;
  let row: boolean[] = [];
  for (let i = a.length; i >= 0; i -= 1) {
    const current: boolean[] = [];
    for (let j = b.length; j >= 0; j -= 1) {
      const [left, right] = [a[i], b[j]];
      if (left === undefined && right === undefined) current[j] = true;
      // A star takes no characters at all, or one more of the other side.
      else if (left === '*') current[j] = row[j]! || (right !== undefined && current[j + 1]!);
      else if (right === '*') current[j] = current[j + 1]! || (left !== undefined && row[j]!);
      else if (left === undefined || right === undefined) current[j] = false;
      else current[j] = row[j + 1]! && (left === right || left === '?' || right === '?');
    }
    row = current;
  }
  return row[0]!;
}

interface ScopeNode {
  readonly children: Map<string, ScopeNode>;
  readonly owners: Map<ScopePattern, number[]>;
}

/** Scopes in a tree by their literal first segments: only scopes above or below each other can overlap. */
export class ScopeIndex {
  /** Owners looked at so far; what a caller may bound. */
  work = 0;
  private readonly root: ScopeNode = { children: new Map(), owners: new Map() };

  add(owner: number, scope: string): void {
    const pattern = parseScope(scope);
    for (const { segments } of pattern.alternatives) {
      let node = this.root;
      for (const segment of literalPrefix(segments)) {
        let child = node.children.get(segment);
        if (child === undefined) {
          child = { children: new Map(), owners: new Map() };
          node.children.set(segment, child);
        }
        node = child;
      }
      const owners = node.owners.get(pattern);
      if (owners === undefined) node.owners.set(pattern, [owner]);
      else if (owners.at(-1) !== owner) owners.push(owner);
    }
  }

  /** Calls `found` for every owner of a scope that overlaps with this one, for some of them more than once. */
  forEachOverlap(scope: string, found: (owner: number) => void): void {
    const mine = parseScope(scope);
    for (const { segments } of mine.alternatives) {
      for (const node of this.nodesNear(literalPrefix(segments))) {
        for (const [pattern, owners] of node.owners) {
          this.work += 10;
          if (!patternsOverlap(mine, pattern)) continue;
          this.work += owners.length;
          owners.forEach(found);
        }
      }
    }
  }

  /** The nodes on the way to a prefix, and all below it. */
  private nodesNear(prefix: readonly string[]): readonly ScopeNode[] {
    const nodes = [this.root];
    let node: ScopeNode | undefined = this.root;
    for (const segment of prefix) {
      node = node.children.get(segment);
      if (node === undefined) return nodes;
      nodes.push(node);
    }
    for (let at = nodes.length - 1; at < nodes.length; at += 1) nodes.push(...nodes[at]!.children.values());
    return nodes;
  }
}

/** The more definite one of two overlapping scopes: it says best what both touch. */
export function narrowerScope(a: string, b: string): string {
  const weight = (text: string): number => text.replace(/[*?{}]|\/+$/g, '').length;
  return weight(a) > weight(b) || (weight(a) === weight(b) && a < b) ? a : b;
}
