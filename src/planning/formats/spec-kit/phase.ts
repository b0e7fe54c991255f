/** One phase of a spec-kit tasks.md, as far as its heading tells. */
import type { Risk } from '../../../domain/plan.ts';
import type { Line } from '../../lines.ts';

export interface Phase {
  readonly title: string;
  readonly number: string | undefined;
  /** `US1`; undefined for a phase that is no story. */
  story: string | undefined;
  readonly name: 'setup' | 'foundational' | 'polish' | undefined;
  /** 1 for P1, and so on. */
  readonly priority: number | undefined;
  readonly goal: Said[];
  readonly test: Said[];
  readonly checkpoint: Said[];
  /** Boxes under "Done When" and the like within the phase. */
  readonly done: string[];
}

/** What follows `**Goal**:`, grown line by line. */
export interface Said {
  text: string;
}

export const phasePattern =
  /^(?:\W*)(?:phase|阶段|フェーズ)\s*(\d+[a-z]?(?:\.\d+)?|N\b|[IVX]+\b)|^第\s*(\d+)\s*(?:阶段|フェーズ)/iu;

const names = [
  ['setup', /\bset-?up\b|\binitiali[sz]ation\b|セットアップ|初始化|设置/iu],
  ['foundational', /\bfoundation(?:al|s)?\b|\bprerequisites?\b|基础|基盤/iu],
  ['polish', /\bpolish\b|\bcross-cutting\b|打磨|仕上げ/iu],
] as const;
const storyPattern = /(?:user\s+story|\bUS|用户故事|使用者故事|ユーザーストーリー)[ -]?(\d+)/iu;

/** A phase without tasks, from its heading and the number in it. */
export function newPhase(heading: string, number: string | undefined): Phase {
  const story = storyPattern.exec(heading)?.[1];
  const priority = /\bP(\d)\b/.exec(heading)?.[1];
  const title = heading.replace(phasePattern, '').replace(/^\s*[:：.\u2013\u2014-]\s*/, '');
  return {
    title: title.trim() || heading,
    number,
    story: story === undefined ? undefined : `US${Number(story)}`,
    name: story === undefined ? names.find(([, pattern]) => pattern.test(heading))?.[0] : undefined,
    priority: priority === undefined ? undefined : Number(priority),
    goal: [],
    test: [],
    checkpoint: [],
    done: [],
  };
}

/** P1 is high, P3 and below low. */
export function riskOf(priority: number | undefined): Risk {
  if (priority === undefined) return 'Medium';
  return priority <= 1 ? 'High' : priority === 2 ? 'Medium' : 'Low';
}

/**
 * Offsets of the comments that begin a line. One in a code fence is code, and one that is never closed hides nothing:
 * losing tasks is worse.
 */
export function commentsIn(text: string, lines: readonly Line[]): readonly (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  const opening = /^[ \t]*<!--/gm;
  const fenced = new Set(lines.flatMap((line) => (line.fenced ? [line.start] : [])));
  for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
    if (fenced.has(match.index)) continue;
    const end = text.indexOf('-->', match.index);
    if (end === -1) break;
    found.push([match.index, end + 3]);
    opening.lastIndex = end + 3;
  }
  return found;
}
