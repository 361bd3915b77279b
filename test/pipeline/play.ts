import { createHash } from 'node:crypto';
import type { Sha256 } from '../../src/domain/artifact.js';
import { buildDetections } from '../../src/domain/build-detections.js';
import type { CheckResult } from '../../src/domain/document.js';
import type { Rate } from '../../src/domain/rate.js';
import { DEFAULT_THRESHOLDS } from '../../src/domain/verdict.js';
import { check, type CheckOptions } from '../../src/pipeline/check.js';
import type { Collected, Hasher, Scanner, Store } from '../../src/ports.js';
import { openStore } from '../../src/store/open.js';
import type { VirtualClock } from '../support/virtual-clock.js';

/** A program that a test names; its content is its name, so the same name is the same content. */
export const shaOf = (name: string): Sha256 => createHash('sha256').update(name).digest('hex') as Sha256;

/** A file at `path` whose content is `content`. */
export function fileTarget(path: string, content = path, sizeBytes = 1000): Collected {
  return {
    kind: 'file',
    path,
    isExplicit: true,
    state: { path: `/release/${path}#${content}`, sizeBytes, mtimeNs: '1', inode: '1' },
  };
}

/** Reads nothing: the content of a target stands in its path. */
const hasher: Hasher = {
  identify: async (path) => ({
    path,
    sizeBytes: 1000,
    mtimeNs: '1',
    inode: '1',
    digests: { sha256: shaOf(path.split('#').at(-1) ?? '') },
    format: 'pe',
  }),
  close: async () => {},
};

/** A store in memory, by the clock of the test. */
export function memoryStore(clock: VirtualClock): Promise<Store> {
  return openStore({
    path: ':memory:',
    clock,
    owner: { host: 'here', pid: 1, run: 'run', isAlive: () => true },
  });
}

export interface Play {
  readonly targets: readonly Collected[];
  readonly scanner: Scanner & { close(): void };
  readonly store: Store;
  readonly clock: VirtualClock;
  readonly rate?: Rate;
  readonly daily?: number;
  readonly concurrency?: number;
  readonly timeoutMs?: number;
  readonly resolve?: Partial<CheckOptions['resolve']>;
  readonly signal?: AbortSignal;
  readonly maySubmit?: boolean;
}

/** One run of the real pipeline by a virtual clock. The caller lets time run. */
export function playCheck(play: Play): Promise<CheckResult> {
  const { scanner, store, clock, rate = { requests: 4, windowMs: 60_000 } } = play;
  const targets = async function* () {
    yield* play.targets;
  };
  return check(
    targets(),
    {
      store,
      clock,
      hasher,
      isArtifact: () => true,
      signal: play.signal ?? new AbortController().signal,
      connect: async () => ({
        scanner,
        ledger: store.ledgerOf('key'),
      }),
      maySubmit: async () => play.maySubmit ?? true,
      detect: async ({ scan }) =>
        buildDetections(scan, { vendorOf: (engine) => engine, familyOf: (engine) => engine }, [], clock.now())
          .detections,
      openEvidence: async () => ({ product: null, gather: async () => [], explain: async () => [] }),
      vendors: async () => ({ contactOf: () => null, clearedBy: () => [] }),
      observer: {},
    },
    {
      tool: { name: 'absolve', version: '0.0.0' },
      resolve: {
        maxAgeMs: 86_400_000,
        rescan: false,
        wait: true,
        directUploadLimitBytes: 30_000_000,
        uploadLimitBytes: 650_000_000,
        ...play.resolve,
      },
      limits: { rate, daily: play.daily ?? 1_000_000, monthly: 1_000_000 },
      concurrency: play.concurrency ?? 4,
      ...(play.timeoutMs !== undefined && { timeoutMs: play.timeoutMs }),
      retryBaseMs: 1000,
      maxAttempts: 6,
      failOn: 'likely-false-positive',
      thresholds: DEFAULT_THRESHOLDS,
    },
  );
}

const TIMES: ReadonlySet<string> = new Set(['startedAt', 'finishedAt', 'analysedAt']);

/** The document as text, without times and without what it cost: both depend on when the answers came. */
export function timeless(document: CheckResult): string {
  return JSON.stringify({ ...document, requests: null }, (key, value: unknown) => (TIMES.has(key) ? '' : value), 2);
}
