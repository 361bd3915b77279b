import { readFile, stat } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { parseAnchors } from './authenticode/anchors.js';
import type { ParsedCertificate } from './authenticode/certificate.js';
import type { VerifyOptions } from './authenticode/verify-file.js';
import type { DocumentError } from './domain/document.js';
import { NO_FACTS } from './domain/file-facts.js';
import {
  toInspectedFacts,
  toInspectedSignature,
  type InspectedFile,
  type InspectResult,
} from './domain/inspect-document.js';
import { gatherEvidence } from './domain/evidence-rules/gather.js';
import type { ProductProfile } from './domain/profile.js';
import type { Instant } from './domain/time.js';
import { AppError, ArtifactError, UsageError } from './errors.js';
import { isExecutableFormat, recogniseFormat } from './formats/recognise.js';
import { createHasher } from './hashing/hasher.js';
import { inspectFile } from './inspection/inspect-file.js';
import type { Collected, FileState, Hasher } from './ports.js';
import { collectTargets } from './targets/collect.js';
import { stateOf } from './targets/file-state.js';

export interface InspectSettings {
  /** PEM file with the certificates to trust, as the user spelled its path. Absent: that of the profile, if it names one. */
  readonly roots?: string;
  /** Name or path of the profile of the product whose files these should be. Absent: each file's name may choose a shipped one. */
  readonly product?: string;
}

export interface InspectSurroundings {
  readonly cwd: string;
  readonly stdin: AsyncIterable<unknown>;
  readonly platform: string;
  readonly signal: AbortSignal;
  readonly now: Instant;
}

/**
 * `absolve inspect`: every file that the patterns mean, one after the other, in the order of the patterns. No network.
 *
 * @throws UsageError for patterns that lead to nothing or to something that is no file, and for roots or a profile that
 *   cannot be read; the signal's reason when aborted. What is wrong with one file is that file's `error`
 */
export async function runInspect(
  patterns: readonly string[],
  settings: InspectSettings,
  surroundings: InspectSurroundings,
): Promise<InspectResult> {
  const { cwd, now, signal } = surroundings;
  const given = settings.product === undefined ? undefined : await readProfile(settings.product, cwd);
  const roots = settings.roots ?? given?.signers.roots;
  const anchors = roots === undefined ? [] : await readAnchors(roots, cwd);
  const profileFor = given === undefined ? await shippedProfiles() : () => Promise.resolve(given);
  const options = { anchors, now, signal, profileFor };
  const hasher = createHasher({ recognise: recogniseFormat });
  const files: InspectedFile[] = [];
  try {
    for await (const collected of collectTargets(patterns, surroundings)) {
      const file = await inspectOne(collected, hasher, options);
      if (file !== undefined) files.push(file);
    }
  } finally {
    await hasher.close();
  }
  return { schemaVersion: 1, files };
}

type ProfileFor = (name: string) => Promise<ProductProfile | undefined>;

interface OneOptions extends Omit<VerifyOptions, 'pinned'> {
  readonly profileFor: ProfileFor;
}

async function readProfile(nameOrPath: string, cwd: string): Promise<ProductProfile> {
  return (await import('./config/load-profile.js')).loadProfile(nameOrPath, cwd);
}

/** The shipped profile that a file's own name speaks for, each read once. */
async function shippedProfiles(): Promise<ProfileFor> {
  const { findShippedName } = await import('./config/shipped-profiles.js');
  const shipped = new Map<string, Promise<ProductProfile>>();
  return async (fileName) => {
    const name = await findShippedName([fileName]);
    if (name === undefined) return undefined;
    const profile = shipped.get(name) ?? readProfile(name, '');
    shipped.set(name, profile);
    return profile;
  };
}

/** `undefined` for what a folder holds beside programs and packages. */
async function inspectOne(
  collected: Collected,
  hasher: Hasher,
  options: OneOptions,
): Promise<InspectedFile | undefined> {
  if (collected.kind === 'problem') return failed(collected.path, collected.error);
  if (collected.kind !== 'file') {
    throw new UsageError('CONFIG_USAGE', 'inspect works on local files', {
      hint: 'absolve check takes URLs and hashes as well',
    });
  }
  try {
    const identity = await hasher.identify(collected.state.path, { md5AndSha1: true, signal: options.signal });
    if (!collected.isExplicit && !isExecutableFormat(identity.format)) return undefined;
    const fileName = basename(collected.path);
    const profile = await options.profileFor(fileName);
    const { signature, facts, findings } = await inspectFile(identity.path, identity.format, {
      ...options,
      pinned: profile?.signers.thumbprints.map((thumbprint) => thumbprint.toLowerCase()) ?? [],
    });
    await refuseChanged(identity);
    return {
      path: collected.path,
      sizeBytes: identity.sizeBytes,
      ...identity.digests,
      format: identity.format,
      signature: toInspectedSignature(signature),
      facts: toInspectedFacts(facts),
      evidence: gatherEvidence({
        names: [fileName],
        digests: identity.digests,
        format: identity.format,
        signature,
        facts,
        isLocal: true,
        downloads: [],
        published: [],
        ...(profile !== undefined && { profile }),
      }),
      findings,
    };
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof AppError) return failed(collected.path, error);
    throw error;
  }
}

/** Digests and signature are from two reads: they must be of the same bytes. @throws ArtifactError `ARTIFACT_CHANGED` */
async function refuseChanged(identity: FileState): Promise<void> {
  const stats = await stat(identity.path, { bigint: true }).catch(() => undefined);
  const now = stats && stateOf(identity.path, stats);
  if (now?.sizeBytes !== identity.sizeBytes || now.mtimeNs !== identity.mtimeNs || now.inode !== identity.inode) {
    throw new ArtifactError('ARTIFACT_CHANGED', 'changed while it was inspected', {
      hint: 'run again when nothing writes to it',
    });
  }
}

function failed(path: string, { code, message, hint }: AppError): InspectedFile {
  const error: DocumentError = { code, message, ...(hint === undefined ? {} : { hint }) };
  return {
    path,
    signature: { state: 'unreadable', signers: [], reason: { code: 'file-unreadable', args: {} } },
    facts: toInspectedFacts(NO_FACTS),
    evidence: [],
    findings: [],
    error,
  };
}

/** The certificates of a PEM file. @throws UsageError `CONFIG_INVALID` */
export async function readAnchors(path: string, cwd: string): Promise<readonly ParsedCertificate[]> {
  let pem: string;
  try {
    pem = await readFile(isAbsolute(path) ? path : join(cwd, path), 'latin1');
  } catch (error) {
    throw new UsageError('CONFIG_INVALID', `the roots cannot be read: ${path}`, { cause: error });
  }
  return parseAnchors(pem);
}
