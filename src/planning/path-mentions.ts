import { leavesRepository, looksLikePath, normaliseScope } from './scope-text.ts';

/** No path is longer; what is, is data or an attempt to keep the expressions below busy. */
const longestMention = 400;

/**
 * The files and folders that a text mentions, in order, each once: in back-ticks, as the target of a Markdown link,
 * or bare when they hold a slash and look like a path. Line suffixes, notes and `file://` are taken off; what leaves
 * the repository is left out, and so are names of packages, media types and methods. Literal brackets (`[id]`,
 * `[...all]`) and `{a,b}` stay.
 */
export function pathsIn(text: string): readonly string[] {
  const found = new Set<string>();
  const mention = /\[[^[\]\n]{0,300}\]\(([^()\s]+)\)|`([^`\n]+)`|((?:\{[^{}\s]*\}|[^\s,;()"'<>|`{}])+)/g;
  for (const [, target, code, word] of text.matchAll(mention)) {
    if (target !== undefined) collect(found, decodeTarget(target), true);
    else if (code !== undefined) collect(found, code);
    else if (word !== undefined && word.length <= longestMention && word.includes('/')) {
      const bare = withoutEmphasis(word.replace(/[.:!?]+$/, ''));
      if (looksLikeBarePath(bare)) collect(found, bare);
    }
  }
  return [...found];
}

/** `**src/a.ts**` without the stars; those of a glob stay. */
function withoutEmphasis(word: string): string {
  const marks = /^[*_]+(?!\/)/.exec(word)?.[0] ?? '';
  return marks === '' ? word : word.slice(marks.length).replace(/[*_]+[.:!?]*$/, '');
}

/** Adds a mention that is a path. */
function collect(found: Set<string>, mention: string, isTarget = false): void {
  if (mention.length > longestMention) return;
  const path = normaliseScope(mention.trim().replace(/\s+\(.*\)$/, ''));
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(path);
  // Only the target of a link can hold blanks, encoded; back-ticks with blanks are commands.
  const isPath = looksLikePath(isTarget ? path.replaceAll(' ', '_') : path) || /^\.[a-z][\w.-]*$/i.test(path);
  const isNamed = /[\p{L}\p{N}]/u.test(path) && !isOther(path);
  if (!isUrl && isPath && isNamed && !leavesRepository(path)) found.add(path);
}

const extension =
  /\.(?:[cm]?[jt]sx?|json[5lc]?|ya?ml|toml|lock|md|mdx|markdown|txt|html?|xml|svg|css|s[ac]ss|less|vue|svelte|astro|py|pyi|ipynb|rb|rs|go|java|kts?|scala|swift|php|cs|fs|vb|c|h|cc|cpp|hpp|m|mm|lua|pl|r|jl|ex|exs|erl|hs|clj|dart|zig|nim|sol|sh|bash|zsh|fish|ps1|bat|cmd|sql|prisma|graphql|gql|proto|tf|hcl|env|example|ini|cfg|conf|config|properties|gradle|csv|tsv|png|jpe?g|gif|webp|ico|woff2?|ttf|pdf|log|template|tmpl|hbs|ejs|snap|wasm|patch|diff)$/i;

/** What has the shape of a path and is none: `agent.send`, `application/json`, `@scope/name`. */
function isOther(path: string): boolean {
  if (!path.includes('/')) return !extension.test(path) && !/^\.[a-z]/i.test(path);
  if (/^(?:application|audio|font|image|multipart|text|video)\/[\w+-]+$/.test(path)) return true;
  return /^@[\w.-]+\/[\w.-]+$/.test(path) && !extension.test(path);
}

const usualFolder =
  /^(?:\.[\w-]|src|lib|app|apps|bin|cmd|pkg|internal|packages|crates|services|modules|test|tests|spec|specs|docs?|scripts|config|public|assets|examples|tools|migrations|prisma|backend|frontend|server|client|api|web|components|pages)\//;

/** Prose holds slashes, too: `and/or`, `read/write/execute`, `example.com/x`. */
function looksLikeBarePath(word: string): boolean {
  if (/^(?:www\.|[\w-]+\.(?:com|org|net|io|dev|ai|app)\/)/i.test(word)) return false;
  return (
    extension.test(word.replace(/:\d+(?:-\d+)?$/, '')) || /[^/]\/(?:\*{0,2})$/.test(word) || isPattern(word)
  );
}

function isPattern(word: string): boolean {
  return /\/[^/]*[*{[]|[*{[][^/]*\//.test(word) || usualFolder.test(word.replace(/^(?:\.\/)+/, ''));
}

function decodeTarget(target: string): string {
  const bare = target.replace(/^file:\/\/\/?/, '').replace(/#.*$/, '');
  try {
    return decodeURIComponent(bare);
  } catch {
    // Not an encoded path after all: taken as it stands.
    return bare;
  }
}
