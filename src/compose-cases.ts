import { connect, detect, systemClock, withUserStore, type CheckSettings, type Environment } from './compose.js';
import type { Case, CaseState } from './domain/case.js';
import { toCaseDocument, type CaseDocument } from './domain/case-document.js';
import type { CaseMark } from './domain/case-mark.js';
import { vendorHistory, type VendorHistory } from './domain/case-step.js';
import type { CheckResult, DocumentArtifact } from './domain/document.js';
import type { RecheckResult } from './domain/recheck-document.js';
import { isFlagged } from './domain/scan.js';
import { UsageError } from './errors.js';
import { recogniseFormat } from './formats/recognise.js';
import { createHasher } from './hashing/hasher.js';
import type { CheckObserver } from './pipeline/check.js';
import { followCases } from './pipeline/follow-cases.js';
import { findCase, markCase, remindCase } from './pipeline/manage-cases.js';
import { recheck } from './pipeline/recheck.js';
import type { Store } from './ports.js';
import { TOOL } from './tool.js';

export interface RecheckSettings extends Pick<
  CheckSettings,
  'timeoutMs' | 'limits' | 'concurrency' | 'ignore' | 'thresholds'
> {
  readonly minGapMs: number;
}

/** `absolve recheck`. Throws what ends a run; see `recheck`. */
export async function runRecheck(
  settings: RecheckSettings,
  { io, observer }: { readonly io: Environment; readonly observer: CheckObserver },
): Promise<RecheckResult> {
  const { DIRECT_UPLOAD_LIMIT_BYTES, UPLOAD_LIMIT_BYTES } = await import('./virustotal/limits.js');
  return withUserStore(io, async (store) => {
    const hasher = createHasher({ recognise: recogniseFormat });
    try {
      return await recheck(
        {
          store,
          hasher,
          clock: systemClock,
          signal: io.signal,
          connect: () => connect(io, store),
          detect: async ({ scan }) => (isFlagged(scan) ? (await detect(scan, settings.ignore)).detections : []),
          vendors: async () => (await import('./vendors/directory.js')).loadDirectory(),
          observer,
        },
        {
          tool: TOOL,
          resolve: { directUploadLimitBytes: DIRECT_UPLOAD_LIMIT_BYTES, uploadLimitBytes: UPLOAD_LIMIT_BYTES },
          limits: settings.limits,
          concurrency: settings.concurrency,
          ...(settings.timeoutMs !== undefined && { timeoutMs: settings.timeoutMs }),
          retryBaseMs: 1000,
          maxAttempts: 6,
          thresholds: settings.thresholds,
          minGapMs: settings.minGapMs,
        },
      );
    } finally {
      await hasher.close();
    }
  });
}

export interface CaseList {
  readonly schemaVersion: 1;
  /** In the order in which they were opened. */
  readonly cases: readonly CaseDocument[];
  /** Of all cases, whatever the list was narrowed to. */
  readonly vendors: readonly VendorHistory[];
}

/** All cases, or those of a vendor (part of the name, any case) or a state. @throws StoreError */
export async function listCases(
  filter: { readonly vendor?: string; readonly state?: CaseState },
  io: Environment,
): Promise<CaseList> {
  return withUserStore(io, async (store) => {
    const all = await store.findCases('all');
    const wanted = filter.vendor?.toLowerCase() ?? '';
    const isWanted = ({ vendor, state }: Case): boolean =>
      vendor.toLowerCase().includes(wanted) && (filter.state === undefined || state === filter.state);
    return {
      schemaVersion: 1,
      cases: all.filter(isWanted).map((each) => toCaseDocument(each, all, systemClock.now())),
      vendors: vendorHistory(all).filter(({ vendor }) => vendor.toLowerCase().includes(wanted)),
    };
  });
}

/** @throws UsageError `CONFIG_USAGE` for an id that means no case or several; StoreError */
export async function showCase(id: string, io: Environment): Promise<CaseDocument> {
  return onCase(id, io, async (known) => known);
}

/** Records a mark. @throws UsageError `CONFIG_USAGE`, StoreError */
export async function markCaseById(
  id: string,
  given: Omit<CaseMark, 'at' | 'origin'>,
  io: Environment,
): Promise<CaseDocument> {
  return onCase(id, io, (known, store) => markCase(store, known, { ...given, at: systemClock.now(), origin: 'user' }));
}

/**
 * Records one mark for all open and reported cases of a vendor: one message is about all of them.
 *
 * @param vendor part of the name, any case; of one vendor alone
 * @throws UsageError `CONFIG_USAGE` when no such case or more than one vendor is meant; StoreError
 */
export async function markVendorCases(
  vendor: string,
  given: Omit<CaseMark, 'at' | 'origin'>,
  io: Environment,
): Promise<readonly CaseDocument[]> {
  return withUserStore(io, async (store) => {
    const known = activeOf(await store.findCases('active'), vendor);
    const now = systemClock.now();
    for (const each of known) await markCase(store, each, { ...given, at: now, origin: 'user' });
    const all = await store.findCases('all');
    const ids = new Set(known.map(({ id }) => id));
    return all.filter(({ id }) => ids.has(id)).map((each) => toCaseDocument(each, all, now));
  });
}

function activeOf(cases: readonly Case[], vendor: string): readonly Case[] {
  const wanted = vendor.toLowerCase();
  const exact = cases.filter((each) => each.vendor.toLowerCase() === wanted);
  const found = exact.length > 0 ? exact : cases.filter((each) => each.vendor.toLowerCase().includes(wanted));
  const names = [...new Set(found.map((each) => each.vendor))];
  if (names.length === 1) return found;
  throw new UsageError(
    'CONFIG_USAGE',
    names.length === 0
      ? `no open or reported case of a vendor called ${JSON.stringify(vendor)}`
      : `${JSON.stringify(vendor)} means several vendors: ${names.join(', ')}`,
    { hint: 'absolve cases lists them with their vendors' },
  );
}

/** Records a reminder and gives the case as it was before. @throws UsageError `CONFIG_USAGE`, StoreError */
export async function remindCaseById(id: string, io: Environment): Promise<CaseDocument> {
  return onCase(id, io, (known, store) => remindCase(store, known, systemClock.now()));
}

async function onCase(
  id: string,
  io: Environment,
  work: (known: Case, store: Store) => Promise<Case>,
): Promise<CaseDocument> {
  return withUserStore(io, async (store) => {
    const all = await store.findCases('all');
    return toCaseDocument(await work(findCase(all, id), store), all, systemClock.now());
  });
}

/**
 * Opens cases for what the last check found, on the user's word.
 *
 * @param text a name, a URL, or the beginning of a sha256
 * @returns the cases that are followed for it now
 * @throws UsageError `CONFIG_USAGE` when nothing such was flagged, or it is tampered; StoreError
 */
export async function openCases(
  text: string,
  vendor: string | undefined,
  io: Environment,
): Promise<readonly CaseDocument[]> {
  return withUserStore(io, async (store) => {
    const artifact = flaggedArtifact(await store.lastResult(), text);
    const detections = artifact.detections.filter(
      (each) => vendor === undefined || each.vendor.toLowerCase() === vendor.toLowerCase(),
    );
    if (detections.length === 0) {
      throw new UsageError('CONFIG_USAGE', `no engine of ${JSON.stringify(vendor)} flags ${JSON.stringify(text)}`);
    }
    const all = await followCases({ artifacts: [{ ...artifact, detections }] }, 'user', { store, clock: systemClock });
    return all
      .filter((each) => detections.some((detection) => detection.vendor === each.vendor))
      .map((each) => toCaseDocument(each, all, systemClock.now()))
      .filter(({ state }) => state === 'open' || state === 'reported');
  });
}

function flaggedArtifact(result: CheckResult | null, text: string): DocumentArtifact {
  const wanted = text.toLowerCase();
  const isMeant = ({ name, url, sha256, paths }: DocumentArtifact): boolean =>
    name === text ||
    url === text ||
    paths.includes(text) ||
    (/^[0-9a-f]{8,64}$/.test(wanted) && sha256?.startsWith(wanted) === true);
  const [found, second] = (result?.artifacts ?? []).filter((each) => each.detections.length > 0 && isMeant(each));
  if (found === undefined || second !== undefined) {
    throw new UsageError(
      'CONFIG_USAGE',
      `${second === undefined ? 'nothing' : 'more than one thing'} that the last check found flagged is ${JSON.stringify(text)}`,
      { hint: 'name one by its path, its URL or the beginning of its sha256, as absolve check shows it' },
    );
  }
  if (found.verdict === 'tampered' || found.verdict === 'undecided') {
    throw new UsageError(
      'CONFIG_USAGE',
      `${JSON.stringify(text)} is ${found.verdict}: no vendor can be asked to clear it`,
    );
  }
  return found;
}
