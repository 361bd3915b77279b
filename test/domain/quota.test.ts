import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideWindow, findExhausted, leastTimeMs, type RequestSpan } from '../../src/domain/quota.js';

const rates = fc.record({ requests: fc.integer({ min: 1, max: 6 }), windowMs: fc.integer({ min: 1, max: 100 }) });

/** A client's requests: when each wants to go, how long it is on the wire, and where in between the service counts it. */
const wishes = fc.array(
  fc.record({
    arrivesAt: fc.integer({ min: 0, max: 500 }),
    durationMs: fc.integer({ min: 0, max: 80 }),
    countedAt: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { maxLength: 40 },
);

/** Greatest number of counted instants in any half-open window. */
function mostInAnyWindow(counted: readonly number[], windowMs: number): number {
  return Math.max(
    0,
    ...counted.map((start) => counted.filter((instant) => instant >= start && instant < start + windowMs).length),
  );
}

/** Lets each request go as soon as `decideWindow` allows it, in the order of arrival. */
function play(
  arrivals: readonly { arrivesAt: number; durationMs: number; countedAt: number }[],
  rate: { requests: number; windowMs: number },
) {
  const spans: { startedAt: number; endsAt: number; countedAt: number }[] = [];
  for (const wish of arrivals.toSorted((a, b) => a.arrivesAt - b.arrivesAt)) {
    let now = Math.max(wish.arrivesAt, spans.at(-1)?.startedAt ?? 0);
    for (;;) {
      const seen: RequestSpan[] = spans.map(({ startedAt, endsAt }) => ({
        startedAt,
        endedAt: endsAt <= now ? endsAt : null,
      }));
      const decision = decideWindow(seen, rate, now);
      if (decision.kind === 'free') break;
      expect(decision.until).toBeGreaterThan(now);
      now = decision.until;
    }
    spans.push({ startedAt: now, endsAt: now + wish.durationMs, countedAt: now + wish.countedAt * wish.durationMs });
  }
  return spans;
}

describe('the rate window', () => {
  it('is never exceeded on the service’s clock, wherever between start and end it counts a request', () => {
    fc.assert(
      fc.property(wishes, rates, (arrivals, rate) => {
        const counted = play(arrivals, rate).map(({ countedAt }) => countedAt);
        expect(mostInAnyWindow(counted, rate.windowMs)).toBeLessThanOrEqual(rate.requests);
      }),
      { numRuns: 500 },
    );
  });

  it('holds nothing back that the rate allows: requests that take no time go in the least time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), rates, (count, rate) => {
        const spans = play(
          Array.from({ length: count }, () => ({ arrivesAt: 0, durationMs: 0, countedAt: 0 })),
          rate,
        );
        expect(spans.at(-1)?.startedAt).toBe(leastTimeMs(count, rate));
      }),
    );
  });

  it('waits for a request that is still on the wire, not for its start plus a window', () => {
    const span: RequestSpan = { startedAt: 0, endedAt: null };
    expect(decideWindow([span], { requests: 1, windowMs: 10 }, 1000)).toEqual({ kind: 'full', until: 1010 });
  });

  it('would be exceeded if places were counted from the start alone, as peers do', () => {
    // Two requests, one window apart by their starts: the first was counted late, the second at once.
    const rate = { requests: 1, windowMs: 60_000 };
    const first = { startedAt: 0, endedAt: 900 };
    expect(decideWindow([first], rate, 60_000)).toEqual({ kind: 'full', until: 60_900 });
  });
});

describe('day and month', () => {
  const noon = Date.UTC(2026, 1, 28, 12);
  const rate = { requests: 4, windowMs: 60_000 };

  it('end at 00:00 UTC and on the 1st', () => {
    const limits = { rate, daily: 500, monthly: 15_500 };
    expect(findExhausted({ today: 499, thisMonth: 15_499 }, limits, noon)).toBeNull();
    expect(findExhausted({ today: 500, thisMonth: 600 }, limits, noon)).toEqual({
      window: 'day',
      until: Date.UTC(2026, 2, 1),
    });
    expect(findExhausted({ today: 0, thisMonth: 15_500 }, limits, noon)).toEqual({
      window: 'month',
      until: Date.UTC(2026, 2, 1),
    });
  });

  it('do not limit where no limit is known', () => {
    expect(findExhausted({ today: 1e6, thisMonth: 1e7 }, { rate }, noon)).toBeNull();
  });
});
