import type { Rate } from './rate.js';
import { nextDayUtc, nextMonthUtc, startOfDayUtc, startOfMonthUtc, type Instant } from './time.js';

export interface QuotaLimits {
  readonly rate: Rate;
  /** Charged requests per UTC day; absent = no limit known. */
  readonly daily?: number;
  /** Charged requests per UTC month; absent = no limit known. */
  readonly monthly?: number;
}

/** The standard free public API. Source: VirusTotal, "Public vs Premium API" (minute, day) and its account page (month). */
export const PUBLIC_LIMITS: QuotaLimits = Object.freeze({
  rate: Object.freeze({ requests: 4, windowMs: 60_000 }),
  daily: 500,
  monthly: 15_500,
});

/** When one request was on the wire: `endedAt` is null while it is. */
export interface RequestSpan {
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
}

export type WindowDecision = { readonly kind: 'free' } | { readonly kind: 'full'; readonly until: Instant };

/**
 * Whether the rate allows one more request now, else the earliest instant at which it may. Pure.
 *
 * The service counts a request somewhere between its start and its end; nobody can know where. So a request holds its
 * place from its start until one whole window after its **end**: whatever the service took as its time, two requests that
 * share a place are at least a window apart on the service's clock. Counting from the start alone, as most clients do,
 * fails by the difference of two latencies. The price is one latency per window.
 *
 * @param spans requests of this key that are on the wire or ended less than a window ago; others are harmless
 */
export function decideWindow(spans: readonly RequestSpan[], rate: Rate, now: Instant): WindowDecision {
  const releases = spans
    .map(({ endedAt }) => (endedAt === null ? Number.POSITIVE_INFINITY : endedAt + rate.windowMs))
    .filter((release) => release > now)
    .toSorted((a, b) => a - b);
  if (releases.length < rate.requests) return { kind: 'free' };
  // So many must release their place before one is free.
  const release = releases[releases.length - rate.requests] ?? now;
  // One that is still on the wire releases a window after its end, so not before a window from now.
  return { kind: 'full', until: release === Number.POSITIVE_INFINITY ? now + rate.windowMs : release };
}

export interface CalendarCounts {
  /** Charged requests that may have been counted since 00:00 UTC. */
  readonly today: number;
  /** Charged requests that may have been counted since the 1st, 00:00 UTC. */
  readonly thisMonth: number;
}

export interface Exhausted {
  readonly window: 'day' | 'month';
  readonly until: Instant;
}

/** The day or month window that is used up, with the time of its reset; `null` while there is room. Pure. */
export function findExhausted(counts: CalendarCounts, limits: QuotaLimits, now: Instant): Exhausted | null {
  if (limits.monthly !== undefined && counts.thisMonth >= limits.monthly) {
    return { window: 'month', until: nextMonthUtc(now) };
  }
  if (limits.daily !== undefined && counts.today >= limits.daily) return { window: 'day', until: nextDayUtc(now) };
  return null;
}

/** Where the calendar windows around `now` begin. */
export function calendarStarts(now: Instant): { readonly day: Instant; readonly month: Instant } {
  return { day: startOfDayUtc(now), month: startOfMonthUtc(now) };
}

/**
 * The least time, milliseconds, in which the rate allows `requests` more requests, given how many places are taken now.
 * Pure; what the service and the network need comes on top.
 */
export function leastTimeMs(requests: number, rate: Rate, takenPlaces = 0): number {
  return requests <= 0 ? 0 : Math.floor((takenPlaces + requests - 1) / rate.requests) * rate.windowMs;
}
