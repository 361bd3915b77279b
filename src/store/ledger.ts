import { createHash } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { calendarStarts, decideWindow, findExhausted, type CalendarCounts } from '../domain/quota.js';
import type { Rate } from '../domain/rate.js';
import type { Instant } from '../domain/time.js';
import type { Clock, Ledger, SeededLimits } from '../ports.js';
import type { Tables } from './schema.js';

/** Who holds a request on the wire. */
export interface Owner {
  readonly host: string;
  readonly pid: number;
  /** Tells two programs with the same process id apart. */
  readonly run: string;
  /** Whether a process of this machine still lives. */
  isAlive(pid: number): boolean;
}

/**
 * A request that nobody finished and whose process cannot be asked (another machine): given up after this time. Longer
 * than any upload of 650 MB that is worth waiting for.
 */
const ABANDONED_AFTER_MS = 30 * 60_000;

/** A dead process's last bytes may still be on their way to the service when its death is seen. */
const LAST_BYTES_MS = 250;

/** Another process has the same on the wire: look again after this time. */
const BUSY_RETRY_MS = 50;

interface LedgerOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly owner: Owner;
}

type Connection = Kysely<Tables> | Transaction<Tables>;

export function ledger(db: Kysely<Tables>, key: string, { clock, owner }: LedgerOptions): Ledger {
  // Enough to tell keys apart, not enough to try keys against.
  const keyId = createHash('sha256').update(`absolve:${key}`).digest('hex').slice(0, 12);
  const self = `${owner.host}:${owner.pid}:${owner.run}`;

  /** Ends the requests whose process is gone: their time on the wire is over, whenever that was. */
  const endAbandoned = async (connection: Connection, now: Instant): Promise<void> => {
    const open = await connection
      .selectFrom('request')
      .select(['id', 'owner', 'started_at'])
      .where('key_id', '=', keyId)
      .where('ended_at', 'is', null)
      .execute();
    for (const row of open) {
      if (row.owner === self || isHeld(row.owner, row.started_at, now, owner)) continue;
      await connection
        .updateTable('request')
        .set({ ended_at: now + LAST_BYTES_MS })
        .where('id', '=', row.id)
        .execute();
    }
  };

  /** An end in the far future means that the wall clock was set back: moved to now, or it would block for as long. */
  const mendFuture = async (connection: Connection, rate: Rate, now: Instant): Promise<void> => {
    await connection
      .updateTable('request')
      .set({ ended_at: now })
      .where('key_id', '=', keyId)
      .where('ended_at', '>', now + rate.windowMs + LAST_BYTES_MS)
      .execute();
  };

  const readSpans = async (connection: Connection, rate: Rate, now: Instant) => {
    const rows = await connection
      .selectFrom('request')
      .select(['kind', 'subject', 'started_at', 'ended_at'])
      .where('key_id', '=', keyId)
      .where((or) => or.or([or('ended_at', 'is', null), or('ended_at', '>', now - rate.windowMs)]))
      .execute();
    return rows.map((row) => ({
      kind: row.kind,
      subject: row.subject,
      startedAt: row.started_at,
      endedAt: row.ended_at,
    }));
  };

  /** A request belongs to a day when it may have been counted in it: it ended, or has not ended, since the day began. */
  const countSince = async (connection: Connection, since: Instant, charged: 0 | 1): Promise<number> => {
    const row = await connection
      .selectFrom('request')
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('key_id', '=', keyId)
      .where('charged', '=', charged)
      .where((or) => or.or([or('ended_at', 'is', null), or('ended_at', '>=', since)]))
      .executeTakeFirst();
    return row?.count ?? 0;
  };

  const countCalendar = async (connection: Connection, now: Instant): Promise<CalendarCounts> => {
    const { day, month } = calendarStarts(now);
    return { today: await countSince(connection, day, 1), thisMonth: await countSince(connection, month, 1) };
  };

  const readState = (connection: Connection) =>
    connection.selectFrom('key_state').selectAll().where('key_id', '=', keyId).executeTakeFirst();

  const writeState = (values: { paused_until?: number; limits?: string }) =>
    db
      .insertInto('key_state')
      .values({ key_id: keyId, paused_until: null, limits: null, ...values })
      .onConflict((conflict) => conflict.column('key_id').doUpdateSet(values))
      .execute();

  return {
    reserve: (request, limits) =>
      db.transaction().execute(async (transaction) => {
        // Read under the write lock: the order in the ledger is then the order of time.
        const now = clock.now();
        const state = await readState(transaction);
        if (state?.paused_until && state.paused_until > now) return { kind: 'wait', until: state.paused_until };
        await endAbandoned(transaction, now);
        await mendFuture(transaction, limits.rate, now);
        const spans = await readSpans(transaction, limits.rate, now);
        const isOnTheWire = spans.some(
          ({ kind, subject, endedAt }) => endedAt === null && kind === request.kind && subject === request.subject,
        );
        if (isOnTheWire) return { kind: 'busy', until: now + BUSY_RETRY_MS };
        const window = decideWindow(spans, limits.rate, now);
        if (window.kind === 'full') return { kind: 'wait', until: window.until };
        if (request.charged) {
          const exhausted = findExhausted(await countCalendar(transaction, now), limits, now);
          if (exhausted !== null) return { kind: 'exhausted', ...exhausted };
        }
        const row = await transaction
          .insertInto('request')
          .values({
            key_id: keyId,
            kind: request.kind,
            subject: request.subject,
            charged: request.charged ? 1 : 0,
            started_at: now,
            ended_at: null,
            status: null,
            owner: self,
          })
          .returning('id')
          .executeTakeFirstOrThrow();
        return { kind: 'granted', id: row.id, at: now };
      }),

    async finish(id, { endedAt, status }) {
      await db.updateTable('request').set({ ended_at: endedAt, status }).where('id', '=', id).execute();
    },

    async isOnTheWire({ kind, subject }) {
      await endAbandoned(db, clock.now());
      const row = await db
        .selectFrom('request')
        .select('id')
        .where('key_id', '=', keyId)
        .where('ended_at', 'is', null)
        .where('kind', '=', kind)
        .where('subject', '=', subject)
        .executeTakeFirst();
      return row !== undefined;
    },

    async cancel(id) {
      await db.deleteFrom('request').where('id', '=', id).execute();
    },

    async pause(until) {
      const state = await readState(db);
      if ((state?.paused_until ?? 0) < until) await writeState({ paused_until: until });
    },

    async usage(limits) {
      const now = clock.now();
      const { month } = calendarStarts(now);
      const spans = await readSpans(db, limits.rate, now);
      const state = await readState(db);
      return {
        ...(await countCalendar(db, now)),
        inWindow: spans.length,
        freeThisMonth: await countSince(db, month, 0),
        total: (await countSince(db, 0, 0)) + (await countSince(db, 0, 1)),
        pausedUntil: state?.paused_until && state.paused_until > now ? state.paused_until : null,
      };
    },

    async readLimits() {
      const state = await readState(db);
      return state?.limits ? (JSON.parse(state.limits) as SeededLimits) : null;
    },

    async saveLimits(limits) {
      await writeState({ limits: JSON.stringify(limits) });
    },
  };
}

function isHeld(holder: string, startedAt: Instant, now: Instant, owner: Owner): boolean {
  if (now - startedAt > ABANDONED_AFTER_MS) return false;
  const [, host = '', pid = ''] = /^(.*):(\d+):[^:]*$/.exec(holder) ?? [];
  if (host !== owner.host) return true;
  // The same process id in another run is a reused number: that process is gone.
  return Number(pid) !== owner.pid && owner.isAlive(Number(pid));
}
