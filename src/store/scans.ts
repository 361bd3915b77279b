import type { Kysely, Selectable } from 'kysely';
import { flaggedResults, type EngineResult, type Scan, type ScanStats, type ServiceFacts } from '../domain/scan.js';
import type { ScanStore, StoredScan } from '../ports.js';
import { inBatches } from './batches.js';
import type { Tables } from './schema.js';

/** Stands for "never analysed" in the key, where a null would not be unique. */
const NEVER = 0;

export function scans(db: Kysely<Tables>): ScanStore {
  return {
    async findScans(kind, ids) {
      const found = new Map<string, StoredScan>();
      const parse = createParser();
      for (const batch of inBatches(ids)) {
        const rows = await db
          .selectFrom('scan')
          .select([
            'id',
            'kind',
            'sha256',
            'sha1',
            'md5',
            'size_bytes',
            'analysed_at',
            'fetched_at',
            'source',
            'is_full',
          ])
          .select(['stats', 'flagged', 'facts'])
          .where('kind', '=', kind)
          .where('id', 'in', batch)
          .orderBy('fetched_at')
          .execute();
        // In order of time, so the newest stays.
        for (const row of rows) found.set(row.id, toStoredScan(row, parse));
      }
      return found;
    },
    async saveScan({ kind, id }, { scan, fetchedAt, source, full }) {
      const values = {
        fetched_at: fetchedAt,
        source,
        is_full: full ? 1 : 0,
        sha256: scan.id,
        sha1: scan.sha1 ?? null,
        md5: scan.md5 ?? null,
        size_bytes: scan.sizeBytes ?? null,
        stats: JSON.stringify(scan.stats),
        flagged: JSON.stringify(flaggedResults(scan)),
        quiet: JSON.stringify(quietEngines(scan)),
        facts: JSON.stringify(scan.facts),
      };
      await db
        .insertInto('scan')
        .values({ kind, id, analysed_at: scan.analysedAt ?? NEVER, ...values })
        .onConflict((conflict) => conflict.columns(['kind', 'id', 'analysed_at']).doUpdateSet(values))
        .execute();
      await db.deleteFrom('unknown').where('kind', '=', kind).where('id', '=', id).execute();
    },
    async findUnknown(kind, ids) {
      const found = new Map<string, number>();
      for (const batch of inBatches(ids)) {
        const rows = await db
          .selectFrom('unknown')
          .select(['id', 'asked_at'])
          .where('kind', '=', kind)
          .where('id', 'in', batch)
          .execute();
        for (const row of rows) found.set(row.id, row.asked_at);
      }
      return found;
    },
    async saveUnknown({ kind, id }, at) {
      await db
        .insertInto('unknown')
        .values({ kind, id, asked_at: at })
        .onConflict((conflict) => conflict.columns(['kind', 'id']).doUpdateSet({ asked_at: at }))
        .execute();
    },
    async findAnswers({ kind, id }, analysedAt) {
      const row = await db
        .selectFrom('scan')
        .select(['flagged', 'quiet'])
        .where('kind', '=', kind)
        .where('id', '=', id)
        .where('analysed_at', '=', analysedAt)
        .executeTakeFirst();
      if (row === undefined) return null;
      return { flagged: JSON.parse(row.flagged) as EngineResult[], quiet: JSON.parse(row.quiet) as string[] };
    },
  };
}

function quietEngines({ results }: Scan): string[] {
  return results
    .filter(({ category }) => category === 'undetected' || category === 'harmless')
    .map(({ engine }) => engine);
}

/** Thousands of clean files have the same counts and no facts: short texts are parsed once, and their values shared. */
function createParser(): (text: string) => unknown {
  const known = new Map<string, unknown>();
  return (text) => {
    if (text.length > SHARED_TEXT_LENGTH) return JSON.parse(text) as unknown;
    const value = known.get(text) ?? (JSON.parse(text) as unknown);
    if (known.size < SHARED_TEXTS) known.set(text, value);
    return value;
  };
}

const SHARED_TEXT_LENGTH = 200;
const SHARED_TEXTS = 1000;

function toStoredScan(row: Omit<Selectable<Tables['scan']>, 'quiet'>, parse: (text: string) => unknown): StoredScan {
  return {
    scan: {
      kind: row.kind as Scan['kind'],
      id: row.sha256,
      ...(row.sha1 !== null && { sha1: row.sha1 }),
      ...(row.md5 !== null && { md5: row.md5 }),
      ...(row.size_bytes !== null && { sizeBytes: row.size_bytes }),
      analysedAt: row.analysed_at === NEVER ? null : row.analysed_at,
      results: parse(row.flagged) as EngineResult[],
      stats: parse(row.stats) as ScanStats,
      facts: parse(row.facts) as ServiceFacts,
    },
    fetchedAt: row.fetched_at,
    source: row.source as StoredScan['source'],
    full: row.is_full === 1,
  };
}
