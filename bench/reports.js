// Reports for a large release: 30 artifacts that 25 vendors flag, without zips. The program as it is shipped.
// Run with `npm run bench`, or alone: node bench/reports.js
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { absolveWithPeak, inFolder, median } from './support.js';

const ARTIFACTS = 30;
const VENDORS = 25;

/** A result of a check in which every artifact is flagged by an engine of each of `VENDORS` vendors. */
function writeResult(folder) {
  const entries = JSON.parse(readFileSync(new URL('../data/vendors.json', import.meta.url), 'utf8'));
  const reachable = entries.filter(({ status, channel }) => status === 'active' && channel.preferred !== 'none');
  const engines = [...new Map(reachable.map((entry) => [entry.vendor, entry.engine])).values()].slice(0, VENDORS);
  const artifacts = Array.from({ length: ARTIFACTS }, (_, index) => {
    const sha256 = createHash('sha256').update(String(index)).digest('hex');
    return {
      kind: 'file',
      name: `ExampleSetup-${index}.exe`,
      paths: [],
      sizeBytes: 10_000_000 + index,
      sha256,
      sha1: sha256.slice(0, 40),
      md5: sha256.slice(0, 32),
      source: 'lookup',
      permalink: `https://www.virustotal.com/gui/file/${sha256}`,
      analysedAt: '2026-11-23T10:00:00Z',
      stats: {},
      detections: engines.map((engine) => ({
        engine,
        vendor: engine,
        family: engine,
        category: 'malicious',
        label: `Gen:Variant.Tedy.${index}`,
        labelClass: 'generic',
        engineVersion: '1.2.3',
        engineUpdate: '2026-11-20',
      })),
      independentOpinions: VENDORS,
      evidence: [],
      verdict: 'likely-false-positive',
      reasons: [],
    };
  });
  const path = join(folder, 'result.json');
  const times = { startedAt: '2026-11-24T02:00:00Z', finishedAt: '2026-11-24T02:01:00Z' };
  writeFileSync(path, JSON.stringify({ schemaVersion: 1, ...times, product: null, artifacts, vendors: [] }));
  return path;
}

/** Writes the reports into a new folder and looks whether they are there. */
function write() {
  return inFolder(async (folder) => {
    const args = ['report', '--no-samples', '--product', 'mailstore', '--out', 'out', '--from', writeResult(folder)];
    const result = await absolveWithPeak(args, { cwd: folder }, folder);
    const { vendors } = JSON.parse(readFileSync(join(folder, 'out', 'report.json'), 'utf8'));
    if (result.code !== 0 || vendors.length !== VENDORS) throw new Error(`not written: ${result.stderr}`);
    return result;
  });
}

async function seconds() {
  await write();
  const rounds = [];
  for (let round = 0; round < 3; round += 1) rounds.push((await write()).seconds);
  return median(rounds);
}

export const cases = [
  { name: 'reports on 30 artifacts to 25 vendors, seconds', target: '<= 2', run: seconds },
  { name: 'peak memory of these reports, MB', target: '<= 200', run: async () => (await write()).peakMb },
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { name, target, run } of cases) console.log(`${name}: ${(await run()).toFixed(2)} (${target})`);
}
