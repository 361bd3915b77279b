// Digests against openssl, side by side in one run: ratios hold on any machine, seconds do not.
// Run with `npm run bench`, or alone: node bench/hashing.js
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { randomFillSync } from 'node:crypto';
import { rolldown } from 'rolldown';

const MEBIBYTE = 1_048_576;
const ROUNDS = 5;

/** The hasher as it is shipped: bundled and minified. */
async function loadHasher(folder) {
  const bundle = await rolldown({ input: 'src/hashing/hasher.ts', platform: 'node', logLevel: 'warn' });
  await bundle.write({ dir: folder, format: 'esm', minify: true, entryFileNames: 'hasher.mjs' });
  await bundle.close();
  return (await import(pathToFileURL(join(folder, 'hasher.mjs')).href)).createHasher;
}

function writeRandomFile(path, sizeBytes) {
  const block = Buffer.alloc(MEBIBYTE);
  const descriptor = openSync(path, 'w');
  for (let written = 0; written < sizeBytes; written += block.length) {
    randomFillSync(block);
    writeSync(descriptor, block);
  }
  closeSync(descriptor);
  return path;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

async function secondsOf(work) {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

/**
 * Median time of openssl over median time of ours, rounds interleaved so that a busy moment hits both. A new hasher per
 * round: starting its threads is part of the price. The digests are compared: a fast wrong answer is no answer.
 */
async function compare(makePaths) {
  const folder = mkdtempSync(join(tmpdir(), 'absolve-bench-'));
  try {
    const createHasher = await loadHasher(folder);
    const paths = makePaths(folder);
    const signal = new AbortController().signal;
    const ours = [];
    const theirs = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      let expected;
      let digests;
      theirs.push(
        await secondsOf(() => {
          expected = execFileSync('openssl', ['dgst', '-sha256', '-r', ...paths], { encoding: 'utf8' });
        }),
      );
      const hasher = createHasher({ recognise: () => 'other' });
      ours.push(
        await secondsOf(async () => {
          const identities = await Promise.all(
            paths.map((path) => hasher.identify(path, { md5AndSha1: false, signal })),
          );
          digests = identities.map((identity) => identity.digests.sha256);
        }),
      );
      await hasher.close();
      if (
        expected
          .trim()
          .split('\n')
          .some((line, index) => !line.startsWith(digests[index]))
      ) {
        throw new Error('openssl and absolve disagree');
      }
    }
    return median(theirs) / median(ours);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const cases = [
  {
    name: 'sha256 of 1 GiB, speed against openssl dgst',
    target: '>= 0.90',
    run: () => compare((folder) => [writeRandomFile(join(folder, 'large.bin'), 1024 * MEBIBYTE)]),
  },
  {
    name: '200 files of 5 MiB, speed against one openssl process',
    target: '>= 1.7',
    run: () =>
      compare((folder) =>
        Array.from({ length: 200 }, (_, index) => writeRandomFile(join(folder, `file-${index}.bin`), 5 * MEBIBYTE)),
      ),
  },
];

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const { name, target, run } of cases) console.log(`${name}: ${(await run()).toFixed(2)} (wanted ${target})`);
}
