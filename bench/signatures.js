// The check of a signature against hashing the same bytes once, side by side in one run.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { inFolder, median } from './support.js';

const MEBIBYTE = 1_048_576;
const ROUNDS = 9;
const SAMPLE = 'fixtures/samples/hello-x64-signed.exe';

async function load(folder) {
  const bundle = await rolldown({
    input: { verify: 'src/authenticode/verify-file.ts', reader: 'src/formats/byte-reader.ts' },
    platform: 'node',
    logLevel: 'silent',
  });
  await bundle.write({ dir: folder, format: 'esm', minify: true, entryFileNames: '[name].mjs' });
  await bundle.close();
  const modules = ['verify', 'reader'].map((name) => import(pathToFileURL(join(folder, `${name}.mjs`)).href));
  return Object.assign({}, ...(await Promise.all(modules)));
}

/** A signed program of 100 MB: a sample with as much in front of its signature. Its digest is wrong, its price is right. */
function writeLargeProgram(path) {
  const bytes = readFileSync(SAMPLE);
  const header = bytes.readUInt32LE(60);
  const entry = header + 24 + 112 + 32;
  const table = bytes.readUInt32LE(entry);
  const filler = Buffer.alloc(100 * MEBIBYTE, 'filler');
  bytes.writeUInt32LE(table + filler.length, entry);
  writeFileSync(path, Buffer.concat([bytes.subarray(0, table), filler, bytes.subarray(table)]));
  return path;
}

function hash(path) {
  const descriptor = openSync(path, 'r');
  const digest = createHash('sha256');
  const buffer = Buffer.alloc(MEBIBYTE);
  for (let length = 1; length > 0;) {
    length = readSync(descriptor, buffer, 0, buffer.length, null);
    digest.update(buffer.subarray(0, length));
  }
  closeSync(descriptor);
  return digest.digest('hex');
}

async function ratio() {
  return inFolder(async (folder) => {
    const { verifyFile, openFileReader } = await load(folder);
    const path = writeLargeProgram(join(folder, 'large.exe'));
    const options = { anchors: [], pinned: [], now: Date.now(), signal: new AbortController().signal };
    const ratios = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const startedAt = performance.now();
      hash(path);
      const hashedAt = performance.now();
      const reader = openFileReader(path);
      const report = await verifyFile(reader, 'pe', options);
      reader.close();
      if (report.reason?.code !== 'digest-mismatch') throw new Error(`not what was to be measured: ${report.state}`);
      ratios.push((performance.now() - hashedAt) / (hashedAt - startedAt));
    }
    return median(ratios);
  });
}

export const cases = [
  { name: 'signature: check of a 100 MB program, times of hashing it once', target: '<= 1.3', run: ratio },
];
