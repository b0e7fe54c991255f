import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { lineLists } from '../../domain/hot-files.ts';
import { tryGit } from './git.ts';

/**
 * Writes the attributes that merges go by to a file and returns its path: changelogs and the like keep the lines of
 * both sides. They take the place of the user's own global attributes, which therefore follow and win; what the
 * repository says in `.gitattributes` wins over both.
 */
export async function writeMergeAttributes(root: string, file: string): Promise<string> {
  const names = lineLists.flatMap((name) => [name, name.toLowerCase()]);
  const endings = ['', '.md', '.markdown', '.rst', '.txt', '.adoc'];
  const own = names.flatMap((name) => endings.map((ending) => `${name}${ending} merge=union\n`)).join('');
  const text = own + (await usersAttributes(root));
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return file;
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
  return file;
}

async function usersAttributes(root: string): Promise<string> {
  const configured = await tryGit(root, ['config', '--type=path', 'core.attributesFile']);
  const home = process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  const file = configured.code === 0 ? configured.stdout.trim() : join(home, 'git', 'attributes');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
