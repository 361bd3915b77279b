import { nextPollAge } from '../domain/schedule.js';
import { flaggedResults, type Scan } from '../domain/scan.js';
import { toIso, type Instant } from '../domain/time.js';
import type { Reason } from '../domain/verdict.js';
import { ApiError, AppError, ArtifactError } from '../errors.js';
import type {
  AnalysisOutcome,
  Clock,
  LedgerRequest,
  PendingSubmission,
  ScanKey,
  Scanner,
  Store,
  StoredScan,
  SubmitOutcome,
} from '../ports.js';
import type { Dispatcher, Job, JobOutcome } from './dispatcher.js';
import type { Pressure } from './pressure.js';
import type { Resolution, Subject } from './subject.js';

export interface ResolveOptions {
  /** An answer in the store younger than this is used as it is, milliseconds. */
  readonly maxAgeMs: number;
  /** Ask for a fresh analysis of what is known. */
  readonly rescan: boolean;
  /** Wait for analyses; otherwise what was submitted stays for a later run. */
  readonly wait: boolean;
  /** Age of an analysis at its first poll, milliseconds, until something is learnt. */
  readonly firstPollMs: number;
  readonly directUploadLimitBytes: number;
  readonly uploadLimitBytes: number;
}

export interface ResolveDeps {
  readonly scanner: Scanner;
  readonly store: Store;
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  readonly pressure: Pressure;
  /** Whether this may be published by submitting it; asks the user where that is possible. */
  readonly maySubmit: (subject: Subject) => Promise<boolean>;
  readonly signal: AbortSignal;
  readonly onState?: (subject: Subject, state: 'submitted' | 'analysing') => void;
}

/** A negative answer ages faster than a report: somebody else may submit the file. */
const UNKNOWN_MAX_AGE_MS = 60 * 60_000;

/** A submission whose analysis nobody finished in this time is asked for anew. */
const SUBMISSION_MAX_AGE_MS = 7 * 86_400_000;

/** Whether a scan answers anything: fresh uploads are listed at once, with no engine in them. */
export function isAnalysed({ analysedAt, stats }: Scan): boolean {
  return analysedAt !== null && stats.engines > 0;
}

/** Thrown inside to leave the way of one subject with what it got. */
class Settled extends Error {
  readonly resolution: Resolution;
  constructor(resolution: Resolution) {
    super('settled');
    this.resolution = resolution;
  }
}

/**
 * The way of one subject: store, look-up, submission, analysis, report. Every arrow is durable before the next begins, so
 * the same call after a crash goes on where it was.
 */
export class Resolver {
  readonly #deps: ResolveDeps;
  readonly #options: ResolveOptions;
  #longestPendingMs = 0;

  constructor(deps: ResolveDeps, options: ResolveOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /**
   * Never rejects for what concerns this subject alone.
   *
   * @throws ApiError `API_AUTH`, `API_FORBIDDEN`; StoreError; InterruptedError: these end the run
   */
  async resolve(subject: Subject): Promise<Resolution> {
    try {
      return await this.#walk(subject);
    } catch (error) {
      if (error instanceof Settled) return error.resolution;
      if (error instanceof AppError && isLocal(error)) return failed(error);
      throw error;
    }
  }

  async #walk(subject: Subject): Promise<Resolution> {
    const key = keyOf(subject);
    const pending = await this.#findPending(key);
    if (pending !== null) {
      const stored = await this.#finishedScan(pending);
      if (stored !== null) return this.#finish(subject, stored, pending);
    }
    if (pending?.state === 'accepted' && this.#isFresh(pending)) return this.#awaitAnalysis(subject, pending);
    if (pending?.state === 'running' && this.#isFresh(pending)) return this.#awaitReport(subject, pending);

    // A submission of which nobody knows whether it arrived: looked up, whatever an older answer said.
    const isOpen = pending?.state === 'sending';
    const known = isOpen ? null : await this.#cached(key);
    if (known !== null && !this.#options.rescan) return answered(known, 'cache');
    const found = known ?? ((await this.#isKnownUnknown(key, isOpen)) ? null : await this.#lookUp(subject, isOpen));
    if (found === null) return this.#submit(subject);
    if (!isAnalysed(found.scan)) return this.#expectReport(subject, pending?.via ?? 'upload');
    if (!this.#options.rescan || isOpen) {
      await this.#deps.store.deletePending(key);
      return answered(found, isOpen ? 'upload' : 'lookup');
    }
    return this.#rescan(subject, found);
  }

  // --- look-up ------------------------------------------------------------------------------------------------------

  async #cached(key: ScanKey): Promise<StoredScan | null> {
    const stored = (await this.#deps.store.findScans(key.kind, [key.id])).get(key.id);
    const isUsable =
      stored !== undefined &&
      isAnalysed(stored.scan) &&
      this.#deps.clock.now() - stored.fetchedAt <= this.#options.maxAgeMs;
    return isUsable ? stored : null;
  }

  async #isKnownUnknown(key: ScanKey, isOpen: boolean): Promise<boolean> {
    if (isOpen) return false;
    const askedAt = (await this.#deps.store.findUnknown(key.kind, [key.id])).get(key.id);
    const maxAgeMs = Math.min(this.#options.maxAgeMs, UNKNOWN_MAX_AGE_MS);
    return askedAt !== undefined && this.#deps.clock.now() - askedAt <= maxAgeMs;
  }

  async #lookUp(subject: Subject, isOpen: boolean): Promise<StoredScan | null> {
    const key = keyOf(subject);
    const { store } = this.#deps;
    const since = this.#deps.clock.now();
    const outcome = await this.#call({
      step: 'lookup',
      request: { kind: 'lookup', subject: key.id, charged: true },
      stillNeeded: async () => !(await this.#hasNews(key, since)),
      send: () => this.#ask(subject),
      keep: async (scan) => {
        if (scan === null) await store.saveUnknown(key, this.#deps.clock.now());
        else if (isAnalysed(scan)) {
          await store.saveScan(key, this.#stored(scan, isOpen ? 'upload' : 'lookup', true));
        }
      },
    });
    if (outcome.kind === 'answered') {
      return outcome.answer && this.#stored(outcome.answer, isOpen ? 'upload' : 'lookup', true);
    }
    // Another process has asked, submitted or finished it: start over with what it left in the store.
    throw new Settled(await this.#walk(subject));
  }

  #ask(subject: Subject): Promise<Scan | null> {
    const { scanner, signal } = this.#deps;
    return subject.kind === 'url'
      ? scanner.lookupUrl(subject.id, { signal })
      : scanner.lookupFile(subject.id, { signal });
  }

  /** Whether the store has an answer or a submission that was not there at `since`. */
  async #hasNews(key: ScanKey, since: Instant): Promise<boolean> {
    const { store } = this.#deps;
    const stored = (await store.findScans(key.kind, [key.id])).get(key.id);
    if (stored !== undefined && stored.fetchedAt >= since) return true;
    const unknownAt = (await store.findUnknown(key.kind, [key.id])).get(key.id);
    if (unknownAt !== undefined && unknownAt >= since) return true;
    const pending = await this.#findPending(key);
    return pending !== null && pending.submittedAt >= since && pending.state !== 'sending';
  }

  // --- submission ---------------------------------------------------------------------------------------------------

  async #submit(subject: Subject): Promise<Resolution> {
    const { uploadLimitBytes } = this.#options;
    if (subject.kind === 'hash') return missing('unknown-hash');
    if (subject.kind === 'file' && subject.copy.sizeBytes > uploadLimitBytes) {
      return missing('too-large', { sizeBytes: subject.copy.sizeBytes, limitBytes: uploadLimitBytes });
    }
    if (!(await this.#deps.maySubmit(subject))) return missing('not-uploaded');
    const uploadUrl = subject.kind === 'file' ? await this.#uploadUrl(subject) : undefined;
    const pending = await this.#send(subject, 'upload', null, (signal) => {
      const { scanner } = this.#deps;
      if (subject.kind === 'url') return scanner.submitUrl(subject.id, { signal });
      const source = { ...subject.copy, sha256: subject.id };
      return scanner.uploadFile(source, { signal, ...(uploadUrl !== undefined && { uploadUrl }) });
    });
    return this.#awaitSubmission(subject, pending);
  }

  async #rescan(subject: Subject, old: StoredScan): Promise<Resolution> {
    const digest = old.scan.id;
    const pending = await this.#send(subject, 'rescan', old.scan.analysedAt, (signal) =>
      subject.kind === 'url'
        ? this.#deps.scanner.rescanUrl(subject.id, { signal })
        : this.#deps.scanner.rescanFile(digest, { signal }),
    );
    return this.#awaitSubmission(subject, pending);
  }

  /** Over 32 MB: an address for one upload, one more request. Never kept: it is a credential and works once. */
  async #uploadUrl(subject: Subject & { readonly kind: 'file' }): Promise<string | undefined> {
    if (subject.copy.sizeBytes <= this.#options.directUploadLimitBytes) return undefined;
    const outcome = await this.#call({
      step: 'submit',
      request: { kind: 'other', subject: `upload_url ${subject.id}`, charged: true },
      stillNeeded: async () => !(await this.#isSubmitted(keyOf(subject))),
      send: () => this.#deps.scanner.createUploadUrl({ signal: this.#deps.signal }),
    });
    if (outcome.kind === 'answered') return outcome.answer;
    throw new Settled(await this.#walk(subject));
  }

  async #isSubmitted(key: ScanKey): Promise<boolean> {
    const pending = await this.#findPending(key);
    return pending !== null && pending.state !== 'sending' && this.#isFresh(pending);
  }

  /** Sends a submission once: written as `sending` before, with its analysis id after. */
  async #send(
    subject: Subject,
    via: 'upload' | 'rescan',
    previousAnalysedAt: Instant | null,
    submit: (signal: AbortSignal) => Promise<SubmitOutcome>,
  ): Promise<PendingSubmission> {
    const key = keyOf(subject);
    const { store, clock, signal, pressure } = this.#deps;
    const draft: PendingSubmission = {
      ...key,
      state: 'sending',
      via,
      analysisId: null,
      submittedAt: clock.now(),
      previousAnalysedAt,
    };
    let pending = draft;
    // New bytes are free of charge by the service's documentation; URLs and rescans are not.
    const isFree = via === 'upload' && subject.kind === 'file';
    const outcome = await this.#callOnce({
      step: 'submit',
      request: { kind: via, subject: key.id, charged: !isFree },
      stillNeeded: async () => !(await this.#isSubmitted(key)),
      send: async () => {
        pending = { ...draft, submittedAt: clock.now() };
        await store.savePending(pending);
        return submit(signal);
      },
      keep: async (submitted) => {
        pending =
          submitted.kind === 'accepted'
            ? { ...pending, state: 'accepted', analysisId: submitted.analysisId, submittedAt: clock.now() }
            : { ...pending, state: 'running', submittedAt: clock.now() };
        await store.savePending(pending);
      },
    }).catch(async (error: unknown) => {
      if (!(error instanceof AppError && isLocal(error))) throw error;
      const isRetryable = error instanceof ApiError && error.retryable;
      // It may have arrived: `sending` stays in the store, so that it is looked up before anything is sent again.
      if (!(isRetryable && error.ambiguous)) await store.deletePending(key);
      if (!isRetryable) throw error;
      await pressure.afterFailure(`${via} ${key.id}`, error);
      throw new Settled(await this.#walk(subject));
    });
    if (outcome.kind === 'superseded') throw new Settled(await this.#walk(subject));
    this.#deps.onState?.(subject, 'submitted');
    return pending;
  }

  #awaitSubmission(subject: Subject, pending: PendingSubmission): Promise<Resolution> {
    return pending.state === 'accepted' ? this.#awaitAnalysis(subject, pending) : this.#awaitReport(subject, pending);
  }

  // --- analysis -----------------------------------------------------------------------------------------------------

  /** Polls the analysis whose id we have. */
  async #awaitAnalysis(subject: Subject, pending: PendingSubmission): Promise<Resolution> {
    const analysisId = pending.analysisId ?? '';
    const isFree = pending.via === 'upload' && subject.kind === 'file';
    const stored = await this.#poll<AnalysisOutcome>(subject, pending, {
      request: { kind: 'poll', subject: analysisId, charged: !isFree },
      send: () => this.#deps.scanner.getAnalysis(analysisId, { signal: this.#deps.signal }),
      // A 404 right after the submission is a race; one that stays is caught by the deadline and the next look-up.
      scanOf: (outcome) =>
        outcome.kind === 'completed'
          ? { ...outcome.scan, kind: pending.kind, id: outcome.scan.id === '' ? pending.id : outcome.scan.id }
          : null,
    });
    return this.#finish(subject, stored, pending);
  }

  /** Polls the report itself, where the service scans these bytes but gave no id. */
  async #awaitReport(subject: Subject, pending: PendingSubmission): Promise<Resolution> {
    const stored = await this.#poll<Scan | null>(subject, pending, {
      request: { kind: 'poll', subject: pending.id, charged: true },
      send: () => this.#ask(subject),
      scanOf: (found) =>
        found !== null && isAnalysed(found) && found.analysedAt !== pending.previousAnalysedAt ? found : null,
    });
    return this.#finish(subject, stored, pending);
  }

  /** The service lists it without an answer yet: somebody's submission of the same bytes is under way. */
  async #expectReport(subject: Subject, via: 'upload' | 'rescan'): Promise<Resolution> {
    const pending: PendingSubmission = {
      ...keyOf(subject),
      state: 'running',
      via,
      analysisId: null,
      submittedAt: this.#deps.clock.now(),
      previousAnalysedAt: null,
    };
    await this.#deps.store.savePending(pending);
    return this.#awaitReport(subject, pending);
  }

  async #poll<T>(
    subject: Subject,
    pending: PendingSubmission,
    question: {
      readonly request: LedgerRequest;
      send(): Promise<T>;
      scanOf(answer: T): Scan | null;
    },
  ): Promise<StoredScan> {
    if (!this.#options.wait) throw new Settled(await this.#stillRunning(pending, 'not-waited'));
    this.#deps.onState?.(subject, 'analysing');
    const asked: number[] = [];
    let stored: StoredScan | null = null;
    for (;;) {
      const age = nextPollAge(asked, this.#longestPendingMs, this.#options.firstPollMs);
      const outcome = await this.#call(
        {
          step: 'poll',
          request: question.request,
          dueAt: pending.submittedAt + age,
          stillNeeded: async () => (await this.#finishedScan(pending)) === null,
          send: question.send,
          keep: async (answer) => {
            const scan = question.scanOf(answer);
            if (scan === null) return;
            stored = await this.#withOldFacts(pending, this.#stored(scan, pending.via, pending.state === 'running'));
            await this.#deps.store.saveScan(pending, stored);
          },
        },
        pending,
      );
      if (outcome.kind === 'superseded') throw new Settled(await this.#walk(subject));
      if (stored !== null) return stored;
      const ageNow = this.#deps.clock.now() - pending.submittedAt;
      this.#longestPendingMs = Math.max(this.#longestPendingMs, Math.min(ageNow, SUBMISSION_MAX_AGE_MS));
      asked.push(Math.max(ageNow, age));
    }
  }

  /** The scan that ended this submission, if it is in the store already: another process, or a run before a crash. */
  async #finishedScan(pending: PendingSubmission): Promise<StoredScan | null> {
    const stored = (await this.#deps.store.findScans(pending.kind, [pending.id])).get(pending.id);
    const isOfThis =
      stored !== undefined &&
      isAnalysed(stored.scan) &&
      stored.fetchedAt >= pending.submittedAt &&
      stored.scan.analysedAt !== pending.previousAnalysedAt;
    return isOfThis ? stored : null;
  }

  /** A rescan changes the engines' answers, not the file's origin: the facts of the full report before it still hold. */
  async #withOldFacts(pending: PendingSubmission, stored: StoredScan): Promise<StoredScan> {
    if (stored.full) return stored;
    const before = (await this.#deps.store.findScans(pending.kind, [pending.id])).get(pending.id);
    return before?.full === true
      ? { ...stored, full: true, scan: { ...stored.scan, facts: before.scan.facts } }
      : stored;
  }

  /** The analysis is done. When it flags something, the full report has what the judgement needs: one more request. */
  async #finish(subject: Subject, stored: StoredScan, pending: PendingSubmission): Promise<Resolution> {
    const needsReport = !stored.full && flaggedResults(stored.scan).length > 0;
    const report = needsReport ? await this.#fullReport(subject, pending) : null;
    if (report !== null) await this.#deps.store.saveScan(pending, report);
    await this.#deps.store.deletePending(pending);
    return answered(report ?? stored, pending.via);
  }

  async #fullReport(subject: Subject, pending: PendingSubmission): Promise<StoredScan | null> {
    const isFree = pending.via === 'upload' && subject.kind === 'file';
    try {
      const outcome = await this.#call({
        step: 'lookup',
        request: { kind: 'lookup', subject: pending.id, charged: !isFree },
        send: () => this.#ask(subject),
      });
      const scan = outcome.kind === 'answered' ? outcome.answer : null;
      // The report can lag behind the analysis.
      return scan !== null && isAnalysed(scan) ? this.#stored(scan, pending.via, true) : null;
    } catch (error) {
      // The engines' answers are there; only the extra facts are not. The verdict is then the more cautious one.
      if (error instanceof Settled || (error instanceof AppError && isLocal(error))) return null;
      throw error;
    }
  }

  // --- one request --------------------------------------------------------------------------------------------------

  /** One answer, with retries of what may succeed later. A quota that is used up or the deadline settles the subject. */
  async #call<T>(
    job: Job<T>,
    pending?: PendingSubmission,
  ): Promise<Exclude<JobOutcome<T>, { kind: 'exhausted' | 'stopped' }>> {
    for (;;) {
      try {
        return await this.#callOnce(job, pending);
      } catch (error) {
        if (!(error instanceof ApiError && error.retryable)) throw error;
        await this.#deps.pressure.afterFailure(labelOf(job.request), error);
      }
    }
  }

  async #callOnce<T>(
    job: Job<T>,
    pending?: PendingSubmission,
  ): Promise<Exclude<JobOutcome<T>, { kind: 'exhausted' | 'stopped' }>> {
    const outcome = await this.#deps.dispatcher.request(job);
    switch (outcome.kind) {
      case 'answered':
        this.#deps.pressure.afterSuccess(labelOf(job.request));
        return outcome;
      case 'superseded':
        return outcome;
      case 'exhausted': {
        const reason = { code: `quota-${outcome.window}`, args: { until: toIso(outcome.until) } };
        throw new Settled(await this.#oldReport(pending, reason));
      }
      case 'stopped':
        throw new Settled(
          pending === undefined
            ? { stored: null, source: 'none', missing: { code: 'timeout', args: {} } }
            : await this.#stillRunning(pending, 'analysis-running'),
        );
    }
  }

  async #stillRunning(pending: PendingSubmission, code: string): Promise<Resolution> {
    return this.#oldReport(pending, { code, args: { submittedAt: toIso(pending.submittedAt) } });
  }

  /** While a rescan runs, the report from before is still an answer, named as old. */
  async #oldReport(pending: PendingSubmission | undefined, reason: Reason): Promise<Resolution> {
    const stored =
      pending?.via === 'rescan'
        ? (await this.#deps.store.findScans(pending.kind, [pending.id])).get(pending.id)
        : undefined;
    return stored === undefined
      ? { stored: null, source: 'none', missing: reason }
      : { stored, source: 'cache', missing: reason };
  }

  // --- small things -------------------------------------------------------------------------------------------------

  async #findPending(key: ScanKey): Promise<PendingSubmission | null> {
    return (await this.#deps.store.findPending(key.kind, [key.id])).get(key.id) ?? null;
  }

  #isFresh({ submittedAt }: PendingSubmission): boolean {
    return this.#deps.clock.now() - submittedAt < SUBMISSION_MAX_AGE_MS;
  }

  #stored(scan: Scan, source: StoredScan['source'], full: boolean): StoredScan {
    return { scan, fetchedAt: this.#deps.clock.now(), source, full };
  }
}

/** The store's key of a subject; a hash that is a file's is looked up like the file. */
export function keyOf(subject: Subject): ScanKey {
  return { kind: subject.kind === 'url' ? 'url' : 'file', id: subject.id };
}

/** Failures in a row are counted by kind too: a look-up that works says nothing about the upload it follows. */
function labelOf({ kind, subject }: LedgerRequest): string {
  return `${kind} ${subject}`;
}

function answered(stored: StoredScan, source: Resolution['source']): Resolution {
  return { stored, source };
}

function missing(code: string, args: Reason['args'] = {}): Resolution {
  return { stored: null, source: 'none', missing: { code, args } };
}

/** Failures that end one artifact. A refused key, the store or Ctrl-C end the run. */
function isLocal(error: AppError): boolean {
  return error instanceof ArtifactError || (error instanceof ApiError && error.exit === 'incomplete');
}

function failed(error: AppError): Resolution {
  return {
    stored: null,
    source: 'none',
    missing: {
      code: error instanceof ArtifactError ? 'artifact-failed' : 'service-failed',
      args: { code: error.code },
    },
    error: { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) },
  };
}
