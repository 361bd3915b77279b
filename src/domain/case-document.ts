import { shortId, type Case, type CaseArtifact, type CaseEvent, type CaseState, type Claim } from './case.js';
import { firstOf, lastOf } from './case-mark.js';
import { clearedAt, nextStep, type NextStep } from './case-step.js';
import { toIso, type Instant } from './time.js';
import type { Verdict } from './verdict.js';

/** One case as people and scripts see it. Arrays are present; times are ISO 8601 UTC. */
export interface CaseDocument {
  /** What commands take; the first digits of it are enough. */
  readonly id: string;
  readonly vendor: string;
  readonly state: CaseState;
  readonly nextStep: { readonly kind: NextStep['kind']; readonly until?: string };
  /** Whole days since it was opened, or between that and its end. */
  readonly ageDays: number;
  readonly openedAt: string;
  readonly reportedAt?: string;
  readonly lastReminderAt?: string;
  /** When it was cleared, rejected or superseded. */
  readonly closedAt?: string;
  readonly ticket?: string;
  readonly verdict: Verdict;
  readonly artifact: CaseArtifact;
  readonly claims: readonly Claim[];
  readonly analysedAt: string;
  readonly flaggedAt: string;
  /** Analyses since then in which no engine of the case flags it. */
  readonly quietAt: readonly string[];
  readonly predecessor?: string;
  readonly events: readonly (Omit<CaseEvent, 'at'> & { readonly at: string })[];
}

const DAY_MS = 86_400_000;

/** Pure. `all`: where its predecessor is found. */
export function toCaseDocument(known: Case, all: readonly Case[], now: Instant): CaseDocument {
  const predecessor = all.find(({ id }) => id === known.predecessor);
  const step = nextStep(known, predecessor, now);
  const reported = firstOf(known, 'reported');
  const reminded = lastOf(known, 'reminded');
  const closed = closedAt(known);
  return {
    id: shortId(known),
    vendor: known.vendor,
    state: known.state,
    nextStep: step.kind === 'wait' ? { kind: step.kind, until: toIso(step.until) } : step,
    ageDays: Math.max(0, Math.floor(((closed ?? now) - known.openedAt) / DAY_MS)),
    openedAt: toIso(known.openedAt),
    ...(reported !== undefined && { reportedAt: toIso(reported.at) }),
    ...(reminded !== undefined && { lastReminderAt: toIso(reminded.at) }),
    ...(closed !== undefined && { closedAt: toIso(closed) }),
    ...(known.ticket !== undefined && { ticket: known.ticket }),
    verdict: known.verdict,
    artifact: known.artifact,
    claims: known.claims,
    analysedAt: toIso(known.analysedAt),
    flaggedAt: toIso(known.flaggedAt),
    quietAt: known.quietAt.map(toIso),
    ...(predecessor !== undefined && { predecessor: shortId(predecessor) }),
    events: known.events.map((event) => ({ ...event, detail: withShortIds(event.detail), at: toIso(event.at) })),
  };
}

function closedAt(known: Case): Instant | undefined {
  if (known.state === 'open' || known.state === 'reported') return undefined;
  return clearedAt(known) ?? lastOf(known, known.state)?.at;
}

function withShortIds(detail: CaseEvent['detail']): CaseEvent['detail'] {
  const { by } = detail;
  return by === undefined ? detail : { ...detail, by: shortId({ id: by }) };
}
