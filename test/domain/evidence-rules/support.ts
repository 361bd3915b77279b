import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAnchors } from '../../../src/authenticode/anchors.js';
import type { FileFormat, Sha256 } from '../../../src/domain/artifact.js';
import type { DownloadFacts } from '../../../src/domain/download-facts.js';
import type { Evidence, EvidenceKind } from '../../../src/domain/evidence.js';
import { gatherEvidence } from '../../../src/domain/evidence-rules/gather.js';
import type { EvidenceInput } from '../../../src/domain/evidence-rules/input.js';
import { parseProfile } from '../../../src/config/load-profile.js';
import { inspectFile } from '../../../src/inspection/inspect-file.js';

const SAMPLES = join(import.meta.dirname, '../../../fixtures/samples');
const ROOTS = parseAnchors(readFileSync(join(SAMPLES, 'test-root.pem'), 'latin1'));

/** The publisher of the samples; what a test is about is given. */
export function exampleProfile(members: Readonly<Record<string, unknown>> = {}) {
  return parseProfile(
    {
      name: 'example',
      product: 'Example Archive',
      publisher: 'Example Software GmbH',
      files: [{ pattern: 'ExampleArchive*.exe' }, { pattern: 'archive-*.msi' }],
      signers: { organisations: ['Example Software GmbH'] },
      ...members,
    },
    'test',
    '/',
  );
}

export const DIGEST = 'a'.repeat(64) as Sha256;

export function evidenceInput(members: Partial<EvidenceInput> = {}): EvidenceInput {
  return { names: [], digests: { sha256: DIGEST }, isLocal: true, downloads: [], published: [], ...members };
}

/** What a sample says about itself, as input for the rules. */
export async function sampleInput(
  sample: string,
  { name = sample, roots = true, format = 'pe' as FileFormat } = {},
): Promise<EvidenceInput> {
  const { signature, facts } = await inspectFile(join(SAMPLES, sample), format, {
    anchors: roots ? ROOTS : [],
    pinned: [],
    now: Date.UTC(2026, 10, 24),
    signal: new AbortController().signal,
  });
  return evidenceInput({ names: [name], format, signature, facts, profile: exampleProfile() });
}

export function download(members: Partial<DownloadFacts> = {}): DownloadFacts {
  return {
    requestedUrl: 'https://download.example.com/setup.exe',
    redirects: [],
    finalUrl: 'https://download.example.com/setup.exe',
    status: 200,
    tls: true,
    receivedBytes: 1,
    sha256: DIGEST,
    format: 'pe',
    ...members,
  };
}

/** The evidence of one kind. */
export function evidenceOf(kind: EvidenceKind, input: EvidenceInput): readonly Evidence[] {
  return gatherEvidence(input).filter((evidence) => evidence.kind === kind);
}

/** Outcome and reason (or what bound it) of the only evidence of a kind. */
export function outcomeOf(kind: EvidenceKind, input: EvidenceInput): string | undefined {
  const found = evidenceOf(kind, input);
  if (found.length > 1) throw new Error(`${found.length} of ${kind}`);
  const [evidence] = found;
  if (evidence === undefined) return undefined;
  const why = evidence.detail['reason'] ?? evidence.detail['by'];
  return why === undefined ? evidence.outcome : `${evidence.outcome}: ${String(why)}`;
}
