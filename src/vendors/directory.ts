import { readFileSync } from 'node:fs';
import type { VendorContact } from '../domain/document.js';
import type { Instant } from '../domain/time.js';
import type { EngineDirectory, EngineEntry } from '../domain/vendor.js';
import { packageFile } from '../package-files.js';
import { familyOfEntry } from './engine-families.js';

/** Engines, the vendors that answer for them, and how these are reached. Names are compared without case. */
export interface VendorDirectory extends EngineDirectory {
  /** Every engine, sorted by name without case. */
  readonly entries: readonly EngineEntry[];
  /**
   * By key, else by alias. A key wins over an alias, exact spelling over another case, an active engine over a retired one.
   * `undefined` for an engine that the directory does not know.
   */
  findEngine(name: string): EngineEntry | undefined;
  /** The engine that a renamed key lives on as; the engine itself when it was not renamed. */
  currentOf(engine: string): EngineEntry | undefined;
  /** Engines that this vendor answers for, by the vendor's exact name; active ones first. */
  enginesOf(vendor: string): readonly EngineEntry[];
  /** The best known way to the vendor over all its engines, or `null` when none is known. */
  contactOf(vendor: string): VendorContact | null;
  /** Of the `flagging` engines, those of other vendors that usually withdraw when this vendor does. Sorted. */
  clearedBy(vendor: string, flagging: readonly string[]): readonly string[];
}

let shipped: VendorDirectory | undefined;

/**
 * The directory that ships with the package, read once (some 3 ms). Its content is checked against
 * `schema/vendors.schema.json` by a test and not again by every run.
 */
export function loadDirectory(): VendorDirectory {
  shipped ??= createDirectory(JSON.parse(readFileSync(packageFile('data/vendors.json'), 'utf8')) as EngineEntry[]);
  return shipped;
}

/** A directory over these entries. Pure. */
export function createDirectory(given: readonly EngineEntry[]): VendorDirectory {
  const entries = given.toSorted((a, b) => compare(a.engine.toLowerCase(), b.engine.toLowerCase()));
  const byExactKey = new Map(entries.map((entry) => [entry.engine, entry]));
  const byName = indexNames(entries);

  const findEngine = (name: string): EngineEntry | undefined => byExactKey.get(name) ?? byName.get(name.toLowerCase());
  const currentOf = (engine: string): EngineEntry | undefined =>
    follow(findEngine(engine), findEngine, ({ lineage }) => lineage.role === 'rename');
  const enginesOf = (vendor: string): readonly EngineEntry[] =>
    entries.filter((entry) => entry.vendor === vendor).toSorted((a, b) => rankStatus(a) - rankStatus(b));

  return {
    entries,
    findEngine,
    currentOf,
    enginesOf,
    vendorOf: (engine) => findEngine(engine)?.vendor ?? engine,
    familyOf(engine, at?: Instant, label?: string) {
      const entry = findEngine(engine);
      return entry === undefined ? engine.toLowerCase() : familyOfEntry(entry, at, label);
    },
    contactOf: (vendor) => bestContact(enginesOf(vendor)),
    clearedBy: (vendor, flagging) =>
      [...new Set(flagging)].filter((engine) => isClearedBy(vendor, findEngine(engine), findEngine)).toSorted(compare),
  };
}

/** Keys and aliases in lower case; the first to claim a name keeps it, so the best claims come first. */
function indexNames(entries: readonly EngineEntry[]): ReadonlyMap<string, EngineEntry> {
  const index = new Map<string, EngineEntry>();
  const claim = (name: string, entry: EngineEntry): void => {
    const key = name.toLowerCase();
    if (!index.has(key)) index.set(key, entry);
  };
  const ranked = entries.toSorted((a, b) => rankStatus(a) - rankStatus(b) || rankRole(a) - rankRole(b));
  for (const entry of ranked) claim(entry.engine, entry);
  for (const entry of ranked) for (const alias of entry.aliases) claim(alias, entry);
  return index;
}

/** An alias such as `McAfee` may mean several engines: the source of the group answers for it. */
function rankRole({ lineage }: EngineEntry): number {
  return lineage.role === 'upstream' || lineage.role === 'none' ? 0 : 1;
}

function rankStatus({ status }: EngineEntry): number {
  return status === 'active' ? 0 : 1;
}

type Find = (name: string) => EngineEntry | undefined;

/** Goes along `clearFirst` while `goesOn`; every entry at most once, so a cycle in the data ends. */
function follow(
  start: EngineEntry | undefined,
  find: Find,
  goesOn: (entry: EngineEntry) => boolean,
): EngineEntry | undefined {
  const seen = new Set<EngineEntry>();
  let entry = start;
  while (entry !== undefined && goesOn(entry) && !seen.has(entry)) {
    seen.add(entry);
    const next: EngineEntry | undefined =
      entry.lineage.clearFirst === null ? undefined : find(entry.lineage.clearFirst);
    if (next === undefined) return entry;
    entry = next;
  }
  return entry;
}

function isClearedBy(vendor: string, entry: EngineEntry | undefined, find: Find): boolean {
  if (entry === undefined || entry.vendor === vendor) return false;
  return follow(entry, find, (step) => step.vendor !== vendor)?.vendor === vendor;
}

const CONFIDENCE = ['high', 'medium', 'low'];

function bestContact(entries: readonly EngineEntry[]): VendorContact | null {
  const [best] = entries
    .filter(({ channel }) => channel.preferred !== 'none')
    .toSorted(
      (a, b) =>
        rankStatus(a) - rankStatus(b) ||
        CONFIDENCE.indexOf(a.confidence) - CONFIDENCE.indexOf(b.confidence) ||
        compare(b.lastVerified, a.lastVerified),
    );
  if (best === undefined) return null;
  const { channel, confidence, lastVerified } = best;
  return { preferred: channel.preferred, emails: channel.emails, form: channel.form, confidence, lastVerified };
}

/** By code unit: the same on every system, whatever its language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
