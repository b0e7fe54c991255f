/** The acceptance criteria of a BMAD story: numbered, labelled `AC1`, as headings, bullets, or Given/When/Then. */
import type { Criterion } from '../../../domain/plan.ts';
import type { Line } from '../../lines.ts';

const label =
  /^[*_`]{0,3}AC[- ]?#?(\d{1,4}[a-z]?)(?![\w])[*_`]{0,3}[ \t]*[:.)\u2010-\u2015-]?[*_`]{0,3}[ \t]*/i;

interface Growing {
  readonly number: string | undefined;
  readonly parts: string[];
  /** Takes everything up to the next heading. */
  readonly isHeading: boolean;
}

/** `rest` is what stands between the criteria and belongs to none. Ids are `AC1` by number, else `<story>.AC1`. */
export function readCriteria(
  lines: readonly Line[],
  story: string,
): { readonly criteria: readonly Criterion[]; readonly rest: string } {
  const found: Growing[] = [];
  const rest: string[] = [];
  let last: Growing | undefined;
  let afterBlank = false;
  const begin = (number: string | undefined, text: string, isHeading = false): void => {
    last = { number, parts: [text], isHeading };
    found.push(last);
  };
  for (const line of lines) {
    const text = line.text.trimEnd();
    const isBlank = text === '';
    const heading = line.fenced ? undefined : /^ {0,3}#{1,6}[ \t]+(.*)$/.exec(text)?.[1];
    if (heading !== undefined) {
      const named = label.exec(heading) ?? /^(\d{1,4})[.):][ \t]*/.exec(heading);
      last = undefined;
      if (named !== null) begin(named[1], heading.slice(named[0].length), true);
      else if (!/^[*_]{0,3}acceptance criteri/i.test(heading)) rest.push(text);
    } else if (isBlank) {
      last?.parts.push('');
    } else {
      const item = line.fenced ? undefined : itemOf(text);
      if (item?.number !== undefined && last?.isHeading !== true) begin(item.number, item.text);
      else if (item !== undefined && (last === undefined || (last.number === undefined && !last.isHeading)))
        begin(undefined, item.text);
      else if (last !== undefined && (last.isHeading || line.fenced || belongs(text, afterBlank)))
        last.parts.push(text.replace(/^([ \t]*[-*+][ \t]+)\[[^\][]?\][ \t]+/u, '$1'));
      else rest.push(text);
    }
    afterBlank = isBlank;
  }
  return { criteria: named(found, story), rest: rest.join('\n').trim() };
}

/** A line that begins a criterion, at the margin. */
function itemOf(text: string): { readonly number: string | undefined; readonly text: string } | undefined {
  const numbered = /^ {0,3}(\d{1,4})[.)][ \t]+(?:\[[^\][]?\][ \t]+)?(\S.*)$/u.exec(text);
  if (numbered !== null) {
    const inner = label.exec(numbered[2]!);
    const isSame = inner !== null && inner[1] === numbered[1];
    return { number: numbered[1]!, text: isSame ? numbered[2]!.slice(inner[0].length) : numbered[2]! };
  }
  const bullet = /^ ?[-*+][ \t]+(?:\[[^\][]?\][ \t]+)?/u.exec(text);
  const bare = text.slice(bullet?.[0].length ?? 0);
  const labelled = label.exec(bare);
  if (labelled !== null) return { number: labelled[1]!, text: bare.slice(labelled[0].length) };
  if (bullet !== null) return { number: undefined, text: bare };
  return /^[*_]{0,3}given\b/i.test(text) ? { number: undefined, text } : undefined;
}

/** Whether a line goes on with the criterion above it. */
function belongs(text: string, afterBlank: boolean): boolean {
  return !afterBlank || /^[ \t]/.test(text) || /^[*_]{0,3}(?:when|then|and|but|given)\b/i.test(text);
}

function named(found: readonly Growing[], story: string): readonly Criterion[] {
  const taken = new Set<string>();
  return found.map(({ number, parts }, at) => {
    const own = number === undefined ? undefined : `AC${number.toLowerCase()}`;
    let id = own ?? `${story}.AC${at + 1}`;
    // A list that begins again at 1 below another heading.
    if (taken.has(id)) id = `${story}.AC${at + 1}`;
    taken.add(id);
    return {
      id,
      text: parts
        .join('\n')
        .replace(/\n{2,}/g, '\n')
        .trim(),
    };
  });
}
