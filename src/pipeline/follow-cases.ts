import { createHash } from 'node:crypto';
import { advance, type Observation } from '../domain/case-advance.js';
import { caseArtifactOf, type Case, type CaseIdentifier, type CaseOrigin } from '../domain/case.js';
import type { CheckResult, DocumentArtifact } from '../domain/document.js';
import { visible } from '../domain/text.js';
import type { CaseStore, Clock, ScanKey, ScanStore } from '../ports.js';

export interface FollowDeps {
  readonly store: CaseStore & Pick<ScanStore, 'findAnswers'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Ids of cases: sha256, so that no label can be made to give the id of another case. */
export const identifyCase: CaseIdentifier = (key) => createHash('sha256').update(key).digest('hex');

/**
 * Opens and advances cases by what a check found. Costs no request and, without cases and likely false positives, one
 * statement. Doing it again with the same result changes nothing, so a crash in between is made up for by the next run.
 *
 * @returns every case of the contents it looked at, after the change; empty when there was none to look at
 * @throws StoreError
 */
export async function followCases(
  { artifacts }: Pick<CheckResult, 'artifacts'>,
  origin: CaseOrigin,
  { store, clock }: FollowDeps,
): Promise<readonly Case[]> {
  const active = new Map((await store.findCases('active')).map((each) => [each.artifact.id, each]));
  const observations: Observation[] = [];
  for (const artifact of artifacts) {
    const known = active.get(caseArtifactOf(artifact)?.id ?? '');
    const mayOpen = artifact.detections.length > 0 && artifact.verdict === 'likely-false-positive';
    if (known === undefined && !mayOpen && origin !== 'user') continue;
    const observation = await observe(artifact, known, store);
    if (observation !== undefined) observations.push({ ...observation, origin, at: clock.now() });
  }
  if (observations.length === 0) return [];
  return store.updateCases(
    observations.map(({ artifact }) => artifact.id),
    (cases) => observations.reduce((each, observation) => advance(each, observation, identifyCase), cases),
  );
}

/** What an artifact's analysis says; nothing for what has none. */
async function observe(
  artifact: DocumentArtifact,
  known: Case | undefined,
  store: Pick<ScanStore, 'findAnswers'>,
): Promise<Omit<Observation, 'origin' | 'at'> | undefined> {
  const about = caseArtifactOf(artifact);
  if (about === undefined || artifact.analysedAt === undefined) return undefined;
  const analysedAt = Date.parse(artifact.analysedAt);
  const answers = await store.findAnswers(scanKeyOf(artifact, about.id), analysedAt);
  return {
    // A bare hash has no name: the one from the check that had the file is kept.
    artifact: artifact.kind === 'hash' && known !== undefined ? known.artifact : about,
    analysedAt,
    verdict: artifact.verdict,
    evidence: artifact.evidence,
    flagged: artifact.detections.map(({ engine, label, vendor }) => ({ engine, label, vendor })),
    // Detections carry names made visible: both sides must be spelled alike.
    quiet: (answers?.quiet ?? []).map(visible),
  };
}

/** A hash is kept under the text that was asked for, which may be an md5. */
function scanKeyOf(artifact: DocumentArtifact, id: string): ScanKey {
  if (artifact.kind === 'url') return { kind: 'url', id };
  return { kind: 'file', id: artifact.kind === 'hash' ? artifact.name : id };
}
