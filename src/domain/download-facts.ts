import type { FileFormat, Sha256 } from './artifact.js';

/** What happened when a download link was followed: facts for evidence, not a judgement. */
export interface DownloadFacts {
  readonly requestedUrl: string;
  /** Every answer on the way that sent elsewhere, in order. */
  readonly redirects: readonly { readonly url: string; readonly status: number }[];
  readonly finalUrl: string;
  readonly status: number;
  /** HTTPS with a verified certificate all the way from the first URL to the last. */
  readonly tls: boolean;
  /** From `Content-Length`, where one was given for the bytes as sent. */
  readonly announcedBytes?: number;
  readonly receivedBytes: number;
  /** As announced; what it is, `format` says. */
  readonly contentType?: string;
  readonly sha256: Sha256;
  /** Found by content. */
  readonly format: FileFormat;
}
