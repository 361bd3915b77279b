import type { DigestAlgorithm, FileFormat, Sha256 } from '../domain/artifact.js';
import type { DocumentError } from '../domain/document.js';
import type { Reason } from '../domain/verdict.js';
import type { DownloadFacts } from '../domain/download-facts.js';
import type { FileState, StoredScan } from '../ports.js';

/** What came of one subject. `missing` says why there is no usable scan, or that the one here is old. */
export interface Resolution {
  readonly stored: StoredScan | null;
  readonly source: 'cache' | 'lookup' | 'upload' | 'rescan' | 'none';
  readonly missing?: Reason;
  readonly error?: DocumentError;
}

/** Where the bytes of a file can be read for an upload or an inspection, and the state in which they were hashed. */
export interface LocalCopy extends FileState {
  readonly name: string;
  readonly format: FileFormat;
}

/** One content with all its names, or one URL, or one hash: what is resolved once. */
export type Subject = FileSubject | UrlSubject | HashSubject;

export interface FileSubject {
  readonly kind: 'file';
  /** Key of the scan: the sha256. */
  readonly id: Sha256;
  readonly digests: { readonly sha256: Sha256; readonly sha1?: string; readonly md5?: string };
  readonly copy: LocalCopy;
  /** Sorted when the document is built. */
  readonly paths: string[];
  readonly downloads: DownloadFacts[];
}

export interface UrlSubject {
  readonly kind: 'url';
  readonly id: string;
  /** sha256 of the file behind it, once downloaded. */
  contains?: Sha256;
  download?: DownloadFacts;
  downloadError?: DocumentError;
}

export interface HashSubject {
  readonly kind: 'hash';
  readonly id: string;
  readonly algorithm: DigestAlgorithm;
}
