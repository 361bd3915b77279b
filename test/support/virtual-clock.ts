import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Instant } from '../../src/domain/time.js';
import type { Clock } from '../../src/ports.js';

interface Sleeper {
  readonly at: Instant;
  readonly order: number;
  wake(): void;
}

/** Turns of the event loop without a change after which everybody is taken to sleep. */
const QUIET_TURNS = 6;

const MOST_LOOKS = 100_000;

/**
 * A clock whose time stands still while anything works, and jumps to the next sleeper when all sleep: hours of waiting
 * take no time, and every run is the same.
 */
export class VirtualClock implements Clock {
  #now: Instant;
  #order = 0;
  #looks = 0;
  #signsOfLife = 0;
  #sleepers: Sleeper[] = [];

  constructor(now: Instant = Date.UTC(2026, 5, 15, 12)) {
    this.#now = now;
  }

  /** @throws when it is asked again and again without ever letting time pass: that would go on for ever */
  now(): Instant {
    this.#looks += 1;
    this.#signsOfLife += 1;
    if (this.#looks > MOST_LOOKS) throw new Error(`the time was asked for ${MOST_LOOKS} times while it stood still`);
    return this.#now;
  }

  until(instant: Instant, signal?: AbortSignal): Promise<void> {
    this.#signsOfLife += 1;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      if (instant <= this.#now) {
        resolve();
        return;
      }
      const sleeper: Sleeper = {
        at: instant,
        order: this.#order++,
        wake: () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      const abort = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /** Moves the time by hand. */
  pass(durationMs: number): void {
    this.#now += durationMs;
    for (const sleeper of this.#sleepers.filter(({ at }) => at <= this.#now)) this.#wake(sleeper);
  }

  /**
   * Lets time run until `work` is over.
   *
   * @throws when all sleep for ever, or more than a month of the clock's time goes by
   */
  async run<T>(work: Promise<T>): Promise<T> {
    const over = { yet: false };
    const ended = work.finally(() => {
      over.yet = true;
    });
    ended.catch(() => {});
    const giveUpAt = this.#now + 31 * 86_400_000;
    for (let quiet = 0; !over.yet;) {
      const before = this.#signsOfLife;
      await nextTurn();
      quiet = this.#signsOfLife === before ? quiet + 1 : 0;
      if (over.yet || quiet < QUIET_TURNS) continue;
      quiet = 0;
      const [next] = this.#sleepers.toSorted((a, b) => a.at - b.at || a.order - b.order);
      if (next === undefined || next.at > giveUpAt) throw new Error('everything waits and nothing will come');
      this.#now = Math.max(this.#now, next.at);
      this.#wake(next);
    }
    return ended;
  }

  #wake(sleeper: Sleeper): void {
    this.#looks = 0;
    this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
    sleeper.wake();
  }
}
