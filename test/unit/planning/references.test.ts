import { describe, expect, test } from 'vitest';
import { expandRange, parseReferences } from '../../../src/planning/references.ts';

function ids(text: string): readonly string[] {
  const found = parseReferences(text);
  return found.kind === 'list' ? found.items.map((item) => item.text) : [`(${found.kind})`];
}

describe('a list of references', () => {
  test('may say that there are none, with or without a reason', () => {
    for (const text of [
      '',
      ' ',
      'None',
      'none (first task)',
      'None - builds on what is there',
      'None.',
      'N/A',
      '-',
      '—',
      '[]',
    ])
      expect(ids(text)).toEqual(['(none)']);
    expect(ids('none-1')).toEqual(['none-1']);
  });

  test('may mean all that came before', () => {
    for (const text of ['All', 'all previous tasks', 'All above', 'All tasks.'])
      expect(ids(text)).toEqual(['(all)']);
    expect(ids('All components')).toEqual(['All components']);
  });

  test('is cut at commas, semicolons and the word and, outside brackets', () => {
    expect(ids('T-005 (needs a, b), T-006; T-7 and T-8 & T-9')).toEqual([
      'T-005',
      'T-006',
      'T-7',
      'T-8',
      'T-9',
    ]);
    expect(ids('**T1**, `T2`, "T3".')).toEqual(['T1', 'T2', 'T3']);
    expect(ids('T-1 (the (new) client)')).toEqual(['T-1']);
    expect(ids('[S01, S02]')).toEqual(['S01', 'S02']);
  });

  test('keeps what is no id, so that it can be reported', () => {
    expect(ids('tokio for async')).toEqual(['tokio for async']);
    expect(ids('(a note)')).toEqual(['(a note)']);
  });

  test('tells where each reference stands, of a range the whole range', () => {
    const text = ' [T1, T3-T4 (why)]';
    const found = parseReferences(text);
    expect(found.kind === 'list' && found.items.map(({ at, length }) => text.slice(at, at + length))).toEqual(
      ['T1', 'T3-T4', 'T3-T4'],
    );
  });

  test('reports ranges that run backwards or without end', () => {
    const found = parseReferences('T5-T2, T1-T90000');
    expect(found).toMatchObject({ kind: 'list', items: [] });
    expect(found.kind === 'list' && found.faults.map((fault) => fault.text)).toEqual(['T5-T2', 'T1-T90000']);
  });
});

describe('a range', () => {
  test('is expanded at its last number, with the width of its first end', () => {
    expect(expandRange('P1.1-P1.3')).toEqual(['P1.1', 'P1.2', 'P1.3']);
    expect(expandRange('T008–T010')).toEqual(['T008', 'T009', 'T010']);
    expect(expandRange('2-3')).toEqual(['2', '3']);
    expect(expandRange('S01..S03')).toEqual(['S01', 'S02', 'S03']);
    expect(expandRange('T-1 to T-2')).toEqual(['T-1', 'T-2']);
    expect(expandRange('T1-3')).toEqual(['T1', 'T2', 'T3']);
  });

  test('is not seen in ids with dashes', () => {
    for (const id of ['T-003', 'SQLITE-2', 'US-1-2', '2024-01-05', 'T5-3'])
      expect(expandRange(id)).toEqual([id]);
  });

  test('is not looked for in long texts', () => {
    const text = '1-'.repeat(50_000);
    expect(expandRange(text)).toEqual([text]);
  });
});

test('a list of many ranges ends in faults before it becomes millions of ids', () => {
  const references = parseReferences('T1-T1000, '.repeat(30));
  expect(references).toMatchObject({ kind: 'list' });
  if (references.kind !== 'list') return;
  expect(references.items).toHaveLength(20_000);
  expect(references.faults).toHaveLength(10);
});
