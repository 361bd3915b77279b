import type { FileFormat } from '../domain/artifact.js';
import type { Evidence, Finding } from '../domain/evidence.js';
import type { FileFacts } from '../domain/file-facts.js';
import { findFindings } from '../domain/findings.js';
import { signatureEvidence, type SignatureReport } from '../domain/signature.js';
import { ArtifactError } from '../errors.js';
import { openFileReader, type FileReader } from '../formats/byte-reader.js';
import { readFileFacts } from '../formats/file-facts.js';
import { verifyFile, type VerifyOptions } from '../authenticode/verify-file.js';

/** Everything that one file says about itself. */
export interface Inspection {
  readonly signature: SignatureReport;
  readonly facts: FileFacts;
  /** Kinds `signature` and `timestamp`; what a profile makes of signer and facts is judged elsewhere. */
  readonly evidence: readonly Evidence[];
  readonly findings: readonly Finding[];
}

/**
 * Inspects one local file: signature, facts, and what may explain detections. No network, nothing is executed. Costs one
 * read of a signed file for its digest, a few of its megabytes otherwise.
 *
 * @param format what the content was recognised as
 * @throws ArtifactError `ARTIFACT_UNREADABLE` when the file cannot be opened or read; the signal's reason when aborted.
 *   Content never throws: it ends as `unreadable` parts
 */
export async function inspectFile(path: string, format: FileFormat, options: VerifyOptions): Promise<Inspection> {
  let reader: FileReader | undefined;
  try {
    reader = openFileReader(path);
    const signature = await verifyFile(reader, format, options);
    const facts = readFileFacts(reader, format);
    return {
      signature,
      facts,
      evidence: signatureEvidence(signature),
      findings: findFindings({ format, signature, facts, now: options.now }),
    };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new ArtifactError('ARTIFACT_UNREADABLE', `cannot be read: ${error.code}`, { cause: error });
  } finally {
    reader?.close();
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && typeof (error as NodeJS.ErrnoException).code === 'string';
}
