import { pathsIn } from '../path-mentions.ts';

const folders =
  /^(?:\.\w[\w-]*|src|lib|libs|test|tests|spec|e2e|docs?|apps?|packages|scripts|bin|config|public|server|client|tools|examples|migrations)\//;
const extensions =
  /\.(?:[cm]?[jt]sx?|json[5c]?|ya?ml|toml|md|mdx|html?|s?css|less|sass|vue|svelte|py|rb|go|rs|java|kts?|swift|c|cc|cpp|h|hpp|cs|php|sql|sh|ps1|prisma|graphql|proto|tf|lock|txt|xml|ini|env|example|png|svg)$/i;

/**
 * The paths in prose that are surely meant as such: with a file extension, a folder that repositories have, a slash at
 * the end or a star. "GitHub/GitLab" and `res.locals` are none.
 */
export function scopeOfProse(text: string): readonly string[] {
  return pathsIn(text).filter(
    (path) => extensions.test(path) || folders.test(path) || (/[/*]$/.test(path) && /^[\w@.]/.test(path)),
  );
}
