import type { EngineEntry } from '../domain/vendor.js';
import type { Instant } from '../domain/time.js';

/** An engine that ran another upstream before `until`. */
interface FormerFamily {
  readonly family: string;
  /** The first instant at which it no longer holds. */
  readonly until: Instant;
}

/**
 * Engines that changed hands, by lower-case key. ZoneAlarm carried Kaspersky's labels in reports until 2024 and Sophos's
 * labels and engine version since 2025; the day is not known, the turn of the year lies between the two observations. VIPRE had
 * names of its own until the end of 2021 and Bitdefender's from 2023 on; for the year between, two opinions is the careful answer.
 */
const FORMER_FAMILIES: Readonly<Record<string, FormerFamily>> = {
  zonealarm: { family: 'kaspersky', until: Date.UTC(2025, 0, 1) },
  vipre: { family: 'vipre', until: Date.UTC(2023, 0, 1) },
};

/**
 * Labels by which an engine that also runs a licensed upstream says that its own engine spoke. Emsisoft ends its own with
 * `(A)` and Bitdefender's with `(B)`; FireEye named its own model's finds `Generic.mg.` and 16 digits of the MD5.
 */
const OWN_LABELS: Readonly<Record<string, RegExp>> = {
  emsisoft: /\(A\)$/,
  fireeye: /^Generic\.mg\.[0-9a-f]{16}$/,
};

/** Family of a known engine: its lineage group, or itself when it has none. Pure. */
export function familyOfEntry({ engine, lineage }: EngineEntry, at?: Instant, label?: string): string {
  const key = engine.toLowerCase();
  const former = FORMER_FAMILIES[key];
  if (former !== undefined && at !== undefined && at < former.until) return former.family;
  if (label !== undefined && OWN_LABELS[key]?.test(label) === true) return key;
  return lineage.group ?? key;
}
