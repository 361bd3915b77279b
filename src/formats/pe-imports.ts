import type { ByteReader } from './byte-reader.js';
import { latin1, u32 } from './bytes.js';
import { FormatError } from './format-error.js';
import { DIRECTORY, offsetOfAddress, type PeImage } from './pe.js';

export interface PeImports {
  /** Lower case, sorted, unique. */
  readonly libraries: readonly string[];
  /** Sorted, unique; imports by number have no name. */
  readonly functions: readonly string[];
}

const MAX_LIBRARIES = 512;
const MAX_FUNCTIONS = 4096;
const MAX_NAME = 128;

/**
 * Names that an image imports. Costs one small read a name, so the number of names is capped at 4,096.
 * Source: Microsoft, "PE Format", import directory table.
 *
 * @throws FormatError
 */
export function readImports(reader: ByteReader, image: PeImage): PeImports {
  const directory = image.directories[DIRECTORY.imports];
  if (directory === undefined || directory.address === 0) return { libraries: [], functions: [] };
  const start = offsetOfAddress(image, directory.address);
  if (start === undefined) throw new FormatError('malformed', 'imports');
  const libraries = new Set<string>();
  const functions = new Set<string>();
  let namesLeft = MAX_FUNCTIONS;
  for (let index = 0; ; index += 1) {
    if (index === MAX_LIBRARIES) throw new FormatError('too-large', 'imports');
    const descriptor = reader.read(start + index * 20, 20);
    const nameAddress = u32(descriptor, 12);
    if (nameAddress === 0) break;
    const name = readName(reader, image, nameAddress);
    if (name !== undefined) libraries.add(name.toLowerCase());
    // Bound images keep the names in the first table only.
    const table = offsetOfAddress(image, u32(descriptor, 0) || u32(descriptor, 16));
    if (table === undefined) continue;
    for (const address of nameAddresses(reader, image.bits, table, namesLeft)) {
      namesLeft -= 1;
      const functionName = readName(reader, image, address + 2);
      if (functionName !== undefined) functions.add(functionName);
    }
  }
  return { libraries: [...libraries].sort(), functions: [...functions].sort() };
}

/** Addresses of hint/name records in a lookup table, without imports by number. */
function* nameAddresses(reader: ByteReader, bits: 32 | 64, table: number, limit: number): Generator<number> {
  const width = bits / 8;
  for (let count = 0; count < limit; count += 1) {
    const entry = reader.read(table + count * width, width);
    const low = u32(entry, 0);
    const high = bits === 64 ? u32(entry, 4) : low;
    if (low === 0 && high === 0) return;
    if (high < 0x8000_0000) yield low;
  }
}

function readName(reader: ByteReader, image: PeImage, address: number): string | undefined {
  const offset = offsetOfAddress(image, address);
  if (offset === undefined || offset >= reader.sizeBytes) return undefined;
  const length = Math.min(MAX_NAME, reader.sizeBytes - offset);
  const name = latin1(reader.read(offset, length), 0, length);
  return name === '' ? undefined : name;
}
