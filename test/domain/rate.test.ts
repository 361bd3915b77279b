import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatRate, parseRate } from '../../src/domain/rate.js';

describe('a rate', () => {
  it('is written as requests, a slash and a duration', () => {
    expect(parseRate('4/min')).toEqual({ requests: 4, windowMs: 60_000 });
    expect(parseRate(' 20 / 500ms ')).toEqual({ requests: 20, windowMs: 500 });
    expect(parseRate('240/1h')).toEqual({ requests: 240, windowMs: 3_600_000 });
  });

  it.each(['', '4', '/min', '0/min', '-1/min', '4/', '4/0s', '4/fortnight', '4.5/min', '4/min/min', 'none'])(
    'is not %j',
    (text) => {
      expect(parseRate(text)).toBeUndefined();
    },
  );

  it('is shown in the largest exact unit', () => {
    expect(formatRate({ requests: 4, windowMs: 60_000 })).toBe('4/min');
    expect(formatRate({ requests: 20, windowMs: 500 })).toBe('20/500ms');
    expect(formatRate({ requests: 1, windowMs: 90_000 })).toBe('1/90s');
  });

  it('is read back as it was shown', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 - 1 }), fc.integer({ min: 1, max: 1e10 }), (requests, windowMs) => {
        expect(parseRate(formatRate({ requests, windowMs }))).toEqual({ requests, windowMs });
      }),
    );
  });
});
