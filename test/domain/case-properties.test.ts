import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isActive, isSameClaim, type Case } from '../../src/domain/case.js';
import { advance, type Observation } from '../../src/domain/case-advance.js';
import { VERDICTS } from '../../src/domain/verdict.js';
import { after, identify, observe, type Answers } from './case-support.js';

const ENGINES = ['TrendMicro', 'HouseCall', 'Bkav'];

const answers: fc.Arbitrary<Answers> = fc
  .tuple(...ENGINES.map(() => fc.constantFrom('quiet', 'quiet', 'A', 'B', 'none')))
  .map((given) =>
    Object.fromEntries(
      ENGINES.map((engine, index) => [engine, given[index] ?? 'none'] as const).filter(
        ([, answer]) => answer !== 'none',
      ),
    ),
  );

const observation: fc.Arbitrary<Observation> = fc
  .tuple(fc.integer({ min: 0, max: 12 }), answers, fc.constantFrom('likely-false-positive', ...VERDICTS))
  .map(([day, given, verdict]) => observe(day, given, { verdict }));

/** One analysis has one set of answers. */
const inOrder = fc
  .uniqueArray(observation, { maxLength: 14, selector: ({ analysedAt }) => analysedAt })
  .map((observations) => observations.toSorted((a, b) => a.analysedAt - b.analysedAt));

const quietFor = ({ claims }: Case, { quiet }: Observation): boolean =>
  claims.every(({ engine }) => quiet.includes(engine));

it('No case is ever cleared by fewer than two analyses in which every engine of it answered and was quiet', () => {
  fc.assert(
    fc.property(fc.array(observation, { maxLength: 14 }), (observations) => {
      for (const each of after(...observations)) {
        if (each.state !== 'cleared') continue;
        const proofs = observations.filter(
          (seen) => seen.analysedAt > each.flaggedAt && seen.analysedAt <= each.analysedAt && quietFor(each, seen),
        );
        expect(new Set(proofs.map(({ analysedAt }) => analysedAt)).size).toBeGreaterThanOrEqual(2);
      }
    }),
    { numRuns: 2000 },
  );
});

it('The same observation twice is the same as once, and so is any older one again', () => {
  fc.assert(
    fc.property(inOrder, fc.nat(), (observations, pick) => {
      const cases = after(...observations);
      const last = observations.at(-1);
      if (last !== undefined) expect(advance(cases, last, identify)).toEqual(cases);
      const older = observations[pick % Math.max(1, observations.length)];
      const active = cases.filter(isActive);
      if (older !== undefined && active.every(({ analysedAt }) => older.analysedAt < analysedAt)) {
        expect(advance(cases, older, identify).slice(0, cases.length)).toEqual(cases);
      }
    }),
    { numRuns: 2000 },
  );
});

it('The order of engines makes no difference', () => {
  fc.assert(
    fc.property(inOrder, (observations) => {
      const turned = observations.map((each) => ({
        ...each,
        flagged: each.flagged.toReversed(),
        quiet: each.quiet.toReversed(),
      }));
      expect(after(...turned)).toEqual(after(...observations));
    }),
  );
});

it('A vendor and content have one active case at most, and its claims are what the vendor says', () => {
  fc.assert(
    fc.property(inOrder, (observations) => {
      const active = after(...observations).filter(isActive);
      expect(new Set(active.map(({ vendor }) => vendor)).size).toBe(active.length);
      for (const each of active) {
        const newest = observations.find(({ analysedAt }) => analysedAt === each.analysedAt);
        for (const { engine, label } of newest?.flagged ?? []) {
          const claim = each.claims.find((known) => known.engine === engine);
          if (claim !== undefined) expect(isSameClaim(claim.label, label)).toBe(true);
        }
      }
    }),
  );
});

it('Ids are unique, and no event is ever lost', () => {
  fc.assert(
    fc.property(inOrder, observation, (observations, next) => {
      const cases = after(...observations);
      const later = advance(cases, next, identify);
      expect(new Set(later.map(({ id }) => id)).size).toBe(later.length);
      for (const [index, each] of cases.entries()) {
        expect(later[index]?.events.slice(0, each.events.length)).toEqual(each.events);
      }
    }),
  );
});
