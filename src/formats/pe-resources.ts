import type { ByteReader } from './byte-reader.js';
import { u16, u32, utf16 } from './bytes.js';
import { FormatError } from './format-error.js';
import { DIRECTORY, offsetOfAddress, type PeImage } from './pe.js';

/** Resource types, from winuser.h. */
export const RESOURCE_TYPE = Object.freeze({ data: 10, version: 16 });

export interface Resource {
  /** Number, or name for types that a program invented. */
  readonly type: number | string;
  readonly offset: number;
  readonly size: number;
}

/** Real programs stay below 2,000 (icons and dialogs in many languages). */
const MAX_RESOURCES = 8192;
const MAX_LEVELS = 3;

/**
 * The resources of an image, in tree order. The tree has three levels (type, name, language); deeper ones, and directories
 * that point back, are errors.
 * Source: Microsoft, "PE Format", the .rsrc section.
 *
 * @throws FormatError
 */
export function readResources(reader: ByteReader, image: PeImage): readonly Resource[] {
  const directory = image.directories[DIRECTORY.resources];
  if (directory === undefined || directory.address === 0) return [];
  const base = offsetOfAddress(image, directory.address);
  if (base === undefined) throw new FormatError('malformed', 'resources');
  const resources: Resource[] = [];
  const visited = new Set<number>();
  let entriesLeft = MAX_RESOURCES * 2;
  const visit = (at: number, level: number, type: number | string | undefined): void => {
    if (level > MAX_LEVELS || visited.has(at)) throw new FormatError('cyclic', 'resources');
    visited.add(at);
    const header = reader.read(base + at, 16);
    const count = u16(header, 12) + u16(header, 14);
    entriesLeft -= count;
    if (entriesLeft < 0) throw new FormatError('too-large', 'resources');
    const entries = reader.read(base + at + 16, count * 8);
    for (let index = 0; index < count; index += 1) {
      const id = u32(entries, index * 8);
      const target = u32(entries, index * 8 + 4);
      const ownType = type ?? nameOf(reader, base, id);
      if (target >= 0x8000_0000) {
        visit(target - 0x8000_0000, level + 1, ownType);
        continue;
      }
      if (resources.length === MAX_RESOURCES) throw new FormatError('too-large', 'resources');
      const leaf = reader.read(base + target, 8);
      const offset = offsetOfAddress(image, u32(leaf, 0));
      // A leaf that points nowhere spoils itself, not the others.
      if (offset !== undefined) resources.push({ type: ownType, offset, size: u32(leaf, 4) });
    }
  };
  visit(0, 1, undefined);
  return resources;
}

function nameOf(reader: ByteReader, base: number, id: number): number | string {
  if (id < 0x8000_0000) return id;
  const at = base + id - 0x8000_0000;
  const length = Math.min(u16(reader.read(at, 2), 0), 64);
  return utf16(reader.read(at + 2, length * 2), 0, length);
}
