/**
 * Text of others (backlogs, agents, gates, people) made harmless: it may say anything, but it cannot hide anything,
 * end a line where it must not, or steer a terminal.
 */

// The escapes are the very thing to be removed. One that does not end, ends with its line.
// oxlint-disable-next-line no-control-regex
const escapeSequence = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B\n]*(?:\u0007|\u001B\\)?|[ -/]*[0-~])/g;

/** The text without terminal escape sequences, all else as it is. */
export function stripEscapes(text: string): string {
  return text.replace(escapeSequence, '');
}

const lineEnds = /\r\n|[\r\v\f\u0085\u2028\u2029]/g;
/** Joins letters in some scripts and pictures in some emoji; hides something anywhere else. */
const stray =
  /(?<![\p{L}\p{M}\p{Extended_Pictographic}])[\u200C\u200D]|[\u200C\u200D](?![\p{L}\p{M}\p{Extended_Pictographic}])/gu;
const invisible =
  /(?![\n\t\u200C\u200D])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Lines as a reader sees them: `\n` and tabs are the only controls left; escape sequences, direction and zero-width
 * characters, tags and lone surrogates are gone.
 */
export function cleanText(text: string): string {
  return stripEscapes(text).replace(lineEnds, '\n').replace(invisible, '').replace(stray, '');
}

/** The same as one line, white space drawn together, with at most `limit` characters. */
export function oneLine(text: string, limit = Number.POSITIVE_INFINITY): string {
  const line = cleanText(text).replace(/\s+/gu, ' ').trim();
  if (line.length <= limit) return line;
  return `${line.slice(0, limit - 1).replace(/\p{Cs}$/u, '')}…`;
}
