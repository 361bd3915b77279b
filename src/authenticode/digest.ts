import { createHash, type Hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { SignatureDigest } from '../domain/signature.js';
import type { ByteReader } from '../formats/byte-reader.js';

/** A run of the file's bytes, or bytes that are hashed without being in the file at that place. */
export type Piece = { readonly offset: number; readonly length: number } | Uint8Array;

/** Bytes a read. Larger ones measured no faster, smaller ones pay more calls. */
const CHUNK_BYTES = 1024 * 1024;
/** After this many bytes other work gets its turn and an abort is seen. */
const YIELD_BYTES = 16 * 1024 * 1024;

const OIDS: Readonly<Record<string, SignatureDigest>> = {
  '1.2.840.113549.2.5': 'md5',
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** The digest algorithm that an object identifier names, or `undefined` for one we do not know. */
export function digestOfOid(oid: string): SignatureDigest | undefined {
  return OIDS[oid];
}

/** Digest of bytes in memory. */
export function digestBytes(algorithm: SignatureDigest, ...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/**
 * Digests of the pieces in order, by several algorithms at once from one read of the file. Streams with one buffer of
 * 1 MiB, so memory does not grow with the file.
 *
 * @throws FormatError when a piece lies outside the file; the signal's reason when aborted
 */
export async function digestPieces(
  reader: ByteReader,
  pieces: Iterable<Piece>,
  algorithms: readonly SignatureDigest[],
  signal: AbortSignal,
): Promise<ReadonlyMap<SignatureDigest, Uint8Array>> {
  const hashes = new Map<SignatureDigest, Hash>(algorithms.map((algorithm) => [algorithm, createHash(algorithm)]));
  const buffer = new Uint8Array(CHUNK_BYTES);
  let sinceYield = 0;
  const feed = (bytes: Uint8Array): void => {
    for (const hash of hashes.values()) hash.update(bytes);
  };
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) {
      feed(piece);
      continue;
    }
    for (let done = 0; done < piece.length; done += CHUNK_BYTES) {
      const length = Math.min(CHUNK_BYTES, piece.length - done);
      feed(reader.read(piece.offset + done, length, buffer));
      sinceYield += length;
      if (sinceYield >= YIELD_BYTES) {
        sinceYield = 0;
        await setImmediate();
        signal.throwIfAborted();
      }
    }
  }
  return new Map([...hashes].map(([algorithm, hash]) => [algorithm, hash.digest()]));
}
