import { u16, u32, u64, utf16 } from './bytes.js';
import { FormatError } from './format-error.js';

/** A storage or stream of a compound file. */
export interface OleNode {
  readonly name: string;
  /** The name's UTF-16 bytes with the terminating zero, as sorting for digests needs them. */
  readonly nameBytes: Uint8Array;
  readonly kind: 'root' | 'storage' | 'stream';
  readonly startSector: number;
  readonly sizeBytes: number;
  /** The directory entry's 128 bytes. */
  readonly entry: Uint8Array;
  /** Of storages, in the order of the directory's tree. */
  readonly children: readonly OleNode[];
}

const ENTRY_BYTES = 128;
const NO_STREAM = 0xffffffff;
const KINDS: Readonly<Record<number, OleNode['kind']>> = { 1: 'storage', 2: 'stream', 5: 'root' };
/** Storages in storages; MSI packages need two or three, and deeper ones would only serve to exhaust the stack. */
const MAX_DEPTH = 32;

/**
 * The tree of a directory. Siblings form binary trees whose links may lie: an entry met twice is an error.
 *
 * @throws FormatError `cyclic`, `malformed`
 */
export function readEntries(directory: Uint8Array, version: number): OleNode {
  const visited = new Set<number>();
  const read = (id: number, depth: number): OleNode => {
    if (depth > MAX_DEPTH) throw new FormatError('too-large', 'ole-directory');
    const entry = directory.subarray(id * ENTRY_BYTES, (id + 1) * ENTRY_BYTES);
    if (entry.length < ENTRY_BYTES) throw new FormatError('truncated', 'ole-directory');
    const nameLength = u16(entry, 64);
    const kind = KINDS[entry[66]!];
    if (kind === undefined || nameLength < 2 || nameLength > 64) throw new FormatError('malformed', 'ole-directory');
    if ((kind === 'root') !== (id === 0)) throw new FormatError('malformed', 'ole-directory');
    const name = utf16(entry, 0, nameLength / 2);
    // Rules of the format that other readers insist on: name and creation time of the root, no children of streams.
    const isRootBroken =
      kind === 'root' && (name !== 'Root Entry' || entry.subarray(100, 108).some((byte) => byte !== 0));
    if (isRootBroken || (kind === 'stream' && u32(entry, 76) !== NO_STREAM)) {
      throw new FormatError('malformed', 'ole-directory');
    }
    return {
      name,
      nameBytes: entry.subarray(0, nameLength),
      kind,
      startSector: u32(entry, 116),
      // In version 3 files the upper half of the size may hold rubbish.
      sizeBytes: version === 3 ? u32(entry, 120) : u64(entry, 120),
      entry,
      children: kind === 'stream' ? [] : siblings(u32(entry, 76)).map((child) => read(child, depth + 1)),
    };
  };
  /** All ids of one tree of siblings; not recursive, because a degenerate tree is as deep as it is long. */
  const siblings = (first: number): readonly number[] => {
    const ids: number[] = [];
    const open = [first];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (id === NO_STREAM) continue;
      if (visited.has(id)) throw new FormatError('cyclic', 'ole-directory');
      if ((id + 1) * ENTRY_BYTES > directory.length) throw new FormatError('truncated', 'ole-directory');
      visited.add(id);
      ids.push(id);
      open.push(u32(directory, id * ENTRY_BYTES + 68), u32(directory, id * ENTRY_BYTES + 72));
    }
    return ids;
  };
  visited.add(0);
  return read(0, 0);
}
