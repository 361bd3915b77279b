import type { Exhausted, QuotaLimits } from '../domain/quota.js';
import { pickNext, type StepKind } from '../domain/schedule.js';
import type { Instant } from '../domain/time.js';
import type { Clock, Ledger, LedgerRequest, RequestKind } from '../ports.js';
import { ApiError, InterruptedError } from '../errors.js';

/** One request that someone wants to make. */
export interface Job<T> {
  readonly step: StepKind;
  readonly request: LedgerRequest;
  /** Default: now. */
  readonly dueAt?: Instant;
  /** Asked once a place is taken: false when another process has answered it meanwhile, and the place is given back. */
  stillNeeded?(): Promise<boolean>;
  send(): Promise<T>;
  /** Makes the answer durable. Done before others may see the request as finished. */
  keep?(answer: T): Promise<void>;
}

export type JobOutcome<T> =
  | { readonly kind: 'answered'; readonly answer: T }
  | { readonly kind: 'superseded' }
  | ({ readonly kind: 'exhausted' } & Exhausted)
  | { readonly kind: 'stopped' };

export interface DispatcherOptions {
  readonly ledger: Ledger;
  readonly limits: QuotaLimits;
  readonly clock: Clock;
  /** Requests on the wire at once. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** After this nothing new is sent, and what waits is `stopped`. */
  readonly deadline: Instant | null;
  onWait?(until: Instant): void;
}

interface Entry {
  readonly kind: StepKind;
  readonly dueAt: Instant;
  readonly request: LedgerRequest;
  start(id: number): Promise<void>;
  settle(outcome: Exclude<JobOutcome<never>, { kind: 'answered' }>): void;
  reject(error: unknown): void;
}

/**
 * Sends requests one place of the quota at a time, in the order of `pickNext`. Everything that goes to the service goes
 * through `request`, so no window can be exceeded and nothing is sent that is not in the ledger.
 */
export class Dispatcher {
  readonly sent: Record<RequestKind, number> = { lookup: 0, upload: 0, poll: 0, rescan: 0, other: 0 };
  readonly #options: DispatcherOptions;
  readonly #queues: Record<StepKind, Entry[]> = { submit: [], lookup: [], poll: [] };
  #onTheWire = 0;
  #lookupsOnTheWire = 0;
  #isRunning = false;
  #wake: () => void = () => {};
  #exhausted: Exhausted | null = null;
  #failure: unknown = null;
  #holdUntil: Instant = 0;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Requests that wait for a place. */
  get waiting(): number {
    return this.#queues.submit.length + this.#queues.lookup.length + this.#queues.poll.length;
  }

  /**
   * Resolves when the exchange is over and kept. Rejects with what `send` threw, or `InterruptedError`. On interruption
   * what is on the wire is aborted by its own signal.
   */
  request<T>(job: Job<T>): Promise<JobOutcome<T>> {
    const { promise, resolve, reject } = withResolvers<JobOutcome<T>>();
    this.#queues[job.step].push({
      kind: job.step,
      dueAt: job.dueAt ?? this.#options.clock.now(),
      request: job.request,
      settle: resolve,
      reject,
      start: async (id) => {
        try {
          if ((await job.stillNeeded?.()) === false) {
            await this.#options.ledger.cancel(id);
            resolve({ kind: 'superseded' });
            return;
          }
          resolve({ kind: 'answered', answer: await this.#exchange(id, job) });
        } catch (error) {
          reject(error);
        }
      },
    });
    this.#wake();
    this.#ensureLoop();
    return promise;
  }

  #ensureLoop(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#run().finally(() => {
      this.#isRunning = false;
      // Something may have been queued between the loop's last look and its end.
      if (this.waiting > 0) this.#ensureLoop();
    });
  }

  async #exchange<T>(id: number, job: Job<T>): Promise<T> {
    const { ledger, clock } = this.#options;
    this.sent[job.request.kind] += 1;
    const sent = await attempt(() => job.send());
    // The service counted it by now; what follows is our own time.
    const endedAt = clock.now();
    const kept = sent.kind === 'value' ? await attempt(async () => job.keep?.(sent.value)) : sent;
    if (sent.kind === 'error' && sent.error instanceof ApiError && sent.error.neverSent) {
      this.sent[job.request.kind] -= 1;
      await ledger.cancel(id);
    } else {
      const status = sent.kind === 'value' ? 200 : sent.error instanceof ApiError ? (sent.error.status ?? null) : null;
      await ledger.finish(id, { endedAt, status });
    }
    if (sent.kind === 'error') throw sent.error;
    if (kept.kind === 'error') throw kept.error;
    return sent.value;
  }

  async #run(): Promise<void> {
    const { clock, concurrency, signal, deadline, ledger, limits } = this.#options;
    while (this.waiting > 0) {
      if (signal.aborted) return this.#rejectAll(new InterruptedError('interrupted'));
      const now = clock.now();
      if (deadline !== null && now >= deadline) return this.#settleAll({ kind: 'stopped' });
      if (this.#failure !== null) return this.#rejectAll(this.#failure);
      if (now < this.#holdUntil) {
        await this.#pauseUntil(this.#holdUntil);
        continue;
      }
      const next = this.#onTheWire >= concurrency ? null : pickNext(this.#queues, now, this.#lookupsOnTheWire);
      if (next?.kind !== 'step') {
        await this.#pause(next === null ? null : next.at);
        continue;
      }
      const { step: entry } = next;
      if (this.#exhausted !== null && entry.request.charged) {
        this.#take(entry);
        entry.settle({ kind: 'exhausted', ...this.#exhausted });
        continue;
      }
      try {
        const reservation = await ledger.reserve(entry.request, limits);
        switch (reservation.kind) {
          case 'granted':
            this.#take(entry);
            this.#launch(entry, reservation.id);
            break;
          case 'exhausted':
            this.exhaust(reservation);
            break;
          case 'wait':
            this.#options.onWait?.(reservation.until);
            await this.#pauseUntil(reservation.until);
            break;
          case 'busy':
            this.#take(entry);
            this.#queues[entry.kind].push({ ...entry, dueAt: reservation.until });
            break;
        }
      } catch (error) {
        this.#rejectAll(error);
        return;
      }
    }
  }

  /** Sends nothing before `until`: the service cannot be reached, so nothing else will reach it either. */
  hold(until: Instant): void {
    this.#holdUntil = Math.max(this.#holdUntil, until);
  }

  /** Everything that waits, and whatever comes, fails with this. */
  fail(error: unknown): void {
    this.#failure = error;
    this.#rejectAll(error);
  }

  /** From now on nothing that is charged is sent in this run. */
  exhaust({ window, until }: Exhausted): void {
    this.#exhausted = { window, until };
  }

  #launch(entry: Entry, id: number): void {
    const isLookup = entry.kind === 'lookup' ? 1 : 0;
    this.#onTheWire += 1;
    this.#lookupsOnTheWire += isLookup;
    void entry.start(id).finally(() => {
      this.#onTheWire -= 1;
      this.#lookupsOnTheWire -= isLookup;
      // What the answer leads to is queued first (a look-up's upload), then the next choice is made.
      setImmediate(() => this.#wake());
    });
  }

  #take(entry: Entry): void {
    const queue = this.#queues[entry.kind];
    queue.splice(queue.indexOf(entry), 1);
  }

  /** Waits for `at`, a change, the deadline or an interruption. */
  async #pause(at: Instant | null): Promise<void> {
    const { promise, resolve } = withResolvers<void>();
    this.#wake = resolve;
    const until = Math.min(at ?? Number.POSITIVE_INFINITY, this.#options.deadline ?? Number.POSITIVE_INFINITY);
    await this.#race(promise, until);
    this.#wake = () => {};
  }

  /** Waits for `until` whatever changes: no place is free before it. */
  async #pauseUntil(until: Instant): Promise<void> {
    await this.#race(new Promise(() => {}), Math.min(until, this.#options.deadline ?? Number.POSITIVE_INFINITY));
  }

  async #race(change: Promise<void>, until: Instant): Promise<void> {
    const { clock, signal } = this.#options;
    const stop = new AbortController();
    const aborted = withResolvers<void>();
    const abort = (): void => aborted.resolve();
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    const timer = until === Number.POSITIVE_INFINITY ? [] : [clock.until(until, stop.signal).catch(() => {})];
    await Promise.race([change, aborted.promise, ...timer]);
    stop.abort();
    signal.removeEventListener('abort', abort);
  }

  #settleAll(outcome: { readonly kind: 'stopped' }): void {
    for (const entry of this.#drain()) entry.settle(outcome);
  }

  #rejectAll(error: unknown): void {
    for (const entry of this.#drain()) entry.reject(error);
  }

  #drain(): Entry[] {
    return Object.values(this.#queues).flatMap((queue) => queue.splice(0));
  }
}

type Attempt<T> = { readonly kind: 'value'; readonly value: T } | { readonly kind: 'error'; readonly error: unknown };

async function attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { kind: 'value', value: await work() };
  } catch (error) {
    return { kind: 'error', error };
  }
}

interface Resolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function withResolvers<T>(): Resolvers<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  // oxlint-disable-next-line promise/param-names -- the names are taken
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}
