/** One line of a text file, with what is needed to find and to change it in the original text. */
export interface Line {
  /**
   * The line without its line break; no-break blanks, and line breaks of other kinds, are ordinary blanks here, each
   * one character as before, so that offsets still fit the original.
   */
  readonly text: string;
  /** Offset of the line's first character in the original text. */
  readonly start: number;
  /** Whether the line lies in a code fence or opens or closes one. */
  readonly fenced: boolean;
  /** The word after an opening fence, on the lines inside it: `mermaid`. */
  readonly language: string | undefined;
}

/**
 * The lines of a Markdown file. Byte order mark, CRLF and no-break blanks are taken care of. A fence is closed by
 * one of the same character that is at least as long, as CommonMark has it; an unclosed one goes to the end.
 */
export function readLines(text: string): readonly Line[] {
  const lines: Line[] = [];
  let fence: { readonly mark: string; readonly language: string } | undefined;
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  while (start <= text.length) {
    const breakAt = text.indexOf('\n', start);
    const end = breakAt === -1 ? text.length : breakAt;
    const raw = text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end);
    // `.` and `$` of an expression stop at what other programs may break a line at.
    const line = raw.replace(/[\u00a0\u202f\u2007\u2028\u2029\r]/g, ' ');
    const mark = /^\s*(?:>\s?)*(`{3,}(?!`)|~{3,}(?!~))\s*([^`]*)$/.exec(line);
    if (fence === undefined) {
      fence = mark === null ? undefined : { mark: mark[1]!, language: mark[2]!.trim().toLowerCase() };
      lines.push({ text: line, start, fenced: fence !== undefined, language: undefined });
    } else {
      const closes = mark !== null && mark[2]!.trim() === '' && mark[1]!.startsWith(fence.mark);
      lines.push({ text: line, start, fenced: true, language: closes ? undefined : fence.language });
      if (closes) fence = undefined;
    }
    if (breakAt === -1) break;
    start = breakAt + 1;
  }
  return lines;
}

/** Whether what is put behind the text would stand in a code fence that is never closed. */
export function endsInFence(text: string): boolean {
  return readLines(`${text}\n`).at(-1)!.fenced;
}

/** The line break a text uses: that of its first line, `\n` when it has none. */
export function lineBreakOf(text: string): '\n' | '\r\n' {
  const at = text.indexOf('\n');
  return at > 0 && text[at - 1] === '\r' ? '\r\n' : '\n';
}

/** Replaces `[start, end)` of a text by `text`. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The edits must not overlap; two insertions at one offset keep their order. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    parts.push(text.slice(at, edit.start), edit.text);
    at = edit.end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}
