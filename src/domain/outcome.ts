import type { DocumentArtifact } from './document.js';
import { compareSeverity, type Verdict } from './verdict.js';

/** The mildest verdict that fails a release, or `never`. `undecided` is no finding and has no rank. */
export type FailOn = Exclude<Verdict, 'undecided' | 'clean'> | 'never';

export const FAIL_ON: readonly FailOn[] = ['likely-false-positive', 'unproven', 'needs-review', 'tampered', 'never'];

export type Outcome = 'pass' | 'fail' | 'incomplete';

/** What fails, from the verdicts alone. Findings win over incomplete. Pure. */
export function decideOutcome(
  artifacts: readonly Pick<DocumentArtifact, 'verdict' | 'detections' | 'change' | 'error'>[],
  failOn: FailOn,
): Outcome {
  if (artifacts.some((artifact) => fails(artifact, failOn))) return 'fail';
  const isIncomplete = artifacts.some(({ verdict, error }) => verdict === 'undecided' || error !== undefined);
  return isIncomplete ? 'incomplete' : 'pass';
}

function fails(
  { verdict, detections, change }: Pick<DocumentArtifact, 'verdict' | 'detections' | 'change'>,
  failOn: FailOn,
): boolean {
  if (failOn === 'never' || verdict === 'undecided') return false;
  if (compareSeverity(verdict, failOn) < 0) return false;
  // Nobody can accept a broken signature by accepting a detection.
  if (verdict === 'tampered') return true;
  return change !== 'known' && detections.some(({ ignored }) => ignored === undefined);
}
