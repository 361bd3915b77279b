import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Kysely } from 'kysely';
import type { CheckResult } from '../domain/document.js';
import type { RunStore } from '../ports.js';
import type { Tables } from './schema.js';

/** Older documents are dropped: 20,000 artifacts weigh some megabytes each time. */
const KEPT_RUNS = 20;

export function runs(db: Kysely<Tables>): RunStore {
  return {
    async saveResult(result) {
      const document = deflateRawSync(JSON.stringify(result), { level: 1 });
      await db.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('run')
          .values({ finished_at: Date.parse(result.finishedAt), exit_code: result.exitCode, document })
          .execute();
        const kept = transaction.selectFrom('run').select('id').orderBy('id', 'desc').limit(KEPT_RUNS);
        await transaction.deleteFrom('run').where('id', 'not in', kept).execute();
      });
    },
    async lastResult() {
      const row = await db.selectFrom('run').select('document').orderBy('id', 'desc').limit(1).executeTakeFirst();
      if (row === undefined) return null;
      return JSON.parse(inflateRawSync(Buffer.from(row.document)).toString('utf8')) as CheckResult;
    },
  };
}
