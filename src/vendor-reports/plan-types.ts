import type { Detection } from '../domain/detection.js';
import type { DocumentArtifact, VendorContact } from '../domain/document.js';
import type { Finding } from '../domain/evidence.js';
import type { EngineEntry } from '../domain/vendor.js';
import type { Reason, Verdict } from '../domain/verdict.js';
import type { PublisherFacts, SignerFacts } from './publisher.js';

export type Language = 'en' | 'de';

/** One artifact in the report to one vendor: what it is, and what this vendor's engines say about it. */
export interface ReportArtifact {
  /** sha256, or the URL. */
  readonly id: string;
  readonly kind: DocumentArtifact['kind'];
  readonly name: string;
  readonly verdict: Verdict;
  readonly url?: string;
  readonly downloadedFrom?: string;
  readonly sizeBytes?: number;
  readonly sha256?: string;
  readonly sha1?: string;
  readonly md5?: string;
  readonly version?: string;
  readonly signer?: SignerFacts;
  readonly permalink?: string;
  /** ISO 8601. */
  readonly analysedAt?: string;
  readonly detections: readonly Detection[];
  /** What may explain them, for the user alone. */
  readonly findings: readonly Finding[];
}

export const ARCHIVE_FORMATS = ['zip', '7z'] as const;

export type ArchiveFormat = (typeof ARCHIVE_FORMATS)[number];

/** The sample that goes with a report. */
export type SamplePlan =
  /** The vendor gets none: it asks for no file, or there is none to give. `notes` of the report say which. */
  | { readonly kind: 'none' }
  /** The person picks the bare file: the vendor wants no archive. */
  | { readonly kind: 'bare'; readonly files: readonly SampleFile[] }
  | {
      readonly kind: 'archive';
      /** What the vendor asks for; zip when it has no wish. */
      readonly format: ArchiveFormat;
      readonly password: string;
      /** Bytes of the archive above which it is kept out of the message; the vendor's limit or a usual one. */
      readonly limitBytes: number;
      readonly files: readonly SampleFile[];
    };

/** A file to hand over: it is on disk with exactly this content. */
export interface SampleFile {
  readonly sha256: string;
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
}

/** Everything for one vendor. */
export interface VendorReport {
  readonly vendor: string;
  /** Engines of this vendor that flag something, sorted. */
  readonly engines: readonly string[];
  readonly artifacts: readonly ReportArtifact[];
  readonly contact: VendorContact;
  /** The entry whose channel and requirements hold for this report. */
  readonly entry: EngineEntry;
  /** Engines of other vendors among those that flag that usually follow this vendor, sorted. */
  readonly clears: readonly string[];
  /**
   * Vendor whose engine this one runs, and whether it flags something here: what clears it usually clears this one. `isInPlan`
   * when there is a report to it, which then comes first.
   */
  readonly upstream?: { readonly vendor: string; readonly isInPlan: boolean; readonly isFlagging: boolean };
  readonly sample: SamplePlan;
  /** Cases that this report is about, by id; those that are known. */
  readonly cases: readonly string[];
  /** For the user alone, never for the vendor. Codes with arguments. */
  readonly notes: readonly Reason[];
  /** Facts that this vendor asks for and nobody gave. Codes of `missing`. */
  readonly missing: readonly string[];
}

/** An engine that flags something and that nobody can be written to for. */
export interface UnreachableEngine {
  readonly engine: string;
  readonly vendor: string;
  readonly artifacts: readonly string[];
  readonly reason: 'unknown-engine' | 'no-channel';
  readonly advice: readonly Reason[];
}

/** A fact that would help and nobody gave. */
export interface MissingFact {
  /** Stable: `contact.email`, `purpose`, `artifact.signer`, … */
  readonly code: string;
  /** Names of the artifacts it is missing of; empty for facts about the product. */
  readonly artifacts: readonly string[];
  /** Vendors that ask for it expressly. */
  readonly askedBy: readonly string[];
}

/** All reports for one result document, in the order in which to send them. */
export interface ReportPlan {
  readonly language: Language;
  readonly publisher: PublisherFacts;
  /** ISO 8601: when the check ended that this is about. */
  readonly checkedAt: string;
  readonly isForced: boolean;
  /** Everything that is reported about, with the detections of all vendors; by name. */
  readonly artifacts: readonly ReportArtifact[];
  readonly reports: readonly VendorReport[];
  readonly unreachable: readonly UnreachableEngine[];
  readonly missing: readonly MissingFact[];
  /** About the plan as a whole, for the user: what was left out and why. */
  readonly notes: readonly Reason[];
}
