import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { FormatError } from './format-error.js';

/** Largest single read, bytes. What parsers need at once is far below; what is longer gets streamed. */
export const MAX_READ_BYTES = 32 * 1024 * 1024;

/** Random access to bounded pieces of one file; nothing of it holds the whole file. */
export interface ByteReader {
  readonly sizeBytes: number;
  /**
   * Exactly `length` bytes from `offset`. `into` (at least `length` bytes) is reused instead of allocating; without it the
   * bytes may be a view of the source and must not be written to.
   *
   * @throws FormatError `truncated` when the file ends before, `too-large` above 32 MiB
   */
  read(offset: number, length: number, into?: Uint8Array): Uint8Array;
}

export interface FileReader extends ByteReader {
  close(): void;
}

function checkRange(sizeBytes: number, offset: number, length: number): void {
  // Offsets come from hostile headers: what is no plain count would pass every comparison below.
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw new FormatError('malformed', 'offset');
  }
  if (length > MAX_READ_BYTES) throw new FormatError('too-large', 'read');
  if (offset > sizeBytes - length) throw new FormatError('truncated', 'file');
}

/** Reads from memory; the bytes are shared, not copied. */
export function bufferReader(bytes: Uint8Array): ByteReader {
  return {
    sizeBytes: bytes.length,
    read(offset, length) {
      checkRange(bytes.length, offset, length);
      return bytes.subarray(offset, offset + length);
    },
  };
}

/**
 * Reads from a file that the caller closes. Synchronous, because parsers chase offsets through tens of small reads and
 * each turn of the event loop costs more than such a read.
 *
 * @throws NodeJS.ErrnoException when the file cannot be opened
 */
export function openFileReader(path: string): FileReader {
  const descriptor = openSync(path, 'r');
  const sizeBytes = fstatSync(descriptor).size;
  return {
    sizeBytes,
    read(offset, length, into) {
      checkRange(sizeBytes, offset, length);
      const target = into ?? new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const count = readSync(descriptor, target, done, length - done, offset + done);
        // The file shrank while it was read.
        if (count === 0) throw new FormatError('truncated', 'file');
        done += count;
      }
      return target.length === length ? target : target.subarray(0, length);
    },
    close: () => closeSync(descriptor),
  };
}
