import { stat } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { fileNameOf } from './domain/evidence-rules/download-content.js';
import { gatherEvidence } from './domain/evidence-rules/gather.js';
import type { EvidenceInput } from './domain/evidence-rules/input.js';
import type { Evidence } from './domain/evidence.js';
import type { ProductProfile } from './domain/profile.js';
import type { PublishedHash } from './domain/published-hash.js';
import type { SignatureReport } from './domain/signature.js';
import { Inspector } from './inspection/inspector.js';
import type { EvidenceSource } from './pipeline/check.js';
import type { FileSubject, Subject } from './pipeline/subject.js';
import type { Clock, InspectionStore, StoredScan } from './ports.js';
import { stateOf } from './targets/file-state.js';
import { TOOL } from './tool.js';

export interface EvidenceSettings {
  /** Name or path of a product profile. Absent: file names may choose a shipped one. */
  readonly product?: string;
  /** Paths of lists with published hashes. */
  readonly manifests: readonly string[];
  /** PEM file with certificates to trust. Absent: that of the product profile, if it names one. */
  readonly roots?: string;
}

export interface EvidenceDeps {
  readonly store: InspectionStore;
  readonly clock: Pick<Clock, 'now'>;
  /** Where relative paths start. */
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/** What the user gave, read; and how it becomes evidence about the subjects of a run. */
export interface OpenedEvidence {
  open(subjects: readonly Subject[]): Promise<EvidenceSource>;
  /** Keeps what was inspected, also when the run ended early. */
  close(): Promise<void>;
}

/**
 * Reads profile, manifests and roots before any work is done, so that a mistake in them costs nothing. Each reader is loaded
 * only when there is something to read.
 *
 * @throws UsageError `CONFIG_PROFILE`, `CONFIG_INVALID`
 */
export async function openEvidence(settings: EvidenceSettings, deps: EvidenceDeps): Promise<OpenedEvidence> {
  const { cwd } = deps;
  const given = settings.product === undefined ? undefined : await readProfile(settings.product, cwd);
  const published = await readManifests(settings.manifests, cwd);
  const roots = settings.roots ?? given?.signers.roots;
  const anchors = roots === undefined ? [] : await readRoots(roots, cwd);
  let inspector: Inspector | undefined;
  return {
    async open(subjects) {
      const profile = given ?? (await findProfile(subjects));
      const basis = { version: TOOL.version, anchors, pinned: profile?.signers.thumbprints ?? [] };
      inspector = new Inspector({ ...deps, readState }, basis);
      await inspector.recall(subjects.filter((subject) => subject.kind === 'file').map(contentOf));
      return {
        product: profile?.name ?? null,
        gather: async (subject, stored) => {
          const found = subject.kind === 'file' ? inspector?.inspect(contentOf(subject)) : undefined;
          const inspected = found instanceof Promise ? await found : found;
          const context = { published, ...(profile !== undefined && { profile }) };
          return isAlone(subject, stored, context)
            ? gatherAlone(inspected?.signature)
            : gatherEvidence({
                ...describe(subject, stored),
                ...inspected,
                ...context,
                ...(stored !== null && { service: stored.scan.facts }),
              });
        },
        explain: async (subject) =>
          subject.kind === 'file' ? ((await inspector?.explain(contentOf(subject))) ?? []) : [],
      };
    },
    async close() {
      await inspector?.flush();
    },
  };
}

/**
 * Whether nothing but the file itself speaks for or against it: no product, no list, no download, no word of the service. So it
 * is for nearly all of the thousands of files of a large run.
 */
function isAlone(
  subject: Subject,
  stored: StoredScan | null,
  { published, profile }: Pick<EvidenceInput, 'published' | 'profile'>,
): boolean {
  const facts = stored?.scan.facts;
  return (
    subject.kind === 'file' &&
    subject.downloads.length === 0 &&
    published.length === 0 &&
    profile === undefined &&
    facts?.signature === undefined &&
    facts?.knownDistributors === undefined &&
    facts?.trustedVerdict === undefined
  );
}

/** Evidence by the report that it came from: the store gives one report for all unsigned files. */
const alone = new WeakMap<SignatureReport, readonly Evidence[]>();

function gatherAlone(signature: SignatureReport | undefined): readonly Evidence[] {
  if (signature === undefined) return [];
  const known = alone.get(signature);
  if (known !== undefined) return known;
  const input = { names: [], digests: {}, isLocal: true, downloads: [], published: [], signature };
  const evidence = gatherEvidence(input);
  alone.set(signature, evidence);
  return evidence;
}

async function readProfile(nameOrPath: string, cwd: string): Promise<ProductProfile> {
  return (await import('./config/load-profile.js')).loadProfile(nameOrPath, cwd);
}

/** The shipped profile that the names speak for. Only then its validator is loaded: it costs a third of node's own start. */
async function findProfile(subjects: readonly Subject[]): Promise<ProductProfile | undefined> {
  const { findShippedName } = await import('./config/shipped-profiles.js');
  const name = await findShippedName(subjects.flatMap(namesOf));
  return name === undefined ? undefined : readProfile(name, '');
}

async function readManifests(paths: readonly string[], cwd: string): Promise<readonly PublishedHash[]> {
  if (paths.length === 0) return [];
  const { loadManifest } = await import('./manifests/load-manifest.js');
  const lists = await Promise.all(paths.map((path) => loadManifest(isAbsolute(path) ? path : join(cwd, path), path)));
  return lists.flat();
}

async function readRoots(path: string, cwd: string) {
  return (await import('./compose-inspect.js')).readAnchors(path, cwd);
}

async function readState(path: string) {
  return stateOf(path, await stat(path, { bigint: true }));
}

function contentOf({ id, copy }: FileSubject) {
  return { sha256: id, format: copy.format, state: copy };
}

function describe(
  subject: Subject,
  stored: StoredScan | null,
): Pick<EvidenceInput, 'names' | 'digests' | 'format' | 'isLocal' | 'downloads'> {
  const names = namesOf(subject);
  switch (subject.kind) {
    case 'file': {
      const { copy, digests, paths, downloads } = subject;
      return {
        names,
        digests: { ...digestsOf(stored), ...digests },
        format: copy.format,
        isLocal: paths.length > 0,
        downloads,
      };
    }
    case 'url': {
      // The file behind it is a subject of its own, with digests of its own.
      const downloads = subject.download === undefined ? [] : [subject.download];
      return { names, digests: {}, isLocal: false, downloads };
    }
    case 'hash': {
      const digests = { ...digestsOf(stored), [subject.algorithm]: subject.id };
      return { names, digests, isLocal: false, downloads: [] };
    }
  }
}

/** Weaker digests of the same content as the service knows them: lists of older releases have no other. */
function digestsOf(stored: StoredScan | null): EvidenceInput['digests'] {
  if (stored === null || stored.scan.kind !== 'file') return {};
  const { id, sha1, md5 } = stored.scan;
  return { sha256: id, ...(sha1 !== undefined && { sha1 }), ...(md5 !== undefined && { md5 }) };
}

/** All names of a subject, without folders. */
function namesOf(subject: Subject): readonly string[] {
  switch (subject.kind) {
    case 'file': {
      const names = subject.paths.map((path) => basename(path));
      return names.length === 0 ? [subject.copy.name] : [...new Set(names)].toSorted();
    }
    case 'url': {
      const urls = [subject.id, ...(subject.download === undefined ? [] : [subject.download.finalUrl])];
      return [...new Set(urls.map(fileNameOf))].filter((name) => name !== '').toSorted();
    }
    case 'hash':
      return [];
  }
}
