import type { Instant } from './time.js';

/**
 * `submit`: uploads, rescans and what leads to one. `lookup`: what is not known yet. `poll`: waiting for an analysis.
 * In this order: a submission's analysis runs while look-ups go on, and the later a poll, the likelier it finds it done.
 */
export const STEP_KINDS = ['submit', 'lookup', 'poll'] as const;

export type StepKind = (typeof STEP_KINDS)[number];

export interface Step {
  readonly kind: StepKind;
  /** Not before this. */
  readonly dueAt: Instant;
}

export type Queues<T extends Step> = Readonly<Record<StepKind, readonly T[]>>;

export type Pick<T extends Step> =
  | { readonly kind: 'step'; readonly step: T }
  /** Nothing may go now: look again at `at`, or when something changes (`null`: only then). */
  | { readonly kind: 'idle'; readonly at: Instant | null };

/**
 * What to spend the next request on. Pure.
 *
 * Requests are the scarce good, so no poll goes while a look-up or a submission may still use its place, not even while a
 * look-up that may lead to an upload is on the wire: each place a poll takes early delays an upload, and a poll that comes
 * later costs nothing and is less often in vain.
 */
export function pickNext<T extends Step>(queues: Queues<T>, now: Instant, lookupsOnTheWire: number): Pick<T> {
  for (const kind of STEP_KINDS) {
    if (kind === 'poll' && lookupsOnTheWire > 0) return { kind: 'idle', at: null };
    const due = queues[kind].filter(({ dueAt }) => dueAt <= now);
    const step = kind === 'poll' ? due.toSorted((a, b) => a.dueAt - b.dueAt)[0] : due[0];
    if (step !== undefined) return { kind: 'step', step };
  }
  const times = STEP_KINDS.flatMap((kind) => queues[kind].map(({ dueAt }) => dueAt));
  return { kind: 'idle', at: times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b)) };
}

/** The longest time between two polls of one analysis, milliseconds: a stuck one must not be forgotten. */
const MAX_POLL_GAP_MS = 10 * 60_000;

/**
 * At which age of an analysis to ask for it, milliseconds since its submission. Pure.
 *
 * @param asked ages at which it was asked for and still ran
 * @param longestPendingMs greatest age at which any analysis of this run still ran: they queue behind the same service
 * @param firstMs age of the first poll when nothing was learnt yet
 */
export function nextPollAge(asked: readonly number[], longestPendingMs: number, firstMs: number): number {
  const last = asked.at(-1);
  if (last === undefined) return Math.max(firstMs, Math.min(longestPendingMs * 1.1, firstMs * 10));
  // Growing gaps: an analysis that took long already will rarely end in the next moment.
  return last + Math.min(MAX_POLL_GAP_MS, Math.max(last / 2, firstMs / 2));
}
