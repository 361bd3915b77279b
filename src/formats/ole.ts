import type { ByteReader } from './byte-reader.js';
import { u16, u32 } from './bytes.js';
import { FormatError } from './format-error.js';
import { readEntries, type OleNode } from './ole-directory.js';

/** A run of the file's bytes. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** A compound file (MSI and the like). */
export interface OleFile {
  readonly root: OleNode;
  /** Where the bytes of a stream are, in order, neighbours merged. @throws FormatError */
  extents(stream: OleNode): readonly Extent[];
  /** All bytes of a stream. @throws FormatError also above `maxBytes` */
  read(stream: OleNode, maxBytes: number): Uint8Array;
}

const MAGIC = 'd0cf11e0a1b11ae1';
const MAX_REGULAR_SECTOR = 0xfffffffa;
const END_OF_CHAIN = 0xfffffffe;
const HEADER_DIFAT_ENTRIES = 109;
/** Largest allocation table kept in memory, bytes: enough for files of 2 GiB in sectors of 512 bytes. */
const MAX_TABLE_BYTES = 16 * 1024 * 1024;
const MAX_DIRECTORY_BYTES = 8 * 1024 * 1024;

interface Geometry {
  readonly reader: ByteReader;
  readonly sectorBytes: number;
  readonly sectorCount: number;
}

/**
 * Opens a compound file: header, allocation tables and directory. Every chain is bounded by the number of sectors in the
 * file, so cycles end.
 * Source: Microsoft, [MS-CFB].
 *
 * @throws FormatError
 */
export function openOle(reader: ByteReader): OleFile {
  const header = reader.read(0, 512);
  if (Buffer.from(header.subarray(0, 8)).toString('hex') !== MAGIC) throw new FormatError('malformed', 'ole-header');
  const version = u16(header, 26);
  const shift = u16(header, 30);
  if (!((version === 3 && shift === 9) || (version === 4 && shift === 12)) || u16(header, 32) !== 6) {
    throw new FormatError('unsupported', 'ole-header');
  }
  // Version 3 does not count directory sectors; the byte order is always the same.
  if (u16(header, 28) !== 0xfffe || (version === 3 && u32(header, 40) !== 0)) {
    throw new FormatError('malformed', 'ole-header');
  }
  const cutoff = u32(header, 56);
  if (cutoff !== 4096) throw new FormatError('unsupported', 'ole-header');
  const sectorBytes = 2 ** shift;
  // The header takes the place of one sector; a short last sector still counts.
  const geometry = { reader, sectorBytes, sectorCount: Math.ceil(reader.sizeBytes / sectorBytes) - 1 };
  const fat = loadTable(geometry, fatSectors(geometry, header));
  const directory = readChain(geometry, fat, u32(header, 48), MAX_DIRECTORY_BYTES);
  const root = readEntries(directory, version);
  const miniFatSectors = chainOf(geometry, fat, u32(header, 60), MAX_TABLE_BYTES);
  if (miniFatSectors.length !== u32(header, 64)) throw new FormatError('malformed', 'ole-header');
  const miniFat = loadTable(geometry, miniFatSectors);
  const miniStream = chainOf(geometry, fat, root.startSector, undefined, root.sizeBytes);
  const extents = (stream: OleNode): readonly Extent[] => {
    if (stream.sizeBytes > reader.sizeBytes) throw new FormatError('truncated', 'ole-stream');
    if (stream.sizeBytes === 0) return [];
    const runs =
      stream.sizeBytes < cutoff
        ? miniExtents(geometry, miniFat, miniStream, stream)
        : sectorExtents(geometry, chainOf(geometry, fat, stream.startSector, undefined, stream.sizeBytes));
    return cut(merge(runs), stream.sizeBytes);
  };
  return {
    root,
    extents,
    read(stream, maxBytes) {
      if (stream.sizeBytes > maxBytes) throw new FormatError('too-large', 'ole-stream');
      return Buffer.concat(extents(stream).map(({ offset, length }) => reader.read(offset, length)));
    },
  };
}

/** Sectors that hold the allocation table: the first 109 from the header, the rest from a chain of their own. */
function fatSectors(geometry: Geometry, header: Uint8Array): readonly number[] {
  const count = u32(header, 44);
  const perSector = geometry.sectorBytes / 4;
  if (count > Math.ceil((geometry.sectorCount + 1) / perSector) + 1) throw new FormatError('malformed', 'ole-fat');
  const sectors: number[] = [];
  for (let index = 0; index < Math.min(count, HEADER_DIFAT_ENTRIES); index += 1) {
    sectors.push(u32(header, 76 + index * 4));
  }
  let next = u32(header, 68);
  for (let steps = 0; sectors.length < count; steps += 1) {
    if (steps > geometry.sectorCount) throw new FormatError('cyclic', 'ole-difat');
    const bytes = readSector(geometry, next);
    for (let index = 0; index < perSector - 1 && sectors.length < count; index += 1) {
      sectors.push(u32(bytes, index * 4));
    }
    next = u32(bytes, geometry.sectorBytes - 4);
  }
  return sectors;
}

function sectorOffset({ sectorBytes, sectorCount }: Geometry, sector: number): number {
  if (sector >= sectorCount) throw new FormatError('truncated', 'ole-sector');
  return (sector + 1) * sectorBytes;
}

function readSector(geometry: Geometry, sector: number): Uint8Array {
  return geometry.reader.read(sectorOffset(geometry, sector), geometry.sectorBytes);
}

function loadTable(geometry: Geometry, sectors: readonly number[]): Uint32Array {
  const { sectorBytes } = geometry;
  if (sectors.length * sectorBytes > MAX_TABLE_BYTES) throw new FormatError('too-large', 'ole-fat');
  const table = new Uint32Array((sectors.length * sectorBytes) / 4);
  sectors.forEach((sector, index) => {
    const bytes = readSector(geometry, sector);
    for (let at = 0; at < sectorBytes; at += 4) table[(index * sectorBytes + at) / 4] = u32(bytes, at);
  });
  return table;
}

/**
 * Sectors of a chain. With `sizeBytes` exactly as many as that needs, otherwise up to its end.
 *
 * @throws FormatError `cyclic`, `truncated` when the chain ends early, `too-large` above `maxBytes`
 */
function chainOf(
  { sectorBytes, sectorCount }: Geometry,
  table: Uint32Array,
  start: number,
  maxBytes = Number.MAX_SAFE_INTEGER,
  sizeBytes?: number,
): readonly number[] {
  const wanted = sizeBytes === undefined ? undefined : Math.ceil(sizeBytes / sectorBytes);
  if (wanted !== undefined && wanted > sectorCount) throw new FormatError('truncated', 'ole-chain');
  const sectors: number[] = [];
  let next = start;
  while (wanted === undefined ? next < MAX_REGULAR_SECTOR : sectors.length < wanted) {
    if (next >= MAX_REGULAR_SECTOR) throw new FormatError('truncated', 'ole-chain');
    if (sectors.length > sectorCount) throw new FormatError('cyclic', 'ole-chain');
    if (sectors.length * sectorBytes > maxBytes) throw new FormatError('too-large', 'ole-chain');
    sectors.push(next);
    next = follow(table, next);
  }
  return sectors;
}

/** The sector after this one, or the mark of the end. @throws FormatError for free and table sectors: no chain leads there */
function follow(table: Uint32Array, sector: number): number {
  const next = table[sector] ?? END_OF_CHAIN;
  if (next >= MAX_REGULAR_SECTOR && next !== END_OF_CHAIN) throw new FormatError('malformed', 'ole-chain');
  return next;
}

function readChain(geometry: Geometry, table: Uint32Array, start: number, maxBytes: number): Uint8Array {
  return Buffer.concat(chainOf(geometry, table, start, maxBytes).map((sector) => readSector(geometry, sector)));
}

function* sectorExtents(geometry: Geometry, sectors: readonly number[]): Generator<Extent> {
  for (const sector of sectors) {
    yield { offset: sectorOffset(geometry, sector), length: geometry.sectorBytes };
  }
}

/** Mini sectors of 64 bytes lie in the stream of the root entry. */
function* miniExtents(
  geometry: Geometry,
  miniFat: Uint32Array,
  miniStream: readonly number[],
  stream: OleNode,
): Generator<Extent> {
  const perSector = geometry.sectorBytes / 64;
  let next = stream.startSector;
  for (let remaining = stream.sizeBytes; remaining > 0; remaining -= 64) {
    const sector = miniStream[Math.floor(next / perSector)];
    if (sector === undefined) throw new FormatError('truncated', 'ole-mini-stream');
    yield { offset: sectorOffset(geometry, sector) + (next % perSector) * 64, length: 64 };
    next = follow(miniFat, next);
  }
}

function merge(runs: Iterable<Extent>): readonly Extent[] {
  const merged: { offset: number; length: number }[] = [];
  for (const { offset, length } of runs) {
    const last = merged.at(-1);
    if (last !== undefined && last.offset + last.length === offset) last.length += length;
    else merged.push({ offset, length });
  }
  return merged;
}

/** The first `sizeBytes` of the runs: the last sector is rarely full. */
function cut(runs: readonly Extent[], sizeBytes: number): readonly Extent[] {
  let remaining = sizeBytes;
  return runs.flatMap(({ offset, length }) => {
    const taken = Math.min(length, remaining);
    remaining -= taken;
    return taken === 0 ? [] : [{ offset, length: taken }];
  });
}
