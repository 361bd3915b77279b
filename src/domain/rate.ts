import { parseDuration } from './time.js';

/** At most `requests` within any `windowMs` milliseconds. */
export interface Rate {
  readonly requests: number;
  readonly windowMs: number;
}

/**
 * A rate such as `4/min`, `20/500ms`, `240/1h`: whole requests above zero, a slash, a duration.
 * `undefined` for anything else. Pure.
 */
export function parseRate(text: string): Rate | undefined {
  const match = /^(\d{1,9})\s*\/\s*(.+)$/.exec(text.trim());
  const requests = Number(match?.[1] ?? 0);
  const windowMs = parseDuration(match?.[2] ?? '');
  return requests === 0 || windowMs === undefined ? undefined : { requests, windowMs };
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/** The rate as `parseRate` reads it, in the largest unit that is exact: `4/min`, `20/500ms`. Pure. */
export function formatRate({ requests, windowMs }: Rate): string {
  const [unit, unitMs] = UNITS.find(([, unitMs]) => windowMs % unitMs === 0) ?? ['ms', 1];
  const amount = windowMs / unitMs;
  return `${requests}/${amount === 1 ? '' : amount}${unit}`;
}
