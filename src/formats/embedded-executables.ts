import type { ByteReader } from './byte-reader.js';
import { indexOfBytes, u16, u32 } from './bytes.js';
import type { Extent } from './ole.js';

const CHUNK_BYTES = 1024 * 1024;
/** Bytes searched in one file: packed payloads begin early, and a scan must not cost more than hashing. */
const MAX_SEARCH_BYTES = 64 * 1024 * 1024;
const MAX_FOUND = 32;
const DOS_HEADER_BYTES = 64;

/**
 * Offsets of complete PE headers in the given ranges: programs that a program carries in the plain. A lone `MZ` is no
 * finding, two random letters are everywhere; the DOS header must lead to a PE header with a known machine.
 */
export function findExecutables(reader: ByteReader, ranges: readonly Extent[]): readonly number[] {
  const found = new Set<number>();
  let budget = MAX_SEARCH_BYTES;
  for (const { offset, length } of ranges) {
    const end = Math.min(offset + Math.min(length, budget), reader.sizeBytes);
    budget -= Math.max(0, end - offset);
    for (let at = offset; at < end; at += CHUNK_BYTES) {
      // Chunks overlap by one byte, so that a mark across a border is seen.
      const bytes = reader.read(at, Math.min(CHUNK_BYTES + 1, end - at));
      for (let hit = indexOfBytes(bytes, 'MZ'); hit !== -1; hit = indexOfBytes(bytes, 'MZ', hit + 1)) {
        if (isExecutable(reader, at + hit)) found.add(at + hit);
        if (found.size === MAX_FOUND) return sorted(found);
      }
    }
  }
  return sorted(found);
}

function sorted(offsets: ReadonlySet<number>): readonly number[] {
  return [...offsets].sort((left, right) => left - right);
}

function isExecutable(reader: ByteReader, offset: number): boolean {
  if (offset + DOS_HEADER_BYTES > reader.sizeBytes) return false;
  const peOffset = u32(reader.read(offset + 60, 4), 0);
  // Linkers put the PE header within the first page or two.
  if (peOffset < DOS_HEADER_BYTES || peOffset > 0x1000 || offset + peOffset + 26 > reader.sizeBytes) return false;
  const header = reader.read(offset + peOffset, 26);
  const magic = u16(header, 24);
  return u32(header, 0) === 0x4550 && (magic === 0x10b || magic === 0x20b);
}
