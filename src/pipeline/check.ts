import { setMaxListeners } from 'node:events';
import type { Detection } from '../domain/detection.js';
import type { CheckResult } from '../domain/document.js';
import type { Evidence, Finding } from '../domain/evidence.js';
import type { FailOn } from '../domain/outcome.js';
import type { Instant } from '../domain/time.js';
import type { VerdictThresholds } from '../domain/verdict.js';
import { InterruptedError } from '../errors.js';
import type { Clock, Collected, Ledger, Scanner, Store, StoredScan } from '../ports.js';
import { toArtifact, toDocument, toProblemArtifact, type VendorLookup } from './assemble.js';
import { Dispatcher } from './dispatcher.js';
import { Gatherer, type GatherDeps } from './gather.js';
import { resolveLimits, type Limits, type LimitSettings } from './limits.js';
import { planRun, type Plan } from './plan.js';
import { Pressure } from './pressure.js';
import { isAnalysed } from './analyses.js';
import { Resolver } from './resolve.js';
import type { ResolveOptions } from './resolve-deps.js';
import { keyOf } from './way.js';

import type { Resolution, Subject } from './subject.js';

/** The service with its ledger; made only when something has to be asked. */
export interface Connection {
  readonly scanner: Scanner & { close(): void };
  readonly ledger: Ledger;
}

/** What is known for and against the authenticity of the subjects of a run. */
export interface EvidenceSource {
  /** Name of the product profile that they were held against. */
  readonly product: string | null;
  /** Sorted; never fails on content. */
  gather(subject: Subject, stored: StoredScan | null): Promise<readonly Evidence[]>;
  /** What about a local file may explain detections, worst first; never fails on content. */
  explain(subject: Subject): Promise<readonly Finding[]>;
}

/** Told while the check goes on. None of it can change the result. */
export interface CheckObserver {
  onRead?(path: string, sizeBytes: number): void;
  onPlan?(plan: Plan, limits: Limits): void;
  onState?(subject: Subject, state: 'submitted' | 'analysing'): void;
  onSettled?(subject: Subject, resolution: Resolution): void;
  /** A sentence that a person should read. */
  onNote?(text: string): void;
  /** No place in the window until then. */
  onWait?(until: Instant): void;
}

export interface CheckDeps extends Omit<GatherDeps, 'store' | 'clock' | 'onRead'> {
  readonly store: Store;
  readonly clock: Clock;
  /** @throws UsageError `CONFIG_NO_KEY` */
  connect(): Promise<Connection>;
  /** Whether this may be published; asked at most once per run where there is somebody to ask. */
  maySubmit(subject: Subject): Promise<boolean>;
  detect(stored: StoredScan): Promise<readonly Detection[]>;
  /** Made once all subjects are known: their names may choose the product. */
  openEvidence(subjects: readonly Subject[]): Promise<EvidenceSource>;
  vendors(): Promise<VendorLookup>;
  readonly observer: CheckObserver;
}

export interface CheckOptions {
  readonly tool: { readonly name: string; readonly version: string };
  readonly resolve: Omit<ResolveOptions, 'firstPollMs'>;
  readonly limits: LimitSettings;
  readonly concurrency: number;
  /** For the whole run, from now; absent: as long as it takes. */
  readonly timeoutMs?: number;
  /** At most one window. */
  readonly retryBaseMs: number;
  readonly maxAttempts: number;
  readonly failOn: FailOn;
  readonly thresholds: VerdictThresholds;
}

/** The public service's analyses take a minute or more; where the window is shorter everything is scaled down with it. */
const FIRST_POLL_MS = 60_000;

/**
 * The main job: collects, looks up, submits, waits, judges. What it learns is durable as it goes, so the same call after a
 * crash or Ctrl-C goes on where it was.
 *
 * @throws UsageError, ApiError (`API_AUTH`, `API_FORBIDDEN`), StoreError, InterruptedError; all else ends in an artifact's
 *   `error`
 */
export async function check(
  targets: AsyncIterable<Collected>,
  deps: CheckDeps,
  options: CheckOptions,
): Promise<CheckResult> {
  const startedAt = deps.clock.now();
  const { observer, store } = deps;
  const gatherer = new Gatherer({ ...deps, onRead: (path, sizeBytes) => observer.onRead?.(path, sizeBytes) });
  const { subjects, problems } = await gatherer.gather(targets);
  const answers = await readAnswers([...subjects.values()], deps, options.resolve);
  const open = [...subjects.values()].filter((subject) => !answers.has(subject));
  const spent = open.length === 0 ? NOTHING_SPENT : await ask(open, answers, subjects.size, startedAt, deps, options);

  const origin = await deps.openEvidence([...subjects.values()]);
  const artifacts = problems.map(toProblemArtifact);
  for (const [subject, resolution] of answers) {
    const detections = resolution.stored === null ? [] : await deps.detect(resolution.stored);
    const evidence = await origin.gather(subject, resolution.stored);
    const findings = detections.length === 0 ? [] : await origin.explain(subject);
    artifacts.push(toArtifact({ subject, resolution, detections, evidence, findings }, options.thresholds));
  }
  const isFlagged = artifacts.some(({ detections }) => detections.length > 0);
  const result = toDocument({
    tool: options.tool,
    startedAt,
    finishedAt: deps.clock.now(),
    product: origin.product,
    failOn: options.failOn,
    requests: spent,
    artifacts,
    vendors: isFlagged ? await deps.vendors() : NO_VENDORS,
  });
  await store.saveResult(result);
  return result;
}

type Spent = CheckResult['requests'];

const NOTHING_SPENT: Spent = { total: 0, lookups: 0, uploads: 0, polls: 0, rescans: 0, other: 0, refused: 0 };

const NO_VENDORS: VendorLookup = { contactOf: () => null, clearedBy: () => [] };

/** What the store answers already, all at once: 20,000 artifacts take a few dozen statements. */
async function readAnswers(
  subjects: readonly Subject[],
  { store, clock }: CheckDeps,
  { maxAgeMs, rescan }: CheckOptions['resolve'],
): Promise<Map<Subject, Resolution>> {
  const answers = new Map<Subject, Resolution>();
  if (rescan) return answers;
  for (const kind of ['file', 'url'] as const) {
    const wanted = subjects.filter((subject) => keyOf(subject).kind === kind);
    const ids = wanted.map(({ id }) => id);
    const stored = await store.findScans(kind, ids);
    const pending = await store.findPending(kind, ids);
    for (const subject of wanted) {
      const found = stored.get(subject.id);
      const isUsable =
        found !== undefined &&
        !pending.has(subject.id) &&
        isAnalysed(found.scan) &&
        clock.now() - found.fetchedAt <= maxAgeMs;
      if (isUsable) answers.set(subject, { stored: found, source: 'cache' });
    }
  }
  return answers;
}

async function ask(
  open: readonly Subject[],
  answers: Map<Subject, Resolution>,
  total: number,
  startedAt: Instant,
  deps: CheckDeps,
  options: CheckOptions,
): Promise<Spent> {
  const { clock, observer, store } = deps;
  // The first failure that ends the run stops all the others at once: a refused key is said once, not once per artifact.
  const failure = new AbortController();
  const signal = AbortSignal.any([deps.signal, failure.signal]);
  setMaxListeners(0, signal);
  const { scanner, ledger } = await deps.connect();
  try {
    const limits = await resolveLimits(options.limits, { ledger, scanner, clock, signal });
    observer.onPlan?.(await makePlan(open, answers.size, total, limits, ledger, deps, options), limits);
    const dispatcher = new Dispatcher({
      ledger,
      limits,
      clock,
      signal,
      concurrency: options.concurrency,
      deadline: options.timeoutMs === undefined ? null : startedAt + options.timeoutMs,
      onWait: (until) => observer.onWait?.(until),
    });
    const pressure = new Pressure(
      { ledger, scanner, clock, signal },
      // Scaled down with the window, like the first poll.
      {
        limits,
        retryBaseMs: Math.min(options.retryBaseMs, limits.rate.windowMs),
        maxAttempts: options.maxAttempts,
      },
      () => dispatcher,
    );
    const resolver = new Resolver(
      {
        scanner,
        store,
        ledger,
        clock,
        dispatcher,
        pressure,
        signal,
        maySubmit: (subject) => deps.maySubmit(subject),
        onState: (subject, state) => observer.onState?.(subject, state),
      },
      { ...options.resolve, firstPollMs: Math.min(FIRST_POLL_MS, limits.rate.windowMs) },
    );
    await settleAll(open, async (subject) => {
      try {
        const resolution = await resolver.resolve(subject);
        answers.set(subject, resolution);
        observer.onSettled?.(subject, resolution);
      } catch (error) {
        failure.abort();
        throw error;
      }
    });
    const { lookup, upload, poll, rescan, other } = dispatcher.sent;
    return {
      total: lookup + upload + poll + rescan + other,
      lookups: lookup,
      uploads: upload,
      polls: poll,
      rescans: rescan,
      other,
      refused: pressure.refused,
    };
  } finally {
    scanner.close();
  }
}

/** Waits for all, so that nothing is still writing when the store is closed; then throws the failure that came first. */
async function settleAll(subjects: readonly Subject[], work: (subject: Subject) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  await Promise.all(
    subjects.map((subject) =>
      work(subject).catch((error: unknown) => {
        failures.push(error);
      }),
    ),
  );
  if (failures.length === 0) return;
  throw failures.find((error) => !(error instanceof InterruptedError)) ?? failures[0];
}

async function makePlan(
  open: readonly Subject[],
  cached: number,
  total: number,
  limits: Limits,
  ledger: Ledger,
  { store }: CheckDeps,
  { resolve }: CheckOptions,
): Promise<Plan> {
  const pendingOf = async (kind: 'file' | 'url') =>
    store.findPending(
      kind,
      open.filter((subject) => keyOf(subject).kind === kind).map(({ id }) => id),
    );
  const pending = new Map([...(await pendingOf('file')), ...(await pendingOf('url'))]);
  const fresh = open.filter(({ id }) => !pending.has(id));
  return planRun(
    {
      artifacts: total,
      cached,
      pending: pending.size,
      files: fresh.filter(({ kind }) => kind === 'file').length,
      largeFiles: fresh.filter(
        (subject) => subject.kind === 'file' && subject.copy.sizeBytes > resolve.directUploadLimitBytes,
      ).length,
      urls: fresh.filter(({ kind }) => kind === 'url').length,
      hashes: fresh.filter(({ kind }) => kind === 'hash').length,
      rescan: resolve.rescan,
      inWindow: (await ledger.usage(limits)).inWindow,
    },
    limits,
  );
}
