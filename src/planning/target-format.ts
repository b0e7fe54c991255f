/** Which format a backlog that is to be written has, and which file it is, by nothing but its path. */
import type { PlanFormat } from '../domain/plan.ts';
import { err, ok, type Result } from '../util/result.ts';
import { backlogFormats } from './formats/all.ts';

export interface Target {
  readonly format: PlanFormat;
  /** The backlog's file, or the folder of a tree. */
  readonly entry: string;
}

export interface TargetRequest {
  /** Relative to the root, with `/`, without one at the end. */
  readonly path: string;
  /** It is a folder, or was typed as one. */
  readonly isFolder: boolean;
  readonly wanted?: PlanFormat;
}

/** Not decided: the formats that it could be, none or several. */
export type Undecided = readonly PlanFormat[];

/**
 * The places where repositories keep the formats decide. A path that is none of them is looked at from its end, so
 * that `backend/prd.json` is one as well; where two formats have as much of a path in common with it, neither is taken.
 */
export async function resolveTarget(request: TargetRequest): Promise<Result<Target, Undecided>> {
  const { path, isFolder, wanted } = request;
  if (wanted !== undefined) return ok({ format: wanted, entry: await entryIn(wanted, path, isFolder) });
  const found = isFolder ? ofFolder(path) : ofFile(path);
  const [format, ...others] = found;
  if (format === undefined || others.length > 0) return err(found);
  return ok({ format, entry: await entryIn(format, path, isFolder) });
}

async function entryIn(format: PlanFormat, path: string, isFolder: boolean): Promise<string> {
  if (!isFolder || (await backlogFormats[format].load()).group !== undefined) return path;
  const { places } = backlogFormats[format];
  const literal = places.find((place) => !place.includes('*') && path !== '' && place.startsWith(`${path}/`));
  const name = places
    .map((place) => place.slice(place.lastIndexOf('/') + 1))
    .find((one) => !one.includes('*'));
  return literal ?? (path === '' ? name! : `${path}/${name}`);
}

const names = Object.keys(backlogFormats) as PlanFormat[];

function ofFile(path: string): Undecided {
  const exact = names.filter((name) =>
    backlogFormats[name].places.some((place) => patternOf(place).test(path)),
  );
  if (exact.length > 0) return exact;
  return best((place) => {
    const parts = place.split('/');
    // Any Markdown file may be a story or a plan.
    if (parts.at(-1) === '*.md') return 0;
    const ends = parts.map((_, at) => parts.slice(at));
    return Math.max(
      0,
      ...ends.map((end) => (patternOf(`**/${end.join('/')}`).test(path) ? weightOf(end) : 0)),
    );
  });
}

/** `docs/stories`, `.kiro/specs/search`, and `.gsd` or `.taskmaster`, below which there is only one place. */
function ofFolder(path: string): Undecided {
  const exact = best((place) => {
    const parts = place.split('/').slice(0, -1);
    return parts.length > 0 && patternOf(parts.join('/')).test(path) ? weightOf(parts) : 0;
  });
  if (exact.length > 0) return exact;
  const depth = path.split('/').length;
  return best((place) => {
    const parts = place.split('/').slice(0, depth);
    return path !== '' && parts.join('/') === path && !place.slice(0, -1).endsWith('*') ? 1 : 0;
  });
}

/** The formats of which a place has the highest weight; none has one of 0. */
function best(weigh: (place: string) => number): Undecided {
  const weights = names.map((name) => Math.max(...backlogFormats[name].places.map(weigh)));
  const highest = Math.max(...weights);
  return highest === 0 ? [] : names.filter((_, at) => weights[at] === highest);
}

/** How many of its names say something. */
function weightOf(parts: readonly string[]): number {
  return parts.filter((part) => !/^\*+$/.test(part)).length;
}

function patternOf(place: string): RegExp {
  const source = place
    .split(/(\/\*\*(?=\/|$)|^\*\*\/|\*)/)
    .map((part) => {
      if (part === '/**') return '(?:/[^/]+)*';
      if (part === '**/') return '(?:[^/]+/)*';
      return part === '*' ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}$`);
}
