import type { Instant } from './time.js';

/** Whether an engine answers for files, URLs, or both. */
export type EngineScope = 'file' | 'url';

/** How an engine came to its upstream; `clearFirst` is the engine whose withdrawal the entry usually follows. */
export interface EngineLineage {
  readonly group: string | null;
  /**
   * - `upstream`: source of the group
   * - `licensee`: another vendor with this engine
   * - `edition`: same vendor, same engine
   * - `rename`: an old key
   * - `sibling`: same house, reported to separately
   */
  readonly role: 'upstream' | 'licensee' | 'edition' | 'rename' | 'sibling' | 'none';
  readonly clearFirst: string | null;
}

/** Where a vendor takes false-positive reports. */
export interface VendorChannel {
  readonly preferred: 'email' | 'web-form' | 'account-portal' | 'none';
  /** Best first. */
  readonly emails: readonly string[];
  readonly form: string | null;
  readonly docs: string | null;
  readonly otherForms: readonly string[];
}

/** What a vendor wants in a report. */
export interface VendorRequirements {
  /** `none`: the bare file or no file at all; `any`: no rule known, or several accepted. */
  readonly archive: 'none' | 'zip' | '7z' | 'any';
  readonly archivePassword: 'infected' | 'novirus' | 'panda' | null;
  /** Megabytes. */
  readonly maxSizeMb: number | null;
  /** `<...>` marks a part to fill in. */
  readonly subject: string | null;
  readonly language: 'en' | 'es' | 'it' | 'ja' | 'ko' | 'ru' | 'zh';
  readonly fields: readonly string[];
  readonly account: boolean;
  /** The vendor or a contact list states these rules; false: a sensible default. */
  readonly stated: boolean;
}

/** One engine of the service, with the vendor that answers for it: an entry of `data/vendors.json`. */
export interface EngineEntry {
  /** VirusTotal's exact key. */
  readonly engine: string;
  readonly vendor: string;
  readonly scope: readonly EngineScope[];
  /** Older keys, names on the service's page, names in contact lists. */
  readonly aliases: readonly string[];
  /** `retired`: no longer in the newest reports; kept so that old reports still resolve. */
  readonly status: 'active' | 'retired';
  /** `YYYY-MM` or `YYYY` of the newest report with this key. */
  readonly keyLastSeen: string | null;
  /** Upstream known to be licensed; `own` and `unknown` name none. */
  readonly engineFamily: string;
  readonly familyEvidence: string;
  readonly lineage: EngineLineage;
  readonly channel: VendorChannel;
  readonly requirements: VendorRequirements;
  readonly confidence: 'high' | 'medium' | 'low';
  /** `YYYY-MM` or `YYYY`. */
  readonly lastVerified: string;
  readonly sources: readonly string[];
  /** Addresses that no longer work: never write there. */
  readonly deadContacts?: readonly { readonly contact: string; readonly evidence: string }[];
  readonly notes: string;
}

/** The part of the vendor directory that judging needs. Names are compared without case. */
export interface EngineDirectory {
  /** The company that answers for the engine; the engine's own name when nobody knows it. */
  vendorOf(engine: string): string;
  /**
   * The engine family: engines of one family are one opinion. An unknown engine is its own family.
   *
   * @param at when the engine answered, because engines change hands; default: as it is today
   * @param label a few engines run a licensed engine beside their own and mark which one spoke
   */
  familyOf(engine: string, at?: Instant, label?: string): string;
}
