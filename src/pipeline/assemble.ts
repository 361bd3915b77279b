import type { Detection } from '../domain/detection.js';
import { countIndependentOpinions } from '../domain/detection.js';
import type {
  CheckResult,
  DocumentArtifact,
  DocumentVendor,
  RequestCounts,
  VendorContact,
} from '../domain/document.js';
import type { Evidence, Finding } from '../domain/evidence.js';
import { decideOutcome, type FailOn } from '../domain/outcome.js';
import { countOpinions, NO_STATS, type Scan } from '../domain/scan.js';
import { toIso, type Instant } from '../domain/time.js';
import { judge, type VerdictThresholds } from '../domain/verdict.js';
import { EXIT } from '../errors.js';
import type { Problem } from './gather.js';
import type { Resolution, Subject } from './subject.js';

/** Everything that is known of one subject when the engines have answered. */
export interface SettledSubject {
  readonly subject: Subject;
  readonly resolution: Resolution;
  readonly detections: readonly Detection[];
  readonly evidence: readonly Evidence[];
  readonly findings: readonly Finding[];
}

/** How the document's vendors are named and reached. */
export interface VendorLookup {
  contactOf(vendor: string): VendorContact | null;
  /** Engines of other vendors that withdraw when this vendor does, among those given. */
  clearedBy(vendor: string, flagging: readonly string[]): readonly string[];
}

/** One artifact of the document. Pure. */
export function toArtifact(
  { subject, resolution, detections, evidence, findings }: SettledSubject,
  thresholds: VerdictThresholds,
): DocumentArtifact {
  const scan = resolution.stored?.scan;
  const isUnnamed = scan !== undefined && detections.length < scan.stats.malicious + scan.stats.suspicious;
  // Counts without the answers they count (a proxy trimmed them): nobody can say who flags it, and it is not clean.
  const missing = resolution.missing ?? (isUnnamed ? { code: 'answers-incomplete', args: {} } : undefined);
  const error = resolution.error ?? (subject.kind === 'url' ? subject.downloadError : undefined);
  const { verdict, reasons } = judge(
    {
      kind: subject.kind,
      opinions: scan === undefined ? 0 : countOpinions(scan.kind, scan.stats),
      detections,
      evidence,
      ...(missing !== undefined && { missing }),
      ...(scan?.facts.popularThreat !== undefined && { popularThreat: scan.facts.popularThreat }),
    },
    thresholds,
  );
  return {
    kind: subject.kind,
    ...describe(subject, scan),
    source: resolution.source,
    ...(scan !== undefined && { permalink: permalinkOf(scan) }),
    ...(scan?.analysedAt != null && { analysedAt: toIso(scan.analysedAt) }),
    stats: scan?.stats ?? NO_STATS,
    detections,
    independentOpinions: countIndependentOpinions(detections),
    evidence,
    findings,
    verdict,
    reasons,
    ...(error !== undefined && { error }),
  };
}

function describe(
  subject: Subject,
  scan: Scan | undefined,
): Pick<
  DocumentArtifact,
  'name' | 'paths' | 'url' | 'sizeBytes' | 'sha256' | 'sha1' | 'md5' | 'contains' | 'downloadedFrom'
> {
  switch (subject.kind) {
    case 'file': {
      const { copy, digests, paths, downloads } = subject;
      const downloadedFrom = downloads.map(({ requestedUrl }) => requestedUrl).toSorted()[0];
      const sha1 = digests.sha1 ?? scan?.sha1;
      const md5 = digests.md5 ?? scan?.md5;
      const sorted = paths.toSorted();
      return {
        // The same content under several names is called by the first of them, whichever was read first.
        name: sorted[0] === undefined ? copy.name : baseName(sorted[0]),
        paths: sorted,
        sizeBytes: copy.sizeBytes,
        sha256: subject.id,
        ...(sha1 !== undefined && { sha1 }),
        ...(md5 !== undefined && { md5 }),
        ...(downloadedFrom !== undefined && { downloadedFrom }),
      };
    }
    case 'url':
      return {
        name: subject.id,
        paths: [],
        url: subject.id,
        ...(subject.contains !== undefined && { contains: [subject.contains] }),
      };
    case 'hash':
      return {
        name: subject.id,
        paths: [],
        ...(scan?.sizeBytes !== undefined && { sizeBytes: scan.sizeBytes }),
        ...(scan?.sha1 !== undefined && { sha1: scan.sha1 }),
        ...(scan?.md5 !== undefined && { md5: scan.md5 }),
        ...(scan !== undefined && { sha256: scan.id }),
        [subject.algorithm]: subject.id,
      };
  }
}

function baseName(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? path;
}

/** The stable page of the service for people. Source: the links its own site uses. */
function permalinkOf({ kind, id }: Scan): string {
  return `https://www.virustotal.com/gui/${kind}/${encodeURIComponent(id)}`;
}

/** A target that never became a subject: unreadable, vanished, empty. */
export function toProblemArtifact({ path, error }: Problem): DocumentArtifact {
  const isUrl = error.code === 'ARTIFACT_URL_INVALID';
  return {
    ...(isUrl
      ? { kind: 'url', name: path, paths: [], url: path }
      : { kind: 'file', name: baseName(path), paths: [path] }),
    source: 'none',
    stats: NO_STATS,
    detections: [],
    independentOpinions: 0,
    evidence: [],
    findings: [],
    verdict: 'undecided',
    reasons: [{ code: 'artifact-failed', args: { code: error.code } }],
    error,
  };
}

export interface DocumentInput {
  readonly tool: { readonly name: string; readonly version: string };
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  readonly product: string | null;
  readonly failOn: FailOn;
  readonly requests: RequestCounts;
  readonly artifacts: readonly DocumentArtifact[];
  readonly vendors: VendorLookup;
}

const KINDS = ['file', 'url', 'hash'];

/** The result document: the same answers give the same bytes, whatever order they came in. Pure. */
export function toDocument(input: DocumentInput): CheckResult {
  const artifacts = input.artifacts.toSorted(
    (a, b) =>
      KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
      compare(a.name, b.name) ||
      compare(a.sha256 ?? '', b.sha256 ?? '') ||
      compare(a.paths[0] ?? '', b.paths[0] ?? ''),
  );
  const outcome = decideOutcome(artifacts, input.failOn);
  return {
    schemaVersion: 1,
    tool: input.tool,
    startedAt: toIso(input.startedAt),
    finishedAt: toIso(input.finishedAt),
    product: input.product,
    outcome,
    exitCode: { pass: EXIT.pass, fail: EXIT.policy, incomplete: EXIT.incomplete }[outcome],
    requests: input.requests,
    artifacts,
    vendors: toVendors(artifacts, input.vendors),
  };
}

function toVendors(artifacts: readonly DocumentArtifact[], lookup: VendorLookup): DocumentVendor[] {
  const byVendor = new Map<string, { engines: Set<string>; artifacts: Set<string> }>();
  for (const artifact of artifacts) {
    for (const { vendor, engine } of artifact.detections) {
      const entry = byVendor.get(vendor) ?? { engines: new Set(), artifacts: new Set() };
      entry.engines.add(engine);
      entry.artifacts.add(artifact.sha256 ?? artifact.url ?? artifact.name);
      byVendor.set(vendor, entry);
    }
  }
  const flagging = [...byVendor.values()].flatMap(({ engines }) => [...engines]);
  return [...byVendor]
    .map(([vendor, { engines, artifacts: flagged }]) => ({
      vendor,
      engines: [...engines].toSorted(compare),
      artifacts: [...flagged].toSorted(compare),
      contact: lookup.contactOf(vendor),
      clears: lookup.clearedBy(vendor, flagging).toSorted(compare),
    }))
    .toSorted((a, b) => compare(a.vendor, b.vendor));
}

/** By code unit: the same on every system, whatever its language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
