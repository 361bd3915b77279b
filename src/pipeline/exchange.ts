import { toIso } from '../domain/time.js';
import type { Reason } from '../domain/verdict.js';
import { ApiError } from '../errors.js';
import type { LedgerRequest, PendingSubmission, ScanStore } from '../ports.js';
import type { Dispatcher, Job, JobOutcome } from './dispatcher.js';
import type { Pressure } from './pressure.js';
import type { Resolution } from './subject.js';
import { Settled } from './way.js';

export interface ExchangeDeps {
  readonly dispatcher: Dispatcher;
  readonly pressure: Pressure;
  readonly store: Pick<ScanStore, 'findScans'>;
}

type Exchanged<T> = Exclude<JobOutcome<T>, { kind: 'exhausted' | 'stopped' }>;

/** Requests of one subject's way: retried where that helps, settled where nothing more can be sent. */
export class Exchange {
  readonly #deps: ExchangeDeps;

  constructor(deps: ExchangeDeps) {
    this.#deps = deps;
  }

  /** One answer, with retries of what may succeed later. A quota that is used up or the deadline settles the subject. */
  async call<T>(job: Job<T>, pending?: PendingSubmission): Promise<Exchanged<T>> {
    for (;;) {
      try {
        return await this.callOnce(job, pending);
      } catch (error) {
        if (!(error instanceof ApiError && error.retryable)) throw error;
        await this.#deps.pressure.afterFailure(labelOf(job.request), error);
      }
    }
  }

  async callOnce<T>(job: Job<T>, pending?: PendingSubmission): Promise<Exchanged<T>> {
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
            : await this.stillRunning(pending, 'analysis-running'),
        );
    }
  }

  async stillRunning(pending: PendingSubmission, code: string): Promise<Resolution> {
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
}

/** Failures in a row are counted by kind too: a look-up that works says nothing about the upload it follows. */
export function labelOf({ kind, subject }: Pick<LedgerRequest, 'kind' | 'subject'>): string {
  return `${kind} ${subject}`;
}
