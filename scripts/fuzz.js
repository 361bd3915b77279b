// Feeds broken copies of the samples to everything that reads hostile bytes: PE, MSI, CMS, CAB, zip, scripts.
//
//   node scripts/fuzz.js [--minutes 1] [--seed 1] [--max-ms 1000] [--corpus <folder>]
//
// Stops with status 1 at the first input that throws, takes longer than --max-ms in three tries (one alone may be the machine's
// doing), or ends in a state that should not exist; the input is kept in the temporary folder. At the end: inputs, slowest input,
// peak memory.
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    'max-ms': { type: 'string', default: '1000' },
    corpus: { type: 'string', default: 'fixtures/samples' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'absolve-fuzz-'));
const { verifyFile, readFileFacts, bufferReader } = await load();
const FORMATS = { '.exe': 'pe', '.msi': 'msi', '.cab': 'cab', '.msix': 'msix', '.ps1': 'script', '.zip': 'msix' };
const MAX_BYTES = 400_000;
const corpus = readdirSync(options.corpus)
  .filter((name) => FORMATS[extname(name)] !== undefined)
  .map((name) => ({ name, format: FORMATS[extname(name)], bytes: readFileSync(join(options.corpus, name)) }))
  .filter(({ bytes }) => bytes.length <= MAX_BYTES);
let state = Number(options.seed) >>> 0;
const INTERESTING = [0, 1, 0x7f, 0x80, 0xff, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff, 0x0100_0000];

const { signal } = new AbortController();
const maxMs = Number(options['max-ms']);
const deadline = Date.now() + Number(options.minutes) * 60_000;
const tally = { inputs: 0, states: {}, slowestMs: 0, slowest: '', peakRssMb: 0 };
while (Date.now() < deadline) {
  const source = corpus[random(corpus.length)];
  const bytes = mutate(Buffer.from(source.bytes));
  let report;
  let elapsedMs = Number.POSITIVE_INFINITY;
  try {
    for (let tries = 0; tries < 3 && elapsedMs > maxMs; tries += 1) {
      const startedAt = performance.now();
      report = await read(bytes, source.format);
      elapsedMs = Math.min(elapsedMs, performance.now() - startedAt);
    }
  } catch (error) {
    fail(source, bytes, error.stack);
    break;
  }
  tally.inputs += 1;
  tally.states[report.state] = (tally.states[report.state] ?? 0) + 1;
  if (elapsedMs > tally.slowestMs) {
    tally.slowestMs = Math.round(elapsedMs);
    tally.slowest = source.name;
  }
  if (tally.inputs % 64 === 0) tally.peakRssMb = Math.max(tally.peakRssMb, Math.round(process.memoryUsage.rss() / 1e6));
  if (report.reason?.code === 'unexpected') {
    fail(source, bytes, JSON.stringify(report.reason));
    break;
  }
  if (elapsedMs > maxMs) {
    fail(source, bytes, `took ${Math.round(elapsedMs)} ms at best`);
    break;
  }
}
console.log(JSON.stringify(tally));

async function read(bytes, format) {
  const reader = bufferReader(bytes);
  const report = await verifyFile(reader, format, { anchors: [], pinned: [], now: 1.8e12, signal });
  readFileFacts(reader, format);
  return report;
}

function fail(source, bytes, why) {
  const kept = join(folder, `failure-${source.name}`);
  writeFileSync(kept, bytes);
  console.log(`FAILED on a copy of ${source.name}, kept as ${kept}\n${why}`);
  process.exitCode = 1;
}

/** One to eight changes: bits, whole fields with odd values, moved, removed, repeated and foreign pieces. */
function mutate(bytes) {
  let result = bytes;
  for (let count = 1 + random(8); count > 0 && result.length > 8; count -= 1) {
    // Headers and tables decide most: half of the changes fall into the first kilobytes or the last.
    const zone = random(4);
    const span = Math.min(result.length - 4, 4096);
    const at = zone === 0 ? random(span) : zone === 1 ? result.length - 4 - random(span) : random(result.length - 4);
    switch (random(7)) {
      case 0:
      case 1:
        result[at] ^= 1 << random(8);
        break;
      case 2:
        result.writeUInt32LE(INTERESTING[random(INTERESTING.length)], at);
        break;
      case 3:
        result.writeUInt16BE(random(0x1_0000), at);
        break;
      case 4:
        result = Buffer.from(result.subarray(0, random(result.length)));
        break;
      case 5: {
        const length = random(Math.min(2048, result.length - at));
        result.copy(result, random(result.length - length), at, at + length);
        break;
      }
      default: {
        const other = corpus[random(corpus.length)].bytes;
        const from = random(other.length);
        other.copy(result, at, from, Math.min(other.length, from + random(512)));
      }
    }
  }
  return result;
}

function random(limit) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 0x1_0000_0000) * limit);
}

async function load() {
  const bundle = await rolldown({
    input: {
      verify: 'src/authenticode/verify-file.ts',
      facts: 'src/formats/file-facts.ts',
      reader: 'src/formats/byte-reader.ts',
    },
    platform: 'node',
    external: [/^node:/],
    logLevel: 'silent',
  });
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' });
  await bundle.close();
  const modules = await Promise.all(['verify', 'facts', 'reader'].map((name) => import(join(folder, `${name}.mjs`))));
  return Object.assign({}, ...modules);
}
