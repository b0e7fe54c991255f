import { tryGit } from './git.ts';

/**
 * The `.gitconfig` of an agent's home. Of the person's own only what changes how files are read and written: their
 * hooks, signing, aliases and logins do not act in an agent's name.
 */
export async function agentGitConfig(root: string): Promise<string> {
  const kept = await keptSettings(root, '--global');
  return [
    '[commit]\n\tgpgSign = false\n[tag]\n\tgpgSign = false\n[credential]\n\thelper =\n',
    // In a container the files may belong to another user than the one who runs.
    '[safe]\n\tdirectory = *\n',
    renderSettings(kept),
  ].join('');
}

export type Setting = readonly [name: string, value: string];

/** Settings of one level of the person's configuration that an agent's git needs to see the files as they are. */
export async function keptSettings(root: string, level: '--global' | '--local'): Promise<readonly Setting[]> {
  const listed = await tryGit(root, ['config', level, '--list', '-z']);
  // Code 1: no such file.
  if (listed.code !== 0) return [];
  return listed.stdout.split('\0').flatMap((entry): readonly Setting[] => {
    const end = entry.indexOf('\n');
    const name = end === -1 ? entry : entry.slice(0, end);
    return keptNames.test(name) ? [[name, end === -1 ? 'true' : entry.slice(end + 1)]] : [];
  });
}

const keptNames =
  /^(?:core\.(?:autocrlf|eol|safecrlf|symlinks|filemode|ignorecase|longpaths|precomposeunicode|abbrev|bigfilethreshold|sparsecheckout|sparsecheckoutcone)|init\.defaultbranch|filter\..+|i18n\..+|lfs\..+)$/;

/** In git's own syntax: a section of its own for each, which git allows. */
export function renderSettings(settings: readonly Setting[]): string {
  return settings
    .map(([name, value]) => {
      const first = name.indexOf('.');
      const last = name.lastIndexOf('.');
      const section = name.slice(0, first);
      const middle = first === last ? '' : ` ${quote(name.slice(first + 1, last))}`;
      return `[${section}${middle}]\n\t${name.slice(last + 1)} = ${quote(value)}\n`;
    })
    .join('');
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`;
}
