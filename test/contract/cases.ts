import { describe, expect, it } from 'vitest';
import type { Case } from '../../src/domain/case.js';
import { advance } from '../../src/domain/case-advance.js';
import { mark } from '../../src/domain/case-mark.js';
import type { StoredScan } from '../../src/ports.js';
import { countResults } from '../../src/domain/scan.js';
import { after, ARTIFACT, identify, observe } from '../domain/case-support.js';
import type { StoreUnderTest } from './store.js';

/** What every store must do with cases and with the answers that prove their end. */
export function caseStoreContract(name: string, open: () => Promise<StoreUnderTest>): void {
  const using = (work: (under: StoreUnderTest) => Promise<void>) => async () => {
    const under = await open();
    try {
      await work(under);
    } finally {
      await under.dispose();
    }
  };
  const evidence = [{ kind: 'signer', outcome: 'supports', detail: { names: ['ACME'] } }] as const;
  const opened = after(observe(0, { Bkav: 'W32.AI ♥', HouseCall: 'T' }, { evidence }));
  const reported = (each: Case) => mark(each, { to: 'reported', at: 5, origin: 'user', ticket: '#1', note: 'a\nb' });

  describe(`${name} keeps cases`, () => {
    it(
      'with everything in them, as another process wrote it',
      using(async ({ store, other }) => {
        expect(await store.updateCases([ARTIFACT.id], () => opened)).toEqual(opened);
        expect(await other.findCases('all')).toEqual(opened);
        const changed = await other.updateCases([ARTIFACT.id], (cases) => cases.map(reported));
        expect(await store.findCases('all')).toEqual(changed);
        expect(changed[0]?.events).toHaveLength(2);
      }),
    );

    it(
      'of all contents, and gives those that are open or reported alone when asked',
      using(async ({ store }) => {
        const url = { kind: 'url', id: 'https://example.com/a.exe', name: 'a' } as const;
        await store.updateCases([ARTIFACT.id], () => opened.map(reported));
        await store.updateCases([url.id], (cases) =>
          advance(cases, observe(1, { Bkav: 'x' }, { artifact: url }), identify).map((each) =>
            mark(each, { to: 'cleared', at: 9, origin: 'user' }),
          ),
        );
        expect((await store.findCases('all')).map(({ artifact }) => artifact.kind)).toEqual(['file', 'file', 'url']);
        expect((await store.findCases('active')).map(({ state }) => state)).toEqual(['reported', 'reported']);
      }),
    );

    it(
      'and changes those of the contents asked for alone',
      using(async ({ store }) => {
        await store.updateCases([ARTIFACT.id], () => opened);
        const seen: number[] = [];
        await store.updateCases(['b'.repeat(64)], (cases) => {
          seen.push(cases.length);
          return cases;
        });
        await store.updateCases([ARTIFACT.id, ARTIFACT.id], (cases) => {
          seen.push(cases.length);
          return cases;
        });
        expect(seen).toEqual([0, opened.length]);
      }),
    );

    it(
      'all or nothing',
      using(async ({ store }) => {
        await store.updateCases([ARTIFACT.id], () => opened);
        const broken = store.updateCases([ARTIFACT.id], (cases) => [
          ...cases.map(reported),
          // A chain cannot have two cases of one ordinal.
          { ...opened[0]!, id: 'f'.repeat(64) },
        ]);
        await expect(broken).rejects.toThrow(/store/);
        expect(await store.findCases('all')).toEqual(opened);
      }),
    );

    it(
      'once, when two processes follow the same analysis',
      using(async ({ store, other }) => {
        const follow = (under: typeof store) =>
          under.updateCases([ARTIFACT.id], (cases) => advance(cases, observe(0, { Bkav: 'x' }), identify));
        await follow(store);
        await follow(other);
        const cases = await store.findCases('all');
        expect(cases).toHaveLength(1);
        expect(cases[0]?.events).toHaveLength(1);
      }),
    );
  });

  describe(`${name} keeps answers`, () => {
    it(
      'of each analysis: who flagged, who ran and found nothing, and nobody else',
      using(async ({ store, other }) => {
        const results = [
          { engine: 'Bkav', category: 'malicious', label: 'x' },
          { engine: 'ESET-NOD32', category: 'undetected', label: null },
          { engine: 'Elastic', category: 'type-unsupported', label: null },
          { engine: 'Google', category: 'harmless', label: null },
          { engine: 'Zoner', category: 'timeout', label: null },
          { engine: 'Avast', category: 'failure', label: null },
        ] as const;
        const stored: StoredScan = {
          scan: {
            kind: 'file',
            id: ARTIFACT.id,
            analysedAt: 1000,
            results,
            stats: countResults(results),
            facts: {},
          },
          fetchedAt: 5000,
          source: 'rescan',
          full: true,
        };
        const key = { kind: 'file', id: ARTIFACT.id } as const;
        await store.saveScan(key, stored);
        const clean = results.slice(1, 2);
        await store.saveScan(key, {
          ...stored,
          scan: { ...stored.scan, analysedAt: 2000, results: clean, stats: countResults(clean) },
        });
        expect(await other.findAnswers(key, 1000)).toEqual({ flagged: [results[0]], quiet: ['ESET-NOD32', 'Google'] });
        expect(await other.findAnswers(key, 2000)).toEqual({ flagged: [], quiet: ['ESET-NOD32'] });
        expect(await other.findAnswers(key, 3000)).toBeNull();
        expect(await other.findAnswers({ ...key, kind: 'url' }, 1000)).toBeNull();
      }),
    );
  });
}
