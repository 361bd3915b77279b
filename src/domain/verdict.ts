import type { Detection } from './detection.js';
import type { Detail, Evidence } from './evidence.js';

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

/** Why: data, never words. Renderers own the words; each code has one help anchor. */
export interface Reason {
  readonly code: string;
  readonly args: Detail;
}

/** Thresholds of the policy that decide verdicts. */
export interface VerdictThresholds {
  /**
   * Opinions needed before "nothing flags it" means clean. Recorded file reports have 60 to 79 engines of which a tiny
   * or odd type is answered by some 50; far fewer means the analysis is partial or the type is hardly supported.
   */
  readonly minOpinionsFile: number;
  /** The same for URLs, where most of the 90-odd lists answer `unrated`. */
  readonly minOpinionsUrl: number;
}

export const DEFAULT_THRESHOLDS: VerdictThresholds = Object.freeze({ minOpinionsFile: 20, minOpinionsUrl: 10 });

/** Everything a verdict may depend on. */
export interface VerdictInput {
  readonly kind: 'file' | 'url' | 'hash';
  /** How many engines gave an opinion; see `countOpinions`. */
  readonly opinions: number;
  readonly detections: readonly Detection[];
  readonly evidence: readonly Evidence[];
  /** Why there is no usable answer, when there is none: becomes the reason of `undecided`. */
  readonly missing?: Reason;
}

export interface VerdictResult {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
}

/**
 * The verdict for one artifact. Pure; total; monotone: more detections or contradicting evidence never make it milder.
 *
 * No opinion is not a good opinion: too few answers is `undecided`, never `clean`.
 */
export function judge(input: VerdictInput, thresholds: VerdictThresholds = DEFAULT_THRESHOLDS): VerdictResult {
  const contradicting = input.evidence.filter(({ outcome }) => outcome === 'contradicts');
  if (contradicting.length > 0) {
    return {
      verdict: 'tampered',
      reasons: contradicting.map(({ kind }) => ({ code: 'evidence-contradicts', args: { kind } })),
    };
  }
  if (input.detections.length > 0) {
    return { verdict: 'unproven', reasons: [{ code: 'no-evidence', args: { detections: input.detections.length } }] };
  }
  if (input.missing !== undefined) return { verdict: 'undecided', reasons: [input.missing] };
  const needed = input.kind === 'url' ? thresholds.minOpinionsUrl : thresholds.minOpinionsFile;
  if (input.opinions < needed) {
    return {
      verdict: 'undecided',
      reasons: [{ code: 'too-few-opinions', args: { opinions: input.opinions, needed } }],
    };
  }
  return { verdict: 'clean', reasons: [{ code: 'no-detections', args: { opinions: input.opinions } }] };
}
