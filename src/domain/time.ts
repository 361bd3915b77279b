/** Milliseconds since the Unix epoch, UTC. Inside the program only; outside it is ISO 8601. */
export type Instant = number;

/** ISO 8601 UTC with seconds, e.g. `2026-11-24T02:22:00Z`. */
export function toIso(instant: Instant): string {
  return new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  sec: 1000,
  min: 60_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * Milliseconds in a duration such as `500ms`, `30s`, `10min`, `2h`, `7d`; a bare unit (`min`) is one of it.
 * `undefined` for anything else, including zero and what is not finite. Pure.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)?\s*(ms|sec|s|min|m|h|d)$/.exec(text.trim());
  if (match === null) return undefined;
  const unitMs = UNIT_MS[match[2] ?? ''];
  if (unitMs === undefined) return undefined;
  const durationMs = Number(match[1] ?? '1') * unitMs;
  return Number.isFinite(durationMs) && durationMs > 0 ? durationMs : undefined;
}

/** A duration for people: `0.4 s`, `42 s`, `4 min 30 s`, `2 h 5 min`, `3 d 2 h`. Pure. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${(Math.max(0, durationMs) / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${Math.floor(hours / 24)} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** 00:00 UTC of the day of `instant`. */
export function startOfDayUtc(instant: Instant): Instant {
  return instant - (((instant % 86_400_000) + 86_400_000) % 86_400_000);
}

/** 00:00 UTC of the day after that of `instant`: when the service's day quota resets. */
export function nextDayUtc(instant: Instant): Instant {
  return startOfDayUtc(instant) + 86_400_000;
}

/** 00:00 UTC of the 1st of the month of `instant`. */
export function startOfMonthUtc(instant: Instant): Instant {
  const date = new Date(instant);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

/** 00:00 UTC of the 1st of the next month: when the service's month quota resets. */
export function nextMonthUtc(instant: Instant): Instant {
  const date = new Date(instant);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}
