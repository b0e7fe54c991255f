import { describe, expect, test } from 'vitest';
import { readResetTime } from '../../../src/coder/reset-time.ts';

const now = Date.parse('2026-11-20T12:00:00Z');
const inSeconds = (seconds: number): number => now + seconds * 1_000;

describe('the time at which a limit resets', () => {
  test.each([
    ['seconds', { 'retry-after': '30' }, 30],
    ['fractions of seconds', { 'retry-after': ' 1.5 ' }, 1.5],
    ['milliseconds', { 'retry-after-ms': '2500', 'retry-after': '99' }, 2.5],
    ['an HTTP date', { 'retry-after': 'Fri, 20 Nov 2026 12:01:00 GMT' }, 60],
    [
      'the exhausted limits of Anthropic, the latest of them',
      {
        'anthropic-ratelimit-requests-remaining': '0',
        'anthropic-ratelimit-requests-reset': '2026-11-20T12:00:10Z',
        'anthropic-ratelimit-input-tokens-remaining': '0',
        'anthropic-ratelimit-input-tokens-reset': '2026-11-20T12:00:40Z',
        'anthropic-ratelimit-output-tokens-remaining': '7',
        'anthropic-ratelimit-output-tokens-reset': '2026-11-20T13:00:00Z',
      },
      40,
    ],
    [
      'the exhausted limits of OpenAI',
      {
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '6m0s',
        'x-ratelimit-remaining-requests': '3',
        'x-ratelimit-reset-requests': '20ms',
      },
      360,
    ],
    ['hours and fractions', { 'x-ratelimit-remaining-a': '0', 'x-ratelimit-reset-a': '1h2m3.5s' }, 3_723.5],
  ])('is read from %s', (_name, headers, seconds) => {
    expect(readResetTime(headers, undefined, now)).toBe(inSeconds(seconds));
  });

  test('is read from the body of Google', () => {
    const body = [{ error: { details: [{ '@type': 'google.rpc.RetryInfo', retryDelay: '37s' }] } }];
    expect(readResetTime({}, body, now)).toBe(inSeconds(37));
  });

  test.each([
    [{}],
    [{ 'retry-after': '' }],
    [{ 'retry-after': 'soon' }],
    [{ 'retry-after': '-5' }],
    [{ 'retry-after-ms': 'x' }],
    [{ 'retry-after': 'tomorrow 5' }],
    [
      {
        'anthropic-ratelimit-requests-remaining': '1',
        'anthropic-ratelimit-requests-reset': '2026-11-20T12:00:10Z',
      },
    ],
    [{ 'anthropic-ratelimit-requests-remaining': '0' }],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': 'a while' }],
  ])('is never made up: %j', (headers) => {
    expect(readResetTime(headers, { error: { message: 'try again in 5 minutes' } }, now)).toBeUndefined();
  });
});
