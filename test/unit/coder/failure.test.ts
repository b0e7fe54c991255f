import { APICallError, RetryError } from 'ai';
import { describe, expect, test } from 'vitest';
import { describeFailure } from '../../../src/coder/failure.ts';

const now = Date.parse('2026-11-20T12:00:00Z');

function answered(
  statusCode: number,
  body: unknown,
  responseHeaders: Record<string, string> = {},
): APICallError {
  return new APICallError({
    message: `it failed with ${statusCode}`,
    url: 'http://127.0.0.1',
    requestBodyValues: {},
    statusCode,
    responseHeaders,
    responseBody: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

describe('what an error says', () => {
  test('is status, names and time of reset of the response', () => {
    const body = { error: { type: 'insufficient_quota', code: 'billing', message: 'no' } };
    expect(describeFailure(answered(429, body, { 'retry-after': '2' }), now)).toEqual({
      message: 'it failed with 429',
      status: 429,
      codes: ['billing', 'insufficient_quota'],
      resetsAt: now + 2_000,
    });
  });

  test('is that of the last try', () => {
    const errors = [answered(500, ''), answered(429, '')];
    const error = new RetryError({ message: 'twice', reason: 'maxRetriesExceeded', errors });
    expect(describeFailure(error, now)).toEqual({ message: 'it failed with 429', status: 429, codes: [] });
  });

  test('has the names of Google, in a list and in details', () => {
    const details = [{ reason: 'API_KEY_INVALID' }, { '@type': 'other', reason: 7 }];
    const body = [{ error: { code: 400, status: 'INVALID_ARGUMENT', details } }];
    expect(describeFailure(answered(400, body), now).codes).toEqual(['INVALID_ARGUMENT', 'API_KEY_INVALID']);
  });

  test('has the names of an OpenAI stream that failed at once', () => {
    const error = { code: 'context_length_exceeded', message: 'too long' };
    const body = { type: 'response.failed', response: { error } };
    expect(describeFailure(answered(400, body), now).codes).toEqual(['context_length_exceeded']);
  });

  test('has no status where the answer began well', () => {
    expect(describeFailure(answered(200, ''), now)).not.toHaveProperty('status');
  });

  test('is bounded, and made of anything', () => {
    expect(describeFailure(new Error('x'.repeat(5_000)), now).message).toHaveLength(900);
    expect(describeFailure('a word', now)).toEqual({ message: 'a word', codes: [] });
    expect(describeFailure(undefined, now)).toEqual({ message: 'undefined', codes: [] });
    const plain = { type: 'overloaded_error', message: 'too much' };
    expect(describeFailure(plain, now)).toEqual({ message: 'too much', codes: ['overloaded_error'] });
    expect(describeFailure(answered(502, '<html>'), now)).toMatchObject({ status: 502, codes: [] });
  });

  test.each([
    Object.assign(new Error('no'), { code: 'ECONNREFUSED' }),
    new Error('deep', { cause: Object.assign(new Error('no'), { code: 'UND_ERR_SOCKET' }) }),
    new Error('deep', { cause: new TypeError('terminated') }),
    new TypeError('fetch failed'),
  ])('of a connection is %o', (error) => {
    expect(describeFailure(error, now).codes).toContain('connection');
  });

  test('of a program is no connection', () => {
    expect(describeFailure(new TypeError('x is not a function'), now).codes).toEqual([]);
  });
});
