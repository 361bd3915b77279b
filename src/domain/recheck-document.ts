import type { CaseChange } from './case-changes.js';
import type { RequestCounts } from './document.js';

/** What `absolve recheck --json` prints. Arrays are present and sorted; times are ISO 8601 UTC. */
export interface RecheckResult {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: string; readonly version: string };
  readonly startedAt: string;
  readonly finishedAt: string;
  /** `new`: something is flagged that was not; `incomplete`: nothing new, but not everything could be asked. */
  readonly outcome: 'new' | 'incomplete' | 'nothing-new';
  readonly exitCode: number;
  readonly requests: RequestCounts;
  readonly changes: readonly CaseChange[];
}

/** Findings win over incomplete. A detection that came back is known to its case and no news for a scheduler. Pure. */
export function recheckOutcome(changes: readonly CaseChange[]): RecheckResult['outcome'] {
  if (changes.some(({ change }) => change === 'new' || change === 'relabelled')) return 'new';
  return changes.some(({ change }) => change === 'unasked') ? 'incomplete' : 'nothing-new';
}
