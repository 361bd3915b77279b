import type { CheckResult, DocumentArtifact } from '../../src/domain/document.js';
import { NO_STATS } from '../../src/domain/scan.js';

/** A result document with nothing in it, and whatever the test is about. */
export function anyResult(members: Partial<CheckResult> = {}): CheckResult {
  return {
    schemaVersion: 1,
    tool: { name: 'absolve', version: '0.0.0' },
    startedAt: '2026-11-24T02:00:00Z',
    finishedAt: '2026-11-24T02:01:00Z',
    product: null,
    outcome: 'pass',
    exitCode: 0,
    requests: { total: 0, lookups: 0, uploads: 0, polls: 0, rescans: 0, other: 0, refused: 0 },
    artifacts: [],
    vendors: [],
    ...members,
  };
}

/** A clean file, and whatever the test is about. */
export function anyArtifact(members: Partial<DocumentArtifact> = {}): DocumentArtifact {
  return {
    kind: 'file',
    name: 'setup.exe',
    paths: ['dist/setup.exe'],
    sizeBytes: 1000,
    sha256: 'a'.repeat(64),
    source: 'lookup',
    stats: { ...NO_STATS, undetected: 70, engines: 70 },
    detections: [],
    independentOpinions: 0,
    evidence: [],
    findings: [],
    verdict: 'clean',
    reasons: [{ code: 'no-detections', args: { opinions: 70 } }],
    ...members,
  };
}
