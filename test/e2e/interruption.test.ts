import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/domain/document.js';
import { start } from '../support/program.js';
import { programBytes, writeTree } from '../support/programs.js';
import { startService, TEST_KEY } from '../support/service.js';
import { tempFolder } from '../support/temp.js';

const RATE = { requests: 8, windowMs: 300 };
const FLAGS = ['check', '--upload', '--json', '--rate', '8/300ms', '--daily', '10000', '--monthly', '100000', 'dist'];
const FILES = 10;

/** A small generator with a seed: the moments differ from each other and are the same in every run of the test. */
function moments(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

function prepare(): { folder: string; digests: string[] } {
  const folder = tempFolder();
  const files = Object.fromEntries(
    Array.from({ length: FILES }, (_, index) => [`dist/program-${index}.exe`, programBytes(`program ${index}`, 4000)]),
  );
  const paths = writeTree(folder, files);
  return { folder, digests: paths.map((path) => createHash('sha256').update(readFileSync(path)).digest('hex')) };
}

describe('a run that is killed', () => {
  it.each([3, 7, 11, 19, 23])('at any moment is resumed, round %i', async (seed) => {
    const { folder, digests } = prepare();
    const { env, simulator } = await startService(folder, { rate: RATE, analysisMs: { minMs: 200, maxMs: 900 } });
    const moment = moments(seed);
    let kills = 0;
    let document: CheckResult | undefined;
    while (document === undefined) {
      const running = start(FLAGS, { cwd: folder, env });
      // Not a pause for something to happen: the moment itself is what is tried. The last run is left alone.
      const timer = kills < 8 ? setTimeout(() => running.child.kill('SIGKILL'), 120 + moment() * 500) : undefined;
      const { signal, stdout } = await running.done;
      clearTimeout(timer);
      if (signal === 'SIGKILL') kills += 1;
      else document = JSON.parse(stdout) as CheckResult;
    }
    expect(kills).toBeGreaterThanOrEqual(1);
    // No file lost.
    expect(document.artifacts.map(({ sha256 }) => sha256).toSorted()).toEqual(digests.toSorted());
    expect(new Set(document.artifacts.map(({ verdict }) => verdict))).toEqual(new Set(['clean']));
    // No content uploaded twice.
    const accepted = simulator.uploads.filter((upload) => upload.accepted).map((upload) => upload.sha256);
    expect(accepted.toSorted()).toEqual(digests.toSorted());
    // No window exceeded.
    expect(simulator.maxInWindow()).toBeLessThanOrEqual(RATE.requests);
    expect(simulator.log.filter(({ status }) => status === 429)).toHaveLength(0);
  });

  it('by Ctrl-C says how to go on, keeps what was done, and ends with 130', async () => {
    const { folder } = prepare();
    const { env, simulator } = await startService(folder, { rate: RATE, analysisMs: 300 });
    const seen = new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (simulator.uploads.length >= 2) {
          clearInterval(look);
          resolve();
        }
      }, 5);
    });
    const running = start(FLAGS, { cwd: folder, env });
    await seen;
    running.child.kill('SIGINT');
    const { code, stdout, stderr } = await running.done;
    expect(code).toBe(130);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/interrupted/);
    expect(stderr).toMatch(/run the same command again/);
    const again = await start(FLAGS, { cwd: folder, env }).done;
    expect(again.code).toBe(0);
    expect(simulator.uploads).toHaveLength(FILES);
  });
});

describe('processes that share a store and a key', () => {
  it('divide the work: nothing is asked or uploaded twice, no window exceeded', async () => {
    const { folder, digests } = prepare();
    const { env, simulator } = await startService(folder, { rate: RATE, analysisMs: 300 });
    const runs = await Promise.all([1, 2, 3].map(() => start(FLAGS, { cwd: folder, env }).done));
    for (const { code, stdout } of runs) {
      expect(code).toBe(0);
      expect((JSON.parse(stdout) as CheckResult).artifacts).toHaveLength(FILES);
    }
    expect(simulator.uploads.map(({ sha256 }) => sha256).toSorted()).toEqual(digests.toSorted());
    expect(simulator.maxInWindow()).toBeLessThanOrEqual(RATE.requests);
    expect(simulator.log.filter(({ status }) => status === 429)).toHaveLength(0);
    expect(simulator.log.filter(({ route }) => route === '/files/{id}')).toHaveLength(FILES);
  });
});

describe('the key', () => {
  it('is in no output, no log line and no byte of the store', async () => {
    const { folder } = prepare();
    const { env } = await startService(folder, { rate: RATE, analysisMs: 100 });
    const good = await start([...FLAGS, '--verbose'], { cwd: folder, env }).done;
    const refused = await startService(folder, { keys: ['another'], echoKey: true });
    const bad = await start([...FLAGS, '--rescan', '--verbose'], {
      cwd: folder,
      env: { ...refused.env, VT_API_KEY: TEST_KEY },
    }).done;
    expect(bad.code).toBe(4);
    expect(bad.stderr.match(/error:/g)).toHaveLength(1);
    for (const text of [good.stdout, good.stderr, bad.stdout, bad.stderr]) expect(text).not.toContain(TEST_KEY);
    for (const name of ['absolve.db', 'absolve.db-wal']) {
      let bytes = Buffer.alloc(0);
      try {
        bytes = readFileSync(`${folder}/${name}`);
      } catch {
        // The log is merged into the file when the last process ends.
      }
      expect(bytes.includes(TEST_KEY)).toBe(false);
    }
  });
});
