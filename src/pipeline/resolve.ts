import type { Scan } from '../domain/scan.js';
import type { Instant } from '../domain/time.js';
import { AppError } from '../errors.js';
import type { PendingSubmission, ScanKey, StoredScan } from '../ports.js';
import { Analyses, isAnalysed } from './analyses.js';
import { Exchange } from './exchange.js';
import type { ResolveDeps, ResolveOptions } from './resolve-deps.js';
import type { Resolution, Subject } from './subject.js';
import { isFresh, Submissions } from './submissions.js';
import { answered, failed, isLocal, keyOf, Settled, StartOver } from './way.js';

/** A negative answer ages faster than a report: somebody else may submit the file. */
const UNKNOWN_MAX_AGE_MS = 60 * 60_000;

/** How often to look whether another process has sent what it is sending, milliseconds. */
const SENDER_LOOK_MS = 100;

/**
 * The way of one subject: store, look-up, submission, analysis, report. Every arrow is durable before the next begins, so
 * the same call after a crash goes on where it was.
 */
export class Resolver {
  readonly #deps: ResolveDeps;
  readonly #options: ResolveOptions;
  readonly #exchange: Exchange;
  readonly #analyses: Analyses;
  readonly #submissions: Submissions;
  readonly #startedAt: Instant;

  constructor(deps: ResolveDeps, options: ResolveOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#startedAt = deps.clock.now();
    this.#exchange = new Exchange(deps);
    this.#analyses = new Analyses(
      { ...deps, ask: (subject) => this.#ask(subject), stored: (...parts) => this.#stored(...parts) },
      options,
      this.#exchange,
    );
    this.#submissions = new Submissions(deps, options, this.#exchange, this.#analyses);
  }

  /**
   * Never rejects for what concerns this subject alone.
   *
   * @throws ApiError `API_AUTH`, `API_FORBIDDEN`; StoreError; InterruptedError: these end the run
   */
  async resolve(subject: Subject): Promise<Resolution> {
    for (;;) {
      try {
        return await this.#walk(subject);
      } catch (error) {
        if (error instanceof StartOver) continue;
        if (error instanceof Settled) return error.resolution;
        if (error instanceof AppError && isLocal(error)) return failed(error);
        throw error;
      }
    }
  }

  async #walk(subject: Subject): Promise<Resolution> {
    const key = keyOf(subject);
    // Taken before the store is read: what others write from now on is news, also between here and the request.
    const since = this.#deps.clock.now();
    const pending = await this.#findPending(key);
    if (pending !== null) {
      const stored = await this.#analyses.finishedScan(pending);
      if (stored !== null) return this.#analyses.finish(subject, stored, pending);
    }
    if (pending !== null && pending.state !== 'sending' && isFresh(pending, this.#deps.clock.now())) {
      return this.#analyses.await(subject, pending);
    }

    if (pending?.state === 'sending') await this.#waitForSender(pending);
    // A submission of which nobody knows whether it arrived: looked up, whatever an older answer said.
    const isOpen = pending?.state === 'sending';
    const known = isOpen ? null : await this.#cached(key);
    // An analysis made while this run went on, by whichever process, is the fresh one that a rescan asks for.
    const isOfThisRun = known !== null && known.source !== 'lookup' && known.fetchedAt >= this.#startedAt;
    if (known !== null && (isOfThisRun || !this.#options.rescan)) return answered(known, 'cache');
    const found =
      known ??
      ((await this.#isKnownUnknown(key, isOpen))
        ? null
        : await this.#lookUp(subject, isOpen ? pending.via : null, since));
    if (found === null) return this.#submissions.submit(subject, since);
    if (!isAnalysed(found.scan)) return this.#analyses.expectReport(subject, pending?.via ?? 'upload');
    if (this.#options.rescan && pending?.via === 'rescan' && !isNewerThan(found.scan, pending.previousAnalysedAt)) {
      // The rescan never arrived, or still runs: the service tells by its answer to another one.
      await this.#deps.store.deletePending(key);
      throw new StartOver();
    }
    if (!this.#options.rescan || isOpen) {
      await this.#deps.store.deletePending(key);
      return answered(found, isOpen ? pending.via : 'lookup');
    }
    return this.#submissions.rescan(subject, found, since);
  }

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

  async #lookUp(subject: Subject, open: PendingSubmission['via'] | null, since: Instant): Promise<StoredScan | null> {
    const key = keyOf(subject);
    const { store } = this.#deps;
    // What an upload of ours may have brought about counts as its answer; what a rescan asks for must be newer than that.
    const source = open === 'upload' ? 'upload' : 'lookup';
    const outcome = await this.#exchange.call({
      step: 'lookup',
      request: { kind: 'lookup', subject: key.id, charged: true },
      stillNeeded: async () => !(await this.#hasNews(key, since)),
      send: () => this.#ask(subject),
      keep: async (scan) => {
        if (scan === null) await store.saveUnknown(key, this.#deps.clock.now());
        else if (isAnalysed(scan)) {
          await store.saveScan(key, this.#stored(scan, source, true));
        }
      },
    });
    if (outcome.kind === 'answered') {
      return outcome.answer && this.#stored(outcome.answer, source, true);
    }
    // Another process has asked, submitted or finished it: start over with what it left in the store.
    throw new StartOver();
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

  /**
   * Another process may be sending it right now: it will know more than any look-up. Returns when nobody is, and what the
   * store says is still what it said.
   */
  async #waitForSender(pending: PendingSubmission): Promise<void> {
    const { ledger, clock, signal } = this.#deps;
    if (await ledger.isOnTheWire({ kind: pending.via, subject: pending.id })) {
      await clock.until(clock.now() + SENDER_LOOK_MS, signal);
      throw new StartOver();
    }
    // It may have ended between the two questions.
    if ((await this.#findPending(pending))?.state !== 'sending') throw new StartOver();
  }

  async #findPending(key: ScanKey): Promise<PendingSubmission | null> {
    return (await this.#deps.store.findPending(key.kind, [key.id])).get(key.id) ?? null;
  }

  #stored(scan: Scan, source: StoredScan['source'], full: boolean): StoredScan {
    return { scan, fetchedAt: this.#deps.clock.now(), source, full };
  }
}

function isNewerThan({ analysedAt }: Scan, before: Instant | null): boolean {
  return (analysedAt ?? 0) > (before ?? 0);
}
