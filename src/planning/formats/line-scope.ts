/** The paths that a one-line task mentions, without the many words that only look like paths. */
import { pathsIn } from '../path-mentions.ts';

const extensions =
  /\.(?:[cm]?[jt]sx?|json[c5l]?|ya?ml|toml|mdx?|py|go|mod|sum|rs|java|kts?|rb|php|cs|swift|c|h|cpp|hpp|vue|svelte|s?css|less|html?|sql|sh|ps1|proto|graphql|prisma|env|lock|xml|txt|svg|png|ini|cfg|conf|example|tf|dart|ex|exs|sqlite)$/i;
const folders =
  /^(?:\.[a-z][\w-]*|src|lib|apps|tests|docs|backend|frontend|packages|internal|cmd|pkg|openspec)\/./i;

/** Paths are not looked for further on in a line, which bounds the search. */
const longestLine = 4_000;

/** Files that are at a repository's root and named without a path, which several tasks like to change. */
const rootFiles =
  /(?<![\w/.@-])(?:package\.json|tsconfig\.json|README\.md|CHANGELOG\.md|Cargo\.toml|go\.mod|pyproject\.toml|requirements\.txt|docker-compose\.ya?ml|\.gitignore|\.prettierrc|\.eslintrc\.json|\.env\.example)(?![\w/-])/g;

/**
 * `login/logout`, `GET/PATCH`, `auth.handler` and `golang.org/x/oauth2` are no paths: a bare mention counts with a file
 * extension, a slash at its end or a well-known folder in front, one in back-ticks or a link with a slash, too.
 */
export function scopeOf(text: string): readonly string[] {
  return [...new Set(text.split('\n').flatMap((line) => scopeOfLine(line.slice(0, longestLine))))];
}

function scopeOfLine(text: string): readonly string[] {
  const root = [...text.matchAll(rootFiles)].map(([name]) => name);
  const paths = pathsIn(text).filter((path) => {
    if (opened(path) !== 0 || /^[\w-]+(?:\.[\w-]+)*\.(?:com|org|io|net|dev)(?:\/|$)/.test(path)) return false;
    if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(path) && !extensions.test(path))
      return false;
    if (extensions.test(path) || /^\.[a-z]+rc$/.test(path)) return true;
    if (!path.includes('/')) return false;
    if (path.startsWith('@')) return false;
    return path.endsWith('/') || /[*[]/.test(path) || folders.test(path) || isMarked(text, path);
  });
  return [...paths, ...root];
}

/** In back-ticks with a slash inside, as `lib/auth`. */
function isMarked(text: string, path: string): boolean {
  return text.includes(`\`${path}\``) && /^[\w.@-]+\/[\w.@/-]+$/.test(path) && /[a-z]/.test(path);
}

function opened(path: string): number {
  let depth = 0;
  for (const character of path) depth += character === '{' ? 1 : character === '}' ? -1 : 0;
  return depth;
}
