import { describe, expect, it } from 'vitest';
import { advance } from '../../src/domain/case-advance.js';
import { mark } from '../../src/domain/case-mark.js';
import { beginSending, confirmSending, failSending, lastReport, sendabilityOf } from '../../src/domain/case-send.js';
import { nextStep, vendorHistory } from '../../src/domain/case-step.js';
import type { Case } from '../../src/domain/case.js';
import { after, DAY_MS, identify, observe, T0 } from './case-support.js';

const [opened] = after(observe(0, { Bkav: 'x' })) as [Case];
const MESSAGE = { to: 'samples@vendor.example', messageId: '<1@example.com>' };
const at = T0 + DAY_MS;
const sending = beginSending(opened, MESSAGE, at);
const reported = confirmSending(sending, MESSAGE, at + 1000);

describe('whether the program may write about a case', () => {
  it('is so until somebody did, and again when a person takes that back', () => {
    expect(sendabilityOf(opened)).toBe('due');
    expect(sendabilityOf(sending)).toBe('unclear');
    expect(reported.state).toBe('reported');
    expect(sendabilityOf(reported)).toBe('reported');
    expect(sendabilityOf(mark(reported, { to: 'open', at, origin: 'user' }))).toBe('due');
    expect(sendabilityOf(mark(opened, { to: 'reported', at, origin: 'user' }))).toBe('reported');
  });

  it('is so after a message that certainly did not arrive', () => {
    const failed = failSending(sending, '550 no such mailbox', at);
    expect(sendabilityOf(failed)).toBe('due');
    expect(failed.state).toBe('open');
  });

  it('is a person’s to say while it is unclear, and so is the next step', () => {
    expect(nextStep(sending, undefined, at + 30 * DAY_MS)).toEqual({ kind: 'confirm' });
    expect(sendabilityOf(mark(sending, { to: 'open', at, origin: 'user' }))).toBe('due');
    expect(sendabilityOf(mark(sending, { to: 'reported', at, origin: 'user' }))).toBe('reported');
  });

  it('ends with the detection, the case, or the trust in the file', () => {
    const [quiet] = advance([opened], observe(1, { Bkav: 'quiet' }), identify);
    expect(sendabilityOf(quiet!)).toBe('quiet');
    const [worse] = advance([opened], observe(1, { Bkav: 'x' }, { verdict: 'needs-review' }), identify);
    expect(sendabilityOf(worse!)).toBe('review');
    expect(sendabilityOf(mark(opened, { to: 'rejected', at, origin: 'user' }))).toBe('over');
    const [old, next] = advance([reported], observe(2, { Bkav: 'y' }), identify);
    expect([sendabilityOf(old!), sendabilityOf(next!)]).toEqual(['over', 'due']);
  });
});

it('An answer that comes when the case is over leaves it over', () => {
  const [superseded] = advance([sending], observe(2, { Bkav: 'y' }), identify);
  expect(superseded!.state).toBe('superseded');
  expect(confirmSending(superseded!, MESSAGE, at)).toMatchObject({ state: 'superseded' });
});

it('A report that was taken back is none: neither for the date, nor for how long the vendor took', () => {
  expect(lastReport(reported)).toEqual({ at: at + 1000 });
  const taken = mark(reported, { to: 'open', at: at + 2000, origin: 'user' });
  expect(lastReport(taken)).toBeUndefined();
  expect(nextStep(taken, undefined, at + 30 * DAY_MS)).toEqual({ kind: 'report' });
  const cleared = mark(taken, { to: 'cleared', at: at + 5 * DAY_MS, origin: 'user' });
  expect(vendorHistory([cleared])).toMatchObject([{ cleared: 1, timed: 0, medianDays: null }]);
});
