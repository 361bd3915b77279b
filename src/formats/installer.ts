import type { InstallerKind } from '../domain/file-facts.js';
import type { ByteReader } from './byte-reader.js';
import { indexOfBytes, latin1 } from './bytes.js';
import type { Extent } from './ole.js';
import type { PeImage } from './pe.js';
import { RESOURCE_TYPE, type Resource } from './pe-resources.js';

const WINDOW_BYTES = 64 * 1024;
/** Squirrel's own programs are below 3 MiB. */
const SQUIRREL_BYTES = 4 * 1024 * 1024;
/** Little-endian 0xdeadbeef, then the name: NSIS finds its own data by it. */
const NSIS_MARK = Buffer.from('efbeadde4e756c6c736f6674496e7374', 'hex');
const SEVEN_ZIP_MARK = Buffer.from('377abcaf271c', 'hex');

export interface InstallerClues {
  readonly image: PeImage;
  readonly overlay: Extent;
  readonly resources: readonly Resource[];
  /** Imported libraries, lower case. */
  readonly libraries: readonly string[];
}

/**
 * The tool that built an installer, from marks that its own loader needs at run time; `undefined` when none is there.
 * Sources: NSIS exehead `firstheader`; Inno Setup, SetupLdr offset table (resource 11111); WiX burn stub; 7-Zip SFX
 * configuration block; Squirrel.Windows stub; libraries beside an Electron program.
 */
export function detectInstaller(reader: ByteReader, clues: InstallerClues): InstallerKind | undefined {
  const { image, overlay, resources, libraries } = clues;
  if (image.sections.some(({ name }) => name === '.wixburn')) return 'wix-burn';
  const head = readUpTo(reader, overlay.offset, Math.min(overlay.length, WINDOW_BYTES));
  if (indexOfBytes(head, NSIS_MARK) !== -1) return 'nsis';
  if (indexOfBytes(head, ';!@Install@!UTF-8!') !== -1 || indexOfBytes(head, SEVEN_ZIP_MARK) === 0) return '7z-sfx';
  if (resources.some((resource) => isInnoTable(reader, resource))) return 'inno';
  if (isSquirrel(reader)) return 'squirrel';
  // Chromium's crash reporter section beside a codec library of its own: Chrome itself keeps both in chrome.dll.
  const hasCrashpad = image.sections.some(({ name }) => name === 'CPADinfo');
  return hasCrashpad && libraries.includes('ffmpeg.dll') ? 'electron' : undefined;
}

function isInnoTable(reader: ByteReader, { type, offset, size }: Resource): boolean {
  return type === RESOURCE_TYPE.data && size >= 12 && latin1(readUpTo(reader, offset, 6), 0, 6) === 'rDlPtS';
}

function isSquirrel(reader: ByteReader): boolean {
  const bytes = readUpTo(reader, 0, SQUIRREL_BYTES);
  return (
    indexOfBytes(bytes, 'SquirrelTemp') !== -1 || indexOfBytes(bytes, Buffer.from('SquirrelTemp', 'utf16le')) !== -1
  );
}

function readUpTo(reader: ByteReader, offset: number, length: number): Uint8Array {
  const wanted = Math.min(length, Math.max(0, reader.sizeBytes - offset));
  return wanted <= 0 ? new Uint8Array() : reader.read(offset, wanted);
}
