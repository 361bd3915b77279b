import type { Sha256 } from '../domain/artifact.js';
import { describeChanges, type Rechecked } from '../domain/case-changes.js';
import { isActive, shortId, type Case, type CaseArtifact } from '../domain/case.js';
import type { CheckResult } from '../domain/document.js';
import { recheckOutcome, type RecheckResult } from '../domain/recheck-document.js';
import { toIso, type Instant } from '../domain/time.js';
import { EXIT } from '../errors.js';
import type { Collected, Store } from '../ports.js';
import { check, type CheckDeps, type CheckOptions } from './check.js';
import { followCases } from './follow-cases.js';

export type RecheckDeps = Omit<CheckDeps, 'downloader' | 'isArtifact' | 'maySubmit' | 'openEvidence'>;

export interface RecheckOptions extends Omit<CheckOptions, 'resolve' | 'failOn'> {
  readonly resolve: Omit<CheckOptions['resolve'], 'rescan' | 'maxAgeMs' | 'wait'>;
  /** What was analysed less than this ago is not asked for again, milliseconds. */
  readonly minGapMs: number;
}

/**
 * Asks for a rescan of every content with an open or reported case, the longest unasked first, and lets the answers open,
 * advance and close cases. Two requests a content; none without cases, and none for what was analysed lately, so a run that
 * was cut short is gone on with by the next. The files need not be there.
 *
 * @throws UsageError `CONFIG_NO_KEY`, ApiError (`API_AUTH`, `API_FORBIDDEN`), StoreError, InterruptedError
 */
export async function recheck(deps: RecheckDeps, options: RecheckOptions): Promise<RecheckResult> {
  const { store, clock } = deps;
  const startedAt = clock.now();
  const before = await store.findCases('all');
  const contents = contentsOf(before.filter(isActive));
  const due = await findDue(contents, store, startedAt - options.minGapMs);
  const ask = (wanted: readonly Content[], rescan: boolean): Promise<CheckResult> =>
    check(toTargets(wanted), checkDeps(deps, contents), checkOptions(options, rescan));
  const fresh = await ask(
    contents.filter(({ artifact }) => due.has(artifact.id)),
    true,
  );
  // Analyses of a run that ended before it could follow them.
  const known = await ask(
    contents.filter(({ artifact }) => !due.has(artifact.id)),
    false,
  );
  const artifacts = [...fresh.artifacts, ...known.artifacts];
  const flaggedBefore = await readFlaggedBefore(contents, store);
  const after = await followCases({ artifacts }, 'recheck', deps);
  const rechecked = artifacts.map(({ url, sha256, verdict, detections }): Rechecked => ({
    artifactId: url ?? sha256 ?? '',
    verdict,
    flagged: detections,
    flaggedBefore: flaggedBefore.get(url ?? sha256 ?? '') ?? [],
  }));
  const changes = describeChanges(before, after, rechecked, due);
  const outcome = recheckOutcome(changes);
  return {
    schemaVersion: 1,
    tool: options.tool,
    startedAt: toIso(startedAt),
    finishedAt: toIso(clock.now()),
    outcome,
    exitCode: { new: EXIT.policy, incomplete: EXIT.incomplete, 'nothing-new': EXIT.pass }[outcome],
    requests: fresh.requests,
    changes: changes.map((each) =>
      each.caseId === undefined ? each : { ...each, caseId: shortId({ id: each.caseId }) },
    ),
  };
}

/** One content with cases. */
interface Content {
  readonly artifact: CaseArtifact;
  /** The newest analysis that its cases know. */
  readonly analysedAt: Instant;
  readonly evidence: Case['evidence'];
}

/** The longest unasked first: with little quota all get their turn over the days. */
function contentsOf(cases: readonly Case[]): readonly Content[] {
  const contents = new Map<string, Content>();
  for (const { artifact, analysedAt, evidence } of cases) {
    const known = contents.get(artifact.id);
    contents.set(artifact.id, {
      artifact,
      analysedAt: Math.max(known?.analysedAt ?? 0, analysedAt),
      evidence: evidence.length > 0 ? evidence : (known?.evidence ?? []),
    });
  }
  return [...contents.values()].toSorted((a, b) => a.analysedAt - b.analysedAt);
}

/** Contents of which a newer analysis is wanted: the newest one known is old, or one is under way. */
async function findDue(contents: readonly Content[], store: Store, newerThan: Instant): Promise<ReadonlySet<string>> {
  const due = new Set<string>();
  for (const kind of ['file', 'url'] as const) {
    const ids = contents.filter(({ artifact }) => artifact.kind === kind).map(({ artifact }) => artifact.id);
    const scans = await store.findScans(kind, ids);
    const pending = await store.findPending(kind, ids);
    for (const id of ids) {
      const analysedAt = scans.get(id)?.scan.analysedAt ?? null;
      if (pending.has(id) || analysedAt === null || analysedAt <= newerThan) due.add(id);
    }
  }
  return due;
}

async function* toTargets(contents: readonly Content[]): AsyncGenerator<Collected> {
  for (const { artifact } of contents) {
    yield artifact.kind === 'url'
      ? { kind: 'url', url: artifact.id }
      : { kind: 'hash', algorithm: 'sha256', digest: artifact.id as Sha256 };
  }
}

function checkDeps(deps: RecheckDeps, contents: readonly Content[]): CheckDeps {
  const evidence = new Map(contents.map((content) => [content.artifact.id, content.evidence]));
  return {
    ...deps,
    // The last result is what reports are written from: it has the paths, which a recheck has not.
    store: { ...deps.store, saveResult: () => Promise.resolve() },
    isArtifact: () => false,
    maySubmit: () => Promise.resolve(false),
    // The content is the same, and so is what was found about it when the file was there.
    openEvidence: () =>
      Promise.resolve({
        product: null,
        gather: (subject) => Promise.resolve(evidence.get(subject.id) ?? []),
        explain: () => Promise.resolve([]),
      }),
  };
}

function checkOptions(options: RecheckOptions, rescan: boolean): CheckOptions {
  const resolve = { ...options.resolve, rescan, wait: true, maxAgeMs: Number.POSITIVE_INFINITY };
  return { ...options, resolve, failOn: 'never' };
}

/** Who flagged each content in the analysis that its cases know: what is more than that is new. */
async function readFlaggedBefore(
  contents: readonly Content[],
  store: Store,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const flagged = new Map<string, readonly string[]>();
  for (const { artifact, analysedAt } of contents) {
    const answers = await store.findAnswers({ kind: artifact.kind, id: artifact.id }, analysedAt);
    if (answers !== null)
      flagged.set(
        artifact.id,
        answers.flagged.map(({ engine }) => engine),
      );
  }
  return flagged;
}
