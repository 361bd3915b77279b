import { beginSending, confirmSending, failSending, sendabilityOf, type SentMessage } from '../domain/case-send.js';
import type { Case } from '../domain/case.js';
import type { Delivery } from '../domain/delivery.js';
import type { Rate } from '../domain/rate.js';
import { toIso, type Instant } from '../domain/time.js';
import { ReportError } from '../errors.js';
import type { CaseStore, Clock, Mailer, MailOutcome, OutgoingMail } from '../ports.js';

/** The message to one vendor, and the cases that it is about. */
export interface ReportMail {
  readonly vendor: string;
  readonly mail: OutgoingMail;
  /** Ids. Never empty. */
  readonly cases: readonly string[];
  /** The contents of these cases: sha256 or URL. */
  readonly artifacts: readonly string[];
}

export interface SendDeps {
  readonly store: Pick<CaseStore, 'updateCases'>;
  readonly mailer: Mailer;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told after each attempt, `deferred` ones included. */
  readonly onDelivery?: (delivery: Delivery) => void;
  /** The next attempt comes then. */
  readonly onWait?: (until: Instant) => void;
}

export interface SendOptions {
  /** Messages within any such time. */
  readonly rate: Rate;
  /** What a server deferred is tried again after each of these, milliseconds. */
  readonly retryAfterMs: readonly number[];
}

/** What became of every message, and why the run ended early if it did. */
export interface SendResult {
  readonly deliveries: readonly Delivery[];
  readonly failure?: ReportError;
}

/**
 * Sends each message once, one after the other, no faster than the rate. What is being sent is in the store before the server
 * hears of it, so neither a crash nor a second process sends the same twice; what the server did with it is there afterwards.
 * A refused message costs itself alone; deferred ones are tried again when all others are through.
 *
 * Never throws on what a server does. An abort leaves the rest `not-tried`.
 *
 * @throws StoreError
 */
export async function sendReports(
  messages: readonly ReportMail[],
  deps: SendDeps,
  options: SendOptions,
): Promise<SendResult> {
  const deliveries = new Map<ReportMail, Delivery>(
    messages.map((message) => [message, { vendor: message.vendor, state: 'not-tried', to: message.mail.to }]),
  );
  const pace = new Pace(deps.clock, options.rate);
  const rounds = [0, ...options.retryAfterMs];
  let waiting = messages;
  try {
    for (const delayMs of rounds) {
      if (waiting.length === 0) break;
      const notBefore = deps.clock.now() + delayMs;
      if (delayMs > 0) deps.onWait?.(notBefore);
      await deps.clock.until(notBefore, deps.signal);
      for (const message of waiting) {
        await pace.take(deps.signal);
        const delivery = await sendOne(message, deps);
        deliveries.set(message, delivery);
        deps.onDelivery?.(delivery);
      }
      waiting = waiting.filter((message) => deliveries.get(message)?.state === 'deferred');
    }
  } catch (error) {
    if (error instanceof ReportError) return { deliveries: [...deliveries.values()], failure: error };
    if (!deps.signal.aborted) throw error;
  }
  return { deliveries: [...deliveries.values()] };
}

/** No more than the rate in any window: the oldest of the last messages decides when the next may go. */
class Pace {
  readonly #clock: Clock;
  readonly #rate: Rate;
  #sentAt: readonly Instant[] = [];

  constructor(clock: Clock, rate: Rate) {
    this.#clock = clock;
    this.#rate = rate;
  }

  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { requests, windowMs } = this.#rate;
    const oldest = this.#sentAt.at(-requests);
    if (oldest !== undefined) await this.#clock.until(oldest + windowMs, signal);
    this.#sentAt = [...this.#sentAt, this.#clock.now()].slice(-requests);
  }
}

/** @throws ReportError when no message can be sent; it is then known that this one was not */
async function sendOne(message: ReportMail, deps: SendDeps): Promise<Delivery> {
  const { vendor, mail } = message;
  const sent: SentMessage = { to: mail.to.join(', '), messageId: mail.messageId };
  const delivery = { vendor, to: mail.to, messageId: mail.messageId };
  if (!(await reserve(message, sent, deps))) return { vendor, state: 'taken', to: mail.to };
  let outcome: MailOutcome;
  try {
    outcome = await deps.mailer.send(mail, { signal: deps.signal });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await settle(message, deps, (known, at) => failSending(known, reason, at));
    throw error;
  }
  switch (outcome.kind) {
    case 'accepted': {
      const at = deps.clock.now();
      await settle(message, deps, (known) => confirmSending(known, sent, at));
      return { ...delivery, state: 'sent', at: toIso(at), reason: outcome.response };
    }
    case 'refused':
    case 'deferred': {
      const { kind, response } = outcome;
      await settle(message, deps, (known, at) => failSending(known, response, at));
      return { ...delivery, state: kind, reason: response };
    }
    case 'unclear':
      // Left as "sending": a person has to find out, and nothing is sent again until then.
      return { ...delivery, state: 'unclear', reason: outcome.reason };
  }
}

/** All cases of the message, or none: under the write lock, so that of two processes one sends. */
async function reserve(message: ReportMail, sent: SentMessage, { store, clock }: SendDeps): Promise<boolean> {
  let isReserved = false;
  const at = clock.now();
  await store.updateCases(message.artifacts, (cases) => {
    const own = cases.filter(({ id }) => message.cases.includes(id));
    isReserved = own.length === message.cases.length && own.every((known) => sendabilityOf(known) === 'due');
    return isReserved ? cases.map((known) => (own.includes(known) ? beginSending(known, sent, at) : known)) : cases;
  });
  return isReserved;
}

async function settle(
  { cases: ids, artifacts }: ReportMail,
  { store, clock }: SendDeps,
  change: (known: Case, at: Instant) => Case,
): Promise<void> {
  const at = clock.now();
  await store.updateCases(artifacts, (cases) =>
    cases.map((known) => (ids.includes(known.id) ? change(known, at) : known)),
  );
}
