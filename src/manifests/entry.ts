import type { PublishedHash } from '../domain/published-hash.js';

/** An entry before it is known which list it came from. */
export type ManifestEntry = Omit<PublishedHash, 'source'>;

export interface ManifestProblem {
  /** 1-based line, or a path such as `files.3.sha256`. */
  readonly where: string;
  readonly message: string;
}

export interface ParsedManifest {
  readonly entries: readonly ManifestEntry[];
  readonly problems: readonly ManifestProblem[];
}

const LENGTHS: Readonly<Record<number, PublishedHash['algorithm']>> = {
  32: 'md5',
  40: 'sha1',
  64: 'sha256',
  128: 'sha512',
};

/** The algorithm that makes digests of this many hexadecimal digits; sha256 for 64, as the tools that write lists do. Pure. */
export function algorithmOf(digest: string): PublishedHash['algorithm'] | undefined {
  return LENGTHS[digest.length];
}

/** The last part of a path, for either kind of separator: lists are written on one system and read on another. Pure. */
export function baseName(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? path;
}
