import type { SignatureDigest } from '../domain/signature.js';
import type { ByteReader } from '../formats/byte-reader.js';
import { equalBytes } from '../formats/bytes.js';
import { FormatError } from '../formats/format-error.js';
import { openOle, type OleFile } from '../formats/ole.js';
import type { OleNode } from '../formats/ole-directory.js';
import { MAX_SIGNATURE_BYTES, onlyCandidates, type SignatureContainer } from './container.js';
import { digestBytes, digestPieces, type Piece } from './digest.js';
import { SignatureError } from './signature-error.js';

const SIGNATURE = '\u0005DigitalSignature';
const SIGNATURE_EX = '\u0005MsiDigitalSignatureEx';

/**
 * The signature streams of an MSI package; `undefined` when there are none.
 *
 * The digest is over the content of all streams in the order of their names, storages recursively and closed by their class
 * id. With `MsiDigitalSignatureEx` a digest of the directory's metadata (names, class ids, sizes, times) goes first, and the
 * stream repeats it.
 * Source: behaviour of the Windows Installer as osslsigncode reproduces it; checked against packages it signed.
 *
 * @throws FormatError
 * @throws SignatureError
 */
export function openMsiContainer(reader: ByteReader): SignatureContainer | undefined {
  const file = openOle(reader);
  const signature = file.root.children.find(({ name }) => name === SIGNATURE);
  const extended = file.root.children.find(({ name }) => name === SIGNATURE_EX);
  if (signature === undefined) {
    if (extended === undefined) return undefined;
    throw new SignatureError('tampered', 'signature-removed');
  }
  const message = file.read(signature, MAX_SIGNATURE_BYTES);
  if (message.length === 0) throw new FormatError('malformed', 'signature-stream');
  const statedMetadata = extended === undefined ? undefined : file.read(extended, 64);
  return {
    messages: [message],
    padded: true,
    digests: async (algorithms, signal) => {
      const digests = new Map<SignatureDigest, Uint8Array>();
      for (const algorithm of algorithms) {
        const metadata = statedMetadata && metadataDigest(algorithm, file.root);
        if (metadata !== undefined && statedMetadata !== undefined && !equalBytes(metadata, statedMetadata)) {
          throw new SignatureError('tampered', 'metadata-digest-mismatch');
        }
        const pieces = contentPieces(file, reader.sizeBytes, metadata);
        for (const entry of await digestPieces(reader, pieces, [algorithm], signal)) digests.set(...entry);
      }
      return onlyCandidates(digests);
    },
  };
}

/** Content in the order of the digest. @throws FormatError `overlapping` when streams claim more than the file holds */
function contentPieces(file: OleFile, fileBytes: number, metadata: Uint8Array | undefined): readonly Piece[] {
  const pieces: Piece[] = metadata === undefined ? [] : [metadata];
  let claimed = 0;
  const visit = (storage: OleNode): void => {
    for (const child of sortedChildren(storage)) {
      if (child.kind === 'storage') {
        visit(child);
        continue;
      }
      // Thousands of entries that all name one long stream would take hours to hash.
      claimed += child.sizeBytes;
      if (claimed > fileBytes) throw new FormatError('overlapping', 'ole-stream');
      pieces.push(...file.extents(child));
    }
    pieces.push(classId(storage));
  };
  visit(file.root);
  return pieces;
}

function metadataDigest(algorithm: SignatureDigest, root: OleNode): Uint8Array {
  const parts: Uint8Array[] = [];
  const visit = (storage: OleNode): void => {
    parts.push(...metadataOf(storage));
    for (const child of sortedChildren(storage)) {
      if (child.kind === 'storage') visit(child);
      else parts.push(...metadataOf(child));
    }
  };
  visit(root);
  return digestBytes(algorithm, ...parts);
}

/** Name without its zero, class id or lower half of the size, state bits, and the two times; the root has neither name nor times. */
function metadataOf({ kind, nameBytes, entry }: OleNode): readonly Uint8Array[] {
  const stateBits = entry.subarray(96, 100);
  const times = entry.subarray(100, 116);
  if (kind === 'root') return [classId({ entry }), stateBits];
  const name = nameBytes.subarray(0, -2);
  return [name, kind === 'storage' ? classId({ entry }) : entry.subarray(120, 124), stateBits, times];
}

function classId({ entry }: Pick<OleNode, 'entry'>): Uint8Array {
  return entry.subarray(80, 96);
}

function sortedChildren(storage: OleNode): readonly OleNode[] {
  return storage.children
    .filter(({ name }) => storage.kind !== 'root' || (name !== SIGNATURE && name !== SIGNATURE_EX))
    .toSorted((left, right) => compareNames(left.nameBytes, right.nameBytes));
}

/** By bytes over the shorter length; of two that agree there, the longer goes first. */
function compareNames(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length);
  const order = Buffer.compare(left.subarray(0, shared), right.subarray(0, shared));
  return order === 0 ? right.length - left.length : order;
}
