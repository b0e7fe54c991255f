import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { err, ok, type Result } from '../util/result.ts';
import { unreachable } from '../util/unreachable.ts';
import type { Step } from './script.ts';

export type Edit = Extract<
  Step,
  { readonly verb: 'write' | 'append' | 'replace' | 'remove' | 'rename' | 'escape' }
>;

/**
 * Carries out one edit below `workspace`, making folders as needed. The result is what was touched, for
 * people; the error says why the step cannot be done. Only `escape` may leave the workspace, by `..`, by an
 * absolute path or through a symbolic link. File system errors are thrown.
 */
export function performEdit(edit: Edit, workspace: string): Result<string, string> {
  if (edit.verb === 'escape') {
    put(resolve(workspace, edit.path), edit.text);
    return ok(edit.path);
  }
  const named = edit.verb === 'rename' ? [edit.from, edit.to] : [edit.path];
  const outside = named.find((path) => !isInside(path, workspace));
  if (outside !== undefined) return err(`${outside} is outside the workspace; only "escape" may write there`);
  switch (edit.verb) {
    case 'write':
      put(join(workspace, edit.path), edit.text);
      return ok(edit.path);
    case 'append':
      mkdirSync(dirname(join(workspace, edit.path)), { recursive: true });
      appendFileSync(join(workspace, edit.path), edit.text);
      return ok(edit.path);
    case 'replace':
      return replacePassage(edit, join(workspace, edit.path));
    case 'remove':
      if (!existsSync(join(workspace, edit.path))) return err(`${edit.path} does not exist`);
      rmSync(join(workspace, edit.path), { recursive: true });
      return ok(edit.path);
    case 'rename':
      if (!existsSync(join(workspace, edit.from))) return err(`${edit.from} does not exist`);
      mkdirSync(dirname(join(workspace, edit.to)), { recursive: true });
      renameSync(join(workspace, edit.from), join(workspace, edit.to));
      return ok(`${edit.from} to ${edit.to}`);
    default:
      return unreachable(edit);
  }
}

/** An editor's rule: the passage must be there, and only once, or the step would depend on luck. */
function replacePassage(
  edit: Extract<Edit, { readonly verb: 'replace' }>,
  file: string,
): Result<string, string> {
  if (!existsSync(file)) return err(`${edit.path} does not exist`);
  const text = readFileSync(file, 'utf8');
  const at = text.indexOf(edit.find);
  if (at === -1) return err(`${edit.path} does not contain ${JSON.stringify(edit.find)}`);
  if (text.includes(edit.find, at + 1)) {
    return err(`${edit.path} contains ${JSON.stringify(edit.find)} more than once`);
  }
  writeFileSync(file, text.slice(0, at) + edit.with + text.slice(at + edit.find.length));
  return ok(edit.path);
}

function put(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function isInside(path: string, workspace: string): boolean {
  const root = realpathSync(workspace);
  const target = resolve(root, path);
  if (leaves(relative(root, target))) return false;
  let existing = target;
  while (!existsSync(existing)) existing = dirname(existing);
  return !leaves(relative(root, realpathSync(existing)));
}

function leaves(path: string): boolean {
  return path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);
}
