// What the benches share: files, processes, medians. Everything runs against the built program, as it is shipped.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../bin/absolve.js', import.meta.url));
export const KEY = 'bench'.repeat(8);
const PEAK = new URL('./peak-memory.js', import.meta.url).href;

export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Gives `work` a folder that goes with it. */
export async function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'absolve-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A small PE file, different for each seed, recognised as one by its content. */
export function program(seed, sizeBytes = 1024) {
  const bytes = Buffer.alloc(sizeBytes);
  bytes.write('MZ');
  bytes.writeUInt32LE(0x80, 0x3c);
  bytes.write('PE\0\0', 0x80, 'latin1');
  bytes.writeUInt16LE(0x8664, 0x84);
  bytes.writeUInt16LE(240, 0x94);
  bytes.writeUInt16LE(0x20b, 0x98);
  bytes.write(String(seed), 0x1a0);
  return bytes;
}

/** `count` programs in `folder`, at most 1,000 a folder; returns their paths. */
export function writePrograms(folder, count, sizeBytes) {
  return Array.from({ length: count }, (_, index) => {
    const parent = join(folder, String(Math.floor(index / 1000)));
    mkdirSync(parent, { recursive: true });
    const path = join(parent, `program-${index}.exe`);
    writeFileSync(path, program(`program ${index} of ${folder}`, sizeBytes));
    return path;
  });
}

/** Runs a command; wall time in seconds, standard output, exit status. */
export function run(command, args, { env = {}, cwd } = {}) {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(command, args, {
      cwd,
      env: { PATH: process.env.PATH, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out = [];
    const err = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const stdout = Buffer.concat(out).toString('utf8');
      const stderr = Buffer.concat(err).toString('utf8');
      resolve({ code, stdout, stderr, seconds: (performance.now() - startedAt) / 1000 });
    });
  });
}

/** Runs absolve; fails on any status but those expected, with its words. */
export async function absolve(args, { expected = [0], ...options } = {}) {
  const result = await run(process.execPath, [BIN, ...args], options);
  if (!expected.includes(result.code))
    throw new Error(`absolve ${args[0]} ended with ${result.code}: ${result.stderr}`);
  return result;
}

/** The same, with its peak resident memory in MB (2^20). */
export async function absolveWithPeak(args, options, folder) {
  const file = join(folder, 'peak');
  const result = await run(process.execPath, ['--import', PEAK, BIN, ...args], {
    ...options,
    env: { ...options.env, BENCH_PEAK_FILE: file },
  });
  return { ...result, peakMb: Number(readFileSync(file, 'utf8')) / 1024 };
}

/** Median ratio of two commands run in turn, so that a busy moment hits both. */
export async function medianRatio(ours, theirs, rounds) {
  const ratios = [];
  await ours();
  await theirs();
  for (let round = 0; round < rounds; round += 1) {
    const a = await ours();
    const b = await theirs();
    ratios.push(a.seconds / b.seconds);
  }
  return median(ratios);
}
