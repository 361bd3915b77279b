import type { Detection } from './detection.js';
import type { Evidence, Finding } from './evidence.js';
import type { ScanStats } from './scan.js';
import type { Reason, Verdict } from './verdict.js';

/** What a run cost, by kind of request. `refused` counts the answers 429, which no other member repeats. */
export interface RequestCounts {
  readonly total: number;
  readonly lookups: number;
  readonly uploads: number;
  readonly polls: number;
  readonly rescans: number;
  readonly other: number;
  readonly refused: number;
}

export interface DocumentError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** One artifact of the result document: one content, all its names. */
export interface DocumentArtifact {
  readonly kind: 'file' | 'url' | 'hash';
  /** The name to show: the file's own name, the URL, or the hash. */
  readonly name: string;
  /** Every path with this content, sorted; as the user spelled them, relative to the working folder where below it. */
  readonly paths: readonly string[];
  readonly url?: string;
  readonly sizeBytes?: number;
  readonly sha256?: string;
  readonly sha1?: string;
  readonly md5?: string;
  readonly source: 'cache' | 'lookup' | 'upload' | 'rescan' | 'none';
  readonly permalink?: string;
  readonly analysedAt?: string;
  readonly stats: ScanStats;
  readonly detections: readonly Detection[];
  /** Flagged engine families. */
  readonly independentOpinions: number;
  readonly evidence: readonly Evidence[];
  /** What about a flagged local file may explain the detections, worst first; empty for everything else. */
  readonly findings: readonly Finding[];
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  readonly change?: 'new' | 'known' | 'gone' | 'relabelled';
  readonly contains?: readonly string[];
  readonly downloadedFrom?: string;
  readonly error?: DocumentError;
}

/** How to reach a vendor, from the directory. */
export interface VendorContact {
  readonly preferred: 'email' | 'web-form' | 'account-portal' | 'none';
  readonly emails: readonly string[];
  readonly form: string | null;
  readonly confidence: 'high' | 'medium' | 'low';
  /** `YYYY-MM` or `YYYY`. */
  readonly lastVerified: string;
}

export interface DocumentVendor {
  readonly vendor: string;
  readonly engines: readonly string[];
  /** sha256 (or URL) of the artifacts that this vendor's engines flag, sorted. */
  readonly artifacts: readonly string[];
  readonly contact: VendorContact | null;
  /** Engines of the same family that withdraw when this vendor does. */
  readonly clears: readonly string[];
}

/**
 * What `absolve check --json` prints and what every other format is rendered from. All arrays are present, sorted and
 * never null; times are ISO 8601 UTC. Published as `schema/check-result.schema.json`.
 */
export interface CheckResult {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: string; readonly version: string };
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly product: string | null;
  readonly outcome: 'pass' | 'fail' | 'incomplete';
  readonly exitCode: number;
  readonly requests: RequestCounts;
  readonly artifacts: readonly DocumentArtifact[];
  readonly vendors: readonly DocumentVendor[];
}
