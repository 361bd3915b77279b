import { createWriteStream } from 'node:fs';
import { PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createDeflateRaw } from 'node:zlib';
import type { WriteArchive } from './write-archive.js';
import { readChecked, type CheckedFile, type Measured } from './checked-file.js';
import { safeEntryNames } from './safe-names.js';

/** 1980-01-01 00:00, the first moment that zip files know: the same bytes on any day, in any time zone. */
const DOS_TIME = 0x00_21_00_00;

/** With a data descriptor the check byte is the high byte of the time. */
const CHECK_BYTE = (DOS_TIME >>> 8) & 0xff;

const DEFLATE = 8;

/** A zip with ZipCrypto: the oldest tool opens it. Every file is read twice, because its checksum is needed before its content. */
export const writeZipArchive: WriteArchive = async (target, files, password, signal) => {
  const { ZipWriter } = await import('@zip.js/zip.js/lib/zip-core-external.js');
  const { createZipCrypto } = await import('./zip-crypto.js');
  const output = createWriteStream(target, { flags: 'wx' });
  const zip = new ZipWriter(Writable.toWeb(output) as WritableStream<Uint8Array>, { useWebWorkers: false });
  try {
    const names = safeEntryNames(files.map(({ name }) => name));
    for (const [index, file] of files.entries()) {
      const { sizeBytes, crc32 } = await measure(file, signal);
      const seed = Buffer.from(file.sha256, 'hex').subarray(0, 11);
      const content = new PassThrough();
      const made = pipeline(
        readChecked(file, signal),
        createDeflateRaw({ level: 6 }),
        createZipCrypto(password, CHECK_BYTE, seed),
        content,
      );
      const added = zip.add(names[index]!, Readable.toWeb(content) as ReadableStream<Uint8Array>, {
        passThrough: true,
        encrypted: true,
        zipCrypto: true,
        compressionMethod: DEFLATE,
        uncompressedSize: sizeBytes,
        signature: crc32,
        dataDescriptor: true,
        rawLastModDate: DOS_TIME,
        extendedTimestamp: false,
      });
      // Whichever fails takes the other along: neither may wait for ever.
      added.catch((error: Error) => content.destroy(error));
      const results = await Promise.allSettled([made, added]);
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    }
    await zip.close();
  } catch (error) {
    output.destroy();
    throw error;
  }
};

async function measure(file: CheckedFile, signal: AbortSignal): Promise<Measured> {
  const measured = { sizeBytes: 0, crc32: 0 };
  for await (const _ of readChecked(file, signal, measured));
  return measured;
}
