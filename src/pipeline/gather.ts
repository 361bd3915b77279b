import pLimit from 'p-limit';
import { basename } from 'node:path';
import { ArtifactError, AppError } from '../errors.js';
import type { Clock, Collected, Download, Downloader, FileIdentity, Hasher, IdentityStore } from '../ports.js';
import type { FileSubject, HashSubject, Subject, UrlSubject } from './subject.js';
import type { DocumentError } from '../domain/document.js';
import type { FileFormat } from '../domain/artifact.js';
import type { Instant } from '../domain/time.js';

export interface GatherDeps {
  readonly hasher: Hasher;
  readonly store: IdentityStore;
  readonly clock: Pick<Clock, 'now'>;
  /** Absent: the files behind URLs are left out. */
  readonly downloader?: Downloader;
  /** Whether a walked directory's file of this format is an artifact. */
  readonly isArtifact: (format: FileFormat) => boolean;
  readonly signal: AbortSignal;
  readonly onRead?: (path: string, sizeBytes: number) => void;
}

/** A target that could not be turned into a subject. */
export interface Problem {
  readonly path: string;
  readonly error: DocumentError;
}

export interface Gathered {
  /** One each content, URL and hash; known by `kind` and id. */
  readonly subjects: ReadonlyMap<string, Subject>;
  readonly problems: readonly Problem[];
}

/** Files whose identities are looked up, and written, together. */
const BATCH = 256;

/** Reads in flight: enough for the hashing threads and the disk's queue. */
const READS_AT_ONCE = 8;

const DOWNLOADS_AT_ONCE = 4;

const CLOCK_STEP_MS = 2000;

/**
 * Collects subjects from targets: reads what is not known unchanged, downloads what is behind URLs, and puts the same
 * content under one subject. Memory grows with the number of subjects, not with their size.
 */
export class Gatherer {
  readonly #deps: GatherDeps;
  readonly #subjects = new Map<string, Subject>();
  readonly #problems: Problem[] = [];
  readonly #downloads = pLimit(DOWNLOADS_AT_ONCE);
  readonly #reads = pLimit(READS_AT_ONCE);

  constructor(deps: GatherDeps) {
    this.#deps = deps;
  }

  /** @throws InterruptedError, StoreError; what concerns one target becomes a problem */
  async gather(targets: AsyncIterable<Collected>): Promise<Gathered> {
    const downloads: Promise<void>[] = [];
    let files: (Collected & { readonly kind: 'file' })[] = [];
    for await (const target of targets) {
      switch (target.kind) {
        case 'file':
          files.push(target);
          if (files.length >= BATCH) {
            await this.#identify(files);
            files = [];
          }
          break;
        case 'url': {
          const subject = this.#addUrl(target.url);
          if (subject !== null) downloads.push(this.#downloads(() => this.#fetch(subject)));
          break;
        }
        case 'hash':
          this.#addHash({ kind: 'hash', id: target.digest, algorithm: target.algorithm });
          break;
        case 'problem':
          this.#problems.push({ path: target.path, error: toDocumentError(target.error) });
          break;
      }
    }
    await this.#identify(files);
    await Promise.all(downloads);
    return { subjects: this.#withoutKnownHashes(), problems: this.#problems };
  }

  async #identify(files: readonly (Collected & { readonly kind: 'file' })[]): Promise<void> {
    const known = await this.#deps.store.findIdentities(files.map(({ state }) => state));
    const read: FileIdentity[] = [];
    try {
      await Promise.all(
        files.map(async (file) => {
          const identity = known.get(file.state.path) ?? (await this.#reads(() => this.#read(file)));
          if (identity === null) return;
          if (!known.has(file.state.path)) read.push(identity);
          if (file.isExplicit || this.#deps.isArtifact(identity.format)) this.#addFile(file.path, identity);
        }),
      );
    } finally {
      // Also when interrupted: what was read need not be read again.
      const settled = read.filter((identity) => isSettled(identity, this.#deps.clock.now()));
      if (settled.length > 0) await this.#deps.store.saveIdentities(settled);
    }
  }

  async #read(file: Collected & { readonly kind: 'file' }): Promise<FileIdentity | null> {
    try {
      const identity = await this.#deps.hasher.identify(file.state.path, {
        md5AndSha1: false,
        signal: this.#deps.signal,
      });
      this.#deps.onRead?.(file.path, identity.sizeBytes);
      return identity;
    } catch (error) {
      // In a walk an empty file is no artifact and no problem.
      if (error instanceof ArtifactError && error.code === 'ARTIFACT_EMPTY' && !file.isExplicit) return null;
      if (!(error instanceof ArtifactError)) throw error;
      this.#problems.push({ path: file.path, error: toDocumentError(error) });
      return null;
    }
  }

  #addFile(path: string, { digests, ...copy }: FileIdentity): FileSubject {
    const key = `file ${digests.sha256}`;
    const known = this.#subjects.get(key);
    if (known?.kind === 'file') {
      if (!known.paths.includes(path)) known.paths.push(path);
      return known;
    }
    const subject: FileSubject = {
      kind: 'file',
      id: digests.sha256,
      digests,
      copy: { ...copy, name: basename(path) },
      paths: [path],
      downloads: [],
    };
    this.#subjects.set(key, subject);
    return subject;
  }

  #addUrl(url: string): UrlSubject | null {
    const key = `url ${url}`;
    if (this.#subjects.has(key)) return null;
    const subject: UrlSubject = { kind: 'url', id: url };
    this.#subjects.set(key, subject);
    return subject;
  }

  #addHash(subject: HashSubject): void {
    this.#subjects.set(`hash ${subject.id}`, subject);
  }

  /** A sha256 of a file that is here too is that file. */
  #withoutKnownHashes(): ReadonlyMap<string, Subject> {
    for (const key of this.#subjects.keys()) {
      if (key.startsWith('hash ') && this.#subjects.has(`file ${key.slice('hash '.length)}`))
        this.#subjects.delete(key);
    }
    return this.#subjects;
  }

  /** The file behind a URL becomes a subject like any other; what goes wrong stays with the URL. */
  async #fetch(subject: UrlSubject): Promise<void> {
    if (this.#deps.downloader === undefined) return;
    try {
      const download = await this.#deps.downloader.download(subject.id, { signal: this.#deps.signal });
      if (download.facts.receivedBytes === 0) throw emptyDownload(download);
      const identity = await this.#deps.hasher.identify(download.path, {
        md5AndSha1: false,
        signal: this.#deps.signal,
      });
      const facts = { ...download.facts, sha256: identity.digests.sha256, format: identity.format };
      subject.download = facts;
      if (identity.format === 'html') throw notBinary(download);
      const file = this.#addDownload(download, identity);
      file.downloads.push(facts);
      subject.contains = file.id;
    } catch (error) {
      if (!(error instanceof ArtifactError)) throw error;
      subject.downloadError = toDocumentError(error);
    }
  }

  #addDownload(download: Download, { digests, ...copy }: FileIdentity): FileSubject {
    const known = this.#subjects.get(`file ${digests.sha256}`);
    if (known?.kind === 'file') return known;
    const subject: FileSubject = {
      kind: 'file',
      id: digests.sha256,
      digests,
      copy: { ...copy, name: download.name },
      // No path of the user's: the copy goes with the run.
      paths: [],
      downloads: [],
    };
    this.#subjects.set(`file ${subject.id}`, subject);
    return subject;
  }
}

/**
 * Whether a later change of the file is sure to show in its time. Clocks of file systems tick in steps of up to two seconds
 * (FAT): what was written in this moment may be written again in the same one.
 */
function isSettled({ mtimeNs }: FileIdentity, now: Instant): boolean {
  return now - Number(BigInt(mtimeNs) / 1_000_000n) > CLOCK_STEP_MS;
}

/** Told here: the hasher would name the temporary file, which nobody can look at and which differs in every run. */
function emptyDownload({ facts: { finalUrl, status } }: Download): ArtifactError {
  return new ArtifactError('ARTIFACT_EMPTY', `${finalUrl} answers ${status} with a file of no bytes`, {
    hint: 'publish it again, or see whether a web scanner took its content away',
  });
}

function notBinary({ facts, head }: Download): ArtifactError {
  const { finalUrl, status, contentType } = facts;
  const begins = Buffer.from(head.subarray(0, 60)).toString('latin1').replace(/\s+/g, ' ');
  return new ArtifactError(
    'ARTIFACT_NOT_BINARY',
    `${finalUrl} answers ${status} with a web page${contentType ? ` (${contentType})` : ''}, not a file: ${begins}`,
    { hint: 'a portal, a log-in or a web scanner stands in between; the page was not checked as the file' },
  );
}

/** An error as the result document carries it. */
export function toDocumentError(error: AppError): DocumentError {
  return { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
}
