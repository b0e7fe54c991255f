/** The shape of an OpenSpec tasks.md: groups of boxes, each with an id. */
import { parseCheckbox, type Checkbox } from '../../checkbox.ts';
import { readLines, type Line } from '../../lines.ts';
import { headingOf, type Piece } from '../task-list.ts';

export interface Box {
  readonly id: string;
  /** Where the id stands, or the text of a box that has none. */
  readonly idPiece: Piece;
  /** The file gives the id itself. */
  readonly isNumbered: boolean;
  readonly box: Checkbox;
  readonly text: Piece;
  readonly details: readonly Piece[];
  /** Positions of the boxes directly below it. */
  readonly parts: readonly number[];
  readonly group: string | undefined;
}

export interface OpenSpecDocument {
  readonly title: string | undefined;
  readonly lines: readonly Line[];
  /** In document order. */
  readonly boxes: readonly Box[];
  /** The boxes in the order of their work: the parts of a box before the box itself. */
  readonly order: readonly number[];
}

const groupNumber =
  /^(?:\*\*)?(?:(?:phase|group|step|section|阶段|フェーズ)\s*)?(\d+(?:\.\d+)*)(?=[.:)、：\s\u2013\u2014-]|$)/iu;
/** `1.1`, `**1.1**`, `[1.1]`, `1.1:`, `T-1`, `1.`; a lone number needs a dot, a bracket or a colon behind it. */
const idPattern =
  /^(?:\*\*|`|\[)?(?:(?<deep>\d+(?:\.\d+)+[a-z]?|T-?\d+(?:\.\d+)*[a-z]?)(?:\*\*|`|\])?[.:：)、]?(?:\*\*)?|(?<flat>\d+)(?:[.:：)、](?:\*\*)?|(?:\*\*|`|\])[.:：]?))(?=\s|$|\P{ASCII})/u;
/** Other ids are told from words (`UTF-8`, `ES2020`) by what is put around them. */
const markedId =
  /^(?:\*\*|`|\[)(?<id>[A-Za-z][A-Za-z0-9]{0,11}(?:-[A-Za-z0-9]+){0,3}-?\d+(?:\.\d+)*[a-z]?)[.:：]?(?:\*\*|`|\])[.:：]?(?=\s|$)/u;

interface OpenBox {
  readonly id: string | undefined;
  readonly idPiece: Piece;
  readonly box: Checkbox;
  readonly text: Piece;
  readonly details: Piece[];
  readonly parts: number[];
  readonly parent: number | undefined;
  readonly group: string | undefined;
  /** Its group's name in ids, and its place in the group or below its box, from 1. */
  readonly groupId: string;
  readonly ordinal: number;
}

/** Whether a text has OpenSpec's numbered groups, with most boxes numbered after their group. */
export function isOpenSpecDocument(text: string): boolean {
  let group: string | undefined;
  let matching = 0;
  let other = 0;
  for (const line of readLines(text)) {
    const heading = headingOf(line);
    if (heading !== undefined) {
      if (heading.level <= 2) group = /^(\d+)\.?\s+\S/.exec(heading.text)?.[1];
      continue;
    }
    const box = parseCheckbox(line);
    if (box === undefined) continue;
    if (group !== undefined && box.text.replace(/^\*\*/, '').startsWith(`${group}.`)) matching += 1;
    else other += 1;
  }
  return matching > 0 && matching >= other;
}

export function readOpenSpecDocument(text: string): OpenSpecDocument {
  const lines = readLines(text);
  const { title, boxes } = readBoxes(lines);
  const ids = nameBoxes(boxes);
  return {
    title,
    lines,
    boxes: boxes.map(({ id, idPiece, box, text: piece, details, parts, group }, at) => {
      return { id: ids[at]!, idPiece, isNumbered: id !== undefined, box, text: piece, details, parts, group };
    }),
    order: orderOf(boxes),
  };
}

/** OpenSpec's own reader takes a box in a code fence for a task; here it is text, as everywhere in Markdown. */
function readBoxes(lines: readonly Line[]): { title: string | undefined; boxes: readonly OpenBox[] } {
  const boxes: OpenBox[] = [];
  let title: string | undefined;
  let heading: { readonly text: string; readonly number: string | undefined } | undefined;
  let groups = 0;
  let groupId: string | undefined;
  let roots = 0;
  let open: number[] = [];
  let isLazy = false;
  for (const [index, line] of lines.entries()) {
    const head = headingOf(line);
    if (head !== undefined) {
      const { text } = head;
      if (head.level === 1 && groupNumber.exec(text) === null) title ??= text;
      heading = { text, number: groupNumber.exec(text)?.[1] };
      [groupId, open, isLazy] = [undefined, [], false];
      continue;
    }
    const box = parseCheckbox(line);
    if (box === undefined) {
      isLazy = addDetail(line, index, boxes, open, isLazy);
      continue;
    }
    if (groupId === undefined) {
      const isGroup = heading !== undefined && heading.text !== title;
      if (isGroup) groups += 1;
      groupId = isGroup ? (heading?.number ?? String(groups)) : '';
      roots = 0;
    }
    while (open.length > 0 && boxes[open.at(-1)!]!.box.indent >= box.indent) open.pop();
    const parent = open.at(-1);
    if (parent === undefined) roots += 1;
    else boxes[parent]!.parts.push(boxes.length);
    const ordinal = parent === undefined ? roots : boxes[parent]!.parts.length;
    boxes.push({
      ...split(box, index),
      box,
      details: [],
      parts: [],
      parent,
      group: groupId === '' ? undefined : heading?.text,
      groupId,
      ordinal,
    });
    open.push(boxes.length - 1);
    isLazy = true;
  }
  return { title, boxes };
}

/** A line below a box belongs to it when it is indented further, or is its wrapped text. */
function addDetail(
  line: Line,
  index: number,
  boxes: readonly OpenBox[],
  open: number[],
  isLazy: boolean,
): boolean {
  const trimmed = line.text.trim();
  if (trimmed === '') return false;
  const indent = line.text.length - line.text.trimStart().length;
  const isPlain = !line.fenced && !/^(?:[-*+>|]|\d+[.)]|\*\*|={3,})/.test(trimmed);
  const close = (): void => {
    while (open.length > 0 && boxes[open.at(-1)!]!.box.indent >= indent) open.pop();
  };
  if (!isLazy) close();
  const owner = boxes[open.at(-1) ?? -1];
  if (owner === undefined) return false;
  if (isLazy && owner.box.indent >= indent && !isPlain) {
    close();
    const above = boxes[open.at(-1) ?? -1];
    above?.details.push({ text: trimmed, line: index, column: indent });
    return false;
  }
  const cut = Math.min(indent, owner.box.indent + 2);
  owner.details.push({ text: line.text.slice(cut), line: index, column: cut });
  return isLazy;
}

function split(box: Checkbox, line: number): Pick<OpenBox, 'id' | 'idPiece' | 'text'> {
  const column = box.textColumn - 1;
  const match = idPattern.exec(box.text) ?? markedId.exec(box.text);
  const id = match?.groups?.['deep'] ?? match?.groups?.['flat'] ?? match?.groups?.['id'];
  if (match === null || id === undefined) {
    const text = { text: box.text, line, column };
    return { id: undefined, idPiece: text, text };
  }
  const rest = box.text.slice(match[0].length).replace(/^[\s:：\u2013\u2014-]+/, '');
  return {
    id,
    idPiece: { text: id, line, column: column + match[0].indexOf(id) },
    text: { text: rest, line, column: column + box.text.length - rest.length },
  };
}

/** A box without a number is its group's (or its box's) id and its place there; a taken id is passed over. */
function nameBoxes(boxes: readonly OpenBox[]): readonly string[] {
  const taken = new Set(boxes.flatMap(({ id }) => id ?? []));
  const next = new Map<string, number>();
  const ids: string[] = [];
  for (const { id, parent, groupId, ordinal } of boxes) {
    if (id !== undefined) {
      ids.push(id);
      continue;
    }
    const lead = parent === undefined ? groupId : ids[parent]!;
    let place = Math.max(ordinal, next.get(lead) ?? 0);
    const named = (): string => (lead === '' ? String(place) : `${lead}.${place}`);
    while (taken.has(named())) place += 1;
    taken.add(named());
    ids.push(named());
    next.set(lead, place + 1);
  }
  return ids;
}

/** Without recursion: nesting may be as deep as a file is long. */
function orderOf(boxes: readonly OpenBox[]): readonly number[] {
  const order: number[] = [];
  const open: number[] = [];
  const isBelow = (at: number, parent: number | undefined): boolean => open[at] === parent;
  for (const [at, { parent }] of boxes.entries()) {
    while (open.length > 0 && !isBelow(open.length - 1, parent)) order.push(open.pop()!);
    open.push(at);
  }
  while (open.length > 0) order.push(open.pop()!);
  return order;
}
