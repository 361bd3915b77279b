import type { DocumentArtifact } from './document.js';
import type { Evidence } from './evidence.js';
import type { Instant } from './time.js';
import type { Verdict } from './verdict.js';

export const CASE_STATES = ['open', 'reported', 'cleared', 'rejected', 'superseded'] as const;

/**
 * - `open`: nobody has written to the vendor
 * - `reported`: the vendor was written to
 * - `cleared`: two later analyses without the detection, or the user says so
 * - `rejected`: the vendor stands by it
 * - `superseded`: the vendor says something else about the same content by now, which is a case of its own
 */
export type CaseState = (typeof CASE_STATES)[number];

/** Who caused an event. */
export type CaseOrigin = 'check' | 'recheck' | 'user' | 'report';

/** What happened to a case. `detail` is plain data; words live in the renderer. */
export interface CaseEvent {
  /** When it was learnt, not when it happened: the analysis has its own time in `detail`. */
  readonly at: Instant;
  readonly origin: CaseOrigin;
  readonly kind:
    | 'opened'
    /** Another engine of the vendor flags it, too. */
    | 'joined'
    /** A later analysis in which every engine of the case answered and none flags it. */
    | 'quiet'
    /** Flagged again after such an analysis. */
    | 'returned'
    | 'verdict'
    /** A message to the vendor is on its way. */
    | 'sending'
    /** It certainly did not arrive. */
    | 'unsent'
    | 'reported'
    /** Taken back by the user: it was not reported, or not over, after all. */
    | 'reopened'
    | 'reminded'
    | 'rejected'
    | 'cleared'
    | 'superseded';
  readonly detail: Readonly<Record<string, string>>;
}

/** One engine's claim about the content. */
export interface Claim {
  /** VirusTotal's exact key. */
  readonly engine: string;
  /** As the result document shows it. Hostile input. */
  readonly label: string;
}

/** The content that a case is about. */
export interface CaseArtifact {
  readonly kind: 'file' | 'url';
  /** sha256, or the URL. */
  readonly id: string;
  /** To show; the name at the time of the newest check. */
  readonly name: string;
  readonly sizeBytes?: number;
  readonly permalink?: string;
}

/** One false positive at one vendor, from open to cleared. */
export interface Case {
  /** 64 hexadecimal digits; see `caseKey`. */
  readonly id: string;
  /** 1 for the first case of this vendor and content, one more for each that followed. */
  readonly ordinal: number;
  readonly vendor: string;
  readonly artifact: CaseArtifact;
  /** By engine. Never empty; never fewer over time: whoever flagged must answer before it is cleared. */
  readonly claims: readonly Claim[];
  readonly state: CaseState;
  /** The verdict for the content when it was last judged with the evidence at hand. */
  readonly verdict: Verdict;
  /** What that verdict rested on: files need not be there when they are rechecked. */
  readonly evidence: readonly Evidence[];
  readonly openedAt: Instant;
  /** The newest analysis that was taken into account; what is not newer changes nothing. */
  readonly analysedAt: Instant;
  /** The newest analysis in which the vendor flags it. */
  readonly flaggedAt: Instant;
  /** Analyses without the detection since then, in order of time; two clear the case. */
  readonly quietAt: readonly Instant[];
  /** The vendor's number for the report. */
  readonly ticket?: string;
  /** The case before this one, of the same vendor and content. */
  readonly predecessor?: string;
  /** In order. */
  readonly events: readonly CaseEvent[];
}

/** Makes an id of 64 hexadecimal digits from a text: a cryptographic hash, since labels are of an attacker's choice. */
export type CaseIdentifier = (key: string) => string;

/** What the id of a case is made from: stable, and the same in every process that opens it. Pure. */
export function caseKey({
  vendor,
  artifact,
  claims,
  ordinal,
}: Pick<Case, 'vendor' | 'artifact' | 'claims' | 'ordinal'>): string {
  const labels = claims.map(({ engine, label }) => [engine, label]);
  return JSON.stringify([vendor, artifact.kind, artifact.id, labels, ordinal]);
}

/** Whether the end of the case is still waited for. */
export function isActive({ state }: Pick<Case, 'state'>): boolean {
  return state === 'open' || state === 'reported';
}

/** Whether the verdict turned worse: nobody may be asked to call the content clean before somebody has looked. */
export function isDoubted({ verdict }: Pick<Case, 'verdict'>): boolean {
  return verdict === 'needs-review' || verdict === 'tampered';
}

/** How people see ids: the first 8 digits. */
export function shortId({ id }: Pick<Case, 'id'>): string {
  return id.slice(0, 8);
}

/** What a case is about, from the result document; nothing for what has neither sha256 nor URL. Pure. */
export function caseArtifactOf(artifact: DocumentArtifact): CaseArtifact | undefined {
  const { kind, name, sha256, url, sizeBytes, permalink } = artifact;
  const id = kind === 'url' ? url : sha256;
  if (id === undefined) return undefined;
  return {
    kind: kind === 'url' ? 'url' : 'file',
    id,
    name,
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...(permalink !== undefined && { permalink }),
  };
}

/**
 * Whether two labels of one engine are one claim. Scores and degrees of confidence in a label move with every update of a
 * model: they are the same claim, and a report of the one is a report of the other. Pure.
 */
export function isSameClaim(a: string, b: string): boolean {
  return withoutScore(a) === withoutScore(b);
}

function withoutScore(label: string): string {
  return label
    .toLowerCase()
    .replace(/\d+(?:\.\d+)?\s?%/g, '%')
    .replace(/\bscore: ?\d+(?:\.\d+)?/g, 'score')
    .replace(/\b(?:low|moderate|medium|high) confidence\b/g, 'confidence');
}
