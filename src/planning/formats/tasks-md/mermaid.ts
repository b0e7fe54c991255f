/** The edges of the mermaid flowcharts in a TASKS.md. An edge `A --> B` says that A comes before B. */
import type { Line } from '../../lines.ts';

export interface DrawnEdge {
  readonly from: string;
  readonly to: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** A longer line is no drawing, and would keep the expressions below busy. */
const longestDrawn = 2_000;

const nodePattern = /([A-Za-z0-9_][\w.-]*)\s*(\[[^\]]*\]|\([^)]*\)|\{[^}]*\})/g;
const arrowPattern = /\s*(?:<?(?:-{2,}|-\.+-|={2,})(?:[^->|=.]+(?:-{2,}|\.+-|={2,}))?>)\s*(?:\|[^|]*\|)?\s*/;
const noStatement =
  /^\s*(?:%%|subgraph\b|end\b|flowchart\b|graph\b|classDef\b|class\b|style\b|click\b|linkStyle\b|direction\b)/;

/**
 * Node names are resolved to ids: by the id in the node's label, by the name itself, or by the name that an id has
 * without its dashes. A name that resolves to nothing stays as it is.
 */
export function readDrawnEdges(lines: readonly Line[], ids: readonly string[]): readonly DrawnEdge[] {
  const drawn = lines.flatMap((line, index) =>
    line.language === 'mermaid' && line.text.length <= longestDrawn ? [{ text: line.text, index }] : [],
  );
  const known = new Set(ids);
  const names = new Map<string, string>();
  for (const id of ids) names.set(id.replaceAll('-', ''), id);
  for (const id of ids) names.set(id, id);
  for (const { text } of drawn) {
    for (const [, name, label] of text.matchAll(nodePattern)) {
      const id = label!.match(/[A-Za-z][\w.]*(?:-+\w+)+/g)?.find((word) => known.has(word));
      if (id !== undefined) names.set(name!, id);
    }
  }
  return drawn.flatMap(({ text, index }) => edgesOf(text, index, names));
}

function edgesOf(text: string, line: number, names: ReadonlyMap<string, string>): readonly DrawnEdge[] {
  if (noStatement.test(text)) return [];
  // Labels may hold anything, arrows too; blanks in their place keep the columns.
  const bare = text.replace(nodePattern, (whole, name: string) => name.padEnd(whole.length));
  const groups: { names: string[]; start: number; end: number }[] = [];
  let at = 0;
  for (const part of splitKeeping(bare)) {
    const trimmed = part.text.trim().replace(/;$/, '');
    const start = part.start + Math.max(0, part.text.indexOf(trimmed));
    groups.push({ names: trimmed.split(/\s*&\s*/), start, end: start + trimmed.length });
    at += 1;
  }
  if (at < 2) return [];
  return groups.slice(1).flatMap((group, position) => {
    const before = groups[position]!;
    return before.names.flatMap((from) =>
      group.names.map((to) => ({
        from: names.get(from) ?? from,
        to: names.get(to) ?? to,
        line,
        column: before.start,
        length: group.end - before.start,
      })),
    );
  });
}

function splitKeeping(text: string): readonly { readonly text: string; readonly start: number }[] {
  const parts: { text: string; start: number }[] = [];
  let start = 0;
  for (const match of text.matchAll(new RegExp(arrowPattern, 'g'))) {
    parts.push({ text: text.slice(start, match.index), start });
    start = match.index + match[0].length;
  }
  parts.push({ text: text.slice(start), start });
  return parts;
}
