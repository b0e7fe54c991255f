/** The files of a backlog that is a tree. */

/** The folder of a tree: the entry, or that of an entry that is a file; empty for the root. */
export function treeFolder(entry: string, isFile: RegExp): string {
  const folder = isFile.test(entry) ? entry.slice(0, Math.max(0, entry.lastIndexOf('/'))) : entry;
  return folder.replace(/\/+$/, '').replace(/^\.$/, '');
}

export function inFolder(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** In the order in which they are found again, which is that of their names, `step2` before `step10`. */
export function readingOrder(files: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  return new Map(files.toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true })));
}

/** A few words of a title for a file's name; empty when it has no Latin letters or digits. */
export function slugOf(title: string): string {
  const words = title
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
    .slice(0, 6);
  return words.join('-').slice(0, 50).replace(/-+$/, '');
}
