import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { findProfileFor, loadProfile, loadShippedProfiles } from '../config/load-profile.js';
import type { CheckResult } from '../domain/document.js';
import { visible } from '../domain/text.js';
import { UsageError } from '../errors.js';
import { parseResult } from '../report-folder/read-result.js';
import { NO_PUBLISHER, toPublisherFacts, type PublisherFacts } from '../vendor-reports/publisher.js';
import type { VendorDirectory } from '../vendors/directory.js';
import { searchEngines } from '../vendors/search.js';
import { resolvePath, type Io } from './io.js';
import { loadLastResult } from './last-result.js';

/**
 * The result document to report about.
 *
 * @param from a file, `-` for standard input; absent: the last check
 * @throws UsageError `CONFIG_USAGE`; StoreError
 */
export async function readResult(from: string | undefined, io: Io): Promise<CheckResult> {
  if (from === undefined) return loadLastResult(io);
  if (from === '-') return parseResult(await readAll(io.stdin), 'standard input');
  let json: string;
  try {
    json = await readFile(resolvePath(from, io), 'utf8');
  } catch (error) {
    throw new UsageError('CONFIG_USAGE', `cannot read ${visible(from)}`, { cause: error });
  }
  return parseResult(json, from);
}

/** What the profile that is chosen says; else a shipped one that the check used or file names speak for. */
export async function readPublisher(
  chosen: string | undefined,
  document: CheckResult,
  io: Io,
): Promise<PublisherFacts> {
  if (chosen !== undefined) return toPublisherFacts(await loadProfile(chosen, io.cwd));
  const shipped = (await loadShippedProfiles()).find(({ name }) => name === document.product);
  const profile = shipped ?? (await findProfileFor(document.artifacts.map(({ name }) => name)));
  return profile === undefined ? NO_PUBLISHER : toPublisherFacts(profile);
}

/**
 * Vendors by whatever name; a name that means several means all of them.
 *
 * @throws UsageError `CONFIG_USAGE`
 */
export function findVendors(names: readonly string[], directory: VendorDirectory): readonly string[] {
  return names.flatMap((name) => {
    const matches = searchEngines(directory, name).filter(({ kind }) => kind !== 'similar');
    const best = matches.filter(({ rank }) => rank < 1);
    const vendors = new Set(
      (best.length > 0 ? best : matches).map(({ entry }) => directory.currentOf(entry.engine)?.vendor),
    );
    if (vendors.size === 0) {
      throw new UsageError('CONFIG_USAGE', `--vendor: nobody is called ${JSON.stringify(name)}`, {
        hint: `absolve vendors ${JSON.stringify(name)} shows similar names`,
      });
    }
    return [...vendors].filter((vendor) => vendor !== undefined);
  });
}
