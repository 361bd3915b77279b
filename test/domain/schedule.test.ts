import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextPollAge, pickNext, type StepKind } from '../../src/domain/schedule.js';

const step = (kind: StepKind, dueAt: number) => ({ kind, dueAt });

describe('the next request', () => {
  it('is a submission before a look-up before a poll', () => {
    const queues = { submit: [step('submit', 0)], lookup: [step('lookup', 0)], poll: [step('poll', 0)] };
    expect(pickNext(queues, 1, 0)).toEqual({ kind: 'step', step: step('submit', 0) });
    expect(pickNext({ ...queues, submit: [] }, 1, 0)).toEqual({ kind: 'step', step: step('lookup', 0) });
    expect(pickNext({ ...queues, submit: [], lookup: [] }, 1, 0)).toEqual({ kind: 'step', step: step('poll', 0) });
  });

  it('is no poll while a look-up on the wire may still lead to an upload', () => {
    const queues = { submit: [], lookup: [], poll: [step('poll', 0)] };
    expect(pickNext(queues, 1, 1)).toEqual({ kind: 'idle', at: null });
  });

  it('is the poll that has been due longest', () => {
    const queues = { submit: [], lookup: [], poll: [step('poll', 9), step('poll', 3), step('poll', 5)] };
    expect(pickNext(queues, 10, 0)).toEqual({ kind: 'step', step: step('poll', 3) });
  });

  it('waits until the earliest is due, and only for a change when nothing is queued', () => {
    const queues = { submit: [], lookup: [step('lookup', 40)], poll: [step('poll', 30)] };
    expect(pickNext(queues, 10, 0)).toEqual({ kind: 'idle', at: 30 });
    expect(pickNext({ submit: [], lookup: [], poll: [] }, 10, 0)).toEqual({ kind: 'idle', at: null });
  });
});

describe('the age at which an analysis is asked for', () => {
  it('grows with every poll in vain', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1_000_000 }), { maxLength: 8 }),
        fc.integer({ min: 0, max: 1_000_000 }),
        fc.integer({ min: 1, max: 60_000 }),
        (asked, longest, first) => {
          const ascending = asked.toSorted((a, b) => a - b);
          expect(nextPollAge(ascending, longest, first)).toBeGreaterThan(ascending.at(-1) ?? 0);
        },
      ),
    );
  });

  it('starts later once others were seen to take longer, but not without bound', () => {
    expect(nextPollAge([], 0, 60_000)).toBe(60_000);
    expect(nextPollAge([], 200_000, 60_000)).toBeCloseTo(220_000);
    expect(nextPollAge([], 86_400_000, 60_000)).toBe(600_000);
  });
});
