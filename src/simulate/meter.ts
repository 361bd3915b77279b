import { nextDayUtc, nextMonthUtc, startOfDayUtc, startOfMonthUtc } from '../domain/time.js';
import type { Settings } from './settings.js';

/** What one key has used: an exact sliding window, and counters that start anew with the UTC day and month. */
export interface Meter {
  /** Whether the window has a place at `now`. */
  hasRoom(now: number): boolean;
  /** Whether day and month allow one more charged request. */
  hasQuota(now: number): boolean;
  /** Takes a place in the window. */
  count(now: number): void;
  /** Charges day and month, under the name that the usage report gives the call. */
  charge(now: number, endpoint: string): void;
  /** Milliseconds until the window has a place again, or until the day or month resets. 0 when it has. */
  waitMs(now: number): number;
  used(now: number): { readonly hour: number; readonly day: number; readonly month: number };
  /** Every instant at which a request was counted, in order of arrival. */
  readonly times: readonly number[];
  /** Charged calls by day (`YYYY-MM-DD`) and endpoint. */
  usage(): ReadonlyMap<string, ReadonlyMap<string, number>>;
}

type Limits = Pick<Settings, 'rate' | 'dailyLimit' | 'monthlyLimit'>;

export function createMeter({ rate, dailyLimit, monthlyLimit }: Limits): Meter {
  const times: number[] = [];
  let oldest = 0;
  const days = new Map<number, Map<string, number>>();
  let hour = { start: 0, used: 0 };

  /** How many places are taken. A request exactly one window old is outside: the window is half open. */
  const taken = (now: number, windowMs: number): number => {
    while (oldest < times.length && times[oldest]! <= now - windowMs) oldest += 1;
    return times.length - oldest;
  };
  const chargedSince = (start: number): number => {
    let used = 0;
    for (const [day, calls] of days) if (day >= start) for (const count of calls.values()) used += count;
    return used;
  };
  const quotaWaitMs = (now: number): number => {
    if (chargedSince(startOfMonthUtc(now)) >= monthlyLimit) return nextMonthUtc(now) - now;
    return chargedSince(startOfDayUtc(now)) >= dailyLimit ? nextDayUtc(now) - now : 0;
  };
  const hasQuota = (now: number): boolean => quotaWaitMs(now) === 0;
  const hasRoom = (now: number): boolean => rate === null || taken(now, rate.windowMs) < rate.requests;

  return {
    hasRoom,
    hasQuota,
    count: (now) => void times.push(now),
    charge: (now, endpoint) => {
      const day = startOfDayUtc(now);
      const calls = days.get(day) ?? new Map<string, number>();
      days.set(day, calls.set(endpoint, (calls.get(endpoint) ?? 0) + 1));
      const start = now - (now % 3_600_000);
      hour = { start, used: hour.start === start ? hour.used + 1 : 1 };
    },
    waitMs: (now) => {
      if (!hasQuota(now)) return quotaWaitMs(now);
      if (rate === null || hasRoom(now)) return 0;
      return (times.at(-rate.requests) ?? now) + rate.windowMs - now;
    },
    used: (now) => ({
      hour: now - hour.start < 3_600_000 ? hour.used : 0,
      day: chargedSince(startOfDayUtc(now)),
      month: chargedSince(startOfMonthUtc(now)),
    }),
    times,
    usage: () => new Map([...days].map(([day, calls]) => [new Date(day).toISOString().slice(0, 10), calls] as const)),
  };
}
