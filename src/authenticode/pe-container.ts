import type { ByteReader } from '../formats/byte-reader.js';
import { u16, u32 } from '../formats/bytes.js';
import { FormatError } from '../formats/format-error.js';
import { DIRECTORY, endOfSections, parsePe, type PeImage } from '../formats/pe.js';
import { MAX_SIGNATURE_BYTES, onlyCandidates, type SignatureContainer } from './container.js';
import { digestPieces, type Piece } from './digest.js';
import { SignatureError } from './signature-error.js';

const REVISION_2 = 0x0200;
const TYPE_PKCS_SIGNED_DATA = 2;
const MAX_ENTRIES = 16;

/**
 * The certificate table of a PE file; `undefined` when there is none.
 * Source: Microsoft, "Windows Authenticode Portable Executable Signature Format" and "PE Format", attribute certificate table.
 *
 * @throws FormatError
 * @throws SignatureError
 */
export function openPeContainer(reader: ByteReader): SignatureContainer | undefined {
  const image = parsePe(reader);
  const table = image.directories[DIRECTORY.certificates];
  // Without the entry nobody could have signed the file; that headers were cut down is no proof that nobody did.
  if (table === undefined) throw new FormatError('malformed', 'data-directories');
  if (table.address === 0 && table.size === 0) return undefined;
  if (table.address < image.headerEnd || table.size < 8) throw new FormatError('malformed', 'certificate-table');
  if (table.size > MAX_SIGNATURE_BYTES) throw new FormatError('too-large', 'certificate-table');
  const end = table.address + table.size;
  if (end > reader.sizeBytes) throw new FormatError('truncated', 'certificate-table');
  if (end < reader.sizeBytes) {
    // Since MS12-024 Windows accepts nothing behind the table: it would be content that nobody signed.
    throw new SignatureError('tampered', 'data-after-signature', { bytes: reader.sizeBytes - end });
  }
  if (endOfSections(image) > table.address) throw new SignatureError('tampered', 'signature-overlaps-section');
  const entries = readEntries(reader.read(table.address, table.size));
  return {
    messages: entries,
    padded: true,
    digests: async (algorithms, signal) =>
      onlyCandidates(await digestPieces(reader, signedPieces(image, table.address), algorithms, signal)),
  };
}

/** Everything but the checksum, the directory entry of the certificates, and the certificates. */
function signedPieces(image: PeImage, tableOffset: number): readonly Piece[] {
  const afterChecksum = image.checksumOffset + 4;
  const afterEntry = image.certificateEntryOffset + 8;
  return [
    { offset: 0, length: image.checksumOffset },
    { offset: afterChecksum, length: image.certificateEntryOffset - afterChecksum },
    { offset: afterEntry, length: tableOffset - afterEntry },
  ];
}

function readEntries(table: Uint8Array): readonly Uint8Array[] {
  const entries: Uint8Array[] = [];
  let position = 0;
  while (position < table.length) {
    const length = table.length - position < 8 ? 0 : u32(table, position);
    if (length < 8 || length > table.length - position) {
      // Zeros behind the last entry are padding; anything else is content outside of every entry.
      if (entries.length > 0 && table.subarray(position).every((byte) => byte === 0)) break;
      if (entries.length > 0) {
        throw new SignatureError('tampered', 'hidden-data', { bytes: table.length - position });
      }
      throw new FormatError('malformed', 'certificate-table');
    }
    if (u16(table, position + 4) !== REVISION_2 || u16(table, position + 6) !== TYPE_PKCS_SIGNED_DATA) {
      throw new FormatError('unsupported', 'certificate-table');
    }
    if (entries.length === MAX_ENTRIES) throw new FormatError('too-large', 'certificate-table');
    entries.push(table.subarray(position + 8, position + length));
    position += Math.ceil(length / 8) * 8;
  }
  return entries;
}
