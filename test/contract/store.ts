import { describe, expect, it } from 'vitest';
import type { Sha256 } from '../../src/domain/artifact.js';
import { NO_STATS, type Scan } from '../../src/domain/scan.js';
import type { FileIdentity, PendingSubmission, Store, StoredInspection, StoredScan } from '../../src/ports.js';
import { anyResult } from '../support/documents.js';

export interface StoreUnderTest {
  readonly store: Store;
  /** A second connection to the same data, as another process has it. */
  readonly other: Store;
  /** Sets the clock that both use. */
  setNow(now: number): void;
  dispose(): Promise<void>;
}

const SHA = 'a'.repeat(64) as Sha256;
const LIMITS = { rate: { requests: 2, windowMs: 1000 }, daily: 5, monthly: 8 };
const lookup = (subject: string) => ({ kind: 'lookup', subject, charged: true }) as const;

const identity: FileIdentity = {
  path: '/release/Größe ♥.exe',
  sizeBytes: 3_000_000_000,
  mtimeNs: '1764000000123456789',
  inode: '18446744073709551615',
  digests: { sha256: SHA },
  format: 'pe',
};

const scan: Scan = {
  kind: 'file',
  id: SHA,
  analysedAt: 1_700_000_000_000,
  results: [{ engine: 'Bkav', category: 'malicious', label: 'W32.AIDetect' }],
  stats: { ...NO_STATS, malicious: 1, undetected: 70, engines: 71 },
  facts: { tags: ['signed'] },
};

const stored: StoredScan = { scan, fetchedAt: 1_700_000_100_000, source: 'lookup', full: true };

const pending: PendingSubmission = {
  kind: 'file',
  id: SHA,
  state: 'accepted',
  via: 'upload',
  analysisId: 'YWJj==',
  submittedAt: 5,
  previousAnalysedAt: null,
};

/** What every store must do, whatever is behind it. */
export function storeContract(name: string, open: () => Promise<StoreUnderTest>): void {
  const using = (work: (under: StoreUnderTest) => Promise<void>) => async () => {
    const under = await open();
    try {
      await work(under);
    } finally {
      await under.dispose();
    }
  };

  describe(`${name} keeps identities`, () => {
    it(
      'and finds them only while size, time and inode are the same',
      using(async ({ store }) => {
        await store.saveIdentities([identity]);
        expect(await store.findIdentities([identity])).toEqual(new Map([[identity.path, identity]]));
        for (const changed of [{ sizeBytes: 1 }, { mtimeNs: '1' }, { inode: '1' }]) {
          expect((await store.findIdentities([{ ...identity, ...changed }])).size).toBe(0);
        }
      }),
    );

    it(
      'of more files than one statement takes',
      using(async ({ store }) => {
        const many = Array.from({ length: 1200 }, (_, index) => ({ ...identity, path: `/f/${index}` }));
        await store.saveIdentities(many);
        expect((await store.findIdentities(many)).size).toBe(1200);
      }),
    );
  });

  describe(`${name} keeps inspections`, () => {
    const inspection: StoredInspection = {
      signature: { state: 'unsigned', signers: [], reason: { code: 'no-signature', args: {} } },
      facts: { versionResource: { companyName: 'Größe ♥' }, unreadable: [] },
      inspectedAt: 1_764_000_000_000,
    };

    it(
      'and finds them under the same basis only, the newest',
      using(async ({ store, other }) => {
        await store.saveInspections(new Map([[SHA, inspection]]), 'basis');
        await store.saveInspections(new Map([[SHA, { ...inspection, inspectedAt: 1_764_000_000_001 }]]), 'basis');
        expect(await other.findInspections([SHA, 'b'], 'basis')).toEqual(
          new Map([[SHA, { ...inspection, inspectedAt: 1_764_000_000_001 }]]),
        );
        expect((await other.findInspections([SHA], 'other')).size).toBe(0);
      }),
    );

    it(
      'of more contents than one statement takes, each with its own',
      using(async ({ store }) => {
        const many = new Map(
          Array.from({ length: 1200 }, (_, index) => [
            `${index}`,
            { ...inspection, facts: { unreadable: [`part: ${index % 3}`] }, inspectedAt: index },
          ]),
        );
        await store.saveInspections(many, 'basis');
        expect(await store.findInspections([...many.keys()], 'basis')).toEqual(many);
      }),
    );
  });

  describe(`${name} keeps scans`, () => {
    it(
      'and gives the newest, as another process wrote it',
      using(async ({ store, other }) => {
        await store.saveScan({ kind: 'file', id: SHA }, stored);
        const newer = { ...stored, fetchedAt: stored.fetchedAt + 1, scan: { ...scan, analysedAt: 1_800_000_000_000 } };
        await store.saveScan({ kind: 'file', id: SHA }, newer);
        expect((await other.findScans('file', [SHA, 'b'])).get(SHA)).toEqual(newer);
        expect((await other.findScans('url', [SHA])).size).toBe(0);
      }),
    );

    it(
      'idempotently, and forgets that it was unknown',
      using(async ({ store }) => {
        await store.saveUnknown({ kind: 'file', id: SHA }, 7);
        expect(await store.findUnknown('file', [SHA])).toEqual(new Map([[SHA, 7]]));
        await store.saveScan({ kind: 'file', id: SHA }, stored);
        await store.saveScan({ kind: 'file', id: SHA }, stored);
        expect((await store.findScans('file', [SHA])).get(SHA)).toEqual(stored);
        expect((await store.findUnknown('file', [SHA])).size).toBe(0);
      }),
    );

    it(
      'of what was never analysed',
      using(async ({ store }) => {
        const never = { ...stored, scan: { ...scan, analysedAt: null, results: [], stats: NO_STATS, facts: {} } };
        await store.saveScan({ kind: 'file', id: SHA }, never);
        expect((await store.findScans('file', [SHA])).get(SHA)).toEqual(never);
      }),
    );
  });

  describe(`${name} keeps submissions`, () => {
    it(
      'until they are deleted, one per artifact',
      using(async ({ store, other }) => {
        await store.savePending({ ...pending, state: 'sending', analysisId: null });
        await store.savePending(pending);
        expect(await other.findPending('file', [SHA])).toEqual(new Map([[SHA, pending]]));
        await other.deletePending(pending);
        expect((await store.findPending('file', [SHA])).size).toBe(0);
      }),
    );
  });

  describe(`${name} keeps results`, () => {
    it(
      'and gives the last one',
      using(async ({ store, other }) => {
        expect(await store.lastResult()).toBeNull();
        for (const product of ['first', 'second']) await store.saveResult(anyResult({ product }));
        expect(await other.lastResult()).toEqual(anyResult({ product: 'second' }));
      }),
    );
  });

  describe(`${name} keeps the ledger`, () => {
    it(
      'shared by processes: what one spends the other lacks',
      using(async ({ store, other, setNow }) => {
        setNow(10_000);
        const [mine, theirs] = [store.ledgerOf('key'), other.ledgerOf('key')];
        const first = await mine.reserve(lookup('a'), LIMITS);
        expect(first).toMatchObject({ kind: 'granted', at: 10_000 });
        expect(await theirs.reserve(lookup('b'), LIMITS)).toMatchObject({ kind: 'granted' });
        expect(await theirs.reserve(lookup('c'), LIMITS)).toEqual({ kind: 'wait', until: 11_000 });
        if (first.kind === 'granted') await mine.finish(first.id, { endedAt: 10_300, status: 200 });
        setNow(10_400);
        expect(await theirs.reserve(lookup('c'), LIMITS)).toEqual({ kind: 'wait', until: 11_300 });
        setNow(11_300);
        expect(await theirs.reserve(lookup('c'), LIMITS)).toMatchObject({ kind: 'granted' });
      }),
    );

    it(
      'of each key alone',
      using(async ({ store, setNow }) => {
        setNow(0);
        for (const subject of ['a', 'b']) await store.ledgerOf('one').reserve(lookup(subject), LIMITS);
        expect(await store.ledgerOf('two').reserve(lookup('c'), LIMITS)).toMatchObject({ kind: 'granted' });
      }),
    );

    it(
      'and never lets two ask the same at once',
      using(async ({ store, other, setNow }) => {
        setNow(0);
        const granted = await store.ledgerOf('key').reserve(lookup('a'), LIMITS);
        expect(await other.ledgerOf('key').reserve(lookup('a'), LIMITS)).toMatchObject({ kind: 'busy' });
        if (granted.kind === 'granted') await store.ledgerOf('key').finish(granted.id, { endedAt: 1, status: 200 });
        expect(await other.ledgerOf('key').reserve(lookup('a'), LIMITS)).toMatchObject({ kind: 'granted' });
      }),
    );

    it(
      'gives a place back that was not used',
      using(async ({ store, setNow }) => {
        setNow(0);
        const ledger = store.ledgerOf('key');
        const granted = await ledger.reserve(lookup('a'), LIMITS);
        if (granted.kind === 'granted') await ledger.cancel(granted.id);
        expect(await ledger.usage(LIMITS)).toMatchObject({ inWindow: 0, today: 0, total: 0 });
      }),
    );

    it(
      'counts the day and the month in UTC, what is free of charge apart',
      using(async ({ store, setNow }) => {
        const ledger = store.ledgerOf('key');
        let now = Date.UTC(2026, 10, 30, 23, 0);
        const spend = async (charged: boolean) => {
          setNow((now += 5000));
          const granted = await ledger.reserve({ kind: 'lookup', subject: String(now), charged }, LIMITS);
          if (granted.kind === 'granted') await ledger.finish(granted.id, { endedAt: now, status: 200 });
          return granted;
        };
        for (let index = 0; index < 5; index += 1) expect((await spend(true)).kind).toBe('granted');
        expect(await spend(true)).toEqual({ kind: 'exhausted', window: 'day', until: Date.UTC(2026, 11, 1) });
        expect((await spend(false)).kind).toBe('granted');
        expect(await ledger.usage(LIMITS)).toMatchObject({ today: 5, thisMonth: 5, freeThisMonth: 1, total: 6 });
        now = Date.UTC(2026, 11, 1, 0, 0);
        expect((await spend(true)).kind).toBe('granted');
        expect(await ledger.usage(LIMITS)).toMatchObject({ today: 1, thisMonth: 1 });
      }),
    );

    it(
      'pauses everybody when the service refused',
      using(async ({ store, other, setNow }) => {
        setNow(0);
        await store.ledgerOf('key').pause(9000);
        await store.ledgerOf('key').pause(4000);
        expect(await other.ledgerOf('key').reserve(lookup('a'), LIMITS)).toEqual({ kind: 'wait', until: 9000 });
      }),
    );

    it(
      'heals when the wall clock is set back',
      using(async ({ store, setNow }) => {
        const ledger = store.ledgerOf('key');
        setNow(1_000_000_000);
        for (const subject of ['a', 'b']) {
          const granted = await ledger.reserve(lookup(subject), LIMITS);
          if (granted.kind === 'granted') await ledger.finish(granted.id, { endedAt: 1_000_000_000, status: 200 });
        }
        setNow(500_000);
        expect(await ledger.reserve(lookup('c'), LIMITS)).toEqual({ kind: 'wait', until: 501_000 });
        setNow(501_000);
        expect(await ledger.reserve(lookup('c'), LIMITS)).toMatchObject({ kind: 'granted' });
      }),
    );

    it(
      'remembers the limits learnt for a key',
      using(async ({ store, other }) => {
        expect(await store.ledgerOf('key').readLimits()).toBeNull();
        await store.ledgerOf('key').saveLimits({ ...LIMITS, origin: 'service' });
        expect(await other.ledgerOf('key').readLimits()).toEqual({ ...LIMITS, origin: 'service' });
      }),
    );
  });
}
