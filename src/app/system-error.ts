import { PawlError } from '../domain/refusal.ts';

/**
 * What the operating system refused, as the refusal a person can act on: a full disk or a place that cannot be
 * written. Anything else comes back as it is.
 */
export function translateSystemError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof PawlError) return error;
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  const where = path === undefined ? error.message : `${path}: ${error.message}`;
  // A recursive mkdir in Node says ENOENT where the file system is read-only.
  switch (code === 'ENOENT' && syscall === 'mkdir' ? 'EROFS' : code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new PawlError('NO-SPACE', where, {
        hint: 'Free space, then type `pawl run`: it goes on where it was.',
        cause: error,
      });
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
    case 'ENOTDIR':
    case 'EEXIST':
      return new PawlError('READ-ONLY', where, {
        hint: 'Make the place writable, or set PAWL_CACHE to a folder that is, then type `pawl run`.',
        cause: error,
      });
    default:
      return error;
  }
}
