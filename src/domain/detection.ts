/** What kind of claim a label makes. */
export type LabelClass =
  | 'named-family'
  | 'generic'
  | 'heuristic'
  | 'machine-learning'
  | 'reputation'
  | 'unwanted'
  | 'unclassified';

/** One engine flags one artifact. */
export interface Detection {
  /** VirusTotal's exact key. */
  readonly engine: string;
  /** The company that answers for the engine; the engine's own name when the directory does not know it. */
  readonly vendor: string;
  /** Engines that run the same licensed upstream share it: their detections are one opinion. */
  readonly family: string;
  readonly category: 'malicious' | 'suspicious';
  /** The engine's text, control characters removed. Hostile input otherwise. */
  readonly label: string;
  readonly labelClass: LabelClass;
  /** The malware family that the label names, lower case; absent when it names none. */
  readonly malwareFamily?: string;
  readonly engineVersion?: string;
  /** ISO date of the signatures, `YYYY-MM-DD`. */
  readonly engineUpdate?: string;
  /** Present when the policy accepts it knowingly. It then does not fail a release, but stays visible. */
  readonly ignored?: { readonly reason: string; readonly until: string };
}

/**
 * Flagged engine families among the detections: independent opinions. Ignored detections count too, an accepted
 * detection is still an opinion. Pure.
 */
export function countIndependentOpinions(detections: readonly Detection[]): number {
  return new Set(detections.map(({ family }) => family)).size;
}
