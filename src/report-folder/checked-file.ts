import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { crc32 } from 'node:zlib';
import { ArtifactError } from '../errors.js';

/** A file as it was when it was checked. */
export interface CheckedFile {
  readonly path: string;
  /** Hostile: what an entry is called is made of it. */
  readonly name: string;
  readonly sha256: string;
}

/** Gathered while a file is read. */
export interface Measured {
  sizeBytes: number;
  crc32: number;
}

const CHUNK_BYTES = 1_048_576;

/**
 * The content of a file that is still what was checked; `measured` is complete at its end.
 *
 * @throws ArtifactError `ARTIFACT_GONE`, `ARTIFACT_UNREADABLE`; at the end `ARTIFACT_CHANGED`; the signal's reason when aborted
 */
export async function* readChecked(
  { path, sha256 }: CheckedFile,
  signal: AbortSignal,
  measured: Measured = { sizeBytes: 0, crc32: 0 },
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { signal, highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      measured.crc32 = crc32(chunk, measured.crc32);
      measured.sizeBytes += chunk.length;
      yield chunk;
    }
  } catch (error) {
    signal.throwIfAborted();
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT'
      ? new ArtifactError('ARTIFACT_GONE', 'it is no longer there', { cause: error })
      : new ArtifactError('ARTIFACT_UNREADABLE', `it cannot be read: ${code ?? 'unknown'}`, { cause: error });
  }
  if (hash.digest('hex') !== sha256) throw new ArtifactError('ARTIFACT_CHANGED', 'it has changed since it was checked');
}
