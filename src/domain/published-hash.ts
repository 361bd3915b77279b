import type { DigestAlgorithm } from './artifact.js';

/** One line of a list of hashes that the publisher (or somebody the user trusts) published. */
export interface PublishedHash {
  /** File name without folders, where the list names one. */
  readonly name?: string;
  /** Where the file is published, where the list says so. */
  readonly url?: string;
  readonly algorithm: DigestAlgorithm | 'sha512';
  /** Lower-case hexadecimal. */
  readonly digest: string;
  /** The list, as the user spelled its path. */
  readonly source: string;
}
