/** What may be a task of a checklist, whatever form it has there. */
import type { Risk, Size } from '../../../domain/plan.ts';
import type { Item, ListSection } from './items.ts';

/** Where a dependency is stated: text, line from 0, column from 0. */
export interface Statement {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** What the form of a task tells beyond its words: the columns of its row, the fields of its section. */
export interface Told {
  /** What other places may call it, in lower case. */
  readonly keys: readonly string[];
  readonly dependencies: readonly Statement[];
  readonly size: Size | undefined;
  readonly risk: Risk | undefined;
  /** All that is said of it; undefined where it is what stands below the item. */
  readonly description: string | undefined;
  readonly testFiles: readonly string[];
  readonly isStruck: boolean;
  /** How much of the line is the task. */
  readonly length: number;
}

export type Kind = 'box' | 'emoji' | 'row' | 'heading' | 'plain';

export interface Candidate {
  readonly kind: Kind;
  readonly item: Item;
  readonly section: ListSection;
  readonly groups: readonly string[];
  readonly criteria: readonly Item[];
  /** As it stands in the text; other tasks make theirs of words. */
  readonly label: string | undefined;
  readonly told: Told | undefined;
}

/** All boxes below an item, however deep. */
export function signedBelow(item: Item): Item[] {
  const found: Item[] = [];
  const rest = item.children.toReversed();
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (next.sign?.kind === 'box' && next.text !== '') found.push(next);
    for (const child of next.children.toReversed()) rest.push(child);
  }
  return found;
}
