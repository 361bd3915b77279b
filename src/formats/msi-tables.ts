import { TextDecoder } from 'node:util';
import type { MsiIdentity } from '../domain/file-facts.js';
import { u16 } from './bytes.js';
import { FormatError } from './format-error.js';
import type { OleFile } from './ole.js';
import type { OleNode } from './ole-directory.js';

const MAX_POOL_BYTES = 4 * 1024 * 1024;
const MAX_DATA_BYTES = 24 * 1024 * 1024;
const MAX_TABLE_BYTES = 1024 * 1024;
const MAX_TEXT = 1024;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._';

const FIELDS: Readonly<Record<string, keyof MsiIdentity>> = {
  ProductCode: 'productCode',
  UpgradeCode: 'upgradeCode',
  ProductName: 'productName',
  Manufacturer: 'manufacturer',
  ProductVersion: 'productVersion',
};

/** Strings of a package, by their number; 1 is the first. */
interface StringPool {
  readonly referenceBytes: 2 | 3;
  text(number: number): string;
}

/**
 * Identity of an MSI package from its Property table; `undefined` when the file has no such table (another OLE file).
 * Source: the layout of installer databases as documented by msitools and Wine.
 *
 * @throws FormatError
 */
export function readMsiIdentity(file: OleFile): MsiIdentity | undefined {
  const table = findTable(file, 'Property');
  if (table === undefined) return undefined;
  const strings = readStrings(file);
  const bytes = file.read(table, MAX_TABLE_BYTES);
  const width = strings.referenceBytes;
  const rows = Math.floor(bytes.length / (width * 2));
  const identity: Partial<Record<keyof MsiIdentity, string>> = {};
  // Tables are stored by column: all keys, then all values.
  for (let row = 0; row < rows; row += 1) {
    const field = FIELDS[strings.text(reference(bytes, row * width, width))];
    if (field === undefined) continue;
    const value = strings.text(reference(bytes, (rows + row) * width, width)).slice(0, MAX_TEXT);
    if (value !== '') identity[field] = field.endsWith('Code') ? value.toUpperCase() : value;
  }
  return identity;
}

function findTable(file: OleFile, name: string): OleNode | undefined {
  return file.root.children.find((node) => node.kind === 'stream' && decodeStreamName(node.name) === `!${name}`);
}

/** Stream names pack two characters of a 64-letter alphabet into one code unit; `!` stands for the mark of tables. */
function decodeStreamName(name: string): string {
  let text = '';
  for (let index = 0; index < name.length; index += 1) {
    const unit = name.charCodeAt(index);
    if (unit >= 0x3800 && unit < 0x4800) {
      text += ALPHABET[(unit - 0x3800) & 0x3f]! + ALPHABET[(unit - 0x3800) >> 6]!;
    } else if (unit >= 0x4800 && unit < 0x4840) text += ALPHABET[unit - 0x4800]!;
    else text += unit === 0x4840 ? '!' : name[index]!;
  }
  return text;
}

function reference(bytes: Uint8Array, at: number, width: 2 | 3): number {
  return u16(bytes, at) + (width === 3 ? bytes[at + 2]! * 0x1_0000 : 0);
}

function readStrings(file: OleFile): StringPool {
  const poolNode = findTable(file, '_StringPool');
  const dataNode = findTable(file, '_StringData');
  if (poolNode === undefined || dataNode === undefined) throw new FormatError('malformed', 'msi-strings');
  const pool = file.read(poolNode, MAX_POOL_BYTES);
  const data = file.read(dataNode, MAX_DATA_BYTES);
  // The first entry holds the code page, and in its top bit the width of references.
  const places = stringPlaces(pool);
  const decoder = decoderOf(u16(pool, 0));
  return {
    referenceBytes: (u16(pool, 2) & 0x8000) === 0 ? 2 : 3,
    text(number) {
      const start = places[number * 2 - 2];
      const length = places[number * 2 - 1];
      return start === undefined || length === undefined ? '' : decoder.decode(data.subarray(start, start + length));
    },
  };
}

/** Start and length of each string, flat: one entry a string in the pool, two for strings above 64 KiB. */
function stringPlaces(pool: Uint8Array): readonly number[] {
  const places: number[] = [];
  let start = 0;
  for (let at = 4; at + 4 <= pool.length; at += 4) {
    let length = u16(pool, at);
    const references = u16(pool, at + 2);
    if (length === 0 && references !== 0 && at + 8 <= pool.length) {
      at += 4;
      length = u16(pool, at) + u16(pool, at + 2) * 0x1_0000;
    }
    places.push(start, length);
    start += length;
  }
  return places;
}

function decoderOf(codePage: number): TextDecoder {
  const labels: Readonly<Record<number, string>> = {
    0: 'windows-1252',
    932: 'shift_jis',
    936: 'gbk',
    949: 'euc-kr',
    950: 'big5',
    65001: 'utf-8',
  };
  try {
    return new TextDecoder(labels[codePage] ?? `windows-${codePage}`);
  } catch {
    return new TextDecoder('windows-1252');
  }
}
