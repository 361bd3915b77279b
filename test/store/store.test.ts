import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { describe, expect, it } from 'vitest';
import type { StoreError } from '../../src/errors.js';
import type { Store } from '../../src/ports.js';
import { openStore } from '../../src/store/open.js';
import { caseStoreContract } from '../contract/cases.js';
import { storeContract, type StoreUnderTest } from '../contract/store.js';
import { tempFolder } from '../support/temp.js';

const LIMITS = { rate: { requests: 1, windowMs: 1000 } };

function open(
  path: string,
  options: { run?: string; pid?: number; alive?: readonly number[]; now?: () => number } = {},
) {
  const { run = 'run', pid = 1, alive = [1, 2], now = () => 0 } = options;
  return openStore({
    path,
    clock: { now },
    owner: { host: 'here', pid, run, isAlive: (other) => alive.includes(other) },
  });
}

const openTwice = async (): Promise<StoreUnderTest> => {
  const path = join(tempFolder(), 'deep', 'er', 'absolve.db');
  let current = 0;
  const now = () => current;
  const store = await open(path, { run: 'one', pid: 1, now });
  const other = await open(path, { run: 'two', pid: 2, now });
  return {
    store,
    other,
    setNow: (instant) => {
      current = instant;
    },
    dispose: async () => {
      await store.close();
      await other.close();
    },
  };
};

storeContract('the SQLite file', openTwice);
caseStoreContract('the SQLite file', openTwice);

describe('a request whose process is gone', () => {
  const reserve = (store: Store, subject: string) =>
    store.ledgerOf('key').reserve({ kind: 'lookup', subject, charged: true }, LIMITS);

  it('ends when its death is seen, and keeps its place for a window from then', async () => {
    const path = join(tempFolder(), 'a.db');
    const dead = await open(path, { run: 'one', pid: 7 });
    await reserve(dead, 'a');
    await dead.close();
    let current = 100_000;
    const store = await open(path, { run: 'two', pid: 8, alive: [8], now: () => current });
    expect(await reserve(store, 'a')).toEqual({ kind: 'wait', until: 101_250 });
    current = 101_250;
    expect(await reserve(store, 'a')).toMatchObject({ kind: 'granted' });
    await store.close();
  });

  it('is told from one whose number was given to another program', async () => {
    const path = join(tempFolder(), 'a.db');
    const dead = await open(path, { run: 'one', pid: 7 });
    await reserve(dead, 'a');
    await dead.close();
    const reused = await open(path, { run: 'two', pid: 7, alive: [7], now: () => 10_000 });
    expect(await reserve(reused, 'b')).toEqual({ kind: 'wait', until: 11_250 });
    await reused.close();
  });
});

describe('a store that cannot be used', () => {
  const failure = async (work: Promise<unknown>): Promise<StoreError> =>
    work.then(
      () => expect.fail('opened'),
      (error: StoreError) => error,
    );

  it('is left as it is when it is no database', async () => {
    const path = join(tempFolder(), 'absolve.db');
    writeFileSync(path, 'this is a text and certainly no database'.repeat(100));
    const before = readFileSync(path);
    expect(await failure(open(path))).toMatchObject({ code: 'STORE_CORRUPT', exit: 'io', hint: /left as it is/ });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('is refused when a newer program wrote it', async () => {
    const path = join(tempFolder(), 'absolve.db');
    const database = new Libsql(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(await failure(open(path))).toMatchObject({ code: 'STORE_NEWER', hint: /update absolve/ });
  });

  it('of an earlier version is brought to this one with what it holds', async () => {
    const path = join(tempFolder(), 'absolve.db');
    const before = await open(path);
    await before.saveUnknown({ kind: 'file', id: 'a' }, 7);
    await before.close();
    const database = new Libsql(path);
    for (const table of ['case_event', 'case_record']) database.exec(`DROP TABLE ${table}`);
    database.exec('PRAGMA user_version = 2');
    database.close();
    const store = await open(path);
    expect(await store.findUnknown('file', ['a'])).toEqual(new Map([['a', 7]]));
    expect(await store.findCases('all')).toEqual([]);
    await store.close();
  });

  it('is named when it is a folder', async () => {
    const path = join(tempFolder(), 'absolve.db');
    mkdirSync(path);
    expect(await failure(open(path))).toMatchObject({ code: 'STORE_UNAVAILABLE', hint: /ABSOLVE_STORE/ });
  });
});
