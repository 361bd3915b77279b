import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Collected } from '../../src/ports.js';
import { MemoryService } from '../support/memory-service.js';
import { VirtualClock } from '../support/virtual-clock.js';
import { fileTarget, memoryStore, playCheck, shaOf, timeless } from './play.js';

/** A generator of numbers 0 … 1 from a seed: latencies that a failing run can repeat. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const NAMES = Array.from({ length: 9 }, (_, index) => `program-${index}.exe`);

/** Nine files of which three are known and two flagged, one of them twice on disk; two URLs; two hashes. */
const TARGETS: readonly Collected[] = [
  ...NAMES.map((name) => fileTarget(name)),
  fileTarget('copy of 4.exe', 'program-4.exe'),
  { kind: 'url', url: 'https://example.com/known' },
  { kind: 'url', url: 'https://example.com/new' },
  { kind: 'hash', algorithm: 'sha256', digest: shaOf('program-1.exe') },
  { kind: 'hash', algorithm: 'sha256', digest: shaOf('nobody has this') },
];
const KNOWN = [...NAMES.slice(0, 3).map(shaOf), 'https://example.com/known'];

const flaggedBy = (id: string): readonly string[] =>
  id === shaOf('program-1.exe') ? ['Bkav', 'Avira'] : id === shaOf('program-5.exe') ? ['APEX'] : [];

async function play(targets: readonly Collected[], seed: number, concurrency: number): Promise<string> {
  const clock = new VirtualClock();
  const next = random(seed);
  const scanner = new MemoryService({
    clock,
    known: KNOWN,
    flaggedBy,
    wire: () => ({ durationMs: Math.floor(next() * 3000), countedAt: next() }),
    analysisMs: () => 20_000 + Math.floor(next() * 100_000),
  });
  const store = await memoryStore(clock);
  const result = await clock.run(playCheck({ targets, scanner, store, clock, concurrency }));
  await store.close();
  return timeless(result);
}

describe('any order of arrival', () => {
  it('gives the same document, byte for byte but for times', async () => {
    const expected = await play(TARGETS, 1, 1);
    expect(expected).toContain('"unproven"');
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...TARGETS], { minLength: TARGETS.length }),
        fc.integer(),
        fc.integer({ min: 1, max: 8 }),
        async (targets, seed, concurrency) => {
          expect(await play(targets, seed, concurrency)).toBe(expected);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('no schedule', () => {
  it('exceeds the rate in any window as the service counts it, nor is refused, whatever takes how long', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.integer(),
          requests: fc.integer({ min: 1, max: 6 }),
          windowMs: fc.integer({ min: 500, max: 10_000 }),
          slowestMs: fc.integer({ min: 0, max: 10_000 }),
          analysisMs: fc.integer({ min: 1, max: 30_000 }),
          concurrency: fc.integer({ min: 1, max: 8 }),
          processes: fc.integer({ min: 1, max: 3 }),
          rescan: fc.boolean(),
        }),
        async ({ seed, requests, windowMs, slowestMs, analysisMs, concurrency, processes, rescan }) => {
          const clock = new VirtualClock();
          const next = random(seed);
          const rate = { requests, windowMs };
          const scanner = new MemoryService({
            clock,
            known: KNOWN,
            rate,
            wire: () => ({ durationMs: Math.floor(next() * slowestMs), countedAt: next() }),
            analysisMs: () => 1 + Math.floor(next() * analysisMs),
          });
          const store = await memoryStore(clock);
          const runs = Array.from({ length: processes }, () =>
            playCheck({ targets: TARGETS, scanner, store, clock, rate, concurrency, resolve: { rescan } }),
          );
          const documents = await clock.run(Promise.all(runs));
          const { total } = await store.ledgerOf('key').usage({ rate });
          await store.close();
          expect(scanner.refused).toBe(0);
          expect(scanner.maxInWindow(windowMs)).toBeLessThanOrEqual(requests);
          // The ledger holds every request, and the documents tell all of them.
          expect(total).toBe(scanner.calls.length);
          expect(documents.reduce((sum, document) => sum + document.requests.total, 0)).toBe(total);
          const uploads = scanner.calls.filter(({ method }) => method === 'uploadFile').map(({ subject }) => subject);
          expect(new Set(uploads).size).toBe(uploads.length);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('spends more than the promise: one for what is known, three for what is not, one more when flagged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12 }), async (known, unknown) => {
        const clock = new VirtualClock();
        const names = Array.from({ length: known + unknown }, (_, index) => `f${index}`);
        const scanner = new MemoryService({
          clock,
          known: names.slice(0, known).map(shaOf),
          analysisMs: () => 45_000,
          wire: () => ({ durationMs: 300, countedAt: 0.5 }),
        });
        const store = await memoryStore(clock);
        const targets = names.map((name) => fileTarget(name));
        const { requests } = await clock.run(playCheck({ targets, scanner, store, clock }));
        await store.close();
        expect(requests.total).toBe(known + 3 * unknown);
      }),
      { numRuns: 20 },
    );
  });
});
