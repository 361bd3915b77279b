import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable, Transform, Writable } from 'node:stream';
import { createDeflateRaw, crc32 } from 'node:zlib';
import { ArtifactError } from '../errors.js';
import { safeEntryNames } from './safe-names.js';

/** 1980-01-01 00:00, the first moment that zip files know: the same bytes on any day, in any time zone. */
const DOS_TIME = 0x00_21_00_00;

/** With a data descriptor the check byte is the high byte of the time. */
const CHECK_BYTE = (DOS_TIME >>> 8) & 0xff;

const DEFLATE = 8;

export interface ArchiveFile {
  readonly path: string;
  /** Hostile: what the entry is called is made of it. */
  readonly name: string;
  readonly sha256: string;
}

/**
 * Writes an encrypted zip (ZipCrypto), streaming: memory stays flat whatever the sizes. Every file is read twice, because
 * its checksum is needed before its content; the same files give the same bytes.
 *
 * @throws ArtifactError `ARTIFACT_GONE`, `ARTIFACT_UNREADABLE`, `ARTIFACT_CHANGED` when a file is not what was checked; the
 *   half-written archive is the caller's to delete
 */
export async function writeSampleArchive(
  target: string,
  files: readonly ArchiveFile[],
  password: string,
  signal: AbortSignal,
): Promise<void> {
  const { ZipWriter } = await import('@zip.js/zip.js/lib/zip-core-external.js');
  const { createZipCrypto } = await import('./zip-crypto.js');
  const output = createWriteStream(target, { flags: 'wx' });
  const zip = new ZipWriter(Writable.toWeb(output) as WritableStream<Uint8Array>, { useWebWorkers: false });
  try {
    const names = safeEntryNames(files.map(({ name }) => name));
    for (const [index, file] of files.entries()) {
      const first = await readChecked(file, signal);
      const seed = Buffer.from(file.sha256, 'hex').subarray(0, 11);
      const watch = checkingDigest(file);
      const source = createReadStream(file.path, { signal, highWaterMark: 1_048_576 });
      const content = source
        .pipe(watch)
        .pipe(createDeflateRaw({ level: 6 }))
        .pipe(createZipCrypto(password, CHECK_BYTE, seed));
      // `pipe` passes no errors on: without this a file that changes would leave the archive waiting for ever.
      for (const stream of [source, watch]) stream.once('error', (error: Error) => content.destroy(error));
      await zip.add(names[index]!, Readable.toWeb(content) as ReadableStream<Uint8Array>, {
        passThrough: true,
        encrypted: true,
        zipCrypto: true,
        compressionMethod: DEFLATE,
        uncompressedSize: first.sizeBytes,
        signature: first.crc32,
        dataDescriptor: true,
        rawLastModDate: DOS_TIME,
        extendedTimestamp: false,
      });
    }
    await zip.close();
  } catch (error) {
    output.destroy();
    throw error;
  }
}

/** Size and checksum of a file that is still what was checked. */
async function readChecked(
  file: ArchiveFile,
  signal: AbortSignal,
): Promise<{ readonly sizeBytes: number; readonly crc32: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let checksum = 0;
  try {
    for await (const chunk of createReadStream(file.path, {
      signal,
      highWaterMark: 1_048_576,
    }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      checksum = crc32(chunk, checksum);
      sizeBytes += chunk.length;
    }
  } catch (error) {
    signal.throwIfAborted();
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT'
      ? new ArtifactError('ARTIFACT_GONE', 'it is no longer there', { cause: error })
      : new ArtifactError('ARTIFACT_UNREADABLE', `it cannot be read: ${code ?? 'unknown'}`, { cause: error });
  }
  if (hash.digest('hex') !== file.sha256) throw changed();
  return { sizeBytes, crc32: checksum };
}

/** Passes the content on and fails at its end when it is not what was checked: between two reads a file may change. */
function checkingDigest({ sha256 }: ArchiveFile): Transform {
  const hash = createHash('sha256');
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      done(hash.digest('hex') === sha256 ? null : changed());
    },
  });
}

function changed(): ArtifactError {
  return new ArtifactError('ARTIFACT_CHANGED', 'it has changed since it was checked');
}
