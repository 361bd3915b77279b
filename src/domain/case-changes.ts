import { isActive, type Case, type CaseArtifact, type Claim } from './case.js';
import type { Verdict } from './verdict.js';

export const CASE_CHANGES = [
  'new',
  'relabelled',
  'returned',
  'unasked',
  'unanswered',
  'unchanged',
  'gone',
  'cleared',
] as const;

/**
 * What a later analysis means for one case. In the order in which a reader wants them.
 *
 * - `new`: flagged by an engine that did not flag it before; without `caseId` when its verdict opens no case
 * - `relabelled`: the vendor says something else now
 * - `returned`: flagged again after an analysis without it
 * - `unasked`: no newer analysis could be had: quota, time, an error
 * - `unanswered`: the engine gave no answer this time
 * - `unchanged`: still flagged, or nothing newer was due
 * - `gone`: not flagged this time; a second such analysis clears the case
 * - `cleared`: that was the second
 */
export type CaseChangeKind = (typeof CASE_CHANGES)[number];

export interface CaseChange {
  readonly change: CaseChangeKind;
  readonly vendor: string;
  readonly artifact: CaseArtifact;
  readonly claims: readonly Claim[];
  readonly verdict: Verdict;
  /** The case by now: for what was relabelled the one that was opened for it. */
  readonly caseId?: string;
}

/** One content as the newest analysis has it. */
export interface Rechecked {
  readonly artifactId: string;
  readonly verdict: Verdict;
  readonly flagged: readonly (Claim & { readonly vendor: string })[];
  /** Engines that flagged it in the analysis that was followed last. */
  readonly flaggedBefore: readonly string[];
}

/**
 * What is different. Pure.
 *
 * @param before all cases, as they were
 * @param after all cases of the contents that were asked about
 * @param due contents of which a newer analysis was wanted
 */
export function describeChanges(
  before: readonly Case[],
  after: readonly Case[],
  rechecked: readonly Rechecked[],
  due: ReadonlySet<string>,
): readonly CaseChange[] {
  const known = new Set(before.map(({ id }) => id));
  const changes = before.filter(isActive).flatMap((old) => changesOf(old, after, due.has(old.artifact.id)));
  const succeeding = new Set(changes.map(({ caseId }) => caseId));
  for (const each of after) {
    if (!known.has(each.id) && !succeeding.has(each.id)) changes.push(toChange('new', each));
  }
  changes.push(...rechecked.flatMap((each) => withoutCase(each, before, after)));
  return changes.toSorted(
    (a, b) =>
      CASE_CHANGES.indexOf(a.change) - CASE_CHANGES.indexOf(b.change) ||
      compare(a.artifact.name, b.artifact.name) ||
      compare(a.artifact.id, b.artifact.id) ||
      compare(a.vendor, b.vendor),
  );
}

function changesOf(old: Case, after: readonly Case[], isDue: boolean): CaseChange[] {
  const now = after.find(({ id }) => id === old.id) ?? old;
  if (now.state === 'superseded') {
    const next = after.find(({ predecessor }) => predecessor === now.id);
    return [toChange('relabelled', next ?? now)];
  }
  const joined = now.claims.filter(({ engine }) => !old.claims.some((claim) => claim.engine === engine));
  return [
    toChange(changeOf(old, now, isDue), now, old.claims),
    ...(joined.length > 0 ? [toChange('new', now, joined)] : []),
  ];
}

function changeOf(old: Case, now: Case, isDue: boolean): CaseChangeKind {
  if (now.state === 'cleared') return 'cleared';
  if (now.analysedAt === old.analysedAt) return isDue ? 'unasked' : 'unchanged';
  if (now.flaggedAt > old.flaggedAt) return old.quietAt.length > 0 ? 'returned' : 'unchanged';
  return now.quietAt.length > old.quietAt.length ? 'gone' : 'unanswered';
}

/** Detections that opened no case, because somebody has to look at the file first: they must not go unseen. */
function withoutCase(
  { artifactId, verdict, flagged, flaggedBefore }: Rechecked,
  before: readonly Case[],
  after: readonly Case[],
): CaseChange[] {
  const followed = [...before, ...after].filter(({ artifact }) => artifact.id === artifactId);
  const [first] = followed;
  if (first === undefined) return [];
  const news = flagged.filter(
    ({ engine }) =>
      !flaggedBefore.includes(engine) &&
      !followed.some(({ claims }) => claims.some((claim) => claim.engine === engine)),
  );
  return news.map(({ engine, label, vendor }) => ({
    change: 'new',
    vendor,
    artifact: first.artifact,
    claims: [{ engine, label }],
    verdict,
  }));
}

function toChange(
  change: CaseChangeKind,
  { id, vendor, artifact, verdict, ...each }: Case,
  claims = each.claims,
): CaseChange {
  return { change, vendor, artifact, claims, verdict, caseId: id };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
