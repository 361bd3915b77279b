import type { Kysely } from 'kysely';
import type { InspectionStore, StoredInspection } from '../ports.js';
import { inBatches } from './batches.js';
import type { Tables } from './schema.js';

type Inspected = Omit<StoredInspection, 'inspectedAt'>;

/** Longer documents name somebody and are hardly ever equal. */
const SHARED_LENGTH = 300;

export function inspections(db: Kysely<Tables>): InspectionStore {
  return {
    async findInspections(sha256s, basis) {
      const found = new Map<string, StoredInspection>();
      // Most files are unsigned, say nothing, and say it in the same words: read once, kept once.
      const parsed = new Map<string, Inspected>();
      for (const batch of inBatches(sha256s)) {
        const rows = await db
          .selectFrom('inspection')
          .select(['sha256', 'inspected_at', 'document'])
          .where('sha256', 'in', batch)
          .where('basis', '=', basis)
          .execute();
        for (const row of rows) {
          const inspected = parsed.get(row.document) ?? (JSON.parse(row.document) as Inspected);
          if (row.document.length <= SHARED_LENGTH) parsed.set(row.document, inspected);
          const { signature, facts } = inspected;
          found.set(row.sha256, { signature, facts, inspectedAt: row.inspected_at });
        }
      }
      return found;
    },
    async saveInspections(inspected, basis) {
      await db.transaction().execute(async (transaction) => {
        for (const [sha256, { inspectedAt, ...rest }] of inspected) {
          const values = { inspected_at: inspectedAt, document: JSON.stringify(rest) };
          await transaction
            .insertInto('inspection')
            .values({ sha256, basis, ...values })
            .onConflict((conflict) => conflict.columns(['sha256', 'basis']).doUpdateSet(values))
            .execute();
        }
      });
    },
  };
}
