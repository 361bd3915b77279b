import type { FileFormat } from '../domain/artifact.js';
import type { Peek, RecognitionWindow } from './recognition-window.js';
import { isHtml, isScriptText } from './recognise-text.js';
import { readZipNames, zipFormatOf } from './recognise-zip.js';

/** First bytes that decide alone. Sources: the formats' own specifications; `\xNN` as in there. */
const MAGICS: readonly (readonly [magic: string, format: FileFormat])[] = [
  ['\x7fELF', 'elf'],
  ['\xfe\xed\xfa\xce', 'macho'],
  ['\xfe\xed\xfa\xcf', 'macho'],
  ['\xce\xfa\xed\xfe', 'macho'],
  ['\xcf\xfa\xed\xfe', 'macho'],
  // Four reserved zeros follow the signature. Source: Microsoft, cabinet format.
  ['MSCF\0\0\0\0', 'cab'],
  ['7z\xbc\xaf\x27\x1c', '7z'],
  ['!<arch>\ndebian-binary', 'deb'],
  ['\xed\xab\xee\xdb', 'rpm'],
  // An encrypted image has this header and no trailer.
  ['encrcdsa', 'dmg'],
];

/**
 * Class of the root storage: `CLSID_MsiDatabase` and `CLSID_MsiPatch` of Windows Installer, as the bytes stand in the
 * file.
 */
const MSI_CLASSES: ReadonlySet<string> = new Set([
  '84100c0000000000c000000000000046',
  '86100c0000000000c000000000000046',
]);

/** A walk takes these; `other` and web pages are no artifacts unless somebody names them. */
export function isExecutableFormat(format: FileFormat): boolean {
  return format !== 'other' && format !== 'html';
}

/**
 * What a file is, from its first bytes (4 KiB are enough) and a little more where a format needs it.
 *
 * By content and never by name, with one exception: batch files, PowerShell and Windows Script Host sources have
 * nothing in their bytes that tells them from other text, so text under one of their extensions counts as `script`.
 *
 * Never throws, whatever the bytes. Where formats overlap the one that the system would run wins: a program with an
 * archive behind it is a program.
 */
export function recogniseFormat(head: Uint8Array, window: RecognitionWindow = {}): FileFormat {
  const peek = peekInto(head, window);
  const start = latin1(head.subarray(0, 64));
  if (start.startsWith('MZ')) return isPortableExecutable(peek) ? 'pe' : 'other';
  if (start.startsWith('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')) return isInstallerDatabase(peek) ? 'msi' : 'ole';
  if (start.startsWith('PK\x03\x04') || start.startsWith('PK\x05\x06')) {
    return zipFormatOf(readZipNames(head, peek, window));
  }
  if (isFatMachO(start)) return 'macho';
  const known = MAGICS.find(([magic]) => start.startsWith(magic));
  if (known !== undefined) return known[1];
  if (/^(?:\xef\xbb\xbf)?#!/.test(start)) return 'script';
  if (isDiskImage(window.tail ?? head)) return 'dmg';
  if (isHtml(head)) return 'html';
  return isScriptText(head, window.name ?? '') ? 'script' : 'other';
}

/**
 * `MZ` alone is any program of 1981 and after, and a two-letter coincidence; Windows runs what has the second header.
 */
function isPortableExecutable(peek: Peek): boolean {
  const pointer = peek(0x3c, 4);
  if (pointer === undefined) return false;
  const signature = peek(u32(pointer, 0), 4);
  return signature !== undefined && latin1(signature) === 'PE\0\0';
}

/**
 * The root storage's entry is the first of the directory, whose first sector the header names. Source: [MS-CFB] 2.2,
 * 2.6.
 */
function isInstallerDatabase(peek: Peek): boolean {
  const header = peek(0, 76);
  if (header === undefined) return false;
  const shift = u16(header, 30);
  if (shift !== 9 && shift !== 12) return false;
  const entry = peek((u32(header, 48) + 1) * 2 ** shift, 128);
  return entry !== undefined && MSI_CLASSES.has(Buffer.from(entry.subarray(80, 96)).toString('hex'));
}

/**
 * Java classes begin with the same four bytes. Where a universal binary has its number of programs, a class has its
 * version, which is 45 or more.
 */
function isFatMachO(start: string): boolean {
  if (!/^\xca\xfe\xba[\xbe\xbf]/.test(start) || start.length < 8) return false;
  const programs = u32be(start, 4);
  return programs > 0 && programs < 45;
}

/** The trailer of a UDIF image: signature, version 4, its own length of 512. */
function isDiskImage(tail: Uint8Array): boolean {
  const trailer = latin1(tail.subarray(Math.max(0, tail.length - 512)));
  return trailer.length === 512 && trailer.startsWith('koly\0\0\0\x04\0\0\x02\0');
}

function peekInto(head: Uint8Array, { tail, sizeBytes, readAt }: RecognitionWindow): Peek {
  return (offset, length) => {
    if (offset + length <= head.length) return head.subarray(offset, offset + length);
    if (sizeBytes !== undefined && offset + length > sizeBytes) return undefined;
    if (sizeBytes !== undefined && tail !== undefined && offset >= sizeBytes - tail.length) {
      const start = offset - (sizeBytes - tail.length);
      return tail.subarray(start, start + length);
    }
    const bytes = readAt?.(offset, length);
    return bytes !== undefined && bytes.length === length ? bytes : undefined;
  };
}

/** One character a byte, so that magics can be written as text. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

function u16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

function u32(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) + u16(bytes, at + 2) * 65_536;
}

function u32be(text: string, at: number): number {
  return [0, 1, 2, 3].reduce((value, index) => value * 256 + text.charCodeAt(at + index), 0);
}
