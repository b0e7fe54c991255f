/**
 * The mounts of one attempt: what it may write to, what it needs to see, and what is nobody's business but the
 * person's.
 */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { toolchainSecrets } from '../home/toolchains.ts';
import { installationOf } from './installations.ts';
import { isWithin, type Mount } from './mounts.ts';
import type { SandboxSettings } from './settings.ts';

export interface Surroundings {
  /** The homes of the person: by the environment, and by the system's list of users. */
  readonly homes: readonly string[];
  /** Folders of Pawl's and of the repository that no agent is to see. */
  readonly private: readonly string[];
  /** What agents need of Pawl itself: its programs, its Node. */
  readonly own: readonly string[];
}

export interface ProfileOptions extends Surroundings {
  readonly settings: SandboxSettings;
  /** Of this attempt: the checkout, its home, its temporary folder. */
  readonly writable: readonly string[];
  /** Mounts of this attempt beside those. */
  readonly mounts: readonly Mount[];
}

/** `argv[0]` is the absolute path of a program. */
export function profileOf(
  options: ProfileOptions,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): readonly Mount[] {
  const { settings, homes, own, writable, mounts } = options;
  const covers = coversOf(options);
  const isTooWide = (folder: string): boolean =>
    covers.some((cover) => isWithin(cover, folder)) || homes.some((home) => isSettings(folder, home));
  const [program = '', ...args] = argv;
  const seen = [
    ...own,
    ...installationOf(program, isTooWide),
    ...args.filter((arg) => isAbsolute(arg)),
    ...foldersOnPath(env['PATH'] ?? ''),
    ...namedBy(env),
    '/etc/resolv.conf',
    ...expand(settings.read, homes),
  ];
  return [
    ...covers.map((path): Mount => ({ kind: 'covered', path })),
    ...seen
      .filter((path) => !writable.some((own) => isWithin(path, own)))
      .flatMap((path) => seenThrough(path, covers)),
    ...[...secrets, ...toolchainSecretsIn(env), ...expand(settings.hide, homes)].flatMap(hidden),
    ...mounts,
    ...[...expand(settings.write, homes), ...writable].flatMap((path): readonly Mount[] =>
      existsSync(path) ? [{ kind: 'write', path: realpathSync(path), from: path }] : [],
    ),
  ];
}

/** Everyone's homes, what runs on the machine, and what is Pawl's. */
function coversOf(options: ProfileOptions): readonly string[] {
  const folders = ['/home', '/root', '/run', ...options.homes, ...options.private];
  return folders.flatMap((folder) => {
    if (!isFolder(folder)) return [];
    const real = realpathSync(folder);
    // A home that is the root of everything cannot be covered.
    return real === '/' ? [] : [real];
  });
}

/** Files of the system that only root may read, and Pawl may be root. */
const secrets = ['/etc/shadow', '/etc/shadow-', '/etc/gshadow', '/etc/gshadow-'];

function toolchainSecretsIn(env: Readonly<Record<string, string>>): readonly string[] {
  return toolchainSecrets.flatMap(([variable, name]) => {
    const folder = env[variable];
    return folder === undefined ? [] : [join(folder, name)];
  });
}

function hidden(path: string): readonly Mount[] {
  if (!existsSync(path)) return [];
  const real = realpathSync(path);
  return [{ kind: isFolder(real) ? 'covered' : 'blank', path: real }];
}

/** Mounts that let a path be seen through a cover, by the name it was asked for and by its real one. */
function seenThrough(path: string, covers: readonly string[]): readonly Mount[] {
  if (!existsSync(path)) return [];
  const from = realpathSync(path);
  return [...new Set([resolve(path), from])]
    .filter((name) => covers.some((cover) => isWithin(name, cover)) || isWithin(name, '/tmp'))
    .map((name): Mount => ({ kind: 'read', path: name, from }));
}

/** Folders in which programs and secrets lie beside each other. */
function isSettings(folder: string, home: string): boolean {
  return ['.config', '.local', '.local/share', '.cache'].some((name) => folder === join(home, name));
}

function foldersOnPath(path: string): readonly string[] {
  return path.split(delimiter).filter((folder) => isAbsolute(folder));
}

/** Files and folders that variables name, which are all on the allow-list: certificates, toolchains. */
function namedBy(env: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (!isAbsolute(value) || value.includes(delimiter) || places.has(name) || !existsSync(value)) return [];
    const info = statSync(value);
    return info.isFile() || info.isDirectory() ? [value] : [];
  });
}

/** Variables that say where the attempt works, not what it needs. */
const places = new Set(['HOME', 'TMPDIR', 'PWD', 'OLDPWD', 'PAWL_WORKSPACE']);

function expand(paths: readonly string[], homes: readonly string[]): readonly string[] {
  const [home = '/'] = homes;
  return paths
    .map((path) => (path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path))
    .filter((path) => isAbsolute(path));
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
