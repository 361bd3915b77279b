import type { Delivery } from '../domain/delivery.js';
import type { IndexEntry } from './index-html.js';

/** A report that can be sent by mail. */
export interface OutboxItem {
  readonly entry: IndexEntry;
  /** The draft, relative to the report folder. */
  readonly message: string;
}

/** What is sent, in order, and why the others are not. */
export interface Outbox {
  readonly items: readonly OutboxItem[];
  readonly others: readonly Delivery[];
}

/**
 * Which of the written reports go out by mail. Forms and portals are a person's; so is a draft that was edited for an earlier check.
 * A licensee is held back while its upstream still flags: it follows by itself. Pure.
 *
 * @param named vendors that the user named: they get theirs now, whatever their upstream does
 */
export function planOutbox(entries: readonly IndexEntry[], named: readonly string[]): Outbox {
  const items: OutboxItem[] = [];
  const others: Delivery[] = [];
  for (const entry of entries) {
    const { report, message, messageState } = entry;
    const { vendor, upstream, contact } = report;
    if (message === undefined || contact.preferred !== 'email') {
      others.push({ vendor, state: 'by-hand', reason: 'form' });
    } else if (messageState === 'beside') {
      others.push({ vendor, state: 'by-hand', reason: 'outdated' });
    } else if (upstream?.isFlagging === true && !named.includes(vendor)) {
      others.push({ vendor, state: 'held', reason: upstream.vendor });
    } else items.push({ entry, message });
  }
  return { items, others };
}
