import { describe, expect, it } from 'vitest';
import { advance } from '../../src/domain/case-advance.js';
import { isSameClaim } from '../../src/domain/case.js';
import { mark } from '../../src/domain/case-mark.js';
import { after, ARTIFACT, identify, observe, T0 } from './case-support.js';

const kinds = (events: readonly { readonly kind: string }[]) => events.map(({ kind }) => kind);

describe('cases open', () => {
  it('one per vendor, with all of its engines', () => {
    const cases = after(observe(0, { HouseCall: 'TROJ', TrendMicro: 'TROJ', Bkav: 'W32.AI' }));
    expect(cases.map(({ vendor, claims, state }) => [vendor, claims.map(({ engine }) => engine), state])).toEqual([
      ['Bkav', ['Bkav'], 'open'],
      ['Trend Micro', ['HouseCall', 'TrendMicro'], 'open'],
    ]);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(2);
  });

  it('by themselves for a likely false positive alone', () => {
    for (const verdict of ['clean', 'unproven', 'needs-review', 'tampered', 'undecided'] as const) {
      expect(after(observe(0, { Bkav: 'x' }, { verdict })), verdict).toEqual([]);
      expect(after(observe(0, { Bkav: 'x' }, { verdict, origin: 'report' })), verdict).toEqual([]);
    }
  });

  it('on a user’s word for what is unproven or needs review, never for what is tampered', () => {
    const opened = (['unproven', 'needs-review', 'tampered', 'undecided', 'clean'] as const).filter(
      (verdict) => after(observe(0, { Bkav: 'x' }, { verdict, origin: 'user' })).length === 1,
    );
    expect(opened).toEqual(['unproven', 'needs-review']);
  });
});

describe('a case is cleared', () => {
  it('by two later analyses in which the engine answers and does not flag', () => {
    const once = after(observe(0, { Bkav: 'x' }), observe(1, { Bkav: 'quiet' }));
    expect(once[0]).toMatchObject({ state: 'open', quietAt: [T0 + 86_400_000] });
    const [cleared] = advance(once, observe(2, { Bkav: 'quiet' }, { origin: 'recheck' }), identify);
    expect(cleared?.state).toBe('cleared');
    expect(cleared?.events.at(-1)).toMatchObject({
      origin: 'recheck',
      kind: 'cleared',
      detail: { analysedAt: '2026-06-03T00:00:00Z', since: '2026-06-02T00:00:00Z' },
    });
  });

  it('not by the same analysis read twice, nor by an older one', () => {
    const cases = after(
      observe(5, { Bkav: 'x' }),
      observe(6, { Bkav: 'quiet' }),
      observe(6, { Bkav: 'quiet' }),
      observe(4, { Bkav: 'quiet' }),
    );
    expect(cases[0]).toMatchObject({ state: 'open', events: [{ kind: 'opened' }, { kind: 'quiet' }] });
  });

  it('not by a time-out, which neither counts nor resets', () => {
    const cases = after(observe(0, { Bkav: 'x' }), observe(1, { Bkav: 'quiet' }), observe(2, {}), observe(3, {}));
    expect(cases[0]?.state).toBe('open');
    expect(after(observe(0, { Bkav: 'x' }), observe(1, {}), observe(2, {}))[0]?.quietAt).toEqual([]);
    expect(advance(cases, observe(4, { Bkav: 'quiet' }), identify)[0]?.state).toBe('cleared');
  });

  it('only when every engine of the vendor answered in each of the two', () => {
    const both = { TrendMicro: 'T', HouseCall: 'T' };
    const half = after(
      observe(0, both),
      observe(1, { TrendMicro: 'quiet' }),
      observe(2, { HouseCall: 'quiet' }),
      observe(3, { TrendMicro: 'quiet', HouseCall: 'quiet' }),
    );
    expect(half[0]).toMatchObject({ state: 'open', quietAt: [T0 + 3 * 86_400_000] });
    expect(advance(half, observe(4, { TrendMicro: 'quiet', HouseCall: 'T' }), identify)[0]?.quietAt).toEqual([]);
  });

  it('not when the detection comes back in between: the count begins again', () => {
    const cases = after(
      observe(0, { Bkav: 'x' }),
      observe(1, { Bkav: 'quiet' }),
      observe(2, { Bkav: 'x' }),
      observe(3, { Bkav: 'quiet' }),
    );
    expect(cases[0]?.state).toBe('open');
    expect(kinds(cases[0]?.events ?? [])).toEqual(['opened', 'quiet', 'returned', 'quiet']);
  });
});

describe('a detection that changes', () => {
  it('to another label ends the case and opens the next, which remembers it', () => {
    const cases = after(observe(0, { Bkav: 'W32.AI' }), observe(1, { Bkav: 'Trojan.Emotet' }));
    expect(cases.map(({ state, ordinal, claims }) => [state, ordinal, claims[0]?.label])).toEqual([
      ['superseded', 1, 'W32.AI'],
      ['open', 2, 'Trojan.Emotet'],
    ]);
    expect(cases[1]?.predecessor).toBe(cases[0]?.id);
    expect(cases[0]?.events.at(-1)).toMatchObject({ kind: 'superseded', detail: { by: cases[1]?.id } });
  });

  it('back to the first label opens a third, with an id of its own', () => {
    const cases = after(observe(0, { Bkav: 'A' }), observe(1, { Bkav: 'B' }), observe(2, { Bkav: 'A' }));
    expect(cases.map(({ state }) => state)).toEqual(['superseded', 'superseded', 'open']);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(3);
  });

  it('keeps engines that gave no answer in the next case', () => {
    const cases = after(observe(0, { TrendMicro: 'T', HouseCall: 'T' }), observe(1, { TrendMicro: 'U' }));
    expect(cases[1]?.claims).toEqual([
      { engine: 'HouseCall', label: 'T' },
      { engine: 'TrendMicro', label: 'U' },
    ]);
  });

  it('in its score alone is the same claim', () => {
    const cases = after(
      observe(0, { CrowdStrike: 'win/malicious_confidence_60% (D)' }),
      observe(1, { CrowdStrike: 'win/malicious_confidence_100% (D)' }),
    );
    expect(cases).toMatchObject([{ state: 'open', claims: [{ label: 'win/malicious_confidence_60% (D)' }] }]);
    expect(isSameClaim('malicious (high confidence)', 'malicious (moderate confidence)')).toBe(true);
    expect(isSameClaim('Malicious (score: 85)', 'Malicious (score: 100)')).toBe(true);
    expect(isSameClaim('Trojan.Agent.85', 'Trojan.Agent.100')).toBe(false);
  });

  it('to another engine of the vendor joins the case', () => {
    const cases = after(observe(0, { TrendMicro: 'T' }), observe(1, { TrendMicro: 'T', HouseCall: 'T' }));
    expect(cases).toHaveLength(1);
    expect(cases[0]?.claims).toHaveLength(2);
    expect(kinds(cases[0]?.events ?? [])).toEqual(['opened', 'joined']);
  });

  it('stays in its case when the directory names another vendor', () => {
    const first = observe(0, { ZoneAlarm: 'x' });
    const moved = observe(1, { ZoneAlarm: 'x' }, { flagged: [{ engine: 'ZoneAlarm', label: 'x', vendor: 'Sophos' }] });
    expect(after(first, moved).map(({ vendor }) => vendor)).toEqual(['ZoneAlarm']);
  });

  it('after it was cleared is a new case, and one that was rejected stays rejected until the label changes', () => {
    const cleared = after(observe(0, { Bkav: 'x' }), observe(1, { Bkav: 'quiet' }), observe(2, { Bkav: 'quiet' }));
    const again = advance(cleared, observe(3, { Bkav: 'x' }), identify);
    expect(again.map(({ state, ordinal }) => [state, ordinal])).toEqual([
      ['cleared', 1],
      ['open', 2],
    ]);
    const rejected = after(observe(0, { Bkav: 'x' })).map((each) =>
      mark(each, { to: 'rejected', at: T0, origin: 'user' }),
    );
    expect(advance(rejected, observe(1, { Bkav: 'x' }), identify)).toEqual(rejected);
    expect(advance(rejected, observe(1, { Bkav: 'y' }), identify)).toHaveLength(2);
  });
});

it('A case that the user closed does not open again by the analysis that he had seen', () => {
  for (const to of ['cleared', 'rejected'] as const) {
    const closed = after(observe(3, { Bkav: 'x' })).map((each) => mark(each, { to, at: T0, origin: 'user' }));
    expect(advance(closed, observe(3, { Bkav: 'x' }), identify)).toEqual(closed);
    expect(advance(closed, observe(2, { Bkav: 'y' }), identify)).toEqual(closed);
  }
});

describe('a verdict', () => {
  it('that turned worse is an event, once, and so is its return', () => {
    const cases = after(
      observe(0, { Bkav: 'x' }),
      observe(1, { Bkav: 'x' }, { verdict: 'needs-review' }),
      observe(1, { Bkav: 'x' }, { verdict: 'needs-review' }),
      observe(2, { Bkav: 'x' }),
    );
    expect(cases[0]?.events.filter(({ kind }) => kind === 'verdict').map(({ detail }) => detail['to'])).toEqual([
      'needs-review',
      'likely-false-positive',
    ]);
  });

  it('without evidence at hand says nothing new', () => {
    const known = after(observe(0, { Bkav: 'x' }));
    for (const verdict of ['unproven', 'undecided'] as const) {
      expect(advance(known, observe(1, { Bkav: 'x' }, { verdict }), identify)[0]).toMatchObject({
        verdict: 'likely-false-positive',
        events: [{ kind: 'opened' }],
      });
    }
  });

  it('of the same analysis can change: a hash was published since', () => {
    const known = after(observe(0, { Bkav: 'x' }));
    const [tampered] = advance(known, observe(0, { Bkav: 'x' }, { verdict: 'tampered' }), identify);
    expect(tampered).toMatchObject({ verdict: 'tampered', state: 'open' });
  });
});

it('Cases of other contents are the same objects as before', () => {
  const known = after(observe(0, { Bkav: 'x' }));
  const other = { ...ARTIFACT, id: 'b'.repeat(64) };
  const next = advance(known, observe(1, { Bkav: 'quiet' }, { artifact: other }), identify);
  expect(next[0]).toBe(known[0]);
  expect(next).toHaveLength(1);
});
