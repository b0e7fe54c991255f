/**
 * What a process in the sandbox sees of the file system, as a list of mounts, and that list as arguments of bwrap.
 *
 * 1. Everything is seen and nothing can be written, unless a mount says otherwise.
 * 2. Of two mounts the one with the longer path counts, whatever the order in the list.
 * 3. A folder that is covered is empty and stays so: nothing can be written into it either.
 */
export type Mount =
  /** A folder whose content is not seen. */
  | { readonly kind: 'covered'; readonly path: string }
  /** A file that cannot be read. */
  | { readonly kind: 'blank'; readonly path: string }
  /** `from` is seen at `path`. */
  | { readonly kind: 'read' | 'write'; readonly path: string; readonly from: string };

export function mountArguments(mounts: readonly Mount[]): readonly string[] {
  const ordered = withoutRepetition(mounts);
  return [
    ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp'],
    ...ordered.flatMap(argumentsOf),
    // Only now: what lies below had to be mounted first.
    ...ordered.flatMap((mount) => (mount.kind === 'covered' ? ['--remount-ro', mount.path] : [])),
  ];
}

function argumentsOf(mount: Mount): readonly string[] {
  switch (mount.kind) {
    case 'covered':
      return ['--tmpfs', mount.path];
    case 'blank':
      return ['--ro-bind', '/dev/null', mount.path];
    case 'read':
      return ['--ro-bind', mount.from, mount.path];
    case 'write':
      return ['--bind', mount.from, mount.path];
  }
}

/** In the order in which they can be mounted, each path once, and nothing that changes nothing. */
function withoutRepetition(mounts: readonly Mount[]): readonly Mount[] {
  const byPath = new Map<string, Mount>();
  for (const mount of mounts) {
    const other = byPath.get(mount.path);
    if (other === undefined || rank(mount) > rank(other)) byPath.set(mount.path, mount);
  }
  const kept: Mount[] = [];
  for (const mount of [...byPath.values()].toSorted((a, b) => depth(a.path) - depth(b.path))) {
    const around = kept.findLast((other) => isWithin(mount.path, other.path));
    if (mount.kind === 'covered' && around?.kind === 'covered') continue;
    // Seen already; and if it is a link, nothing can be mounted on it.
    if (mount.kind === 'read' && (around?.kind === 'read' || around?.kind === 'write')) continue;
    kept.push(mount);
  }
  return kept;
}

/** What counts when one path is named twice: what the work needs, then what is to be hidden. */
function rank({ kind }: Mount): number {
  return { read: 0, covered: 1, blank: 1, write: 2 }[kind];
}

function depth(path: string): number {
  return path === '/' ? 0 : path.split('/').length;
}

export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}
