import type { Case, CaseEvent, CaseOrigin, CaseState } from './case.js';
import { startOfDayUtc, type Instant } from './time.js';

/** What somebody says happened outside: a report was sent, an answer came. */
export interface CaseMark {
  readonly to: Extract<CaseState, 'reported' | 'rejected' | 'cleared'>;
  readonly at: Instant;
  readonly origin: CaseOrigin;
  /** The vendor's number. */
  readonly ticket?: string;
  readonly note?: string;
}

/**
 * The case with the mark. Marking it `reported` again records another report or answer, and takes a case up again that was
 * closed by mistake. Pure; whether it is the newest of its vendor and content is the caller's to see to.
 */
export function mark(known: Case, { to, at, origin, ticket, note }: CaseMark): Case {
  const isTakenUp = to === 'reported' && known.state !== 'reported' && known.state !== 'open';
  return {
    ...known,
    state: to,
    ...(isTakenUp && { quietAt: [] }),
    ...(ticket !== undefined && { ticket }),
    events: [
      ...known.events,
      {
        at,
        origin,
        kind: to,
        detail: { ...(ticket !== undefined && { ticket }), ...(note !== undefined && { note }) },
      },
    ],
  };
}

/** The case with a reminder of that day. A text that is printed twice on one day is one reminder. Pure. */
export function remind(known: Case, at: Instant): Case {
  const last = lastOf(known, 'reminded');
  if (last !== undefined && startOfDayUtc(last.at) === startOfDayUtc(at)) return known;
  return { ...known, events: [...known.events, { at, origin: 'user', kind: 'reminded', detail: {} }] };
}

/** The newest event of that kind. */
export function lastOf({ events }: Pick<Case, 'events'>, kind: CaseEvent['kind']): CaseEvent | undefined {
  return events.findLast((each) => each.kind === kind);
}

/** The oldest event of that kind. */
export function firstOf({ events }: Pick<Case, 'events'>, kind: CaseEvent['kind']): CaseEvent | undefined {
  return events.find((each) => each.kind === kind);
}
