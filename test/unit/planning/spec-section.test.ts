import { expect, test } from 'vitest';
import { sectionOf } from '../../../src/planning/spec-section.ts';

const spec = [
  '# Spec',
  '',
  '## 1. Data model',
  '',
  'Rows.',
  '',
  '### 1.1 Keys (unique)',
  '',
  'A key.',
  '',
  '```md',
  '## 2. Not a heading',
  '```',
  '',
  '## 2. `Rate` limits ##',
  '',
  'Ten.',
  '',
  '## Überblick',
  'Ende.',
].join('\n');

test.each([
  ['its words', '2. Rate limits', 'Ten.'],
  ['its words without the number', 'rate limits', 'Ten.'],
  ['its number', '2', 'Ten.'],
  ['the word section and its number', 'Section 2', 'Ten.'],
  ['its anchor', '2-rate-limits', 'Ten.'],
  ['a deeper number', 'Section 1.1 (keys)', 'A key.'],
  ['letters of any script', 'überblick', 'Ende.'],
])('a section is found by %s', (_by, name, inside) => {
  expect(sectionOf(spec, name)).toContain(inside);
});

test('a section ends at the next heading of its level, and headings in code are none', () => {
  expect(sectionOf(spec, 'Data model')).toBe(spec.split('\n').slice(2, 14).join('\n'));
  expect(sectionOf(spec, '1.1')).toBe(spec.split('\n').slice(6, 14).join('\n'));
});

test('lines are a section of any file', () => {
  expect(sectionOf('a\nb\nc', 'L2')).toBe('b');
  expect(sectionOf('a\nb\nc', 'L2-L9')).toBe('b\nc');
  expect(sectionOf('a\nb\nc', 'L7')).toBeUndefined();
});

test.each(['Not a heading', '3', 'Rate', ''])('%j is no section', (name) => {
  expect(sectionOf(spec, name)).toBeUndefined();
});
