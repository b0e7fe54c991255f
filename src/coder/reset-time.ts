/**
 * When a rate limit resets, by the headers and the body of the response that refused. Nothing is assumed: without a
 * word about it from the provider there is no time.
 *
 * Sources: RFC 9110 § 10.2.3 (`retry-after`), the rate limit headers of Anthropic (times by RFC 3339) and of OpenAI
 * (lengths such as `6m0s`), and `google.rpc.RetryInfo`.
 */
export function readResetTime(
  headers: Readonly<Record<string, string | undefined>>,
  body: unknown,
  now: number,
): number | undefined {
  return (
    readRetryAfter(headers, now) ??
    latest([...readAnthropic(headers), ...readOpenai(headers, now)]) ??
    readRetryInfo(body, now)
  );
}

type Headers = Readonly<Record<string, string | undefined>>;

function readRetryAfter(headers: Headers, now: number): number | undefined {
  const ms = Number.parseFloat(headers['retry-after-ms'] ?? '');
  if (ms >= 0) return now + ms;
  const value = headers['retry-after']?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(value)) return now + Number(value) * 1_000;
  return readDate(value);
}

/** Each limit has its own time; those with something left did not refuse. */
function readAnthropic(headers: Headers): readonly number[] {
  return exhausted(headers, /^anthropic-ratelimit-(.+)-remaining$/).flatMap(
    (limit) => readDate(headers[`anthropic-ratelimit-${limit}-reset`] ?? '') ?? [],
  );
}

function readOpenai(headers: Headers, now: number): readonly number[] {
  return exhausted(headers, /^x-ratelimit-remaining-(.+)$/).flatMap((limit) => {
    const ms = readLength(headers[`x-ratelimit-reset-${limit}`] ?? '');
    return ms === undefined ? [] : [now + ms];
  });
}

function exhausted(headers: Headers, remaining: RegExp): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const limit = remaining.exec(name)?.[1];
    return limit !== undefined && value?.trim() === '0' ? [limit] : [];
  });
}

function readRetryInfo(body: unknown, now: number): number | undefined {
  const text = JSON.stringify(body) ?? '';
  const seconds = /"retryDelay":"(\d+(?:\.\d+)?)s"/.exec(text)?.[1];
  return seconds === undefined ? undefined : now + Number(seconds) * 1_000;
}

/** Only what looks like a date: JavaScript makes one of many other texts. */
function readDate(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T|^[A-Z][a-z]{2}, \d{2} /.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `1s`, `6m0s`, `1h2m3.5s`, `20ms`. */
function readLength(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)];
  return parts.reduce((sum, [, count, unit = 's']) => sum + Number(count) * (unitsMs[unit] ?? 0), 0);
}

function latest(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : Math.max(...times);
}
