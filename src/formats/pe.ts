import type { ByteReader } from './byte-reader.js';
import { latin1, u16, u32 } from './bytes.js';
import { FormatError } from './format-error.js';

/** Where a data directory points: the address is relative to the image, except for certificates, where it is an offset. */
export interface DataDirectory {
  readonly address: number;
  readonly size: number;
}

export interface PeSection {
  readonly name: string;
  readonly virtualAddress: number;
  readonly virtualBytes: number;
  readonly rawOffset: number;
  readonly rawBytes: number;
  readonly characteristics: number;
}

/** The headers of a PE32 or PE32+ file. */
export interface PeImage {
  readonly bits: 32 | 64;
  readonly characteristics: number;
  readonly subsystem: number;
  /** Seconds since 1970, or a hash in reproducible builds. */
  readonly timestamp: number;
  readonly linkerMajor: number;
  readonly linkerMinor: number;
  /** Offsets in the file. */
  readonly peOffset: number;
  readonly checksumOffset: number;
  readonly certificateEntryOffset: number;
  /** First byte after the section table. */
  readonly headerEnd: number;
  readonly directories: readonly DataDirectory[];
  readonly sections: readonly PeSection[];
}

/** Indexes of data directories, from the PE specification. */
export const DIRECTORY = Object.freeze({
  exports: 0,
  imports: 1,
  resources: 2,
  certificates: 4,
  debug: 6,
  clr: 14,
});

// The Windows loader refuses images with more sections; older ones than that stop at 96.
const MAX_SECTIONS = 1024;
const MAX_DIRECTORIES = 16;

/**
 * Reads the headers. Costs two or three small reads.
 * Source: Microsoft, "PE Format".
 *
 * @throws FormatError
 */
export function parsePe(reader: ByteReader): PeImage {
  const dos = reader.read(0, 64);
  if (u16(dos, 0) !== 0x5a4d) throw new FormatError('malformed', 'dos-header');
  const peOffset = u32(dos, 60);
  const coff = reader.read(peOffset, 24);
  if (u32(coff, 0) !== 0x4550) throw new FormatError('malformed', 'pe-header');
  const sectionCount = u16(coff, 6);
  if (sectionCount > MAX_SECTIONS) throw new FormatError('too-large', 'section-table');
  const optionalBytes = u16(coff, 20);
  const optionalOffset = peOffset + 24;
  // The loader reads the directories by the count in the header, whatever size the optional header claims.
  const magic = u16(reader.read(optionalOffset, 2), 0);
  if (magic !== 0x10b && magic !== 0x20b) throw new FormatError('unsupported', 'optional-header');
  const bits = magic === 0x20b ? 64 : 32;
  const directoriesAt = bits === 64 ? 112 : 96;
  const fixed = reader.read(optionalOffset, directoriesAt);
  const directoryCount = Math.min(u32(fixed, directoriesAt - 4), MAX_DIRECTORIES);
  const directoryBytes = reader.read(optionalOffset + directoriesAt, directoryCount * 8);
  const directories = Array.from({ length: directoryCount }, (_, index) => ({
    address: u32(directoryBytes, index * 8),
    size: u32(directoryBytes, index * 8 + 4),
  }));
  const tableOffset = optionalOffset + optionalBytes;
  return {
    bits,
    characteristics: u16(coff, 22),
    subsystem: u16(fixed, 68),
    timestamp: u32(coff, 8),
    linkerMajor: fixed[2]!,
    linkerMinor: fixed[3]!,
    peOffset,
    checksumOffset: optionalOffset + 64,
    certificateEntryOffset: optionalOffset + directoriesAt + DIRECTORY.certificates * 8,
    headerEnd: tableOffset + sectionCount * 40,
    directories,
    sections: parseSections(reader.read(tableOffset, sectionCount * 40), sectionCount),
  };
}

function parseSections(table: Uint8Array, count: number): readonly PeSection[] {
  return Array.from({ length: count }, (_, index) => {
    const at = index * 40;
    return {
      name: latin1(table, at, 8),
      virtualBytes: u32(table, at + 8),
      virtualAddress: u32(table, at + 12),
      rawBytes: u32(table, at + 16),
      rawOffset: u32(table, at + 20),
      characteristics: u32(table, at + 36),
    };
  });
}

/** Offset in the file of an address relative to the image, or `undefined` when no section holds it. */
export function offsetOfAddress(image: PeImage, address: number): number | undefined {
  for (const section of image.sections) {
    const distance = address - section.virtualAddress;
    if (distance >= 0 && distance < section.rawBytes) return section.rawOffset + distance;
  }
  return undefined;
}

/** First byte after the last section's bytes in the file; never before the headers' end, may lie beyond the file. */
export function endOfSections(image: PeImage): number {
  return image.sections.reduce(
    (end, { rawOffset, rawBytes }) => (rawBytes === 0 ? end : Math.max(end, rawOffset + rawBytes)),
    image.headerEnd,
  );
}
