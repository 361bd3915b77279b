import type { Instant } from './time.js';

/** VirusTotal's categories of one engine's answer; whatever is new there arrives as `other` and is no opinion. */
export type EngineCategory =
  | 'malicious'
  | 'suspicious'
  | 'undetected'
  | 'harmless'
  | 'timeout'
  | 'confirmed-timeout'
  | 'failure'
  | 'type-unsupported'
  | 'other';

/** One engine's answer on one artifact. */
export interface EngineResult {
  /** VirusTotal's exact key. */
  readonly engine: string;
  readonly category: EngineCategory;
  /** The engine's own text; null where it has none. Hostile input: written by whoever wrote the file. */
  readonly label: string | null;
  readonly engineVersion?: string;
  /** Date of the signatures, `YYYYMMDD`; may be years old. */
  readonly engineUpdate?: string;
}

/** Counts by category; `engines` is their sum. */
export interface ScanStats {
  readonly malicious: number;
  readonly suspicious: number;
  readonly undetected: number;
  readonly harmless: number;
  readonly timeout: number;
  readonly confirmedTimeout: number;
  readonly failure: number;
  readonly typeUnsupported: number;
  readonly engines: number;
}

/** What the service itself says about origin, beside the engines' answers. Each member only when the answer had it. */
export interface ServiceFacts {
  readonly knownDistributors?: { readonly distributors: readonly string[]; readonly products: readonly string[] };
  readonly trustedVerdict?: { readonly organization: string; readonly verdict: string };
  readonly signature?: {
    /** `Signed`, or the service's sentence about what is wrong; absent for files without a signature. */
    readonly verified?: string;
    readonly signers?: readonly string[];
    readonly product?: string;
    readonly copyright?: string;
    readonly signingDate?: string;
  };
  readonly popularThreat?: {
    readonly label?: string;
    readonly names: readonly { readonly value: string; readonly count: number }[];
  };
  readonly tags?: readonly string[];
  readonly firstSubmittedAt?: Instant;
  readonly timesSubmitted?: number;
  readonly reputation?: number;
  /** For URLs: the sha256 of the body that the service itself received. */
  readonly contentSha256?: string;
  readonly finalUrl?: string;
}

/** One finished (or partial) analysis of one artifact by all engines, normalised. */
export interface Scan {
  readonly kind: 'file' | 'url';
  /** sha256 of the content; for a URL the service's id of it. */
  readonly id: string;
  readonly sha1?: string;
  readonly md5?: string;
  readonly sizeBytes?: number;
  /** Start of the analysis by the service's clock; null when the service never analysed it. */
  readonly analysedAt: Instant | null;
  /** Sorted by engine name. Empty when not analysed yet. */
  readonly results: readonly EngineResult[];
  readonly stats: ScanStats;
  readonly facts: ServiceFacts;
}

export const NO_STATS: ScanStats = Object.freeze({
  malicious: 0,
  suspicious: 0,
  undetected: 0,
  harmless: 0,
  timeout: 0,
  confirmedTimeout: 0,
  failure: 0,
  typeUnsupported: 0,
  engines: 0,
});

const STAT_OF: Readonly<Record<EngineCategory, Exclude<keyof ScanStats, 'engines'> | undefined>> = {
  malicious: 'malicious',
  suspicious: 'suspicious',
  undetected: 'undetected',
  harmless: 'harmless',
  timeout: 'timeout',
  'confirmed-timeout': 'confirmedTimeout',
  failure: 'failure',
  'type-unsupported': 'typeUnsupported',
  other: undefined,
};

/** Counts the answers. The service's own `stats` are not used when answers are there: recorded pairs differ. Pure. */
export function countResults(results: readonly EngineResult[]): ScanStats {
  const counts: Record<keyof ScanStats, number> = { ...NO_STATS, engines: results.length };
  for (const { category } of results) {
    const stat = STAT_OF[category];
    if (stat !== undefined) counts[stat] += 1;
  }
  return counts;
}

/**
 * How many engines gave an opinion. For files `undetected` is one (the engine ran and found nothing); for URLs it means
 * "unrated" and is none. Time-outs, failures and unsupported types never are.
 * Source: VirusTotal, analyses object; recorded reports.
 */
export function countOpinions(kind: 'file' | 'url', stats: ScanStats): number {
  const flagged = stats.malicious + stats.suspicious;
  return kind === 'file' ? flagged + stats.undetected + stats.harmless : flagged + stats.harmless;
}

/** The answers that flag the artifact, in engine order. Pure. */
export function flaggedResults(scan: Scan): readonly EngineResult[] {
  return scan.results.filter(({ category }) => category === 'malicious' || category === 'suspicious');
}

/** Whether any answer flags the artifact. Pure. */
export function isFlagged(scan: Scan): boolean {
  return flaggedResults(scan).length > 0;
}
