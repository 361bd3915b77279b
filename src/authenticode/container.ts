import type { Detail } from '../domain/evidence.js';
import type { SignatureDigest } from '../domain/signature.js';

/** Where a format keeps its signatures, and which bytes they are about. */
export interface SignatureContainer {
  /** DER (or BER) of each CMS message, first the primary one; bytes behind it allowed. Never empty. */
  readonly messages: readonly Uint8Array[];
  /** The file holds bytes that no signature can cover: it is not intact, however well the rest verifies. */
  readonly defect?: { readonly code: string; readonly args: Detail };
  /** Zero bytes may follow a message in its place; other ones are hidden content. */
  readonly padded: boolean;
  /**
   * What the signed content must hold for each algorithm. More than one where the format leaves open how the bytes are
   * read (text encodings); any of them fits.
   *
   * @throws FormatError; the signal's reason when aborted
   */
  digests(
    algorithms: readonly SignatureDigest[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<SignatureDigest, readonly Uint8Array[]>>;
}

/** Largest place for signatures that is read, bytes: real ones, page hashes of large programs included, stay below 4 MiB. */
export const MAX_SIGNATURE_BYTES = 16 * 1024 * 1024;

/** Wraps single digests as the only candidates. */
export function onlyCandidates(
  digests: ReadonlyMap<SignatureDigest, Uint8Array>,
): ReadonlyMap<SignatureDigest, readonly Uint8Array[]> {
  return new Map([...digests].map(([algorithm, digest]) => [algorithm, [digest]]));
}
