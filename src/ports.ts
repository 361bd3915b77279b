/**
 * What the pipeline needs from the outside: the smallest shapes it uses, satisfied by the adapters that `compose.ts` wires.
 * Each has a contract suite in `test/contract/` that every implementation passes.
 */
import type { Digests, FileFormat, Sha256 } from './domain/artifact.js';
import type { Scan } from './domain/scan.js';
import type { Instant } from './domain/time.js';

/** Wall clock and waiting. The wall clock is shared by processes, so the ledger can be; tests use their own. */
export interface Clock {
  now(): Instant;
  /** Resolves at `instant` (at once if past); rejects with the signal's reason when aborted. */
  until(instant: Instant, signal?: AbortSignal): Promise<void>;
}

/** What identifies a file's state on disk without reading it. Nanoseconds as decimal text: they exceed 2^53. */
export interface FileState {
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeNs: string;
  readonly inode: string;
}

export interface FileIdentity extends FileState {
  readonly digests: Digests;
  readonly format: FileFormat;
}

/** Remembers what unchanged files are, so that they are not read again. */
export interface IdentityStore {
  /** The known identities of exactly these states (path, size, mtime and inode all equal), by path. */
  findIdentities(states: readonly FileState[]): Promise<ReadonlyMap<string, FileIdentity>>;
  /** Inserts or replaces by path. */
  saveIdentities(identities: readonly FileIdentity[]): Promise<void>;
}

export interface Hasher {
  /**
   * Digests of a whole file from **one** read, off the main thread for large files.
   *
   * @throws ArtifactError `ARTIFACT_UNREADABLE`, `ARTIFACT_CHANGED` (size or mtime differ after the read),
   *   `ARTIFACT_EMPTY`, `ARTIFACT_NOT_A_FILE`
   */
  identify(
    path: string,
    options: { readonly md5AndSha1: boolean; readonly signal: AbortSignal },
  ): Promise<FileIdentity>;
  /** Ends worker threads. */
  close(): Promise<void>;
}

/** A submission accepted by the service. */
export interface Submission {
  /** Opaque; percent-encode it in paths. */
  readonly analysisId: string;
}

/** Whether the service already scans these bytes: any 409 on a submission. Not a failure, and never sent again. */
export type SubmitOutcome =
  | { readonly kind: 'accepted'; readonly analysisId: string }
  | { readonly kind: 'already-running' };

/** State of one analysis. `unknown` is a 404: right after a submission it only means "not visible yet". */
export type AnalysisOutcome =
  | { readonly kind: 'pending'; readonly startedAt: Instant | null }
  | { readonly kind: 'completed'; readonly scan: Scan }
  | { readonly kind: 'unknown' };

export interface UploadSource {
  readonly path: string;
  /** The name the service shows. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: Sha256;
}

export interface CallOptions {
  readonly signal: AbortSignal;
}

/** One number pair of the service's own accounting. */
export interface ServiceQuota {
  readonly allowed: number;
  readonly used: number;
}

export interface ServiceQuotas {
  readonly hourly?: ServiceQuota;
  readonly daily?: ServiceQuota;
  readonly monthly?: ServiceQuota;
}

/**
 * The VirusTotal API, one method per call, each exactly one request unless its comment says otherwise. Retrying and pacing
 * are the caller's: it owns the ledger.
 *
 * @throws ApiError on every answer that is not one of the outcomes: see its codes
 */
export interface Scanner {
  /** By md5, sha1 or sha256; `null` when the service has never seen it. */
  lookupFile(digest: string, options: CallOptions): Promise<Scan | null>;
  /** Up to 32 MB directly; above that pass the single-use `uploadUrl`. Abort leaves it open whether the service got it. */
  uploadFile(source: UploadSource, options: CallOptions & { readonly uploadUrl?: string }): Promise<SubmitOutcome>;
  /** A fresh URL for one upload over 32 MB. A credential: never log it. */
  createUploadUrl(options: CallOptions): Promise<string>;
  rescanFile(digest: string, options: CallOptions): Promise<SubmitOutcome>;
  getAnalysis(analysisId: string, options: CallOptions): Promise<AnalysisOutcome>;
  lookupUrl(url: string, options: CallOptions): Promise<Scan | null>;
  submitUrl(url: string, options: CallOptions): Promise<SubmitOutcome>;
  rescanUrl(url: string, options: CallOptions): Promise<SubmitOutcome>;
  /** `null` where the key may not read them (403). */
  getQuotas(options: CallOptions): Promise<ServiceQuotas | null>;
}
