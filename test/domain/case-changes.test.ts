import { describe, expect, it } from 'vitest';
import { advance, type Observation } from '../../src/domain/case-advance.js';
import { describeChanges } from '../../src/domain/case-changes.js';
import { recheckOutcome } from '../../src/domain/recheck-document.js';
import { after, ARTIFACT, identify, observe } from './case-support.js';

const before = after(observe(0, { Bkav: 'x', TrendMicro: 'T' }));

/** What a recheck says of this observation. */
function changes(observation: Observation | undefined, flaggedBefore: readonly string[] = ['Bkav', 'TrendMicro']) {
  const cases = observation === undefined ? before : advance(before, observation, identify);
  const rechecked =
    observation === undefined
      ? []
      : [{ artifactId: ARTIFACT.id, verdict: observation.verdict, flagged: observation.flagged, flaggedBefore }];
  return describeChanges(before, cases, rechecked, new Set([ARTIFACT.id]));
}

const words = (observation: Observation | undefined, flaggedBefore?: readonly string[]) =>
  changes(observation, flaggedBefore).map(
    ({ change, claims }) => `${change} ${claims.map((each) => each.engine).join()}`,
  );

describe('what a recheck says', () => {
  it('is one line a case', () => {
    expect(words(observe(1, { Bkav: 'x', TrendMicro: 'quiet' }))).toEqual(['unchanged Bkav', 'gone TrendMicro']);
    expect(words(observe(1, { Bkav: 'y' }))).toEqual(['relabelled Bkav', 'unanswered TrendMicro']);
    expect(words(undefined)).toEqual(['unasked Bkav', 'unasked TrendMicro']);
  });

  it('names an engine that joins a case by itself', () => {
    expect(words(observe(1, { Bkav: 'x', TrendMicro: 'T', HouseCall: 'T' }))).toEqual([
      'new HouseCall',
      'unchanged Bkav',
      'unchanged TrendMicro',
    ]);
  });

  it('names what opened no case, until it was said', () => {
    const observation = observe(1, { Bkav: 'x', TrendMicro: 'T', Kaspersky: 'Emotet' }, { verdict: 'needs-review' });
    expect(words(observation)).toContain('new Kaspersky');
    expect(changes(observation)[0]).not.toHaveProperty('caseId');
    expect(words(observation, ['Bkav', 'TrendMicro', 'Kaspersky'])).toEqual(['unchanged Bkav', 'unchanged TrendMicro']);
  });

  it('is nothing of contents without cases', () => {
    expect(
      describeChanges([], [], [{ artifactId: 'b', verdict: 'clean', flagged: [], flaggedBefore: [] }], new Set()),
    ).toEqual([]);
  });
});

it('Findings win over what could not be asked', () => {
  const [unasked] = changes(undefined);
  const [relabelled] = changes(observe(1, { Bkav: 'y' }));
  expect(recheckOutcome([unasked!, relabelled!])).toBe('new');
  expect(recheckOutcome([unasked!])).toBe('incomplete');
  expect(recheckOutcome([])).toBe('nothing-new');
});
