import { asSha256 } from '../domain/artifact.js';
import { nextPollAge } from '../domain/schedule.js';
import { flaggedResults, type Scan } from '../domain/scan.js';
import { ApiError, AppError } from '../errors.js';
import type { AnalysisOutcome, LedgerRequest, PendingSubmission, StoredScan } from '../ports.js';
import type { Exchange } from './exchange.js';
import type { ResolveDeps, ResolveOptions } from './resolve-deps.js';
import type { Resolution, Subject } from './subject.js';
import { answered, isLocal, keyOf, Settled, StartOver } from './way.js';

/** A submission whose analysis nobody finished in this time is asked for anew. */
export const SUBMISSION_MAX_AGE_MS = 7 * 86_400_000;

/** Whether a scan answers anything: fresh uploads are listed at once, with no engine in them. */
export function isAnalysed({ analysedAt, stats }: Scan): boolean {
  return analysedAt !== null && stats.engines > 0;
}

export interface AnalysesDeps extends Pick<ResolveDeps, 'scanner' | 'store' | 'clock' | 'signal' | 'onState'> {
  /** The report of the subject, by its digest or URL. */
  ask(subject: Subject): Promise<Scan | null>;
  stored(scan: Scan, source: StoredScan['source'], full: boolean): StoredScan;
}

/** A cache in between that mixes answers up must not clear one file with the analysis of another. */
function ofThis(pending: PendingSubmission, outcome: AnalysisOutcome): AnalysisOutcome {
  if (outcome.kind !== 'completed' || pending.kind !== 'file') return outcome;
  const { id, kind } = outcome.scan;
  // Some answers do not say what they are about, and a hash that is no sha256 cannot be compared.
  if (id === '' || asSha256(pending.id) === undefined || (kind === 'file' && id === pending.id)) return outcome;
  throw new ApiError('API_PROTOCOL', 'VirusTotal answered with the analysis of something else', {
    hint: 'a proxy may have mixed up answers; nothing was concluded from it',
  });
}

/** From a submission to its answer. */
export class Analyses {
  readonly #deps: AnalysesDeps;
  readonly #options: Pick<ResolveOptions, 'wait' | 'firstPollMs'>;
  readonly #exchange: Exchange;
  /** Analyses of one run queue behind the same service: what one took the next may take too. */
  #longestPendingMs = 0;

  constructor(deps: AnalysesDeps, options: Pick<ResolveOptions, 'wait' | 'firstPollMs'>, exchange: Exchange) {
    this.#deps = deps;
    this.#options = options;
    this.#exchange = exchange;
  }

  await(subject: Subject, pending: PendingSubmission): Promise<Resolution> {
    return pending.state === 'accepted' ? this.#awaitById(subject, pending) : this.#awaitReport(subject, pending);
  }

  /** Polls the analysis whose id we have. */
  async #awaitById(subject: Subject, pending: PendingSubmission): Promise<Resolution> {
    const analysisId = pending.analysisId ?? '';
    const isFree = pending.via === 'upload' && subject.kind === 'file';
    const stored = await this.#poll<AnalysisOutcome>(subject, pending, {
      request: { kind: 'poll', subject: analysisId, charged: !isFree },
      send: async () =>
        ofThis(pending, await this.#deps.scanner.getAnalysis(analysisId, { signal: this.#deps.signal })),
      // A 404 right after the submission is a race; one that stays is caught by the deadline and the next look-up.
      scanOf: (outcome) =>
        outcome.kind === 'completed'
          ? { ...outcome.scan, kind: pending.kind, id: outcome.scan.id === '' ? pending.id : outcome.scan.id }
          : null,
    });
    return this.finish(subject, stored, pending);
  }

  /** Polls the report itself, where the service scans these bytes but gave no id. */
  async #awaitReport(subject: Subject, pending: PendingSubmission): Promise<Resolution> {
    const stored = await this.#poll<Scan | null>(subject, pending, {
      request: { kind: 'poll', subject: pending.id, charged: true },
      send: () => this.#deps.ask(subject),
      scanOf: (found) =>
        found !== null && isAnalysed(found) && found.analysedAt !== pending.previousAnalysedAt ? found : null,
    });
    return this.finish(subject, stored, pending);
  }

  /** The service lists it without an answer yet: somebody's submission of the same bytes is under way. */
  async expectReport(subject: Subject, via: PendingSubmission['via']): Promise<Resolution> {
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
    if (!this.#options.wait) throw new Settled(await this.#exchange.stillRunning(pending, 'not-waited'));
    this.#deps.onState?.(subject, 'analysing');
    const asked: number[] = [];
    let stored: StoredScan | null = null;
    for (;;) {
      const age = nextPollAge(asked, this.#longestPendingMs, this.#options.firstPollMs);
      const outcome = await this.#exchange.call(
        {
          step: 'poll',
          request: question.request,
          dueAt: pending.submittedAt + age,
          stillNeeded: async () => (await this.finishedScan(pending)) === null,
          send: question.send,
          keep: async (answer) => {
            const scan = question.scanOf(answer);
            if (scan === null) return;
            stored = await this.#withOldFacts(
              pending,
              this.#deps.stored(scan, pending.via, pending.state === 'running'),
            );
            await this.#deps.store.saveScan(pending, stored);
          },
        },
        pending,
      );
      if (outcome.kind === 'superseded') throw new StartOver();
      if (stored !== null) return stored;
      const ageNow = this.#deps.clock.now() - pending.submittedAt;
      this.#longestPendingMs = Math.max(this.#longestPendingMs, Math.min(ageNow, SUBMISSION_MAX_AGE_MS));
      asked.push(Math.max(ageNow, age));
    }
  }

  /** The scan that ended this submission, if it is in the store already: another process, or a run before a crash. */
  async finishedScan(pending: PendingSubmission): Promise<StoredScan | null> {
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
  async finish(subject: Subject, stored: StoredScan, pending: PendingSubmission): Promise<Resolution> {
    const needsReport = !stored.full && flaggedResults(stored.scan).length > 0;
    const report = needsReport ? await this.#fullReport(subject, pending) : null;
    if (report !== null) await this.#deps.store.saveScan(pending, report);
    await this.#deps.store.deletePending(pending);
    return answered(report ?? stored, pending.via);
  }

  async #fullReport(subject: Subject, pending: PendingSubmission): Promise<StoredScan | null> {
    const isFree = pending.via === 'upload' && subject.kind === 'file';
    try {
      const outcome = await this.#exchange.call({
        step: 'lookup',
        request: { kind: 'lookup', subject: pending.id, charged: !isFree },
        send: () => this.#deps.ask(subject),
      });
      const scan = outcome.kind === 'answered' ? outcome.answer : null;
      // The report can lag behind the analysis.
      return scan !== null && isAnalysed(scan) ? this.#deps.stored(scan, pending.via, true) : null;
    } catch (error) {
      // The engines' answers are there; only the extra facts are not. The verdict is then the more cautious one.
      if (error instanceof Settled || (error instanceof AppError && isLocal(error))) return null;
      throw error;
    }
  }
}
