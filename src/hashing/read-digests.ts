import type { createHash } from 'node:crypto';
import type { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { DigestAlgorithm } from '../domain/artifact.js';

/** What reading needs of the system, handed in because the function below may know nothing but its arguments. */
export interface ReadSystem {
  readonly fs: {
    readonly openSync: typeof openSync;
    readonly closeSync: typeof closeSync;
    readonly readSync: typeof readSync;
    readonly fstatSync: typeof fstatSync;
    readonly constants: { readonly O_RDONLY: number; readonly O_NONBLOCK?: number };
  };
  readonly createHash: typeof createHash;
}

export interface ReadJob {
  readonly path: string;
  readonly algorithms: readonly DigestAlgorithm[];
  /** How much of both ends to hand back, for recognising the format. */
  readonly windowBytes: number;
  /** How much to read at a time: at least 1, and the length of `scratch` where that is given. */
  readonly chunkBytes: number;
  /** Shared memory; the first element becomes 1 to stop the reading. */
  readonly stop: Int32Array;
}

export type ReadOutcome =
  | {
      readonly kind: 'read';
      readonly sizeBytes: number;
      readonly mtimeNs: string;
      readonly inode: string;
      readonly digests: Readonly<Partial<Record<DigestAlgorithm, string>>>;
      readonly head: Uint8Array<ArrayBuffer>;
      readonly tail: Uint8Array<ArrayBuffer>;
    }
  | { readonly kind: 'not-a-file' | 'empty' | 'changed' | 'stopped' }
  /** A system call failed. */
  | { readonly kind: 'failed'; readonly code: string };

/**
 * Reads a file once, from beginning to end: all digests, both ends, and whether it kept still. Blocks until done, in
 * little more than one chunk of memory whatever the size. Never throws.
 *
 * **Self-contained:** its source text is what the worker threads run (see `worker-pool.ts`), so that the same lines
 * serve both and nothing has to be found on disk at run time. It must not refer to anything but its arguments and
 * globals.
 *
 * @param scratch memory to read into, for a caller that reads many files: fresh memory for each costs 8 % on files of 5 MiB
 */
export function readDigests(system: ReadSystem, job: ReadJob, scratch?: Uint8Array): ReadOutcome {
  const { fs, createHash } = system;
  let descriptor: number | undefined;
  try {
    // Not blocking, because the path may have become a FIFO since it was looked at: opening one waits for a writer.
    descriptor = fs.openSync(job.path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
    const before = fs.fstatSync(descriptor, { bigint: true });
    if (!before.isFile()) return { kind: 'not-a-file' };
    const sizeBytes = Number(before.size);
    if (sizeBytes === 0) return { kind: 'empty' };

    const hashes = job.algorithms.map((algorithm) => ({ algorithm, hash: createHash(algorithm) }));
    const head = new Uint8Array(Math.min(job.windowBytes, sizeBytes));
    const tail = new Uint8Array(Math.min(job.windowBytes, sizeBytes));
    const tailStart = sizeBytes - tail.length;
    const buffer = scratch ?? new Uint8Array(Math.min(job.chunkBytes, sizeBytes + 1));
    let position = 0;
    for (;;) {
      if (Atomics.load(job.stop, 0) !== 0) return { kind: 'stopped' };
      const length = fs.readSync(descriptor, buffer, 0, buffer.length, null);
      if (length === 0) break;
      const end = position + length;
      // A file that grows as fast as it is read would never end.
      if (end > sizeBytes) return { kind: 'changed' };
      const chunk = buffer.subarray(0, length);
      for (const { hash } of hashes) hash.update(chunk);
      if (position < head.length) head.set(chunk.subarray(0, head.length - position), position);
      if (end > tailStart) {
        const skip = Math.max(0, tailStart - position);
        tail.set(chunk.subarray(skip), position + skip - tailStart);
      }
      position = end;
    }

    const after = fs.fstatSync(descriptor, { bigint: true });
    if (position !== sizeBytes || after.size !== before.size || after.mtimeNs !== before.mtimeNs) {
      return { kind: 'changed' };
    }
    const digests: Partial<Record<DigestAlgorithm, string>> = {};
    for (const { algorithm, hash } of hashes) digests[algorithm] = hash.digest('hex');
    return {
      kind: 'read',
      sizeBytes,
      mtimeNs: String(before.mtimeNs),
      inode: String(before.ino),
      digests,
      head,
      tail,
    };
  } catch (error) {
    return { kind: 'failed', code: String((error as { code?: unknown }).code ?? error) };
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}
