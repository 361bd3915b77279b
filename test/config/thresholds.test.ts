import { describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.js';
import { DEFAULT_THRESHOLDS } from '../../src/domain/verdict.js';

describe('thresholds in the config', () => {
  it('fill what is not given with the defaults', () => {
    expect(configSchema.parse({ thresholds: {} }).thresholds).toEqual(DEFAULT_THRESHOLDS);
    expect(configSchema.parse({ thresholds: { maxSpecificOpinions: 0 } }).thresholds).toEqual({
      ...DEFAULT_THRESHOLDS,
      maxSpecificOpinions: 0,
    });
  });

  it.each([
    { maxIndependentOpinionsFile: 17 },
    { maxIndependentOpinionsUrl: 8 },
    { maxSpecificOpinions: 4 },
    { minAgreeingOpinions: 3 },
    { minOpinionsFile: 0 },
    { minAgreeingOpinions: 1.5 },
    { maxOpinions: 3 },
  ])('are refused where recorded malware would pass, or nobody knows them: %j', (thresholds) => {
    expect(configSchema.safeParse({ thresholds }).success).toBe(false);
  });
});
