import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../src/virustotal/retry-after.js';
import { always, startHttp } from '../support/http-server.js';
import { apiFailureOf, scannerAt, signal } from './support.js';

const NOW = Date.UTC(2026, 0, 1);

describe('Retry-After', () => {
  it.each<[string | undefined, number | undefined]>([
    ['30', 30_000],
    [' 0 ', 0],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['9999999999', 86_400_000],
    ['Fri, 01 Jan 2100 00:00:00 GMT', 86_400_000],
    ['soon', undefined],
    ['', undefined],
    ['-5', undefined],
    ['3.5', undefined],
    ['1e3', undefined],
    [undefined, undefined],
  ])('%j is %j milliseconds', (header, expected) => {
    expect(retryAfterMs(header, NOW)).toBe(expected);
  });

  it('is never negative, never more than a day, and never anything but a number', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.double().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    );
    fc.assert(
      fc.property(texts, fc.date({ noInvalidDate: true }), (header, now) => {
        const waitMs = retryAfterMs(header, now.getTime()) ?? 0;
        expect(waitMs).toBeGreaterThanOrEqual(0);
        expect(waitMs).toBeLessThanOrEqual(86_400_000);
      }),
    );
  });

  it.each<[string, number]>([
    ['7', 7000],
    ['Thu, 01 Jan 1970 00:00:09 GMT', 9000],
  ])('%s comes with the error', async (header, expected) => {
    const { url } = await startHttp(always(429, '{"error":{"code":"QuotaExceededError"}}', { 'retry-after': header }));
    const error = await apiFailureOf(scannerAt(url).lookupFile('a'.repeat(64), { signal }));
    expect(error.retryAfterMs).toBe(expected);
  });
});
