import type { QuotaLimits } from '../domain/quota.js';
import { nextDayUtc, nextMonthUtc, type Instant } from '../domain/time.js';
import { ApiError } from '../errors.js';
import type { Clock, Ledger, Scanner } from '../ports.js';
import type { Dispatcher } from './dispatcher.js';

export interface PressureOptions {
  readonly limits: QuotaLimits;
  /** Wait after the first failure of a call, milliseconds; doubles with each further one. */
  readonly retryBaseMs: number;
  /** Failures of one call in a row before it is given up. */
  readonly maxAttempts: number;
}

/** Refusals in a row, a whole window apart, after which the day must be used up although nobody says so. */
const REFUSALS_BEFORE_DAY = 4;

/** How long a call that failed waits, and what a refusal means: a window that others filled, or a day that is used up. */
export class Pressure {
  refused = 0;
  readonly #attempts = new Map<string, number>();
  readonly #deps: {
    readonly ledger: Ledger;
    readonly scanner: Scanner;
    readonly clock: Clock;
    readonly signal: AbortSignal;
  };
  readonly #options: PressureOptions;
  readonly #dispatcher: () => Dispatcher;
  #refusalsInRow = 0;
  #outagesInRow = 0;
  #pausedUntil: Instant = 0;
  #heldUntil: Instant = 0;

  constructor(
    deps: { readonly ledger: Ledger; readonly scanner: Scanner; readonly clock: Clock; readonly signal: AbortSignal },
    options: PressureOptions,
    dispatcher: () => Dispatcher,
  ) {
    this.#deps = deps;
    this.#options = options;
    this.#dispatcher = dispatcher;
  }

  afterSuccess(subject: string): void {
    this.#attempts.delete(subject);
    this.#refusalsInRow = 0;
    this.#outagesInRow = 0;
  }

  /**
   * Returns when the call may be tried again.
   *
   * @throws the error itself when it has failed often enough in a row
   */
  async afterFailure(subject: string, error: ApiError): Promise<void> {
    if (error.code === 'API_RATE_LIMITED') return this.#afterRefusal(error);
    if (error.neverSent) return this.#afterOutage(error);
    const attempts = (this.#attempts.get(subject) ?? 0) + 1;
    this.#attempts.set(subject, attempts);
    if (attempts >= this.#options.maxAttempts) {
      this.#attempts.delete(subject);
      throw error;
    }
    const waitMs = Math.max(error.retryAfterMs ?? 0, this.#options.retryBaseMs * 2 ** (attempts - 1));
    await this.#deps.clock.until(this.#deps.clock.now() + waitMs, this.#deps.signal);
  }

  /** No connection: a matter of the network and not of one artifact, so all wait, and are given up, together. */
  async #afterOutage(error: ApiError): Promise<void> {
    const { clock } = this.#deps;
    const now = clock.now();
    if (now >= this.#heldUntil) {
      this.#outagesInRow += 1;
      this.#heldUntil = now + this.#options.retryBaseMs * 2 ** (this.#outagesInRow - 1);
      this.#dispatcher().hold(this.#heldUntil);
    }
    if (this.#outagesInRow < this.#options.maxAttempts) return;
    this.#dispatcher().fail(error);
    throw error;
  }

  /** The key is used elsewhere too. Seconds of back-off are useless against a window: wait until it has moved as a whole. */
  async #afterRefusal(error: ApiError): Promise<void> {
    const { clock, ledger } = this.#deps;
    const now = clock.now();
    this.refused += 1;
    // Several calls on the wire are refused for one reason.
    if (now < this.#pausedUntil) return;
    this.#refusalsInRow += 1;
    this.#pausedUntil = now + Math.max(error.retryAfterMs ?? 0, this.#options.limits.rate.windowMs);
    await ledger.pause(this.#pausedUntil);
    if (this.#refusalsInRow >= 2) await this.#findOutWhy(now);
  }

  async #findOutWhy(now: Instant): Promise<void> {
    const { scanner, signal } = this.#deps;
    const outcome = await this.#dispatcher().request({
      step: 'submit',
      request: { kind: 'other', subject: 'quotas', charged: false },
      send: () => scanner.getQuotas({ signal }).catch(ignoreApiError),
    });
    const quotas = outcome.kind === 'answered' ? outcome.answer : null;
    const isUsedUp = (quota: { allowed: number; used: number } | undefined): boolean =>
      quota !== undefined && quota.used >= quota.allowed;
    if (isUsedUp(quotas?.monthly)) this.#dispatcher().exhaust({ window: 'month', until: nextMonthUtc(now) });
    else if (isUsedUp(quotas?.daily) || (quotas === null && this.#refusalsInRow >= REFUSALS_BEFORE_DAY)) {
      this.#dispatcher().exhaust({ window: 'day', until: nextDayUtc(now) });
    }
  }
}

function ignoreApiError(error: unknown): null {
  if (error instanceof ApiError) return null;
  throw error;
}
