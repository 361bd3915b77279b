import { readFileSync } from 'node:fs';
import type { EngineEntry } from '../domain/vendor.js';
import { UsageError } from '../errors.js';
import { createDirectory, loadDirectory, type VendorDirectory } from './directory.js';
import { findEntryProblems, type EntryProblem } from './validate.js';

/** Larger than any list that a person keeps. */
const MAX_FILE_BYTES = 5_000_000;

/** What an entry for an engine that the directory does not know need not say. */
const NEW_ENTRY = {
  scope: ['file'],
  aliases: [],
  status: 'active',
  keyLastSeen: null,
  engineFamily: 'unknown',
  familyEvidence: '',
  lineage: { group: null, role: 'none', clearFirst: null },
  channel: { preferred: 'none', emails: [], form: null, docs: null, otherForms: [] },
  requirements: {
    archive: 'any',
    archivePassword: null,
    maxSizeMb: null,
    subject: null,
    language: 'en',
    fields: [],
    account: false,
    stated: false,
  },
  confidence: 'low',
  sources: ['own file'],
  notes: '',
} as const;

/** Members of an entry that are objects: a user's file may name single members of them. */
const NESTED = ['lineage', 'channel', 'requirements'] as const;

/**
 * The shipped directory with a user's file laid over it: a JSON array of entries. An entry for a known engine needs only
 * `engine` and what differs; one for a new engine needs `engine`, `vendor`, `channel` and `lastVerified`.
 *
 * @param shown the path as the user spelled it
 * @throws UsageError `CONFIG_VENDORS`: unreadable, no JSON, or against the schema, with every problem and its path
 */
export function loadDirectoryWith(path: string, shown: string): VendorDirectory {
  const shipped = loadDirectory();
  return createDirectory(overlayEntries(shipped.entries, readJson(path, shown), shown));
}

/**
 * `given` entries laid over `base` by engine name. Pure but for reading the schema once.
 *
 * @throws UsageError `CONFIG_VENDORS` with every problem and its path in the user's file
 */
export function overlayEntries(base: readonly EngineEntry[], given: unknown, shown: string): readonly EngineEntry[] {
  if (!Array.isArray(given)) throw refuse(shown, [{ path: [], message: 'wanted an array of entries' }]);
  if (given.length === 0) return base;
  const findKey = keyFinder(base);
  const entries = new Map(base.map((entry) => [entry.engine, entry]));
  const problems: EntryProblem[] = [];
  const seen = new Set<string>();
  const merged = given.map((entry: unknown, index) => {
    if (!isObject(entry) || typeof entry['engine'] !== 'string') return entry;
    const engine = findKey(entry['engine']);
    if (seen.has(engine)) problems.push({ path: [index, 'engine'], message: 'named twice' });
    seen.add(engine);
    return merge(entries.get(engine) ?? NEW_ENTRY, { ...entry, engine });
  });
  problems.push(...findEntryProblems(merged));
  if (problems.length > 0) throw refuse(shown, problems);
  for (const entry of merged as EngineEntry[]) entries.set(entry.engine, entry);
  return [...entries.values()];
}

/** The directory's spelling of a key; two keys differ in case alone, so the exact spelling comes first. */
function keyFinder(base: readonly EngineEntry[]): (engine: string) => string {
  const exact = new Set(base.map(({ engine }) => engine));
  const folded = new Map(base.map(({ engine }) => [engine.toLowerCase(), engine]));
  return (engine) => (exact.has(engine) ? engine : (folded.get(engine.toLowerCase()) ?? engine));
}

function merge(under: object, over: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const merged: Record<string, unknown> = { ...under, ...over };
  for (const key of NESTED) {
    const below = (under as Readonly<Record<string, unknown>>)[key];
    const above = over[key];
    if (isObject(below) && isObject(above)) merged[key] = { ...below, ...above };
  }
  return merged;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(shown: string, problems: readonly EntryProblem[]): UsageError {
  const list = problems.map(({ path, message }) => `${path.map(String).join('.') || 'the file'}: ${message}`);
  return new UsageError('CONFIG_VENDORS', `${shown}: ${list.join('; ')}`, {
    hint: 'the numbers count the entries from 0; schema/vendors.schema.json describes an entry',
  });
}

function readJson(path: string, shown: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError('CONFIG_VENDORS', `cannot read the vendor file ${shown}`, { cause: error });
  }
  if (text.length > MAX_FILE_BYTES) {
    throw new UsageError('CONFIG_VENDORS', `${shown} is larger than ${MAX_FILE_BYTES} bytes`);
  }
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new UsageError('CONFIG_VENDORS', `${shown} is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
}
