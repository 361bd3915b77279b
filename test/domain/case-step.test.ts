import { describe, expect, it } from 'vitest';
import type { Case } from '../../src/domain/case.js';
import { mark, remind } from '../../src/domain/case-mark.js';
import { nextStep, vendorHistory } from '../../src/domain/case-step.js';
import { advance } from '../../src/domain/case-advance.js';
import { after, DAY_MS, identify, observe, T0 } from './case-support.js';

const [opened] = after(observe(0, { Bkav: 'x' })) as [Case];
const day = (count: number) => T0 + count * DAY_MS;
const reported = mark(opened, { to: 'reported', at: day(1), origin: 'user', ticket: 'T-1' });

describe('the next step', () => {
  it('goes from report over waiting and one reminder to a report anew', () => {
    expect(nextStep(opened, undefined, day(0))).toEqual({ kind: 'report' });
    expect(nextStep(reported, undefined, day(2))).toEqual({ kind: 'wait', until: day(8) });
    expect(nextStep(reported, undefined, day(8))).toEqual({ kind: 'remind' });
    const reminded = remind(reported, day(9));
    expect(nextStep(reminded, undefined, day(10))).toEqual({ kind: 'wait', until: day(16) });
    expect(nextStep(reminded, undefined, day(16))).toEqual({ kind: 're-report' });
    const answered = mark(reminded, {
      to: 'reported',
      at: day(17),
      origin: 'user',
      note: 'fixed with the next update',
    });
    expect(nextStep(answered, undefined, day(18))).toEqual({ kind: 'wait', until: day(24) });
  });

  it('is a look when the verdict turned worse, a recheck after one analysis without it, none at the end', () => {
    const [worse] = advance([reported], observe(1, { Bkav: 'x' }, { verdict: 'needs-review' }), identify);
    expect(nextStep(worse!, undefined, day(30))).toEqual({ kind: 'review' });
    const [quiet] = advance([reported], observe(1, { Bkav: 'quiet' }), identify);
    expect(nextStep(quiet!, undefined, day(30))).toEqual({ kind: 'recheck' });
    expect(nextStep(mark(opened, { to: 'rejected', at: 0, origin: 'user' }), undefined, day(30)).kind).toBe('none');
  });

  it('is a report anew when what was reported changed its label', () => {
    const [old, next] = advance([reported], observe(2, { Bkav: 'y' }), identify);
    expect(nextStep(next!, old, day(3))).toEqual({ kind: 're-report' });
    const [never, another] = advance([opened], observe(2, { Bkav: 'y' }), identify);
    expect(nextStep(another!, never, day(3))).toEqual({ kind: 'report' });
  });
});

it('A text printed twice on one day is one reminder', () => {
  const once = remind(reported, day(9) + 1000);
  expect(remind(once, day(9) + 5000)).toBe(once);
  expect(remind(once, day(10)).events).toHaveLength(once.events.length + 1);
});

it('A case that was closed by mistake can be taken up again, and its count begins anew', () => {
  const cleared = advance(
    advance([reported], observe(2, { Bkav: 'quiet' }), identify),
    observe(3, { Bkav: 'quiet' }),
    identify,
  )[0]!;
  const again = mark(cleared, { to: 'reported', at: day(4), origin: 'user' });
  expect(again).toMatchObject({ state: 'reported', quietAt: [], ticket: 'T-1' });
});

it('The history of a vendor has the median of days from the report to the first analysis without the detection', () => {
  const taking = (days: number, ordinal: number): Case => ({
    ...mark(reported, { to: 'cleared', at: day(1 + days), origin: 'user' }),
    id: String(ordinal),
  });
  const byEvidence = advance(
    advance([reported], observe(4, { Bkav: 'quiet' }), identify),
    observe(9, { Bkav: 'quiet' }),
    identify,
  )[0]!;
  expect(vendorHistory([taking(1, 1), taking(10, 2), byEvidence])).toEqual([
    { vendor: 'Bkav', active: 0, cleared: 3, rejected: 0, timed: 3, medianDays: 3 },
  ]);
  expect(vendorHistory([taking(1, 1), taking(10, 2)])[0]?.medianDays).toBe(5.5);
  expect(vendorHistory([opened, mark(opened, { to: 'rejected', at: 0, origin: 'user' })])).toEqual([
    { vendor: 'Bkav', active: 1, cleared: 0, rejected: 1, timed: 0, medianDays: null },
  ]);
});
