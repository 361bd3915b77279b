import type { Insertable, Kysely, Selectable, Transaction } from 'kysely';
import type { Case, CaseEvent, CaseState, Claim } from '../domain/case.js';
import type { Evidence } from '../domain/evidence.js';
import type { Verdict } from '../domain/verdict.js';
import type { CaseStore } from '../ports.js';
import { inBatches } from './batches.js';
import type { Tables } from './schema.js';

type Connection = Kysely<Tables> | Transaction<Tables>;
type Row = Selectable<Tables['case_record']>;

export function cases(db: Kysely<Tables>): CaseStore {
  return {
    async findCases(which) {
      const all = db.selectFrom('case_record').selectAll();
      const wanted = which === 'active' ? all.where('state', 'in', ['open', 'reported']) : all;
      return withEvents(db, await wanted.execute());
    },
    updateCases: (artifacts, change) =>
      db.transaction().execute(async (transaction) => {
        const rows: Row[] = [];
        for (const batch of inBatches([...new Set(artifacts)])) {
          const query = transaction.selectFrom('case_record').selectAll().where('artifact', 'in', batch);
          rows.push(...(await query.execute()));
        }
        const before = await withEvents(transaction, rows);
        const after = change(before);
        const known = new Map(before.map((each) => [each.id, each]));
        for (const each of after) {
          const old = known.get(each.id);
          if (each !== old) await write(transaction, each, old?.events.length ?? 0);
        }
        return after;
      }),
  };
}

async function write(connection: Connection, each: Case, writtenEvents: number): Promise<void> {
  const { id, ...values } = toRow(each);
  await connection
    .insertInto('case_record')
    .values({ id, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
  for (const [index, { at, origin, kind, detail }] of each.events.slice(writtenEvents).entries()) {
    await connection
      .insertInto('case_event')
      .values({ case_id: id, position: writtenEvents + index, at, origin, kind, detail: JSON.stringify(detail) })
      .execute();
  }
}

async function withEvents(connection: Connection, rows: readonly Row[]): Promise<readonly Case[]> {
  const events = new Map<string, CaseEvent[]>();
  for (const batch of inBatches(rows.map(({ id }) => id))) {
    const found = await connection
      .selectFrom('case_event')
      .selectAll()
      .where('case_id', 'in', batch)
      .orderBy('position')
      .execute();
    for (const { case_id: id, at, origin, kind, detail } of found) {
      const event = { at, origin, kind, detail: JSON.parse(detail) as CaseEvent['detail'] } as CaseEvent;
      events.set(id, [...(events.get(id) ?? []), event]);
    }
  }
  return rows
    .toSorted((a, b) => a.opened_at - b.opened_at || compare(a.vendor, b.vendor) || a.ordinal - b.ordinal)
    .map((row) => toCase(row, events.get(row.id) ?? []));
}

function toRow(each: Case): Insertable<Tables['case_record']> {
  const { id, ordinal, vendor, state, verdict, openedAt, analysedAt, flaggedAt, ticket, predecessor } = each;
  const { kind, id: artifact, ...facts } = each.artifact;
  return {
    id,
    ordinal,
    vendor,
    kind,
    artifact,
    state,
    verdict,
    opened_at: openedAt,
    analysed_at: analysedAt,
    flagged_at: flaggedAt,
    ticket: ticket ?? null,
    predecessor: predecessor ?? null,
    facts: JSON.stringify(facts),
    claims: JSON.stringify(each.claims),
    evidence: JSON.stringify(each.evidence),
    quiet_at: JSON.stringify(each.quietAt),
  };
}

function toCase(row: Row, events: readonly CaseEvent[]): Case {
  return {
    id: row.id,
    ordinal: row.ordinal,
    vendor: row.vendor,
    artifact: {
      kind: row.kind as Case['artifact']['kind'],
      id: row.artifact,
      ...(JSON.parse(row.facts) as Omit<Case['artifact'], 'kind' | 'id'>),
    },
    claims: JSON.parse(row.claims) as Claim[],
    state: row.state as CaseState,
    verdict: row.verdict as Verdict,
    evidence: JSON.parse(row.evidence) as Evidence[],
    openedAt: row.opened_at,
    analysedAt: row.analysed_at,
    flaggedAt: row.flagged_at,
    quietAt: JSON.parse(row.quiet_at) as number[],
    ...(row.ticket !== null && { ticket: row.ticket }),
    ...(row.predecessor !== null && { predecessor: row.predecessor }),
    events,
  };
}

/** By code unit: the same on every system, whatever its language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
