import type { Clock } from './ports.js';

/** `setTimeout` counts in a signed 32-bit number: longer waits would end at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The system's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async until(instant, signal) {
    for (;;) {
      signal?.throwIfAborted();
      const waitMs = instant - Date.now();
      if (waitMs <= 0) return;
      await sleep(Math.min(waitMs, LONGEST_TIMER_MS), signal);
    }
  },
};

function sleep(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, waitMs);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
