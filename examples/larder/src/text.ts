/** Every run of blanks becomes one blank, and none is left at the ends. No-break spaces are blanks too. */
export function tidy(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}

/** The lines that say something, tidied. */
export function textLines(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map(tidy)
    .filter((line) => line !== '');
}
