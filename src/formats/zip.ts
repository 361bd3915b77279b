import { inflateRawSync } from 'node:zlib';
import type { ByteReader } from './byte-reader.js';
import { u16, u32, u64 } from './bytes.js';
import { FormatError } from './format-error.js';

export interface ZipEntry {
  /** As the bytes say it, one character a byte. Hostile: may be absolute, repeated, or climb folders. */
  readonly name: string;
  readonly method: number;
  readonly flags: number;
  readonly compressedBytes: number;
  readonly uncompressedBytes: number;
  readonly localOffset: number;
  /** Place of its record in `directory`. */
  readonly recordStart: number;
  readonly recordEnd: number;
}

export interface ZipDirectory {
  readonly entries: readonly ZipEntry[];
  /** The central directory's bytes and where they begin. */
  readonly directory: Uint8Array;
  readonly directoryOffset: number;
  /** Everything behind the central directory: end records and comment. */
  readonly tail: Uint8Array;
  readonly isZip64: boolean;
}

const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const MAX_DIRECTORY_BYTES = 16 * 1024 * 1024;
const MAX_ENTRIES = 200_000;

/**
 * Reads the central directory, zip64 included. Local headers are not compared; a caller that depends on both must.
 * Source: PKWARE, APPNOTE 6.3.
 *
 * @throws FormatError
 */
export function readZip(reader: ByteReader): ZipDirectory {
  const endOffset = findEnd(reader);
  const end = reader.read(endOffset, END_BYTES);
  const locator = endOffset >= 20 ? reader.read(endOffset - 20, 20) : new Uint8Array(20);
  const isZip64 = u32(locator, 0) === 0x07064b50;
  const wide = isZip64 ? reader.read(u64(locator, 8), 56) : undefined;
  if (wide !== undefined && u32(wide, 0) !== 0x06064b50) throw new FormatError('malformed', 'zip64-end');
  const count = wide === undefined ? u16(end, 10) : u64(wide, 32);
  const directoryBytes = wide === undefined ? u32(end, 12) : u64(wide, 40);
  const directoryOffset = wide === undefined ? u32(end, 16) : u64(wide, 48);
  if (directoryBytes > MAX_DIRECTORY_BYTES || count > MAX_ENTRIES) throw new FormatError('too-large', 'zip-directory');
  const tailOffset = directoryOffset + directoryBytes;
  if (tailOffset > endOffset) throw new FormatError('malformed', 'zip-directory');
  if (reader.sizeBytes - tailOffset > MAX_DIRECTORY_BYTES) throw new FormatError('too-large', 'zip-end');
  const directory = reader.read(directoryOffset, directoryBytes);
  return {
    entries: readEntries(directory, count),
    directory,
    directoryOffset,
    tail: reader.read(tailOffset, reader.sizeBytes - tailOffset),
    isZip64,
  };
}

/** The last end record whose comment reaches exactly the end of the file. */
function findEnd(reader: ByteReader): number {
  if (reader.sizeBytes < END_BYTES) throw new FormatError('truncated', 'zip-end');
  const windowBytes = Math.min(reader.sizeBytes, END_BYTES + MAX_COMMENT_BYTES);
  const start = reader.sizeBytes - windowBytes;
  const window = reader.read(start, windowBytes);
  for (let at = windowBytes - END_BYTES; at >= 0; at -= 1) {
    if (window[at] !== 0x50 || u32(window, at) !== 0x06054b50) continue;
    if (at + END_BYTES + u16(window, at + 20) === windowBytes) return start + at;
  }
  throw new FormatError('malformed', 'zip-end');
}

function readEntries(directory: Uint8Array, count: number): readonly ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = 0;
  while (entries.length < count) {
    if (u32(directory, at) !== 0x02014b50) throw new FormatError('malformed', 'zip-entry');
    const nameBytes = u16(directory, at + 28);
    const extraBytes = u16(directory, at + 30);
    const recordEnd = at + 46 + nameBytes + extraBytes + u16(directory, at + 32);
    if (recordEnd > directory.length) throw new FormatError('truncated', 'zip-entry');
    const extra = directory.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes);
    const [uncompressedBytes, compressedBytes, localOffset] = widen(extra, [
      u32(directory, at + 24),
      u32(directory, at + 20),
      u32(directory, at + 42),
    ]);
    entries.push({
      name: Buffer.from(directory.subarray(at + 46, at + 46 + nameBytes)).toString('latin1'),
      method: u16(directory, at + 10),
      flags: u16(directory, at + 8),
      compressedBytes: compressedBytes!,
      uncompressedBytes: uncompressedBytes!,
      localOffset: localOffset!,
      recordStart: at,
      recordEnd,
    });
    at = recordEnd;
  }
  if (at !== directory.length) throw new FormatError('malformed', 'zip-directory');
  return entries;
}

/** Values of all ones stand in the zip64 extra field, in the same order. */
function widen(extra: Uint8Array, values: readonly number[]): readonly number[] {
  if (!values.includes(0xffffffff)) return values;
  for (let at = 0; at + 4 <= extra.length; at += 4 + u16(extra, at + 2)) {
    if (u16(extra, at) !== 1) continue;
    let next = at + 4;
    return values.map((value) => {
      if (value !== 0xffffffff) return value;
      next += 8;
      return u64(extra, next - 8);
    });
  }
  return values;
}

/**
 * Where an entry's data begins, from its local header, which must tell the same as the central directory: readers differ in
 * which of the two they believe.
 *
 * @throws FormatError
 */
export function dataOffset(reader: ByteReader, entry: ZipEntry): number {
  const header = reader.read(entry.localOffset, 30);
  if (u32(header, 0) !== 0x04034b50) throw new FormatError('malformed', 'zip-local-header');
  const nameBytes = u16(header, 26);
  const name = Buffer.from(reader.read(entry.localOffset + 30, nameBytes)).toString('latin1');
  // With a data descriptor the sizes follow the data; sizes of all ones are in the zip64 field.
  const hasSizes = (u16(header, 6) & 8) === 0;
  const differs = (at: number, size: number): boolean =>
    hasSizes && u32(header, at) !== size && u32(header, at) !== 0xffffffff;
  if (
    name !== entry.name ||
    u16(header, 8) !== entry.method ||
    differs(18, entry.compressedBytes) ||
    differs(22, entry.uncompressedBytes)
  ) {
    throw new FormatError('malformed', 'zip-local-header');
  }
  return entry.localOffset + 30 + nameBytes + u16(header, 28);
}

/**
 * The unpacked content of an entry.
 *
 * @throws FormatError `too-large` when packed or unpacked above `maxBytes`, `unsupported` methods, `malformed` data
 */
export function readZipEntry(reader: ByteReader, entry: ZipEntry, maxBytes: number): Uint8Array {
  if (entry.compressedBytes > maxBytes || entry.uncompressedBytes > maxBytes) {
    throw new FormatError('too-large', 'zip-entry');
  }
  const packed = reader.read(dataOffset(reader, entry), entry.compressedBytes);
  if (entry.method === 0) return packed;
  if (entry.method !== 8) throw new FormatError('unsupported', 'zip-method');
  try {
    // The header's size may lie: the limit stops a bomb whatever it says.
    return inflateRawSync(packed, { maxOutputLength: maxBytes });
  } catch {
    throw new FormatError('malformed', 'zip-entry');
  }
}
