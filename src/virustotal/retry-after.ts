import type { Instant } from '../domain/time.js';

/**
 * Milliseconds to wait by a `Retry-After` header (seconds or HTTP date); `undefined` when there is none or it is no such
 * thing (`Date.parse` alone takes `-5` for a day in May). Never negative, at most a day: a hostile or broken proxy must not park a run for a year. Pure.
 */
export function retryAfterMs(header: string | undefined, now: Instant): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const waitMs = /^\d{1,10}$/.test(text) ? Number(text) * 1000 : /[a-z]{3}/i.test(text) ? Date.parse(text) - now : NaN;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(0, waitMs), 86_400_000);
}
