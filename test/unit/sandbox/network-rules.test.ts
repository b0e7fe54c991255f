import { describe, expect, test } from 'vitest';
import { allows, isRule, parseRule, ruleOfUrl } from '../../../src/adapters/sandbox/network-rules.ts';

describe('a rule for the network', () => {
  test.each([
    ['example.org', 'example.org', 443, true],
    ['example.org', 'EXAMPLE.org.', 80, true],
    ['example.org', 'example.org', 22, false],
    ['example.org', 'sub.example.org', 443, false],
    ['example.org', 'notexample.org', 443, false],
    ['*.example.org', 'a.b.example.org', 443, true],
    ['*.example.org', 'example.org', 443, false],
    ['*.example.org', 'evilexample.org', 443, false],
    ['example.org:8443', 'example.org', 8443, true],
    ['example.org:8443', 'example.org', 443, false],
    ['localhost:4010', '127.0.0.1', 4010, true],
    ['127.0.0.1:4010', '[::1]', 4010, true],
    ['127.0.0.1:4010', '127.1', 4010, false],
  ])('%s and %s:%i: %s', (text, host, port, expected) => {
    const rule = parseRule(text);
    expect(allows(rule === undefined ? [] : [rule], host, port)).toBe(expected);
  });

  test.each(['*', '*.', 'https://example.org', 'example.org/path', 'a b', '', 'x:y', '*.*.org'])(
    'is not %j',
    (text) => {
      expect(isRule(text)).toBe(false);
    },
  );

  test('of an address has its port, and only of the web', () => {
    expect(ruleOfUrl('https://example.org/v1')).toEqual({
      host: 'example.org',
      withSubdomains: false,
      port: 443,
    });
    expect(ruleOfUrl('http://127.0.0.1:4010/s/x')).toEqual({
      host: 'localhost',
      withSubdomains: false,
      port: 4010,
    });
    expect(ruleOfUrl('postgres://example.org')).toBeUndefined();
  });
});
