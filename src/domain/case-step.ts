import { isActive, isDoubted, type Case } from './case.js';
import { firstOf, lastOf } from './case-mark.js';
import { isSendingUnclear } from './case-send.js';
import type { Instant } from './time.js';

const DAY_MS = 86_400_000;

/** How long a vendor is given before it is reminded. Seen in public threads: one to six days, or weeks, or never. */
export const ANSWER_WITHIN_MS = 7 * DAY_MS;

/**
 * What to do about a case now.
 *
 * - `review`: the verdict turned worse; do not ask for anything before somebody has looked
 * - `confirm`: a message was begun and nobody knows whether it arrived; look into the mailbox and mark it
 * - `report`: nobody has written to the vendor
 * - `re-report`: write again, as to a new matter: what was reported came back, changed, or was answered neither to the report
 *   nor to the reminder
 * - `wait`: until `until`
 * - `remind`: a week without an answer
 * - `recheck`: one analysis shows no detection, a second one decides
 * - `none`: it is over
 */
export type NextStep =
  | { readonly kind: 'review' | 'confirm' | 'report' | 're-report' | 'remind' | 'recheck' | 'none' }
  | { readonly kind: 'wait'; readonly until: Instant };

/** Pure. `predecessor`: the case that it names as such, when there is one. */
export function nextStep(known: Case, predecessor: Case | undefined, now: Instant): NextStep {
  if (!isActive(known)) return { kind: 'none' };
  if (known.quietAt.length > 0) return { kind: 'recheck' };
  if (isDoubted(known)) return { kind: 'review' };
  if (isSendingUnclear(known)) return { kind: 'confirm' };
  if (known.state === 'open') {
    return { kind: predecessor !== undefined && isReported(predecessor) ? 're-report' : 'report' };
  }
  const reported = lastOf(known, 'reported')?.at ?? known.openedAt;
  const reminded = lastOf(known, 'reminded')?.at;
  const isReminded = reminded !== undefined && reminded >= reported;
  const until = (isReminded ? reminded : reported) + ANSWER_WITHIN_MS;
  if (now < until) return { kind: 'wait', until };
  return { kind: isReminded ? 're-report' : 'remind' };
}

/** Whether anybody ever wrote to the vendor about it. */
export function isReported(known: Pick<Case, 'events'>): boolean {
  return firstOf(known, 'reported') !== undefined;
}

/** What the user's own cases say about a vendor. */
export interface VendorHistory {
  readonly vendor: string;
  readonly active: number;
  readonly cleared: number;
  readonly rejected: number;
  /** Reported cases that were cleared, and so have a time. */
  readonly timed: number;
  /** From the first report to the first analysis without the detection, in days; null without a timed case. */
  readonly medianDays: number | null;
}

/** How long each vendor took so far, by vendor name. Pure. */
export function vendorHistory(cases: readonly Case[]): readonly VendorHistory[] {
  const vendors = [...new Set(cases.map(({ vendor }) => vendor))].toSorted((a, b) => (a < b ? -1 : 1));
  return vendors.map((vendor) => {
    const own = cases.filter((each) => each.vendor === vendor);
    const days = own.map(daysToClear).filter((taken) => taken !== undefined);
    return {
      vendor,
      active: own.filter(isActive).length,
      cleared: own.filter(({ state }) => state === 'cleared').length,
      rejected: own.filter(({ state }) => state === 'rejected').length,
      timed: days.length,
      medianDays: median(days),
    };
  });
}

/** When nothing was flagged any more: the first of the analyses that cleared it, else when the user said so. */
export function clearedAt(known: Case): Instant | undefined {
  const cleared = known.state === 'cleared' ? lastOf(known, 'cleared') : undefined;
  if (cleared === undefined) return undefined;
  const since = cleared.detail['since'];
  return since === undefined ? cleared.at : Date.parse(since);
}

function daysToClear(known: Case): number | undefined {
  const reported = firstOf(known, 'reported');
  const cleared = clearedAt(known);
  if (reported === undefined || cleared === undefined) return undefined;
  // The vendor may have been quicker than the report: the analysis is then older.
  return Math.max(0, cleared - reported.at) / DAY_MS;
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
