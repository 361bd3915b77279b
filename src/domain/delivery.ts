export const DELIVERY_STATES = [
  'sent',
  'refused',
  'deferred',
  'unclear',
  'not-tried',
  'taken',
  'by-hand',
  'held',
] as const;

/**
 * What became of the message to one vendor.
 *
 * - `sent`: the mail server took it
 * - `refused`: the server will not take it, now or later
 * - `deferred`: the server wants it later, and later was longer than the run
 * - `unclear`: the connection ended before the server said whether it took it; never sent again by itself
 * - `not-tried`: the run ended before its turn, or a person said no
 * - `taken`: another process, or somebody, reported it meanwhile
 * - `by-hand`: a form, a portal, or a draft that a person has to look at
 * - `held`: reported to the vendor of its engine first, which usually clears it, too
 */
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface Delivery {
  readonly vendor: string;
  readonly state: DeliveryState;
  /** Addresses of the message, for what was to be sent. */
  readonly to?: readonly string[];
  readonly messageId?: string;
  /** When it was sent, ISO 8601 UTC. */
  readonly at?: string;
  /** The server's words, or why nothing was sent. Hostile text on one line. */
  readonly reason?: string;
}

/** States after which a run is not complete: somebody has to look, or run it again. */
export function isUndelivered({ state }: Delivery): boolean {
  return state === 'refused' || state === 'deferred' || state === 'unclear' || state === 'not-tried';
}
