/**
 * An entry of a task's reading list: a path, or a path and a section of that file as `docs/spec.md#Amounts`. The
 * section is a heading's words, its number, its anchor, or lines as `L10-L20`.
 */
export interface SpecReference {
  readonly file: string;
  readonly section: string | undefined;
}

/** A `#` separates only behind a file name, so that `docs/C#.md` is a path. */
export function parseSpecReference(entry: string): SpecReference {
  const at = /\.[A-Za-z][A-Za-z0-9]{0,9}#/.exec(entry);
  if (at === null) return { file: entry.replace(/:\d+(?:-\d+)?$/, ''), section: undefined };
  const hash = at.index + at[0].length - 1;
  const section = entry.slice(hash + 1).trim();
  return { file: entry.slice(0, hash), section: section === '' ? undefined : section };
}

/** As people say it: `docs/spec.md, Amounts`. */
export function describeSpecReference(entry: string): string {
  const { file, section } = parseSpecReference(entry);
  return section === undefined ? entry : `${file}, ${section}`;
}
