import type { FileFormat } from '../domain/artifact.js';
import type { Finding } from '../domain/evidence.js';
import type { FileFacts } from '../domain/file-facts.js';
import { findFindings } from '../domain/findings.js';
import type { SignatureReport } from '../domain/signature.js';
import type { Instant } from '../domain/time.js';
import { ArtifactError } from '../errors.js';
import { openFileReader, type FileReader } from '../formats/byte-reader.js';
import { readFileFacts } from '../formats/file-facts.js';
import { verifyFile, type VerifyOptions } from '../authenticode/verify-file.js';

/** Everything that one file says about itself. What it is worth as evidence is judged in `domain/evidence-rules`. */
export interface Inspection {
  readonly signature: SignatureReport;
  readonly facts: FileFacts;
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
  return withReader(path, async (reader) => {
    const signature = await verifyFile(reader, format, options);
    const facts = readFileFacts(reader, format);
    return { signature, facts, findings: findFindings({ format, signature, facts, now: options.now }) };
  });
}

/**
 * The findings alone, where the signature is known already: reads headers and at most a few megabytes, whatever the size.
 *
 * @throws ArtifactError `ARTIFACT_UNREADABLE`
 */
export async function explainFile(
  path: string,
  format: FileFormat,
  { signature, now }: { readonly signature: SignatureReport; readonly now: Instant },
): Promise<readonly Finding[]> {
  return withReader(path, async (reader) =>
    findFindings({ format, signature, facts: readFileFacts(reader, format), now }),
  );
}

async function withReader<T>(path: string, work: (reader: FileReader) => Promise<T>): Promise<T> {
  let reader: FileReader | undefined;
  try {
    reader = openFileReader(path);
    return await work(reader);
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
