import type { Instant } from './time.js';

/**
 * A detection that is knowingly accepted, why and until when. It names an engine, a label, a file or several of them, and
 * everything it names has to fit. It never concerns evidence: nobody accepts a broken signature this way.
 */
export interface IgnoreRule {
  /** VirusTotal's key; case does not matter. */
  readonly engine?: string | undefined;
  /** The whole label as the result document shows it; case does not matter. */
  readonly label?: string | undefined;
  /** Of a file, any case. A rule that names one concerns no URL. */
  readonly sha256?: string | undefined;
  readonly reason: string;
  /** The last day on which it holds, `YYYY-MM-DD`, UTC. */
  readonly until: string;
}

/** Whether the rule's last day is over. So is a day that cannot be read: no acceptance is endless by mistake. Pure. */
export function isExpired({ until }: IgnoreRule, now: Instant): boolean {
  return !(now < Date.parse(`${until}T00:00:00Z`) + 86_400_000);
}
