/** The only file that makes adapters and hands them to the pipeline. */
import { randomBytes } from 'node:crypto';
import { systemClock } from './clock.js';
import { readApiKey, storePath } from './config/environment.js';
import type { Config } from './config/schema.js';
import type { CheckResult } from './domain/document.js';
import type { FailOn } from './domain/outcome.js';
import type { IgnoreRule } from './domain/policy.js';
import type { BuiltDetections } from './domain/build-detections.js';
import { isFlagged, type Scan } from './domain/scan.js';
import type { VerdictThresholds } from './domain/verdict.js';
import type { Downloader, LedgerUsage, ServiceQuotas, Store } from './ports.js';
import { check, type CheckObserver } from './pipeline/check.js';
import { followCases } from './pipeline/follow-cases.js';
import { askQuotas, resolveLimits, type Limits, type LimitSettings } from './pipeline/limits.js';
import type { Subject } from './pipeline/subject.js';
import { isExecutableFormat, recogniseFormat } from './formats/recognise.js';
import { createHasher } from './hashing/hasher.js';
import { openEvidence, type EvidenceSettings } from './compose-evidence.js';
import { collectTargets } from './targets/collect.js';
import { TOOL } from './tool.js';

export { systemClock } from './clock.js';

/** What the program takes from the process; `Io` of the command line has it. */
export interface Environment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: string;
  readonly hostname: string;
  readonly pid: number;
  isAlive(pid: number): boolean;
  readonly stdin: AsyncIterable<unknown>;
  readonly signal: AbortSignal;
}

export interface CheckSettings {
  readonly download: boolean;
  readonly rescan: boolean;
  readonly wait: boolean;
  readonly maxAgeMs: number;
  readonly timeoutMs?: number;
  readonly limits: LimitSettings;
  readonly concurrency: number;
  readonly failOn: FailOn;
  readonly ignore: NonNullable<Config['ignore']>;
  readonly thresholds: VerdictThresholds;
  readonly evidence: EvidenceSettings;
}

const USER_AGENT = `${TOOL.name}/${TOOL.version}`;

/** Opens the store that the environment names. @throws StoreError, UsageError `CONFIG_INVALID` */
export async function openUserStore(environment: Environment): Promise<Store> {
  const { env, platform, hostname, pid, isAlive } = environment;
  const path = storePath(env, platform);
  // The store's driver is the costliest import of a check that needs no network.
  const { openStore } = await import('./store/open.js');
  return openStore({
    path,
    clock: systemClock,
    owner: { host: hostname, pid, run: randomBytes(6).toString('hex'), isAlive },
  });
}

/** Works with the store that the environment names, and closes it. @throws StoreError, UsageError `CONFIG_INVALID` */
export async function withUserStore<T>(environment: Environment, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openUserStore(environment);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** The service and the ledger of the key. @throws UsageError `CONFIG_NO_KEY` */
export async function connect(environment: Environment, store: Store) {
  const key = readApiKey(environment.env);
  const apiRoot = environment.env['ABSOLVE_VT_URL'];
  const { createScanner } = await import('./virustotal/client.js');
  return {
    scanner: createScanner({
      key,
      userAgent: USER_AGENT,
      env: environment.env,
      clock: systemClock,
      ...(apiRoot !== undefined && apiRoot !== '' && { apiRoot }),
    }),
    ledger: store.ledgerOf(key),
  };
}

export interface QuotaReport {
  readonly limits: Limits;
  readonly usage: LedgerUsage;
  /** Absent when the service could not be asked, or does not tell this key. */
  readonly service?: ServiceQuotas;
  /** Why `service` is absent. */
  readonly note?: string;
}

/**
 * The ledger's windows beside the service's figures. One free request; a service out of reach is a note, no failure.
 *
 * @throws UsageError `CONFIG_NO_KEY`, ApiError `API_AUTH`, StoreError
 */
export async function readQuota(settings: LimitSettings, environment: Environment): Promise<QuotaReport> {
  return withUserStore(environment, async (store) => {
    const { scanner, ledger } = await connect(environment, store);
    try {
      const { signal } = environment;
      const limits = await resolveLimits(settings, { ledger, scanner, clock: systemClock, signal });
      const service = await askQuotas({ ledger, scanner, clock: systemClock, signal }, limits);
      return {
        limits,
        usage: await ledger.usage(limits),
        ...(service.kind === 'known' ? { service: service.quotas } : { note: service.note }),
      };
    } finally {
      scanner.close();
    }
  });
}

/** `absolve check`. Throws what ends a run; see `check`. */
export async function runCheck(
  patterns: readonly string[],
  settings: CheckSettings,
  surroundings: {
    readonly io: Environment;
    readonly observer: CheckObserver;
    readonly maySubmit: (subject: Subject) => Promise<boolean>;
  },
): Promise<CheckResult> {
  const { io } = surroundings;
  const { DIRECT_UPLOAD_LIMIT_BYTES, UPLOAD_LIMIT_BYTES } = await import('./virustotal/limits.js');
  const store = await openUserStore(io);
  const hasher = createHasher({ recognise: recogniseFormat });
  const downloader = settings.download ? lazyDownloader(io) : undefined;
  const { cwd, signal } = io;
  try {
    const evidence = await openEvidence(settings.evidence, { store, clock: systemClock, cwd, signal });
    try {
      const lapsed = new Set<IgnoreRule>();
      const result = await check(
        collectTargets(patterns, { cwd: io.cwd, stdin: io.stdin, signal: io.signal, platform: io.platform }),
        {
          store,
          hasher,
          clock: systemClock,
          signal: io.signal,
          isArtifact: isExecutableFormat,
          ...(downloader !== undefined && { downloader }),
          connect: () => connect(io, store),
          maySubmit: surroundings.maySubmit,
          detect: async ({ scan }) => {
            if (!isFlagged(scan)) return [];
            const { detections, expired } = await detect(scan, settings.ignore);
            for (const rule of expired) lapsed.add(rule);
            return detections;
          },
          openEvidence: (subjects) => evidence.open(subjects),
          vendors: async () => (await import('./vendors/directory.js')).loadDirectory(),
          observer: surroundings.observer,
        },
        {
          tool: TOOL,
          resolve: {
            maxAgeMs: settings.maxAgeMs,
            rescan: settings.rescan,
            wait: settings.wait,
            directUploadLimitBytes: DIRECT_UPLOAD_LIMIT_BYTES,
            uploadLimitBytes: UPLOAD_LIMIT_BYTES,
          },
          limits: settings.limits,
          concurrency: settings.concurrency,
          ...(settings.timeoutMs !== undefined && { timeoutMs: settings.timeoutMs }),
          retryBaseMs: 1000,
          maxAttempts: 6,
          failOn: settings.failOn,
          thresholds: settings.thresholds,
        },
      );
      await followCases(result, 'check', { store, clock: systemClock });
      // An acceptance that ended is the reason why a release fails today that passed yesterday.
      for (const { reason, until } of lapsed) {
        surroundings.observer.onNote?.(
          `note: the acceptance "${reason}" ended on ${until}; its detections count again`,
        );
      }
      return result;
    } finally {
      await evidence.close();
    }
  } finally {
    await downloader?.close();
    await hasher.close();
    await store.close();
  }
}

/** Loads the vendor directory and the rules for labels: a check that finds nothing needs neither. */
export async function detect(scan: Scan, ignores: readonly IgnoreRule[]): Promise<BuiltDetections> {
  const [{ loadDirectory }, { buildDetections }] = await Promise.all([
    import('./vendors/directory.js'),
    import('./domain/build-detections.js'),
  ]);
  return buildDetections(scan, loadDirectory(), ignores, systemClock.now());
}

/** Made with the first download: its HTTP client takes longer to load than a cached check to run. */
function lazyDownloader({ env }: Environment): Downloader {
  let made: Promise<Downloader> | undefined;
  return {
    async download(url, options) {
      made ??= import('./download/downloader.js').then(({ createDownloader }) =>
        createDownloader({ env, userAgent: USER_AGENT }),
      );
      return (await made).download(url, options);
    },
    async close() {
      await (await made)?.close();
    },
  };
}
