import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely, sql } from 'kysely';
import { StoreError } from '../errors.js';
import type { Clock, Store } from '../ports.js';
import { cases } from './cases.js';
import { toStoreError } from './failure.js';
import { identities } from './identities.js';
import { inspections } from './inspections.js';
import { ledger, type Owner } from './ledger.js';
import { MIGRATIONS } from './migrations/index.js';
import { runs } from './runs.js';
import { scans } from './scans.js';
import type { Tables } from './schema.js';
import { openSqlite, sqliteDialect } from './sqlite.js';
import { submissions } from './submissions.js';

export interface StoreOptions {
  /** A file, created with its folders when missing. */
  readonly path: string;
  readonly clock: Pick<Clock, 'now'>;
  /** Who writes, so that others can tell a request on the wire from one whose process is gone. */
  readonly owner: Owner;
}

/**
 * Opens the store and brings it to the current version.
 *
 * @throws StoreError `STORE_LOCKED`, `STORE_CORRUPT`, `STORE_NEWER`, `STORE_FULL`, `STORE_UNAVAILABLE`; the file is then
 *   as it was
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { path } = options;
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw toStoreError(error, path);
    }
  };
  return guarded(async () => {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    const db = new Kysely<Tables>({ dialect: sqliteDialect(openSqlite(path)) });
    await migrate(db, path);
    const parts = {
      ...identities(db),
      ...inspections(db),
      ...scans(db),
      ...submissions(db),
      ...runs(db),
      ...cases(db),
    };
    const store = guardMethods(parts, guarded);
    return {
      ...store,
      ledgerOf: (key) => guardMethods(ledger(db, key, options), guarded),
      close: () => db.destroy(),
    };
  });
}

/** Every method of a part, with the driver's errors turned into ours. */
function guardMethods<T extends object>(part: T, guarded: <R>(work: () => Promise<R>) => Promise<R>): T {
  return Object.fromEntries(
    Object.entries(part).map(([name, method]: [string, (...parameters: unknown[]) => Promise<unknown>]) => [
      name,
      (...parameters: unknown[]) => guarded(() => method(...parameters)),
    ]),
  ) as T;
}

async function migrate(db: Kysely<Tables>, path: string): Promise<void> {
  if ((await readVersion(db)) === MIGRATIONS.length) return;
  await db.transaction().execute(async (transaction) => {
    // Read again under the write lock: another process may have been first.
    const version = await readVersion(transaction);
    if (version > MIGRATIONS.length) {
      throw new StoreError('STORE_NEWER', `the store ${path} was written by a newer absolve`, {
        hint: 'update absolve, or choose another store with ABSOLVE_STORE',
      });
    }
    for (const migration of MIGRATIONS.slice(version)) await migration.up(transaction);
    await sql.raw(`PRAGMA user_version = ${MIGRATIONS.length}`).execute(transaction);
  });
}

async function readVersion(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ user_version: number }>`PRAGMA user_version`.execute(db);
  return rows[0]?.user_version ?? 0;
}
