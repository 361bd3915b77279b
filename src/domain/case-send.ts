import { isActive, isDoubted, type Case, type CaseEvent } from './case.js';
import { lastOf } from './case-mark.js';
import type { Instant } from './time.js';

/**
 * Whether the program may write to the vendor about a case.
 *
 * - `due`: nobody has
 * - `reported`: somebody has, and a second message is a person's decision
 * - `unclear`: a message was begun and nobody knows whether it arrived
 * - `quiet`: the newest analysis shows no detection any more
 * - `review`: the verdict turned worse
 * - `over`: cleared, rejected or superseded
 */
export type Sendability = 'due' | 'reported' | 'unclear' | 'quiet' | 'review' | 'over';

/** Pure. */
export function sendabilityOf(known: Case): Sendability {
  if (!isActive(known)) return 'over';
  if (isSendingUnclear(known)) return 'unclear';
  if (known.state === 'reported') return 'reported';
  if (known.quietAt.length > 0) return 'quiet';
  if (isDoubted(known)) return 'review';
  return 'due';
}

/** Events after which it is known again whether a message arrived. */
const CLARIFYING: ReadonlySet<CaseEvent['kind']> = new Set(['unsent', 'reported', 'reopened', 'rejected', 'cleared']);

/** Whether a message was begun and never known to have arrived or failed: the program died, or the connection did. Pure. */
export function isSendingUnclear({ events }: Pick<Case, 'events'>): boolean {
  return events.findLast(({ kind }) => kind === 'sending' || CLARIFYING.has(kind))?.kind === 'sending';
}

/** What was sent, and to whom. */
export interface SentMessage {
  readonly to: string;
  /** Value of the header `Message-ID`, angle brackets included. */
  readonly messageId: string;
}

/** Written before anything is sent, so that a crash cannot send it twice. Pure. */
export function beginSending(known: Case, { to, messageId }: SentMessage, at: Instant): Case {
  return withEvent(known, { at, origin: 'report', kind: 'sending', detail: { to, messageId } });
}

/** The vendor's server, or the user's own, took it. A case that ended meanwhile stays as it is. Pure. */
export function confirmSending(known: Case, { to, messageId }: SentMessage, at: Instant): Case {
  const reported = withEvent(known, { at, origin: 'report', kind: 'reported', detail: { to, messageId } });
  return isActive(known) ? { ...reported, state: 'reported' } : reported;
}

/** It certainly did not arrive. Pure. */
export function failSending(known: Case, reason: string, at: Instant): Case {
  return withEvent(known, { at, origin: 'report', kind: 'unsent', detail: { reason } });
}

/** When and as what it was reported last; nothing for what never was. Pure. */
export function lastReport(known: Case): { readonly at: Instant; readonly ticket?: string } | undefined {
  const reported = lastOf(known, 'reported');
  if (reported === undefined) return undefined;
  return { at: reported.at, ...(known.ticket !== undefined && { ticket: known.ticket }) };
}

function withEvent(known: Case, event: CaseEvent): Case {
  return { ...known, events: [...known.events, event] };
}
