import { describe, expect, test } from 'vitest';
import { pathsIn } from '../../../src/planning/path-mentions.ts';

describe('the paths that a text mentions', () => {
  test('are found in back-ticks, links and bare, in order and once', () => {
    const text = 'See `src/a.ts`, [the doc](docs/My%20Guide.md#part) and lib/b.py; again src/a.ts.';
    expect(pathsIn(text)).toEqual(['src/a.ts', 'docs/My Guide.md', 'lib/b.py']);
  });

  test('lose line suffixes, notes and emphasis, and keep globs and literal brackets', () => {
    expect(pathsIn('`src/a.ts:12-40` `./b/c.ts (new)` **src/d.ts**:')).toEqual([
      'src/a.ts',
      'b/c.ts',
      'src/d.ts',
    ]);
    expect(pathsIn('src/** and src/{a,b}.ts and app/[id]/page.tsx and app/[...all]/x.ts')).toEqual([
      'src/**',
      'src/{a,b}.ts',
      'app/[id]/page.tsx',
      'app/[...all]/x.ts',
    ]);
    expect(pathsIn('`src\\dir\\a.ts`')).toEqual(['src/dir/a.ts']);
    expect(pathsIn('- .sop/design.md (Section 4.2)')).toEqual(['.sop/design.md']);
  });

  test('are never outside of the repository, nor addresses', () => {
    expect(
      pathsIn('`/etc/passwd` `../x.ts` `~/y.ts` [d](file:///d:/My%20Dir/z.ts) https://a.io/b.ts'),
    ).toEqual([]);
  });

  test('are neither methods, packages, media types nor words with a slash', () => {
    expect(
      pathsIn('`agent.send` `application/json` `@scope/name` and/or read/write example.com/x N/A'),
    ).toEqual([]);
    expect(pathsIn('`Cargo.toml` `.gitignore` `README.md`')).toEqual([
      'Cargo.toml',
      '.gitignore',
      'README.md',
    ]);
  });

  test('are found in texts of any shape without delay', () => {
    for (const piece of ['[', '`', '{', '.', ' ', '(', 'a/', '*', '[a]('])
      expect(pathsIn(piece.repeat(200_000))).toEqual([]);
  });
});
