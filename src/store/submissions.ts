import type { Kysely } from 'kysely';
import type { PendingSubmission, SubmissionStore } from '../ports.js';
import { inBatches } from './batches.js';
import type { Tables } from './schema.js';

export function submissions(db: Kysely<Tables>): SubmissionStore {
  return {
    async findPending(kind, ids) {
      const found = new Map<string, PendingSubmission>();
      for (const batch of inBatches(ids)) {
        const rows = await db
          .selectFrom('submission')
          .selectAll()
          .where('kind', '=', kind)
          .where('id', 'in', batch)
          .execute();
        for (const row of rows) {
          found.set(row.id, {
            kind,
            id: row.id,
            state: row.state as PendingSubmission['state'],
            via: row.via as PendingSubmission['via'],
            analysisId: row.analysis_id,
            submittedAt: row.submitted_at,
            previousAnalysedAt: row.previous_analysed_at,
          });
        }
      }
      return found;
    },
    async savePending({ kind, id, state, via, analysisId, submittedAt, previousAnalysedAt }) {
      const values = {
        state,
        via,
        analysis_id: analysisId,
        submitted_at: submittedAt,
        previous_analysed_at: previousAnalysedAt,
      };
      await db
        .insertInto('submission')
        .values({ kind, id, ...values })
        .onConflict((conflict) => conflict.columns(['kind', 'id']).doUpdateSet(values))
        .execute();
    },
    async deletePending({ kind, id }) {
      await db.deleteFrom('submission').where('kind', '=', kind).where('id', '=', id).execute();
    },
  };
}
