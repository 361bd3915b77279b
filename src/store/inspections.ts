import type { Kysely } from 'kysely';
import type { InspectionStore, StoredInspection } from '../ports.js';
import { inBatches } from './batches.js';
import type { Tables } from './schema.js';

export function inspections(db: Kysely<Tables>): InspectionStore {
  return {
    async findInspections(sha256s, basis) {
      const found = new Map<string, StoredInspection>();
      for (const batch of inBatches(sha256s)) {
        const rows = await db
          .selectFrom('inspection')
          .select(['sha256', 'inspected_at', 'document'])
          .where('sha256', 'in', batch)
          .where('basis', '=', basis)
          .execute();
        for (const row of rows) {
          const inspected = JSON.parse(row.document) as Omit<StoredInspection, 'inspectedAt'>;
          found.set(row.sha256, { ...inspected, inspectedAt: row.inspected_at });
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
