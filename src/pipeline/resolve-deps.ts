import type { Clock, Ledger, Scanner, Store } from '../ports.js';
import type { Dispatcher } from './dispatcher.js';
import type { Pressure } from './pressure.js';
import type { Subject } from './subject.js';

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
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  readonly pressure: Pressure;
  /** Whether this may be published by submitting it; asks the user where that is possible. */
  readonly maySubmit: (subject: Subject) => Promise<boolean>;
  readonly signal: AbortSignal;
  readonly onState?: (subject: Subject, state: 'submitted' | 'analysing') => void;
}
