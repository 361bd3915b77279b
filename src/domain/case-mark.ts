import { isActive, type Case, type CaseEvent, type CaseOrigin, type CaseState } from './case.js';
import { startOfDayUtc, type Instant } from './time.js';

/** What somebody says happened outside: a report was sent, an answer came. */
export interface CaseMark {
  readonly to: Extract<CaseState, 'open' | 'reported' | 'rejected' | 'cleared'>;
  readonly at: Instant;
  readonly origin: CaseOrigin;
  /** The vendor's number. */
  readonly ticket?: string;
  readonly note?: string;
}

/**
 * The case with the mark. Marking it `reported` again records another report or answer; `reported` and `open` take a case up
 * again that was closed by mistake. Pure; whether it is the newest of its vendor and content is the caller's to see to.
 */
export function mark(known: Case, { to, at, origin, ticket, note }: CaseMark): Case {
  const isTakenUp = (to === 'reported' || to === 'open') && !isActive(known);
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
        kind: to === 'open' ? 'reopened' : to,
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

/** The newest event of that kind that still stands. */
export function lastOf(known: Pick<Case, 'events'>, kind: CaseEvent['kind']): CaseEvent | undefined {
  return standing(known).findLast((each) => each.kind === kind);
}

/** The oldest event of that kind that still stands. */
export function firstOf(known: Pick<Case, 'events'>, kind: CaseEvent['kind']): CaseEvent | undefined {
  return standing(known).find((each) => each.kind === kind);
}

/** What was said before a case was opened again was taken back by that. */
function standing({ events }: Pick<Case, 'events'>): readonly CaseEvent[] {
  return events.slice(events.findLastIndex(({ kind }) => kind === 'reopened') + 1);
}
