/**
 * A path or glob as people write it, as one relative to the repository's root with `/`: no `./`, no Markdown
 * escapes (`src/\*`), no line suffix (`:12-40`), Windows separators turned.
 */
export function normaliseScope(text: string): string {
  if (/^[\w@][\w@.*-]*(?:\/[\w@.*-]+)*$/.test(text)) return text;
  return (
    text
      .trim()
      // Before a letter a backslash is a Windows separator, and then all of them are; else it is a Markdown escape.
      .replace(/\\/g, /\\[A-Za-z0-9]/.test(text) ? '/' : '')
      .replace(/:\d+(?:-\d+)?$/, '')
      .replace(/\/{2,}/g, '/')
      .replace(/^(?:\.\/)+/, '')
  );
}

/** The same list when nothing in it changes, which saves large backlogs a copy of every list. */
export function normaliseScopes(texts: readonly string[]): readonly string[] {
  return texts.every((text) => normaliseScope(text) === text) ? texts : texts.map(normaliseScope);
}

/** Whether a path leaves the repository or is absolute, so that no task's work can lie there. */
export function leavesRepository(path: string): boolean {
  return /^(?:\/|~|[A-Za-z]:)/.test(path) || path.split('/').includes('..');
}

/** Whether a text names a file rather than telling a title: no blanks, and a slash or a file extension. */
export function looksLikePath(text: string): boolean {
  return /^[^\s:"'<>|]+$/.test(text) && (text.includes('/') || /\.[A-Za-z][A-Za-z0-9]{0,7}$/.test(text));
}
