import type { FileFormat } from '../domain/artifact.js';
import type { Peek, RecognitionWindow } from './recognition-window.js';

/**
 * Bytes of the central directory that are looked at, from each end of it. Packages have their manifests first or last.
 */
const DIRECTORY_BYTES = 61_440;
/** The end record with the longest comment. */
const END_SEARCH_BYTES = 22 + 65_535;
const LOCAL_HEADER_BYTES = 30;
const CENTRAL_HEADER_BYTES = 46;

/** What kind of package the entries make it. Pure. */
export function zipFormatOf(names: ReadonlySet<string>): FileFormat {
  if (names.has('AppxManifest.xml') || names.has('AppxMetadata/AppxBundleManifest.xml')) return 'msix';
  if ([...names].some((name) => /^[^/\\]+\.nuspec$/i.test(name))) return 'nupkg';
  // Android packages are signed like Java archives and have the manifest of one; they are none.
  return names.has('META-INF/MANIFEST.MF') && !names.has('AndroidManifest.xml') ? 'jar' : 'zip';
}

/**
 * Names of entries: those that the first bytes show, and both ends of the central directory. For recognition only.
 * Never throws.
 */
export function readZipNames(head: Uint8Array, peek: Peek, window: RecognitionWindow): ReadonlySet<string> {
  const names = new Set(localNames(head));
  for (const part of directoryParts(peek, window)) for (const name of centralNames(part)) names.add(name);
  return names;
}

function* localNames(head: Uint8Array): Generator<string> {
  const bytes = bufferOf(head);
  let at = 0;
  while (at + LOCAL_HEADER_BYTES <= bytes.length && bytes.readUInt32LE(at) === 0x04034b50) {
    const nameEnd = at + LOCAL_HEADER_BYTES + bytes.readUInt16LE(at + 26);
    if (nameEnd > bytes.length) return;
    yield bytes.toString('utf8', at + LOCAL_HEADER_BYTES, nameEnd);
    const isStreamed = (bytes.readUInt16LE(at + 6) & 8) !== 0;
    // The sizes of a streamed entry stand behind it.
    if (isStreamed) return;
    at = nameEnd + bytes.readUInt16LE(at + 28) + bytes.readUInt32LE(at + 18);
  }
}

function directoryParts(peek: Peek, { sizeBytes }: RecognitionWindow): readonly Uint8Array[] {
  if (sizeBytes === undefined) return [];
  const searched = Math.min(sizeBytes, END_SEARCH_BYTES);
  const ending = peek(sizeBytes - searched, searched);
  if (ending === undefined) return [];
  const at = bufferOf(ending).lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (at < 0 || at + 22 > ending.length) return [];
  const length = bufferOf(ending).readUInt32LE(at + 12);
  // Counted back from the end record and not taken from its offset: a zip behind other bytes has offsets that are off.
  const end = sizeBytes - searched + at;
  const start = end - length;
  if (start < 0) return [];
  const first = Math.min(length, DIRECTORY_BYTES);
  const last = Math.max(start + first, end - DIRECTORY_BYTES);
  return [peek(start, first), peek(last, end - last)].filter((part) => part !== undefined);
}

/** By signature and not record by record: the last part may begin in the middle of one. */
function* centralNames(part: Uint8Array): Generator<string> {
  const bytes = bufferOf(part);
  let at = bytes.indexOf('PK\x01\x02', 0, 'latin1');
  while (at >= 0 && at + CENTRAL_HEADER_BYTES <= bytes.length) {
    const nameEnd = at + CENTRAL_HEADER_BYTES + bytes.readUInt16LE(at + 28);
    if (nameEnd <= bytes.length) yield bytes.toString('utf8', at + CENTRAL_HEADER_BYTES, nameEnd);
    at = bytes.indexOf('PK\x01\x02', at + CENTRAL_HEADER_BYTES, 'latin1');
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
