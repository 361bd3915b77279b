import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { availableParallelism } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { asSha256, type DigestAlgorithm, type Digests, type FileFormat } from '../domain/artifact.js';
import type { FileIdentity, Hasher } from '../ports.js';
import { onAbort } from './abort.js';
import { failureOf, unreadable } from './failure.js';
import { readDigests, type ReadJob, type ReadOutcome } from './read-digests.js';
import { createWorkerPool } from './worker-pool.js';

/** The ends of a file and a way to see a little more of it. */
export interface FileWindow {
  readonly tail: Uint8Array;
  readonly sizeBytes: number;
  readonly name: string;
  /** Up to `length` bytes from `offset`; fewer at the end of the file, none when it cannot be read. Never throws. */
  readAt(offset: number, length: number): Uint8Array;
}

export interface HasherOptions {
  /** Says what the content is, from the first bytes and the rest of the window. Must not throw on any content. */
  readonly recognise: (head: Uint8Array, window: FileWindow) => FileFormat;
  /** Threads at most. Default: the processors available, at most 4: a disk feeds no more. */
  readonly threads?: number;
  /**
   * Files up to this size are read on the calling thread. Default 256 KiB: that takes less time than asking a thread.
   */
  readonly inlineBytes?: number;
  /** Bytes read at a time. Default 512 KiB: half the size costs 2 %, twice the size gains nothing. */
  readonly chunkBytes?: number;
}

/**
 * Bytes of each end that recognition gets to see at once; the few formats that need more ask for it with `readAt`. With
 * 64 KiB the handing over from thread to thread cost 3 % on files of 5 MiB.
 */
export const WINDOW_BYTES = 4096;
/** Small files in a row block the calling thread; after this time others get their turn. */
const TURN_MS = 10;

/**
 * The hasher of the program, on threads of its own over `node:crypto`.
 *
 * The package `hasha` was tried and not taken: `hashFile` has one thread for all files, so that a second core stands
 * idle, it and `hashFileSync` give one digest per read, and neither tells that the file changed meanwhile or shows its
 * ends.
 */
export function createHasher(options: HasherOptions): Hasher {
  const inlineBytes = options.inlineBytes ?? 262_144;
  const chunkBytes = options.chunkBytes ?? 524_288;
  const pool = createWorkerPool(options.threads ?? Math.min(availableParallelism(), 4));
  let turnStartedAt = performance.now();

  async function read(job: ReadJob, sizeBytes: number, signal: AbortSignal): Promise<ReadOutcome> {
    if (sizeBytes > inlineBytes) return until(pool.run(job), job, signal);
    if (performance.now() - turnStartedAt > TURN_MS) {
      await nextTurn();
      signal.throwIfAborted();
      turnStartedAt = performance.now();
    }
    return readDigests({ fs, createHash }, job);
  }

  return {
    async identify(path, { md5AndSha1, signal }) {
      signal.throwIfAborted();
      const sizeBytes = Number(statFile(path).size);
      const outcome = await read(
        {
          path,
          algorithms: md5AndSha1 ? ['sha256', 'sha1', 'md5'] : ['sha256'],
          windowBytes: WINDOW_BYTES,
          chunkBytes,
          stop: new Int32Array(new SharedArrayBuffer(4)),
        },
        sizeBytes,
        signal,
      );
      signal.throwIfAborted();
      if (outcome.kind !== 'read') throw failureOf(outcome, path);
      const format = options.recognise(outcome.head, windowOf(path, outcome));
      // Compared with what the path names now: a file replaced by another one is no longer the file that was read.
      const now = statFile(path);
      if (
        String(now.ino) !== outcome.inode ||
        String(now.mtimeNs) !== outcome.mtimeNs ||
        Number(now.size) !== outcome.sizeBytes
      ) {
        throw failureOf({ kind: 'changed' }, path);
      }
      return identityOf(path, outcome, format);
    },
    close: () => pool.close(),
  };
}

type ReadFile = Extract<ReadOutcome, { kind: 'read' }>;

function identityOf(path: string, outcome: ReadFile, format: FileFormat): FileIdentity {
  const { sizeBytes, mtimeNs, inode } = outcome;
  return { path, sizeBytes, mtimeNs, inode, digests: digestsOf(outcome.digests), format };
}

function digestsOf(digests: Readonly<Partial<Record<DigestAlgorithm, string>>>): Digests {
  const { sha256, ...others } = digests;
  return { sha256: asSha256(sha256!)!, ...others };
}

/** @throws ArtifactError before anything is opened: opening a FIFO or a device can have effects. */
function statFile(path: string): fs.BigIntStats {
  let stats: fs.BigIntStats;
  try {
    stats = fs.statSync(path, { bigint: true });
  } catch (error) {
    throw unreadable(path, (error as NodeJS.ErrnoException).code ?? String(error));
  }
  if (!stats.isFile()) throw failureOf({ kind: 'not-a-file' }, path);
  return stats;
}

function windowOf(path: string, { tail, sizeBytes }: ReadFile): FileWindow {
  return {
    tail,
    sizeBytes,
    name: path,
    readAt(offset, length) {
      const bytes = new Uint8Array(length);
      let descriptor: number | undefined;
      try {
        descriptor = fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
        return bytes.subarray(0, fs.readSync(descriptor, bytes, 0, length, offset));
      } catch {
        // Whatever happened to the file, the comparison after recognition reports it.
        return bytes.subarray(0, 0);
      } finally {
        if (descriptor !== undefined) fs.closeSync(descriptor);
      }
    },
  };
}

/** The outcome, or at once the signal's reason: the thread hears of it too, and stops within one chunk. */
function until(outcome: Promise<ReadOutcome>, job: ReadJob, signal: AbortSignal): Promise<ReadOutcome> {
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => {
      Atomics.store(job.stop, 0, 1);
      reject(signal.reason as Error);
    });
    void outcome.then(resolve).finally(forget);
  });
}
