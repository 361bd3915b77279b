import type { FileFormat } from './artifact.js';
import type { Finding } from './evidence.js';
import type { FileFacts } from './file-facts.js';
import { peFindings } from './findings-pe.js';
import type { SignatureReport } from './signature.js';
import type { Instant } from './time.js';

/** What findings depend on; `now` because a young build is one. */
export interface FindingInput {
  readonly format: FileFormat;
  readonly signature: SignatureReport;
  readonly facts: FileFacts;
  readonly now: Instant;
}

export const SEVERITIES = ['high', 'medium', 'low', 'info'] as const satisfies readonly Finding['severity'][];

/** Formats that Windows expects to be signed. Scripts are signed rarely enough that it explains little. */
const SIGNABLE: ReadonlySet<FileFormat> = new Set(['pe', 'msi', 'msix', 'cab']);

/**
 * What about a file explains detections, worst first, then by code. Findings, not a score: each is something the publisher
 * can look at or change, and none says that the file is bad. Pure.
 */
export function findFindings(input: FindingInput): readonly Finding[] {
  const findings = [
    ...signatureFindings(input),
    ...peFindings(input.facts, { signature: input.signature.state, now: input.now }),
    ...readabilityFindings(input),
  ];
  return findings.sort(
    (left, right) =>
      SEVERITIES.indexOf(left.severity) - SEVERITIES.indexOf(right.severity) || compare(left.code, right.code),
  );
}

function compare(left: string, right: string): number {
  return left === right ? 0 : left < right ? -1 : 1;
}

function* signatureFindings({ format, signature }: FindingInput): Generator<Finding> {
  const { state, reason, signers } = signature;
  if (state === 'unsigned' && SIGNABLE.has(format)) yield { code: 'unsigned', severity: 'medium', args: {} };
  if (state === 'unsigned' && format === 'script') yield { code: 'unsigned', severity: 'low', args: {} };
  if (state === 'tampered') {
    yield { code: 'signature-broken', severity: 'high', args: { reason: reason?.code ?? 'unknown' } };
  }
  if (state === 'unreadable' && SIGNABLE.has(format)) {
    yield { code: 'signature-unreadable', severity: 'medium', args: { reason: reason?.code ?? 'unknown' } };
  }
  if (state !== 'intact' || signers.length === 0) return;
  // Of two signatures the better one counts: the weak one is there for old systems.
  const everySignerHas = (code: string): boolean =>
    signers.every(({ remarks }) => remarks.some((remark) => remark.code === code));
  if (everySignerHas('signer-not-valid-at-signing')) yield { code: 'signer-expired', severity: 'medium', args: {} };
  if (everySignerHas('self-signed')) yield { code: 'self-signed', severity: 'medium', args: {} };
  if (everySignerHas('not-for-code-signing')) yield { code: 'not-for-code-signing', severity: 'medium', args: {} };
  if (everySignerHas('timestamp-missing')) yield { code: 'timestamp-missing', severity: 'low', args: {} };
  if (everySignerHas('weak-digest')) {
    yield { code: 'weak-digest', severity: 'low', args: { digest: signers[0]!.digest } };
  }
  if (signers.some(({ remarks }) => remarks.some(({ code }) => code === 'unknown-unsigned-attribute'))) {
    yield { code: 'unsigned-attribute', severity: 'low', args: {} };
  }
}

function* readabilityFindings({ facts }: FindingInput): Generator<Finding> {
  if (facts.unreadable.length > 0) {
    yield { code: 'malformed', severity: 'medium', args: { parts: facts.unreadable } };
  }
}
