/** What `_Dependencies: 1.2, 7.1-7.7_` of a Kiro task names. */
import { isTask, type KiroBox } from './document.ts';
import { piecesOf } from './requirements.ts';

/** One task that is named, or a number that no box has, as it stands in the file. */
export interface KiroReference {
  readonly target: number | string;
  readonly line: number;
  /** 0-based. */
  readonly column: number;
  readonly length: number;
}

export interface KiroReferences {
  /** Undefined for "all above", which document order says already. */
  readonly named: readonly KiroReference[] | undefined;
  /** Pieces that name no task by a number, and ranges that cannot be read. */
  readonly prose: readonly { readonly text: string; readonly column: number }[];
}

export const dependencyLabel =
  /^\s*(?:[-*+][ \t]+)?[_*]{0,3}(?:depend(?:encies|ency|s(?:[ \t]on)?)|依存(?:関係)?|依赖)[_*]{0,3}[ \t]*[:：][_*]{0,3}[ \t]*/iu;

const taskWord = '(?:tasks?|steps?|タスク|任务|任務)[ \\t]*';
const number = '#?(\\d+(?:\\.\\d+){0,7}[A-Za-z]?)\\.?';
const pattern = new RegExp(
  `^(?:${taskWord})?${number}(?:[ \\t]*(?:[-\\u2010-\\u2015~〜～]|to|through|至|到)[ \\t]*(?:${taskWord})?${number})?` +
    '[ \\t]*(?:(?:の|が|is|are|must be)?[ \\t]*(?:完了|完成|終了|done|completed?|finished)(?:後|后)?)?[ \\t.。]*$',
  'iu',
);

/** Boxes that are looked at for all references of a file together; no person means more. */
const maxVisited = 1_000_000;

/** Resolves references among the boxes of one file. A parent stands for its tasks, a checkpoint for those before it. */
export class KiroReferenceReader {
  private readonly boxes: readonly KiroBox[];
  private readonly first = new Map<string, number>();
  private room = maxVisited;

  constructor(boxes: readonly KiroBox[]) {
    this.boxes = boxes;
    for (const [at, { id }] of boxes.entries()) if (!this.first.has(id)) this.first.set(id, at);
  }

  /** `of` is the box that the text belongs to. */
  read(text: string, of: number, line: number, column: number): KiroReferences {
    const bare = text.trim();
    if (/^(?:none|nothing|n\/?a|no dependencies|[-\u2013\u2014]|无|なし)[.。]?$/iu.test(bare) || bare === '')
      return { named: [], prose: [] };
    if (/^(?:all(?: (?:above|previous|prior))?(?: tasks)?)[.。]?$/iu.test(bare))
      return { named: undefined, prose: [] };
    const named: KiroReference[] = [];
    const prose: { text: string; column: number }[] = [];
    for (const piece of piecesOf(text, column)) {
      const match = pattern.exec(
        piece.text.length > 200 ? '' : piece.text.replace(/[ \t]*[(（][^()（）]*[)）]$/, ''),
      );
      const targets = match === null ? undefined : this.targets(match[1]!, match[2], of);
      if (targets === undefined) prose.push(piece);
      else
        for (const target of targets)
          named.push({ target, line, column: piece.column, length: piece.text.length });
    }
    return { named, prose };
  }

  /** Undefined for a range that runs backwards, and when too much was named before. */
  private targets(
    from: string,
    to: string | undefined,
    of: number,
  ): readonly (number | string)[] | undefined {
    const start = this.first.get(from);
    const end = to === undefined ? start : this.first.get(to);
    if (start === undefined || end === undefined) {
      return [...(start === undefined ? [from] : []), ...(end === undefined && to !== undefined ? [to] : [])];
    }
    if (end < start) return undefined;
    if (this.room < 0) return undefined;
    return to === undefined && isTask(this.boxes[start]!) ? [start] : this.within(start, end, of);
  }

  /** The tasks from one box to the end of another. Optional ones are named by themselves only. */
  private within(start: number, end: number, of: number): readonly number[] {
    const own = this.boxes[of]!.id;
    const found: number[] = [];
    const take = (at: number): void => {
      this.room -= 1;
      const box = this.boxes[at]!;
      if (box.optional || !isTask(box) || at === of || box.id.startsWith(`${own}.`)) return;
      found.push(at);
    };
    if (start === end && this.boxes[start]!.checkpoint && this.boxes[start]!.children.length === 0) {
      for (let at = start - 1; at >= 0; at -= 1) {
        if (this.boxes[at]!.checkpoint && found.length > 0) break;
        take(at);
      }
      return found.toReversed();
    }
    for (let at = start; at <= end; at += 1) {
      const box = this.boxes[at]!;
      // Its own parent means what stands before it there.
      if (own.startsWith(`${box.id}.`) && at !== start && at > of) continue;
      take(at);
    }
    const isOwnParent = own.startsWith(`${this.boxes[end]!.id}.`);
    const prefix = `${this.boxes[end]!.id}.`;
    for (let at = end + 1; at < this.boxes.length && this.boxes[at]!.id.startsWith(prefix); at += 1) {
      if (isOwnParent && at >= of) break;
      take(at);
    }
    return found;
  }
}
