import type { Detection } from '../domain/detection.js';
import type { DocumentArtifact } from '../domain/document.js';
import type { Detail, EvidenceKind } from '../domain/evidence.js';
import type { ReportArtifact } from './plan-types.js';
import type { LocalFacts, SignerFacts } from './publisher.js';

/** What names an artifact across documents: its sha256, its URL, or whatever digest there is. Pure. */
export function idOf({ kind, url, sha256, name }: DocumentArtifact): string {
  return kind === 'url' ? (url ?? name) : (sha256 ?? name);
}

/**
 * One artifact with the detections of one vendor. What was read from the file wins over what the check's evidence tells.
 * Pure.
 */
export function toReportArtifact(
  artifact: DocumentArtifact,
  detections: readonly Detection[],
  local: LocalFacts | undefined,
): ReportArtifact {
  const { kind, name, verdict, url, downloadedFrom, permalink, analysedAt, sha256 } = artifact;
  const sizeBytes = artifact.sizeBytes ?? local?.sizeBytes;
  const sha1 = artifact.sha1 ?? local?.sha1;
  const md5 = artifact.md5 ?? local?.md5;
  const version = local?.version ?? versionOf(artifact);
  const signer = local?.signer ?? signerOf(artifact);
  return {
    id: idOf(artifact),
    kind,
    name,
    verdict,
    ...(url !== undefined && { url }),
    ...(downloadedFrom !== undefined && { downloadedFrom }),
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...(sha256 !== undefined && { sha256 }),
    ...(sha1 !== undefined && { sha1 }),
    ...(md5 !== undefined && { md5 }),
    ...(version !== undefined && { version }),
    ...(signer !== undefined && { signer }),
    ...(permalink !== undefined && { permalink }),
    ...(analysedAt !== undefined && { analysedAt }),
    findings: artifact.findings,
    detections: detections.toSorted((a, b) => (a.engine < b.engine ? -1 : a.engine > b.engine ? 1 : 0)),
  };
}

function versionOf(artifact: DocumentArtifact): string | undefined {
  return (
    textOf(artifact, 'version-resource', ['fileVersion', 'productVersion', 'version']) ??
    textOf(artifact, 'msi-identity', ['productVersion', 'version'])
  );
}

/** Only a signature that holds is worth showing: evidence that contradicts names whoever the attacker liked. */
function signerOf(artifact: DocumentArtifact): SignerFacts | undefined {
  const signature = artifact.evidence.find(({ kind }) => kind === 'signature');
  if (signature === undefined || signature.outcome === 'contradicts') return undefined;
  if (signature.detail['state'] !== undefined && signature.detail['state'] !== 'intact') return undefined;
  const subject = textOf(artifact, 'signature', ['subject']) ?? textOf(artifact, 'signer', ['subject', 'signer']);
  if (subject === undefined) return undefined;
  const issuer = textOf(artifact, 'signature', ['issuer']);
  const thumbprintSha1 = textOf(artifact, 'signature', ['thumbprintSha1']);
  const thumbprintSha256 = textOf(artifact, 'signature', ['thumbprintSha256']);
  const signedAt = textOf(artifact, 'timestamp', ['signedAt']);
  const timestampedBy = textOf(artifact, 'timestamp', ['timestampedBy']);
  return {
    subject,
    ...(issuer !== undefined && { issuer }),
    ...(thumbprintSha1 !== undefined && { thumbprintSha1 }),
    ...(thumbprintSha256 !== undefined && { thumbprintSha256 }),
    ...(signedAt !== undefined && { signedAt }),
    ...(timestampedBy !== undefined && { timestampedBy }),
  };
}

function textOf(artifact: DocumentArtifact, kind: EvidenceKind, names: readonly string[]): string | undefined {
  const detail: Detail | undefined = artifact.evidence.find((evidence) => evidence.kind === kind)?.detail;
  for (const name of names) {
    const value = detail?.[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}
