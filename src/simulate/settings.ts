import type { Fault } from './faults.js';
import type { LogEntry } from './request-log.js';
import { EMPTY_SCENARIO, type Scenario } from './scenario.js';

/** What the service answers when bytes are submitted again while their analysis runs: sources disagree. */
export const DUPLICATE_ANSWERS = ['AlreadySubmittedError', 'AlreadyExistsError', 'unprocessable', 'merge'] as const;

/** Timing header of quota answers. */
export const RETRY_AFTER_FORMS = ['none', 'seconds', 'date'] as const;

/** Settings of the stand-in. Everything has a default; limits are those of the free public API. */
export interface SimulatorOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Accepted keys; any non-empty key when absent. */
  readonly keys?: readonly string[];
  /** Sliding window per key, default 4 in 60,000 ms; null is unlimited. */
  readonly rate?: { readonly requests: number; readonly windowMs: number } | null;
  /** Charged requests per UTC day, default 500. */
  readonly dailyLimit?: number;
  /** Charged requests per UTC month, default 15,500. */
  readonly monthlyLimit?: number;
  /** How long an analysis takes, default 2,000 ms. Within a range the sha256 alone decides. */
  readonly analysisMs?: number | { readonly minMs: number; readonly maxMs: number };
  /** Share (0 … 1) of that time spent `queued` before `in-progress`, default 0.5. */
  readonly queuedShare?: number;
  /** How long the file's report lags behind its completed analysis, default 0 ms. */
  readonly reportLagMs?: number;
  /** What is known and what verdicts come; by default nothing is known and everything comes out clean. */
  readonly scenario?: Scenario;
  /** Scripted failures, see `Fault`. */
  readonly faults?: readonly Fault[];
  /** Timing header of quota answers, default `none`, as recorded. */
  readonly retryAfter?: (typeof RETRY_AFTER_FORMS)[number];
  /** The answer to a second submission while the first is analysed, default 409 `AlreadySubmittedError`. */
  readonly duplicates?: (typeof DUPLICATE_ANSWERS)[number];
  /** Whether the answer to a wrong key repeats the key, as recorded in 2020. Default false. */
  readonly echoKey?: boolean;
  /** Whether `/users/…` answers 403, as for some keys. Default false. */
  readonly quotasForbidden?: boolean;
  /** Largest file for `POST /files`, default 33,554,432 bytes. The service's exact value is not published. */
  readonly directLimitBytes?: number;
  /** Largest file for an upload URL, default 681,574,400 bytes. */
  readonly uploadLimitBytes?: number;
  /** Called with every request when it is over. */
  readonly onRequest?: (entry: LogEntry) => void;
  /** Wall clock in epoch milliseconds, default `Date.now`. */
  readonly now?: () => number;
}

/** The options with every default in place. */
export type Settings = Required<Omit<SimulatorOptions, 'keys' | 'analysisMs'>> & {
  readonly keys: ReadonlySet<string> | null;
  readonly analysisMs: { readonly minMs: number; readonly maxMs: number };
};

/** Fills in the defaults. Pure. */
export function resolveSettings(options: SimulatorOptions): Settings {
  const { analysisMs = 2000 } = options;
  return {
    port: 0,
    host: '127.0.0.1',
    rate: { requests: 4, windowMs: 60_000 },
    dailyLimit: 500,
    monthlyLimit: 15_500,
    queuedShare: 0.5,
    reportLagMs: 0,
    scenario: EMPTY_SCENARIO,
    faults: [],
    retryAfter: 'none',
    duplicates: 'AlreadySubmittedError',
    echoKey: false,
    quotasForbidden: false,
    directLimitBytes: 33_554_432,
    uploadLimitBytes: 681_574_400,
    onRequest: () => undefined,
    now: Date.now,
    ...options,
    keys: options.keys === undefined ? null : new Set(options.keys),
    analysisMs: typeof analysisMs === 'number' ? { minMs: analysisMs, maxMs: analysisMs } : analysisMs,
  };
}
