import type { FileFormat } from '../domain/artifact.js';
import type { SignatureReport } from '../domain/signature.js';
import type { Instant } from '../domain/time.js';
import type { ByteReader } from '../formats/byte-reader.js';
import { FormatError } from '../formats/format-error.js';
import type { ParsedCertificate } from './certificate.js';
import type { SignatureContainer } from './container.js';
import { openCabContainer } from './cab-container.js';
import { openMsiContainer } from './msi-container.js';
import { openMsixContainer } from './msix-container.js';
import { openPeContainer } from './pe-container.js';
import { openScriptContainer } from './script-container.js';
import { SignatureError } from './signature-error.js';
import { verifyContainer } from './verify-container.js';

export interface VerifyOptions {
  /** Roots (or any certificates) that the caller trusts; see `parseAnchors`. None: nothing is ever anchored. */
  readonly anchors: readonly ParsedCertificate[];
  /** Thumbprints of signer certificates, sha1 or sha256, lower-case hexadecimal. */
  readonly pinned: readonly string[];
  readonly now: Instant;
  readonly signal: AbortSignal;
}

/** Formats that can carry Authenticode signatures, and how each is opened. */
const OPENERS: Readonly<Partial<Record<FileFormat, (reader: ByteReader) => SignatureContainer | undefined>>> = {
  pe: openPeContainer,
  msi: openMsiContainer,
  ole: openMsiContainer,
  cab: openCabContainer,
  msix: openMsixContainer,
  script: openScriptContainer,
};

/**
 * Checks a file's own signatures. Reads the file once, in pieces of 1 MiB; costs little more than hashing it.
 *
 * Never throws on content: what cannot be read is `unreadable` with a reason, and anything off is never `intact`.
 *
 * @throws the signal's reason when aborted; NodeJS.ErrnoException from the reader
 */
export async function verifyFile(
  reader: ByteReader,
  format: FileFormat,
  options: VerifyOptions,
): Promise<SignatureReport> {
  const open = OPENERS[format];
  if (open === undefined) return unreadable('format-without-signatures', { format });
  try {
    const container = open(reader);
    if (container === undefined) return { state: 'unsigned', signers: [], reason: { code: 'no-signature', args: {} } };
    return await verifyContainer(container, options, options.signal);
  } catch (error) {
    if (error instanceof SignatureError) return error.toReport();
    if (error instanceof FormatError) return unreadable(error.code, { part: error.part });
    options.signal.throwIfAborted();
    if (error instanceof Error && 'syscall' in error) throw error;
    // A mistake of ours or of a decoder, which hostile bytes found: one file's check fails, the run goes on.
    return unreadable('unexpected', { error: error instanceof Error ? error.name : typeof error });
  }
}

function unreadable(code: string, args: Readonly<Record<string, string>>): SignatureReport {
  return { state: 'unreadable', signers: [], reason: { code, args } };
}
