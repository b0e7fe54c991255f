import { expect, test } from 'vitest';
import { renderDiagnostics, type Diagnostic } from '../../../src/planning/diagnostic.ts';

function fault(column: number, length: number, extra: Partial<Diagnostic> = {}): Diagnostic {
  return {
    code: 'PLAN-BAD-FIELD',
    severity: 'error',
    message: 'wrong',
    file: 'a.md',
    line: 1,
    column,
    length,
    ...extra,
  };
}

function render(line: string, ...diagnostics: readonly Diagnostic[]): string {
  return renderDiagnostics(diagnostics, new Map([['a.md', line]]), { color: false });
}

test('nothing wrong is nothing to print', () => {
  expect(render('x')).toBe('');
});

test('tabs before and in the span keep the squiggle under it', () => {
  expect(render('\tab\tc d', fault(2, 4))).toBe(
    [
      'a.md:1:2 error PLAN-BAD-FIELD  wrong',
      '    1 |     ab    c d',
      '      |     ^~~~~~~',
      '',
      '1 error',
      '',
    ].join('\n'),
  );
});

test('wide characters take two columns, combining marks none', () => {
  expect(render('任務e\u0301 x', fault(6, 1))).toContain('\n      |       ^\n');
});

test('a long line is shown as a window around the span', () => {
  const [, line, squiggle] = render(`${'a'.repeat(400)}HERE${'b'.repeat(400)}`, fault(401, 4)).split('\n');
  expect(line).toBe(`    1 | …${'a'.repeat(58)}HERE${'b'.repeat(58)}…`);
  expect(squiggle).toBe(`      | ${' '.repeat(59)}^~~~`);
});

test('control characters and direction marks of a file never reach the terminal', () => {
  const text = render('\u001b[31mred\u202e', fault(1, 1, { message: 'a \u001b[2J b', hint: 'c\u0007' }));
  expect(text).toContain('wrong'.replace('wrong', 'a \ufffd[2J b'));
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
});

test('faults are printed in order of their place, warnings among them, and counted', () => {
  const text = render(
    'abc',
    fault(3, 1),
    fault(1, 1, { severity: 'warning', code: 'PLAN-WARNING' }),
    fault(2, 1),
  );
  expect(text.match(/a\.md:1:\d/g)).toEqual(['a.md:1:1', 'a.md:1:2', 'a.md:1:3']);
  expect(text.endsWith('\n\n2 errors, 1 warning\n')).toBe(true);
});

test('a source that is not at hand is left out', () => {
  expect(renderDiagnostics([fault(1, 1)], new Map(), { color: false })).toBe(
    'a.md:1:1 error PLAN-BAD-FIELD  wrong\n\n1 error\n',
  );
});

test('colour is used only when asked for', () => {
  const colored = renderDiagnostics([fault(1, 1)], new Map([['a.md', 'x']]), { color: true });
  expect(colored).toContain('\u001b[');
  expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(render('x', fault(1, 1)));
});

test('a flood of faults is cut and counted', () => {
  const text = render('abc', ...Array.from({ length: 250 }, () => fault(1, 1)));
  expect(text.match(/PLAN-BAD-FIELD/g)).toHaveLength(200);
  expect(text).toContain('\n… and 50 more\n\n250 errors\n');
});
