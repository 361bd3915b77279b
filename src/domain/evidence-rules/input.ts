import type { DigestAlgorithm, FileFormat } from '../artifact.js';
import type { DownloadFacts } from '../download-facts.js';
import type { Evidence } from '../evidence.js';
import type { FileFacts } from '../file-facts.js';
import type { ProductProfile } from '../profile.js';
import type { PublishedHash } from '../published-hash.js';
import type { ServiceFacts } from '../scan.js';
import type { SignatureReport } from '../signature.js';

/** Everything known of one content when its authenticity is judged. What was not looked at is absent. */
export interface EvidenceInput {
  /** All its names without folders; empty for a bare hash. Hostile. */
  readonly names: readonly string[];
  readonly digests: Readonly<Partial<Record<DigestAlgorithm, string>>>;
  /** Absent when the bytes were not there to look at. */
  readonly format?: FileFormat;
  readonly signature?: SignatureReport;
  readonly facts?: FileFacts;
  /** Whether a file on the user's own disk has this content, beside any download of it. */
  readonly isLocal: boolean;
  readonly downloads: readonly DownloadFacts[];
  readonly service?: ServiceFacts;
  readonly profile?: ProductProfile;
  readonly published: readonly PublishedHash[];
}

/**
 * Gathers evidence of one kind: none when the question does not arise, `silent` when it does and cannot be answered. Pure, total.
 */
export type EvidenceRule = (input: EvidenceInput) => readonly Evidence[];

/**
 * The same for what a file says about itself, which its author writes as he likes: such a claim never supports, whatever it
 * says. That it does not fit contradicts only while nothing proves the file: beside a proof it is the profile that is out of date.
 */
export type ClaimRule = (input: EvidenceInput, isProven: boolean) => readonly Evidence[];
