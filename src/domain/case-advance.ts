import {
  caseKey,
  isActive,
  isSameClaim,
  type Case,
  type CaseArtifact,
  type CaseEvent,
  type CaseIdentifier,
  type CaseOrigin,
  type Claim,
} from './case.js';
import type { Evidence } from './evidence.js';
import { toIso, type Instant } from './time.js';
import type { Verdict } from './verdict.js';

/** What one finished analysis of one artifact says. Engines that are in neither list gave no answer. */
export interface Observation {
  readonly artifact: CaseArtifact;
  /** By the service's clock: what tells analyses apart. */
  readonly analysedAt: Instant;
  /** When it was learnt. */
  readonly at: Instant;
  readonly origin: CaseOrigin;
  readonly verdict: Verdict;
  /** Empty when none was at hand, which is no evidence against anything. */
  readonly evidence: readonly Evidence[];
  readonly flagged: readonly (Claim & { readonly vendor: string })[];
  /** Engines that ran and found nothing. A time-out, a failure, an unsupported type or silence is no answer. */
  readonly quiet: readonly string[];
}

/** Analyses without the detection that clear a case. One is not enough: every seventh flip happens without any update. */
const QUIET_TO_CLEAR = 2;

/**
 * The cases after an observation: those that it changed or opened are new objects, all others the same ones. Pure. The same
 * observation, or an older one, changes nothing; the order of engines does not matter.
 *
 * Cases open by themselves for `likely-false-positive` alone: a case is followed until the vendor gives in, and nobody may be
 * led to ask for that without proof that the file is his. A user may open one for what is `unproven` or `needs-review`,
 * because he may know more, or have reported by force; never for `tampered`. A case that is there goes on whatever the
 * verdict, which it then carries as an event.
 */
export function advance(cases: readonly Case[], observation: Observation, identify: CaseIdentifier): readonly Case[] {
  const { artifact } = observation;
  const ofArtifact = cases
    .filter((each) => each.artifact.kind === artifact.kind && each.artifact.id === artifact.id)
    .toSorted((a, b) => a.ordinal - b.ordinal);
  const chains = groupBy(ofArtifact, ({ vendor }) => vendor);
  const claims = groupBy(observation.flagged, (claim) => answeringVendor(claim, ofArtifact));
  const changed = new Map<string, Case>();
  for (const vendor of [...new Set([...chains.keys(), ...claims.keys()])].toSorted(compare)) {
    const flagged = toClaims(claims.get(vendor) ?? []);
    const newest = chains.get(vendor)?.at(-1);
    for (const each of follow(newest, { vendor, flagged, observation, identify })) changed.set(each.id, each);
  }
  const known = new Set(cases.map(({ id }) => id));
  return [
    ...cases.map((each) => changed.get(each.id) ?? each),
    ...[...changed.values()].filter(({ id }) => !known.has(id)),
  ];
}

/** An engine that is in a case stays there, whoever the vendor directory says owns it by now. */
function answeringVendor({ engine, vendor }: Observation['flagged'][number], cases: readonly Case[]): string {
  const held = cases.find((each) => isActive(each) && each.claims.some((claim) => claim.engine === engine));
  return held?.vendor ?? vendor;
}

interface Step {
  readonly vendor: string;
  readonly flagged: readonly Claim[];
  readonly observation: Observation;
  readonly identify: CaseIdentifier;
}

/** What becomes of the newest case of one vendor and content. */
function follow(newest: Case | undefined, step: Step): readonly Case[] {
  const { flagged, observation } = step;
  if (newest === undefined || !isActive(newest)) return mayOpen(newest, step) ? [open(newest, flagged, step)] : [];
  if (observation.analysedAt < newest.analysedAt) return [];
  // The same analysis can be judged anew, with evidence that was not there before.
  const judged = withVerdict(newest, observation);
  if (observation.analysedAt === newest.analysedAt) return judged === newest ? [] : [judged];
  const seen = { ...judged, artifact: observation.artifact, analysedAt: observation.analysedAt };
  if (flagged.length === 0) return [withoutDetection(seen, observation)];
  return isRelabelled(newest, flagged) ? relabel(seen, step) : [withDetection(seen, flagged, observation)];
}

function mayOpen(last: Case | undefined, { flagged, observation }: Step): boolean {
  const { verdict, origin, analysedAt } = observation;
  const isWanted =
    verdict === 'likely-false-positive' ||
    (origin === 'user' && (verdict === 'unproven' || verdict === 'needs-review'));
  if (flagged.length === 0 || !isWanted) return false;
  if (last === undefined) return true;
  if (analysedAt <= last.analysedAt) return false;
  // The vendor has said that it stands by this claim: only another one is a new matter.
  const isOldNews = ({ engine, label }: Claim): boolean =>
    last.claims.some((claim) => claim.engine === engine && isSameClaim(claim.label, label));
  return last.state !== 'rejected' || !flagged.every(isOldNews);
}

function open(predecessor: Case | undefined, claims: readonly Claim[], { vendor, observation, identify }: Step): Case {
  const { artifact, verdict, evidence, analysedAt, at } = observation;
  const ordinal = (predecessor?.ordinal ?? 0) + 1;
  return {
    id: identify(caseKey({ vendor, artifact, claims, ordinal })),
    ordinal,
    vendor,
    artifact,
    claims,
    state: 'open',
    verdict,
    evidence,
    openedAt: at,
    analysedAt,
    flaggedAt: analysedAt,
    quietAt: [],
    ...(predecessor !== undefined && { predecessor: predecessor.id }),
    events: [event(observation, 'opened', { verdict })],
  };
}

function isRelabelled({ claims }: Case, flagged: readonly Claim[]): boolean {
  return flagged.some(({ engine, label }) =>
    claims.some((claim) => claim.engine === engine && !isSameClaim(claim.label, label)),
  );
}

/** The vendor says something else now: what was reported is done with, and the new claim is a case of its own. */
function relabel(seen: Case, step: Step): readonly Case[] {
  const { flagged, observation } = step;
  const others = seen.claims.filter(({ engine }) => !flagged.some((claim) => claim.engine === engine));
  const next = open(seen, toClaims([...flagged, ...others]), {
    ...step,
    observation: { ...observation, verdict: seen.verdict, evidence: seen.evidence },
  });
  return [
    { ...seen, state: 'superseded', events: [...seen.events, event(observation, 'superseded', { by: next.id })] },
    next,
  ];
}

function withDetection(seen: Case, flagged: readonly Claim[], observation: Observation): Case {
  const joined = flagged.filter(({ engine }) => !seen.claims.some((claim) => claim.engine === engine));
  const events = [
    ...(seen.quietAt.length > 0 ? [event(observation, 'returned')] : []),
    ...joined.map((claim) => event(observation, 'joined', { ...claim })),
  ];
  return {
    ...seen,
    claims: toClaims([...seen.claims, ...joined]),
    flaggedAt: observation.analysedAt,
    quietAt: [],
    events: [...seen.events, ...events],
  };
}

function withoutDetection(seen: Case, observation: Observation): Case {
  // One engine without an answer, and the analysis says nothing about the case: neither for nor against.
  if (!seen.claims.every(({ engine }) => observation.quiet.includes(engine))) return seen;
  const quietAt = [...seen.quietAt, observation.analysedAt];
  const [firstQuiet = observation.analysedAt] = quietAt;
  const events = [...seen.events, event(observation, 'quiet')];
  return quietAt.length < QUIET_TO_CLEAR
    ? { ...seen, quietAt, events }
    : {
        ...seen,
        quietAt,
        state: 'cleared',
        events: [...events, event(observation, 'cleared', { since: toIso(firstQuiet) })],
      };
}

/**
 * A verdict that turned for the worse is marked, and so is its return. `unproven` and `undecided` are neither: they say that
 * evidence or answers were not at hand this time, and the content is the same as before.
 */
function withVerdict(known: Case, observation: Observation): Case {
  const { verdict, evidence } = observation;
  const isTelling = verdict !== 'unproven' && verdict !== 'undecided' && verdict !== 'clean';
  if (!isTelling || verdict === known.verdict) return known;
  return {
    ...known,
    verdict,
    evidence: evidence.length > 0 ? evidence : known.evidence,
    events: [...known.events, event(observation, 'verdict', { from: known.verdict, to: verdict })],
  };
}

function event(
  { at, origin, analysedAt }: Observation,
  kind: CaseEvent['kind'],
  detail: CaseEvent['detail'] = {},
): CaseEvent {
  return { at, origin, kind, detail: { analysedAt: toIso(analysedAt), ...detail } };
}

/** By engine, the first of each. */
function toClaims(claims: readonly Claim[]): readonly Claim[] {
  const byEngine = new Map<string, Claim>();
  for (const { engine, label } of claims.toSorted((a, b) => compare(a.engine, b.engine) || compare(a.label, b.label))) {
    if (!byEngine.has(engine)) byEngine.set(engine, { engine, label });
  }
  return [...byEngine.values()];
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

/** By code unit: the same on every system, whatever its language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
