import { parseCab, type CabHeader } from '../formats/cab.js';
import type { ByteReader } from '../formats/byte-reader.js';
import { FormatError } from '../formats/format-error.js';
import { MAX_SIGNATURE_BYTES, onlyCandidates, type SignatureContainer } from './container.js';
import { digestPieces, type Piece } from './digest.js';
import { SignatureError } from './signature-error.js';

/**
 * The signature behind a cabinet; `undefined` when its header reserves no place for one.
 * Source: behaviour of signed cabinets as osslsigncode and makecab write them.
 *
 * @throws FormatError
 * @throws SignatureError
 */
export function openCabContainer(reader: ByteReader): SignatureContainer | undefined {
  const header = parseCab(reader);
  const { signature } = header;
  if (signature === undefined) return undefined;
  if (signature.length > MAX_SIGNATURE_BYTES) throw new FormatError('too-large', 'signature');
  const end = signature.offset + signature.length;
  if (signature.offset < header.headerEnd || end > reader.sizeBytes) throw new FormatError('malformed', 'signature');
  if (end < reader.sizeBytes) {
    throw new SignatureError('tampered', 'data-after-signature', { bytes: reader.sizeBytes - end });
  }
  return {
    messages: [reader.read(signature.offset, signature.length)],
    padded: true,
    digests: async (algorithms, signal) =>
      onlyCandidates(await digestPieces(reader, signedPieces(header, signature.offset), algorithms, signal)),
  };
}

/** All but: reserved1, the number in the set, the sizes of reserved places, and where the signature is. */
function signedPieces({ headerEnd }: CabHeader, end: number): readonly Piece[] {
  return [
    { offset: 0, length: 4 },
    { offset: 8, length: 26 },
    { offset: 56, length: 4 },
    { offset: headerEnd, length: end - headerEnd },
  ];
}
