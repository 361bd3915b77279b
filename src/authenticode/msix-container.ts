import type { SignatureDigest } from '../domain/signature.js';
import type { ByteReader } from '../formats/byte-reader.js';
import { u16, u32 } from '../formats/bytes.js';
import { FormatError } from '../formats/format-error.js';
import { dataOffset, readZip, readZipEntry, type ZipDirectory, type ZipEntry } from '../formats/zip.js';
import { MAX_SIGNATURE_BYTES, onlyCandidates, type SignatureContainer } from './container.js';
import { digestBytes, digestPieces } from './digest.js';
import { SignatureError } from './signature-error.js';

const SIGNATURE = 'AppxSignature.p7x';
const CONTENT_TYPES = '[Content_Types].xml';
const BLOCK_MAP = 'AppxBlockMap.xml';
const CODE_INTEGRITY = 'AppxMetadata/CodeIntegrity.cat';
/** The block map lists a digest per 64 KiB of the package; for one of 2 GiB that is some 4 MiB. */
const MAX_PART_BYTES = 32 * 1024 * 1024;

/**
 * The signature of an app package; `undefined` when it has none. What is signed is a list of digests: the zip without the
 * signature entry (its data, and its directory as if the entry were not there), the content types, the block map, and the
 * code integrity catalogue where there is one.
 * Source: Microsoft, "App package signing"; layout of the list from packages signed by signtool and osslsigncode.
 *
 * @throws FormatError
 * @throws SignatureError
 */
export function openMsixContainer(reader: ByteReader): SignatureContainer | undefined {
  const zip = readZip(reader);
  const signature = zip.entries.find(({ name }) => name === SIGNATURE);
  if (signature === undefined) return undefined;
  // Two entries of one name: readers disagree about which one counts.
  if (hasDuplicates(zip.entries)) throw new SignatureError('tampered', 'duplicate-entries');
  if (endOfEntry(reader, zip, signature) !== zip.directoryOffset) {
    throw new SignatureError('tampered', 'data-after-signature');
  }
  const file = readZipEntry(reader, signature, MAX_SIGNATURE_BYTES);
  if (u32(file, 0) !== 0x58434b50) throw new FormatError('malformed', 'signature');
  return {
    messages: [file.subarray(4)],
    padded: true,
    digests: async (algorithms, signal) => {
      const digests = new Map<SignatureDigest, Uint8Array>();
      const data = await digestPieces(reader, [{ offset: 0, length: signature.localOffset }], algorithms, signal);
      for (const algorithm of algorithms) {
        digests.set(algorithm, digestList(reader, zip, signature, algorithm, data.get(algorithm)!));
      }
      return onlyCandidates(digests);
    },
  };
}

function hasDuplicates(entries: readonly ZipEntry[]): boolean {
  return new Set(entries.map(({ name }) => name.toLowerCase())).size !== entries.length;
}

/** First byte behind an entry's data and its optional descriptor. */
function endOfEntry(reader: ByteReader, zip: ZipDirectory, entry: ZipEntry): number {
  const end = dataOffset(reader, entry) + entry.compressedBytes;
  const hasDescriptor = (entry.flags & 8) !== 0;
  return hasDescriptor ? end + (zip.isZip64 ? 24 : 16) : end;
}

function digestList(
  reader: ByteReader,
  zip: ZipDirectory,
  signature: ZipEntry,
  algorithm: SignatureDigest,
  data: Uint8Array,
): Uint8Array {
  const part = (name: string): Uint8Array | undefined => {
    const entry = zip.entries.find((candidate) => candidate.name === name);
    return entry && digestBytes(algorithm, readZipEntry(reader, entry, MAX_PART_BYTES));
  };
  const directory = digestBytes(algorithm, ...unsignedDirectory(zip, signature));
  const parts: readonly (readonly [string, Uint8Array | undefined])[] = [
    ['AXPC', data],
    ['AXCD', directory],
    ['AXCT', part(CONTENT_TYPES)],
    ['AXBM', part(BLOCK_MAP)],
    ['AXCI', part(CODE_INTEGRITY)],
  ];
  return Buffer.concat([
    Buffer.from('APPX'),
    ...parts.flatMap(([tag, digest]) => (digest === undefined ? [] : [Buffer.from(tag), digest])),
  ]);
}

/** The central directory and its end records as they were before the signature entry was added. */
function unsignedDirectory(zip: ZipDirectory, signature: ZipEntry): readonly Uint8Array[] {
  const removed = signature.recordEnd - signature.recordStart;
  const bytes = zip.directory.length - removed;
  const count = zip.entries.length - 1;
  const tail = Buffer.from(zip.tail);
  const end = zip.isZip64 ? 76 : 0;
  if (tail.length < end + 22) throw new FormatError('malformed', 'zip-end');
  if (zip.isZip64) {
    // End record of 56 bytes, then its locator of 20.
    if (u32(tail, 0) !== 0x06064b50 || u32(tail, 56) !== 0x07064b50) throw new FormatError('unsupported', 'zip64-end');
    tail.writeBigUInt64LE(BigInt(count), 24);
    tail.writeBigUInt64LE(BigInt(count), 32);
    tail.writeBigUInt64LE(BigInt(bytes), 40);
    tail.writeBigUInt64LE(BigInt(signature.localOffset), 48);
    tail.writeBigUInt64LE(BigInt(signature.localOffset + bytes), 64);
  }
  // Disk numbers count as zero whatever the packaging tool wrote there.
  tail.writeUInt32LE(0, end + 4);
  for (const at of [end + 8, end + 10]) if (u16(tail, at) !== 0xffff) tail.writeUInt16LE(count & 0xffff, at);
  if (u32(tail, end + 12) !== 0xffffffff) tail.writeUInt32LE(bytes, end + 12);
  if (u32(tail, end + 16) !== 0xffffffff) tail.writeUInt32LE(signature.localOffset, end + 16);
  return [zip.directory.subarray(0, signature.recordStart), zip.directory.subarray(signature.recordEnd), tail];
}
