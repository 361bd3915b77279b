import { ApiError, AppError } from '../errors.js';
import type { Instant } from '../domain/time.js';
import type { PendingSubmission, ScanKey, StoredScan, SubmitOutcome } from '../ports.js';
import { SUBMISSION_MAX_AGE_MS, type Analyses } from './analyses.js';
import { labelOf, type Exchange } from './exchange.js';
import type { ResolveDeps, ResolveOptions } from './resolve-deps.js';
import type { Resolution, Subject } from './subject.js';
import { isLocal, keyOf, missing, StartOver } from './way.js';

type SubmissionsDeps = Pick<
  ResolveDeps,
  'scanner' | 'store' | 'clock' | 'signal' | 'pressure' | 'maySubmit' | 'onState'
>;
type SubmissionsOptions = Pick<ResolveOptions, 'directUploadLimitBytes' | 'uploadLimitBytes'>;

/** Uploads, URL submissions and rescans: each sent once, whatever happens in between. */
export class Submissions {
  readonly #deps: SubmissionsDeps;
  readonly #options: SubmissionsOptions;
  readonly #exchange: Exchange;
  readonly #analyses: Analyses;

  constructor(deps: SubmissionsDeps, options: SubmissionsOptions, exchange: Exchange, analyses: Analyses) {
    this.#deps = deps;
    this.#options = options;
    this.#exchange = exchange;
    this.#analyses = analyses;
  }

  async submit(subject: Subject, since: Instant): Promise<Resolution> {
    const { uploadLimitBytes } = this.#options;
    if (subject.kind === 'hash') return missing('unknown-hash');
    if (subject.kind === 'file' && subject.copy.sizeBytes > uploadLimitBytes) {
      return missing('too-large', { sizeBytes: subject.copy.sizeBytes, limitBytes: uploadLimitBytes });
    }
    if (!(await this.#deps.maySubmit(subject))) return missing('not-uploaded');
    const uploadUrl = subject.kind === 'file' ? await this.#uploadUrl(subject, since) : undefined;
    const pending = await this.#send(subject, 'upload', null, since, (signal) => {
      const { scanner } = this.#deps;
      if (subject.kind === 'url') return scanner.submitUrl(subject.id, { signal });
      const source = { ...subject.copy, sha256: subject.id };
      return scanner.uploadFile(source, { signal, ...(uploadUrl !== undefined && { uploadUrl }) });
    });
    return this.#analyses.await(subject, pending);
  }

  async rescan(subject: Subject, old: StoredScan, since: Instant): Promise<Resolution> {
    const digest = old.scan.id;
    const pending = await this.#send(subject, 'rescan', old.scan.analysedAt, since, (signal) =>
      subject.kind === 'url'
        ? this.#deps.scanner.rescanUrl(subject.id, { signal })
        : this.#deps.scanner.rescanFile(digest, { signal }),
    );
    return this.#analyses.await(subject, pending);
  }

  /** Over 32 MB: an address for one upload, one more request. Never kept: it is a credential and works once. */
  async #uploadUrl(subject: Subject & { readonly kind: 'file' }, since: Instant): Promise<string | undefined> {
    if (subject.copy.sizeBytes <= this.#options.directUploadLimitBytes) return undefined;
    const outcome = await this.#exchange.call({
      step: 'submit',
      request: { kind: 'other', subject: `upload_url ${subject.id}`, charged: true },
      stillNeeded: async () => !(await this.#isDone(keyOf(subject), since, null)),
      send: () => this.#deps.scanner.createUploadUrl({ signal: this.#deps.signal }),
    });
    if (outcome.kind === 'answered') return outcome.answer;
    throw new StartOver();
  }

  /**
   * Whether another process has submitted it, or even has its answer, since this way began. The report that the way's own
   * look-up brought is no answer to a rescan.
   */
  async #isDone(key: ScanKey, since: Instant, previousAnalysedAt: Instant | null): Promise<boolean> {
    const { store, clock } = this.#deps;
    const pending = (await store.findPending(key.kind, [key.id])).get(key.id);
    if (pending !== undefined && pending.state !== 'sending' && isFresh(pending, clock.now())) return true;
    const stored = (await store.findScans(key.kind, [key.id])).get(key.id);
    return stored !== undefined && stored.fetchedAt >= since && stored.scan.analysedAt !== previousAnalysedAt;
  }

  /** Sends a submission once: written as `sending` before, with its analysis id after. */
  async #send(
    subject: Subject,
    via: 'upload' | 'rescan',
    previousAnalysedAt: Instant | null,
    since: Instant,
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
    const outcome = await this.#exchange
      .callOnce({
        step: 'submit',
        request: { kind: via, subject: key.id, charged: !isFree },
        stillNeeded: async () => !(await this.#isDone(key, since, previousAnalysedAt)),
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
      })
      .catch(async (error: unknown) => {
        if (!(error instanceof AppError && isLocal(error))) throw error;
        const isRetryable = error instanceof ApiError && error.retryable;
        // It may have arrived: `sending` stays in the store, so that it is looked up before anything is sent again.
        if (!(isRetryable && error.ambiguous)) await store.deletePending(key);
        if (!isRetryable) throw error;
        await pressure.afterFailure(labelOf({ kind: via, subject: key.id }), error);
        throw new StartOver();
      });
    if (outcome.kind === 'superseded') throw new StartOver();
    this.#deps.onState?.(subject, 'submitted');
    return pending;
  }
}

/** Whether a submission is young enough to be waited for. */
export function isFresh({ submittedAt }: PendingSubmission, now: Instant): boolean {
  return now - submittedAt < SUBMISSION_MAX_AGE_MS;
}
