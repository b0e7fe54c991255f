/** What a checklist calls its items: labels, numbers behind a word (`Task 3`), and ids made of the text. */
import { hash } from 'node:crypto';
import { parseTaskId } from '../../../domain/ids.ts';
import type { ListSection } from './items.ts';
import { emojiSource } from './status-words.ts';

/** `phase 2` of `### Phase 02: name`. */
export function phaseKey(text: string): string | undefined {
  const match =
    /^[^\p{L}\p{N}]*(phase|milestone|stage|wave|sprint|part|step)[ \t]+([A-Z]?\d+(?:\.\d+)*[a-z]?)(?![\w])/iu.exec(
      text,
    );
  return match === null ? undefined : `${match[1]!.toLowerCase()} ${plainNumber(match[2]!)}`;
}

function plainNumber(number: string): string {
  return number.replace(/^0+(?=\d)/, '').toLowerCase();
}

const keyWords: Readonly<Record<string, string>> = {
  ...{ task: 'task', story: 'task', 任务: 'task', 태스크: 'task', 작업: 'task', tarefa: 'task' },
  ...{ step: 'step', 步骤: 'step', passo: 'step', etapa: 'step', 단계: 'step', stage: 'stage' },
  ...{ phase: 'phase', 阶段: 'phase', fase: 'phase', milestone: 'milestone', sprint: 'sprint' },
  ...{ wave: 'wave', part: 'part' },
};

const wordKeyPattern = new RegExp(
  `^[^\\p{L}\\p{N}]{0,12}(${Object.keys(keyWords).join('|')})[ \\t]*#?([A-Z]?\\d{1,6}(?:[.-]\\d{1,6})*[a-z]?)(?![\\p{L}\\p{N}])[*_ \\t]*(?:[:\uff1a.)\u3001]|[-\u2013\u2014](?=\\s))?[*_ \\t]*`,
  'iu',
);
/** A single number needs a mark behind it: `2026 in review` has none. */
const numberPattern =
  /^[^\p{L}\p{N}]{0,12}(\d{1,4}(?:\.\d{1,4}){0,5})(?:[.):\uff1a\u3001](?=\s|\p{L}|$)|(?<=\.\d{1,4})(?=\s))[*_ \t]*/u;

/** What a heading or an item calls itself. */
export interface TaskKey {
  /** `none` for a bare number or a label of the file's own; `other` for milestones and the like. */
  readonly word: 'task' | 'step' | 'stage' | 'phase' | 'other' | 'none';
  /** As references name it, in lower case: `task 3`, `1.2`, `p0.1`. */
  readonly key: string;
  readonly id: string;
  /** How much of the text it takes. */
  readonly length: number;
}

export function taskKey(text: string): TaskKey | undefined {
  const named = wordKeyPattern.exec(text);
  if (named !== null) {
    const word = keyWords[named[1]!.toLowerCase()]!;
    const number = named[2]!;
    const kind = word === 'task' || word === 'step' || word === 'stage' || word === 'phase' ? word : 'other';
    const id = word === 'task' ? number : `${word}-${number}`;
    return { word: kind, key: `${word} ${plainNumber(number)}`, id, length: named[0].length };
  }
  const label = labelOf(text);
  if (label !== undefined && !/^\d+(?:\.\d+)*$/.test(label)) {
    const behind = /^[*~]*[:.)]?[*~]*\s*(?:[-\u2013\u2014]\s+)?/.exec(
      text.slice(text.indexOf(label) + label.length),
    )![0];
    const length = text.indexOf(label) + label.length + behind.length;
    const word = /^M\d+$/.test(label) ? 'other' : 'none';
    return { word, key: label.toLowerCase(), id: label, length };
  }
  const number = numberPattern.exec(text);
  if (number === null) return undefined;
  return { word: 'none', key: number[1]!, id: number[1]!, length: number[0].length };
}

/** Labels that a file gives its items: `T1:`, `01.2`, `01-02:`. */
const labelPattern =
  /^[*~]*(?:([A-Z]{1,5}-?\d+(?:\.\d+)*[a-z]?|\d+-\d+[a-z]?)[*~]*(?=[:.)][*\s]|\s+[-\u2013\u2014]\s)|(\d{1,4}(?:\.\d{1,4})+)\.?[*~]*(?=[:)\s]))/u;

/** What the file itself calls an item. */
export function labelOf(text: string): string | undefined {
  const match = labelPattern.exec(text);
  return match?.[1] ?? match?.[2];
}

/**
 * The item's own label, where it is the first with it; else heading and text as words and a hash of the text. Neither
 * line nor place counts, so that ids survive what is done to other items; only of items with the same text under the
 * same heading the later ones are counted.
 */
export class Ids {
  private readonly used = new Set<string>();
  private readonly counts = new Map<string, number>();

  /** For an id that stands in a column of ids: never another one, and no other task gets it. */
  reserve(id: string): void {
    this.used.add(id.toLowerCase());
  }

  make(section: ListSection, label: string | undefined, title: string): string {
    if (label !== undefined && !this.used.has(label.toLowerCase()) && parseTaskId(label).ok)
      return this.take(label);
    const text = statusless(title);
    const digest = hash('sha256', text.toLowerCase().replace(/\s+/g, ' ')).slice(0, 8);
    const words = slug(text, 32);
    const heading = slug(statusless(section.heading), 32);
    const name = words === '' ? digest : `${words}-${digest}`;
    const base = heading === '' ? name : `${heading}/${name}`;
    let count = this.counts.get(base.toLowerCase()) ?? 0;
    let id = base;
    do {
      count += 1;
      id = count === 1 ? base : `${base}-${count}`;
    } while (this.used.has(id.toLowerCase()));
    this.counts.set(base.toLowerCase(), count);
    return this.take(id);
  }

  private take(id: string): string {
    this.used.add(id.toLowerCase());
    return id;
  }
}

function slug(text: string, length: number): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, length + 1)
    .replace(/^-+|-+$/g, '');
}

/** Whatever can be written there as a status, or an id made of the text would change with it. */
const signBehind = new RegExp(`(?<!\\s)\\s*${emojiSource}\\s*$`, 'u');

/** Without what is added while the work goes on: `✅ done`, `(completed 2026-03-14)`, `Completed 2026-03-14.` */
export function statusless(text: string): string {
  return plainText(text)
    .replace(signBehind, '')
    .replace(/ ?(?:\u2705|\u2714|\u2713|\u2611|\ud83d\udea7|\ud83d\udd04|\u23f3|\u274c|\ud83d\udccb).*$/u, '')
    .replace(/ ?\((?:completed|done|finished)\b[^()]*\)$/i, '')
    .replace(/\.? ?\b(?:completed|done|finished) (?:on )?\d{4}-\d\d-\d\d\.?$/i, '')
    .trim();
}

export function plainText(text: string): string {
  return text
    .replace(/\*\*|~~/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** What two ways to name one task have in common: letters and digits, without notes in brackets. */
export function titleKey(text: string): string {
  return statusless(text)
    .slice(0, 300)
    .replace(/\s[-\u2013\u2014]\s*\d+(?:\.\d+)?\s*(?:[hd]|hours?|days?|\u5929|\u5c0f\u65f6)$/i, '')
    .replace(/[(\uff08][^()\uff08\uff09]{0,80}[)\uff09]/g, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}
