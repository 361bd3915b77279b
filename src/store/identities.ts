import type { Kysely } from 'kysely';
import type { FileFormat, Sha256 } from '../domain/artifact.js';
import type { FileIdentity, IdentityStore } from '../ports.js';
import { inBatches } from './batches.js';
import type { Tables } from './schema.js';

export function identities(db: Kysely<Tables>): IdentityStore {
  return {
    async findIdentities(states) {
      const found = new Map<string, FileIdentity>();
      for (const batch of inBatches(states)) {
        const wanted = new Map(batch.map((state) => [state.path, state]));
        const rows = await db
          .selectFrom('file_identity')
          .selectAll()
          .where('path', 'in', [...wanted.keys()])
          .execute();
        for (const row of rows) {
          const state = wanted.get(row.path);
          const isSame =
            state !== undefined &&
            row.size_bytes === state.sizeBytes &&
            row.mtime_ns === state.mtimeNs &&
            row.inode === state.inode;
          if (!isSame) continue;
          found.set(row.path, {
            ...state,
            digests: {
              sha256: row.sha256 as Sha256,
              ...(row.sha1 !== null && { sha1: row.sha1 }),
              ...(row.md5 !== null && { md5: row.md5 }),
            },
            format: row.format as FileFormat,
          });
        }
      }
      return found;
    },
    async saveIdentities(known) {
      await db.transaction().execute(async (transaction) => {
        for (const identity of known) {
          const { sizeBytes, mtimeNs, inode, digests, format } = identity;
          const state = {
            size_bytes: sizeBytes,
            mtime_ns: mtimeNs,
            inode,
            sha256: digests.sha256,
            sha1: digests.sha1 ?? null,
            md5: digests.md5 ?? null,
            format,
          };
          await transaction
            .insertInto('file_identity')
            .values({ path: identity.path, ...state })
            .onConflict((conflict) => conflict.column('path').doUpdateSet(state))
            .execute();
        }
      });
    },
  };
}
