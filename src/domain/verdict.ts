import { countIndependentOpinions, type Detection } from './detection.js';
import { strengthsOf, type StrengthThresholds } from './detection-strength.js';
import type { Evidence } from './evidence.js';
import { isStrongSupport } from './evidence-strength.js';
import type { Reason } from './reason.js';
import type { ServiceFacts } from './scan.js';

export type { Reason } from './reason.js';

export const VERDICTS = [
  'clean',
  'likely-false-positive',
  'unproven',
  'needs-review',
  'tampered',
  'undecided',
] as const;

/** The conclusion for one artifact. In order of severity as listed, `undecided` apart. */
export type Verdict = (typeof VERDICTS)[number];

/** Negative when `a` is milder than `b`. `undecided` is no finding and milder than all: it must not hide one. Pure. */
export function compareSeverity(a: Verdict, b: Verdict): number {
  return severityOf(a) - severityOf(b);
}

function severityOf(verdict: Verdict): number {
  return verdict === 'undecided' ? -1 : VERDICTS.indexOf(verdict);
}

/** Thresholds of the policy that decide verdicts. */
export interface VerdictThresholds extends StrengthThresholds {
  /**
   * Opinions needed before "nothing flags it" means clean, and before "few flag it" means anything. Recorded file reports
   * have 60 to 79 engines of which a tiny or odd type is answered by some 50; far fewer means the analysis is partial or the
   * type is hardly supported.
   */
  readonly minOpinionsFile: number;
  /** The same for URLs, where most of the 90-odd lists answer `unrated`. */
  readonly minOpinionsUrl: number;
}

export const DEFAULT_THRESHOLDS: VerdictThresholds = Object.freeze({
  minOpinionsFile: 20,
  minOpinionsUrl: 10,
  maxIndependentOpinionsFile: 7,
  maxIndependentOpinionsUrl: 3,
  maxSpecificOpinions: 2,
  minAgreeingOpinions: 2,
});

/** Everything a verdict may depend on. */
export interface VerdictInput {
  readonly kind: 'file' | 'url' | 'hash';
  /** How many engines gave an opinion; see `countOpinions`. */
  readonly opinions: number;
  readonly detections: readonly Detection[];
  readonly evidence: readonly Evidence[];
  /** The service's own summary of the names in the labels, when it made one. */
  readonly popularThreat?: ServiceFacts['popularThreat'];
  /** Why there is no usable answer, or only an old or partial one. */
  readonly missing?: Reason;
}

export interface VerdictResult {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
}

/**
 * The verdict for one artifact. Pure; total; the order of detections and evidence does not matter. Monotone: more or
 * stronger detections never make it milder, contradicting evidence is never outweighed, and no evidence turns agreement on
 * a named malware into a false positive.
 *
 * No opinion is not a good opinion: too few answers are `undecided`, never `clean`. Nor does an old or partial answer show
 * that detections are few: it is never `likely-false-positive`.
 */
export function judge(input: VerdictInput, thresholds: VerdictThresholds = DEFAULT_THRESHOLDS): VerdictResult {
  const { kind, detections, evidence, missing, opinions } = input;
  const contradictions = kindsOf(evidence.filter(({ outcome }) => outcome === 'contradicts'));
  if (contradictions.length > 0) {
    return {
      verdict: 'tampered',
      reasons: contradictions.map((kind) => ({ code: 'evidence-contradicts', args: { kind } })),
    };
  }

  const unusable = missing ?? findTooFew(kind, opinions, thresholds);
  if (detections.length === 0) {
    return unusable === undefined
      ? { verdict: 'clean', reasons: [{ code: 'no-detections', args: { opinions } }] }
      : { verdict: 'undecided', reasons: [unusable] };
  }

  const strengths = strengthsOf(kind, detections, input.popularThreat, thresholds);
  const proofs = kindsOf(evidence.filter(isStrongSupport));
  if (proofs.length === 0) {
    return { verdict: 'unproven', reasons: [whyUnproven(detections, evidence), ...strengths] };
  }
  const proven: Reason = { code: 'proven', args: { kinds: proofs } };
  if (strengths.length > 0) return { verdict: 'needs-review', reasons: [proven, ...strengths] };
  if (unusable !== undefined) return { verdict: 'undecided', reasons: [unusable, proven] };
  return {
    verdict: 'likely-false-positive',
    reasons: [
      proven,
      {
        code: 'weak-detections',
        args: {
          detections: detections.length,
          independent: countIndependentOpinions(detections),
          opinions,
          classes: [...new Set(detections.map(({ labelClass }) => labelClass))].toSorted(),
        },
      },
    ],
  };
}

function findTooFew(
  kind: VerdictInput['kind'],
  opinions: number,
  { minOpinionsFile, minOpinionsUrl }: VerdictThresholds,
): Reason | undefined {
  const needed = kind === 'url' ? minOpinionsUrl : minOpinionsFile;
  return opinions >= needed ? undefined : { code: 'too-few-opinions', args: { opinions, needed } };
}

/** Supports that prove nothing are named, so that the reader sees they were not overlooked. */
function whyUnproven(detections: readonly Detection[], evidence: readonly Evidence[]): Reason {
  const kinds = kindsOf(evidence.filter(({ outcome }) => outcome === 'supports'));
  return kinds.length === 0
    ? { code: 'no-evidence', args: { detections: detections.length } }
    : { code: 'weak-evidence', args: { kinds } };
}

function kindsOf(evidence: readonly Evidence[]): readonly string[] {
  return [...new Set(evidence.map(({ kind }) => kind))].toSorted();
}
