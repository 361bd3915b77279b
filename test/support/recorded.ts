import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scan } from '../../src/domain/scan.js';
import { toScan } from '../../src/virustotal/map.js';

const FOLDER = join(import.meta.dirname, '../../fixtures/recorded');

/** Names of the recorded answers, without folder, sorted. */
export const RECORDED: readonly string[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .toSorted();

/** One recorded answer as it came over the wire. */
export function readRecorded(name: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));
}

/** The scans in a recorded report, object or list of such; with or without envelope. */
export function recordedScans(name: string): readonly Scan[] {
  const answer = readRecorded(name) as { readonly data?: unknown };
  const data = answer.data ?? answer;
  return (Array.isArray(data) ? data : [data]).map((object) => toScan(object, name));
}

/** The one scan of a recorded report. */
export function recordedScan(name: string): Scan {
  const [scan] = recordedScans(name);
  if (scan === undefined) throw new Error(`${name} holds no report`);
  return scan;
}

const named = (pattern: RegExp): readonly string[] => RECORDED.filter((name) => pattern.test(name));

/** Reports of malware, of good files that engines flag, and of files that none flags. */
export const MALWARE_REPORTS = named(/^file-.*-malicious-/);
export const FALSE_POSITIVE_REPORTS = named(/^file-report-fp/);
export const CLEAN_REPORTS = named(/^file-.*-clean-/);
