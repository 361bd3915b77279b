/**
 * What the pipeline needs from the outside: the smallest shapes it uses, satisfied by the adapters that `compose.ts` wires.
 * Each has a contract suite in `test/contract/` that every implementation passes.
 */
import type { Readable } from 'node:stream';
import type { DigestAlgorithm, Digests, FileFormat, Sha256 } from './domain/artifact.js';
import type { Case } from './domain/case.js';
import type { CheckResult } from './domain/document.js';
import type { DownloadFacts } from './domain/download-facts.js';
import type { FileFacts } from './domain/file-facts.js';
import type { SignatureReport } from './domain/signature.js';
import type { ArtifactError } from './errors.js';
import type { Exhausted, QuotaLimits } from './domain/quota.js';
import type { EngineResult, Scan } from './domain/scan.js';
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

/** What a content was found to be when it was inspected. */
export interface StoredInspection {
  readonly signature: SignatureReport;
  readonly facts: Omit<FileFacts, 'pe'>;
  readonly inspectedAt: Instant;
}

/** Remembers inspections by content, so that signatures are not verified anew in every run. */
export interface InspectionStore {
  /**
   * What is known, by sha256. In batches: 20,000 at once are fine.
   *
   * @param basis what else an inspection depends on: the program's version, and whom the user trusts
   */
  findInspections(sha256s: readonly string[], basis: string): Promise<ReadonlyMap<string, StoredInspection>>;
  /** Inserts or replaces by sha256 and basis. */
  saveInspections(inspections: ReadonlyMap<string, StoredInspection>, basis: string): Promise<void>;
}

export interface Hasher {
  /**
   * Digests of a whole file from **one** read, off the main thread for large files.
   *
   * @throws ArtifactError `ARTIFACT_UNREADABLE`, `ARTIFACT_CHANGED` (size or mtime differ after the read),
   *   `ARTIFACT_EMPTY`, `ARTIFACT_NOT_A_FILE`, `ARTIFACT_GONE`; the signal's reason when aborted
   */
  identify(
    path: string,
    options: { readonly md5AndSha1: boolean; readonly signal: AbortSignal },
  ): Promise<FileIdentity>;
  /** Ends worker threads. */
  close(): Promise<void>;
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

/** What a request is for, as the result document counts them. */
export type RequestKind = 'lookup' | 'upload' | 'poll' | 'rescan' | 'other';

export interface LedgerRequest {
  readonly kind: RequestKind;
  /** What it is about: a sha256, a URL, an analysis id. Two requests of one kind and subject are never on the wire at once. */
  readonly subject: string;
  /** False for what the service documents as free: paced by the rate, not counted for day and month. */
  readonly charged: boolean;
}

export type Reservation =
  | { readonly kind: 'granted'; readonly id: number; readonly at: Instant }
  /** The rate's window is full, or the service asked for a pause. */
  | { readonly kind: 'wait'; readonly until: Instant }
  /** The same is on the wire already, here or in another process: look into the store again after `until`. */
  | { readonly kind: 'busy'; readonly until: Instant }
  | ({ readonly kind: 'exhausted' } & Exhausted);

export interface LedgerUsage {
  /** Places of the rate's window that are taken now. */
  readonly inWindow: number;
  readonly today: number;
  readonly thisMonth: number;
  /** Recorded as free of charge, this month. */
  readonly freeThisMonth: number;
  readonly total: number;
  /** The service asked for a pause until then. */
  readonly pausedUntil: Instant | null;
}

/** Every request ever spent with one key: the truth about quota, shared by all processes that share the store. */
export interface Ledger {
  /** Takes a place, written before it returns, or says when to come back. Atomic across processes. */
  reserve(request: LedgerRequest, limits: QuotaLimits): Promise<Reservation>;
  /** The exchange is over (with whatever status; `null`: none came). From now on its place runs off. */
  finish(id: number, result: { readonly endedAt: Instant; readonly status: number | null }): Promise<void>;
  /** Whether such a request is on the wire now, here or in a process that lives. */
  isOnTheWire(request: Pick<LedgerRequest, 'kind' | 'subject'>): Promise<boolean>;
  /** Gives a place back that was never used: nothing was sent. */
  cancel(id: number): Promise<void>;
  /** The service refused: no process sends anything before `until`. */
  pause(until: Instant): Promise<void>;
  usage(limits: QuotaLimits): Promise<LedgerUsage>;
  /** The limits learnt once from the service for this key; `null` before. */
  readLimits(): Promise<SeededLimits | null>;
  saveLimits(limits: SeededLimits): Promise<void>;
}

export interface SeededLimits extends QuotaLimits {
  readonly origin: 'service' | 'public';
}

/** A scan as the store keeps it. */
export interface StoredScan {
  /** `results` holds the engines that flag, in full; `stats` counts them all. */
  readonly scan: Scan;
  /** When the service was asked for it. */
  readonly fetchedAt: Instant;
  /** How it was obtained. */
  readonly source: 'lookup' | 'upload' | 'rescan';
  /** Whether it came from a file or URL object, which has more facts than an analysis. */
  readonly full: boolean;
}

export interface ScanKey {
  readonly kind: 'file' | 'url';
  /** sha256, or the URL as the user gave it. */
  readonly id: string;
}

/** What the service said about files and URLs. */
export interface ScanStore {
  /** The newest of each, by id; what is not known is not in the map. In batches: 20,000 at once are fine. */
  findScans(kind: ScanKey['kind'], ids: readonly string[]): Promise<ReadonlyMap<string, StoredScan>>;
  /** Idempotent: one row per artifact and analysis. */
  saveScan(key: ScanKey, stored: StoredScan): Promise<void>;
  /** When the service last said that it does not know these, by id. */
  findUnknown(kind: ScanKey['kind'], ids: readonly string[]): Promise<ReadonlyMap<string, Instant>>;
  saveUnknown(key: ScanKey, at: Instant): Promise<void>;
  /** What each engine said in one analysis; `null` when that analysis is not in the store. */
  findAnswers(key: ScanKey, analysedAt: Instant): Promise<EngineAnswers | null>;
}

/** The answers of one analysis. Engines in neither list gave none. */
export interface EngineAnswers {
  readonly flagged: readonly EngineResult[];
  /** Engines that ran and found nothing; for URLs also "unrated", which is what a list says of what it has taken off. */
  readonly quiet: readonly string[];
}

/** A submission under way. Written before anything is sent, so that a crash cannot lose or repeat it. */
export interface PendingSubmission extends ScanKey {
  /**
   * `sending`: it is open whether the service got it. `accepted`: `analysisId` is known.
   * `running`: the service said that a scan of these bytes runs, without an id.
   */
  readonly state: 'sending' | 'accepted' | 'running';
  readonly via: 'upload' | 'rescan';
  readonly analysisId: string | null;
  readonly submittedAt: Instant;
  /** `analysedAt` before a rescan: the old report is not the answer. */
  readonly previousAnalysedAt: Instant | null;
}

export interface SubmissionStore {
  findPending(kind: ScanKey['kind'], ids: readonly string[]): Promise<ReadonlyMap<string, PendingSubmission>>;
  savePending(submission: PendingSubmission): Promise<void>;
  deletePending(key: ScanKey): Promise<void>;
}

/** Runs and what they found; the newest document is what `absolve report` works from. */
export interface RunStore {
  saveResult(result: CheckResult): Promise<void>;
  lastResult(): Promise<CheckResult | null>;
}

/** False positives that are followed, with everything that happened to them. */
export interface CaseStore {
  /** All of them, or those that are open or reported, in the order in which they were opened. */
  findCases(which: 'all' | 'active'): Promise<readonly Case[]>;
  /**
   * Changes the cases of these contents (sha256 or URL) under the write lock, so that two processes never work from the same
   * state. Atomic: all that `change` returns is written, or nothing. Events are appended, never changed.
   *
   * @param change pure; gets every case of these contents, in the order in which they were opened, and returns them with new
   *   objects where something changed and new cases behind
   * @returns what `change` returned
   */
  updateCases(
    artifacts: readonly string[],
    change: (cases: readonly Case[]) => readonly Case[],
  ): Promise<readonly Case[]>;
}

export interface Store extends IdentityStore, InspectionStore, ScanStore, SubmissionStore, RunStore, CaseStore {
  /** The ledger of one key. Keys are told apart by a fingerprint; the store never holds one. */
  ledgerOf(key: string): Ledger;
  close(): Promise<void>;
}

/** A message that is ready to be sent. */
export interface OutgoingMail {
  /** Address of the envelope: where the server reports failures to. */
  readonly from: string;
  /** Addresses of the envelope: everybody who gets it. Never empty. */
  readonly to: readonly string[];
  /** Value of its header `Message-ID`. */
  readonly messageId: string;
  readonly sizeBytes: number;
  /** Its bytes from the beginning, anew with every call. */
  open(): Readable;
}

/** What a mail server made of a message. `response` and `reason` are one line without control characters. */
export type MailOutcome =
  /** The server took it. */
  | { readonly kind: 'accepted'; readonly response: string }
  /** Not taken, now or later. */
  | { readonly kind: 'refused'; readonly response: string }
  /** Not taken now; the same may be sent again. */
  | { readonly kind: 'deferred'; readonly response: string }
  /** The message was complete and no answer came: it may have been taken. */
  | { readonly kind: 'unclear'; readonly reason: string };

export interface Mailer {
  /**
   * Sends one message. An abort gives up what is not complete on the wire (`deferred`) and waits for the answer to what is.
   *
   * @throws ReportError `REPORT_SEND` when the server cannot be reached, or takes nothing from this user: then nothing was
   *   sent, and no other message need be tried; the signal's reason when aborted before anything began
   */
  send(mail: OutgoingMail, options: CallOptions): Promise<MailOutcome>;
}

/** A file behind a URL, on disk until `dispose`. */
export interface Download {
  readonly path: string;
  /** From `Content-Disposition`, else from the final URL; never with a folder in it. */
  readonly name: string;
  /** All but what reading the file tells. */
  readonly facts: Omit<DownloadFacts, 'sha256' | 'format'>;
  /** The first bytes, for messages. */
  readonly head: Uint8Array;
}

export interface Downloader {
  /**
   * Streams what is behind `url` to a temporary file, following at most 10 redirects and recording them.
   *
   * @throws ArtifactError `ARTIFACT_URL_INVALID`, `ARTIFACT_DOWNLOAD`, `ARTIFACT_TRUNCATED`, `ARTIFACT_TOO_LARGE`
   */
  download(url: string, options: CallOptions): Promise<Download>;
  /** Deletes every temporary file. */
  close(): Promise<void>;
}

/** One thing the user pointed at, before its content was read. A problem concerns this one alone. */
export type Collected =
  | { readonly kind: 'file'; readonly path: string; readonly state: FileState; readonly isExplicit: boolean }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'hash'; readonly algorithm: DigestAlgorithm; readonly digest: string }
  | { readonly kind: 'problem'; readonly path: string; readonly error: ArtifactError };
