import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDigests, type ReadJob, type ReadSystem } from '../../src/hashing/read-digests.js';

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'absolve-read-'));
});
afterAll(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

function jobOn(content: string): ReadJob {
  const path = join(folder, 'file.bin');
  fs.writeFileSync(path, content);
  fs.utimesSync(path, new Date(1_700_000_000_000), new Date(1_700_000_000_000));
  return { path, algorithms: ['sha256'], windowBytes: 16, chunkBytes: 4, stop: new Int32Array(1) };
}

/** The real system, with something happening before the read numbered `at`. */
function systemWith(at: number, happens: () => void): ReadSystem {
  let reads = 0;
  const readSync = ((...args: Parameters<typeof fs.readSync>) => {
    if (reads === at) happens();
    reads += 1;
    return fs.readSync(...args);
  }) as typeof fs.readSync;
  const { openSync, closeSync, fstatSync, constants } = fs;
  return { fs: { openSync, closeSync, fstatSync, constants, readSync }, createHash };
}

describe('a file that changes between two reads', () => {
  it.each<[string, (path: string) => void]>([
    ['grows', (path) => fs.appendFileSync(path, 'and more')],
    ['shrinks', (path) => fs.truncateSync(path, 6)],
    ['is overwritten in place', (path) => fs.writeFileSync(path, 'BYTES AND MORE', { flag: 'r+' })],
  ])('is told apart when it %s', (_, change) => {
    const job = jobOn('bytes and bytes');
    expect(
      readDigests(
        systemWith(2, () => change(job.path)),
        job,
      ),
    ).toEqual({ kind: 'changed' });
  });

  it('ends the reading of a file that grows with every read', () => {
    const job = jobOn('0123456789');
    const { fs: real } = systemWith(-1, () => undefined);
    const readSync = ((...args: Parameters<typeof fs.readSync>) => {
      fs.appendFileSync(job.path, 'and on and on');
      return fs.readSync(...args);
    }) as typeof fs.readSync;
    expect(readDigests({ fs: { ...real, readSync }, createHash }, job)).toEqual({ kind: 'changed' });
  });

  it('stops between two reads when asked', () => {
    const job = jobOn('bytes and bytes');
    const system = systemWith(1, () => Atomics.store(job.stop, 0, 1));
    expect(readDigests(system, job)).toEqual({ kind: 'stopped' });
  });
});

describe('a system that refuses', () => {
  it('is an outcome and leaves no file open', () => {
    const job = jobOn('bytes');
    let closed = 0;
    const { fs: real } = systemWith(-1, () => undefined);
    const refusing = {
      ...real,
      readSync: (() => {
        throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
      }) as typeof fs.readSync,
      closeSync: (descriptor: number) => {
        closed += 1;
        fs.closeSync(descriptor);
      },
    };
    expect(readDigests({ fs: refusing, createHash }, job)).toEqual({ kind: 'failed', code: 'EIO' });
    expect(closed).toBe(1);
  });

  it('is an outcome for a path that cannot be one', () => {
    const job = { ...jobOn('bytes'), path: 'nul\0inside' };
    expect(readDigests({ fs, createHash }, job)).toEqual({ kind: 'failed', code: 'ERR_INVALID_ARG_VALUE' });
  });

  it('opens a FIFO without waiting for a writer, and says that it is none of ours', () => {
    expect(readDigests({ fs, createHash }, { ...jobOn('bytes'), path: '/dev/null' })).toEqual({ kind: 'not-a-file' });
  });
});

describe('the source text of the reader', () => {
  it('refers to nothing but its arguments, so that a thread can run it', () => {
    const job = jobOn('bytes and bytes');
    // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- what the worker does with it
    const rebuilt = new Function(`'use strict'; return ${readDigests.toString()};`)() as typeof readDigests;
    expect(rebuilt({ fs, createHash }, job)).toEqual(readDigests({ fs, createHash }, job));
  });
});
