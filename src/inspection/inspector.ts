import { createHash } from 'node:crypto';
import type { FileFormat, Sha256 } from '../domain/artifact.js';
import type { Finding } from '../domain/evidence.js';
import type { FileFacts } from '../domain/file-facts.js';
import type { SignatureReport } from '../domain/signature.js';
import type { Instant } from '../domain/time.js';
import { ArtifactError } from '../errors.js';
import type { Clock, FileState, InspectionStore, StoredInspection } from '../ports.js';
import type { ParsedCertificate } from '../authenticode/certificate.js';

export interface InspectorDeps {
  readonly store: InspectionStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly signal: AbortSignal;
  /** The state of a file now; rejects when it is gone. */
  readonly readState: (path: string) => Promise<FileState>;
}

/** Whom the user trusts, and which program asks: an inspection found under another basis is not used. */
export interface InspectionBasis {
  readonly version: string;
  readonly anchors: readonly ParsedCertificate[];
  /** Thumbprints, lower-case hexadecimal. */
  readonly pinned: readonly string[];
}

/** A file as it was when it was hashed. */
export interface InspectedContent {
  readonly sha256: Sha256;
  readonly format: FileFormat;
  readonly state: FileState;
}

export interface RememberedInspection {
  readonly signature: SignatureReport;
  readonly facts: Omit<FileFacts, 'pe'>;
}

/** Formats that can be signed or that say what they are: the others hold nothing to inspect. */
const INSPECTED: ReadonlySet<FileFormat> = new Set(['pe', 'msi', 'ole', 'cab', 'msix', 'script']);

/** Certificates on the way to a root expire too, and are not in the report: a week bounds how late that is noticed. */
const MAX_AGE_MS = 7 * 86_400_000;

/** Inspections that are written together. */
const BATCH = 200;

/**
 * Inspects files for their evidence and remembers the outcome by content. A remembered one costs no read and loads none of the
 * parsers: a run over unchanged files stays as fast as without.
 */
export class Inspector {
  readonly #deps: InspectorDeps;
  readonly #basis: InspectionBasis;
  readonly #basisId: string;
  #known: ReadonlyMap<string, StoredInspection> = new Map();
  #fresh = new Map<string, StoredInspection>();

  constructor(deps: InspectorDeps, basis: InspectionBasis) {
    this.#deps = deps;
    this.#basis = basis;
    this.#basisId = identify(basis);
  }

  /** Reads what is remembered of these, all at once. */
  async recall(contents: readonly Pick<InspectedContent, 'sha256' | 'format'>[]): Promise<void> {
    const wanted = contents.filter(({ format }) => INSPECTED.has(format)).map(({ sha256 }) => sha256);
    if (wanted.length > 0) this.#known = await this.#deps.store.findInspections(wanted, this.#basisId);
  }

  /**
   * What the file is; `undefined` for formats that hold nothing to inspect. A file that cannot be read any more, or that is not the
   * one that was hashed, is `unreadable`: its signature must not speak for bytes that it never covered.
   *
   * What is remembered comes at once, without a promise: a run over thousands of unchanged files waits for none of them.
   *
   * @throws the signal's reason when aborted
   */
  inspect(content: InspectedContent): RememberedInspection | undefined | Promise<RememberedInspection> {
    if (!INSPECTED.has(content.format)) return undefined;
    const now = this.#deps.clock.now();
    const known = this.#known.get(content.sha256) ?? this.#fresh.get(content.sha256);
    return known !== undefined && isCurrent(known, now) ? known : this.#read(content, now);
  }

  async #read({ sha256, format, state }: InspectedContent, now: Instant): Promise<RememberedInspection> {
    this.#deps.signal.throwIfAborted();
    try {
      const { inspectFile } = await import('./inspect-file.js');
      const { anchors, pinned } = this.#basis;
      const { signature, facts } = await inspectFile(state.path, format, {
        anchors,
        pinned,
        now,
        signal: this.#deps.signal,
      });
      if (!(await this.#isUnchanged(state))) return unreadable('file-changed');
      // Sections and imports explain findings and prove nothing; they are most of the facts.
      const { pe: _, ...rest } = facts;
      // Before and not behind: what was read last is asked for once more, by `explain`.
      if (this.#fresh.size >= BATCH) await this.flush();
      const found = { signature, facts: rest, inspectedAt: now };
      this.#fresh.set(sha256, found);
      return found;
    } catch (error) {
      if (!(error instanceof ArtifactError)) throw error;
      return unreadable('file-unreadable');
    }
  }

  /**
   * What may explain detections of the file, worst first. Not remembered: it is wanted of the few files that are flagged, takes a
   * few reads, and some of it depends on the day. A file that cannot be read any more, or is another by now, explains nothing.
   *
   * @throws the signal's reason when aborted
   */
  async explain(content: InspectedContent): Promise<readonly Finding[]> {
    const inspected = await this.inspect(content);
    if (inspected === undefined) return [];
    const { format, state } = content;
    try {
      const { explainFile } = await import('./inspect-file.js');
      const { signature } = inspected;
      const findings = await explainFile(state.path, format, { signature, now: this.#deps.clock.now() });
      return (await this.#isUnchanged(state)) ? findings : [];
    } catch (error) {
      if (!(error instanceof ArtifactError)) throw error;
      return [];
    }
  }

  /** Writes what is new. */
  async flush(): Promise<void> {
    const fresh = this.#fresh;
    if (fresh.size === 0) return;
    this.#fresh = new Map();
    await this.#deps.store.saveInspections(fresh, this.#basisId);
  }

  async #isUnchanged(state: FileState): Promise<boolean> {
    try {
      const now = await this.#deps.readState(state.path);
      return now.sizeBytes === state.sizeBytes && now.mtimeNs === state.mtimeNs && now.inode === state.inode;
    } catch {
      return false;
    }
  }
}

/** Without a timestamp a signature is only as good as its certificate is today. */
function isCurrent({ signature, inspectedAt }: StoredInspection, now: Instant): boolean {
  const age = now - inspectedAt;
  return (
    age >= 0 &&
    age <= MAX_AGE_MS &&
    signature.signers.every(
      ({ signedAt, notBefore, notAfter, validAtSigning }) =>
        signedAt !== undefined || (notBefore <= now && now <= notAfter) === validAtSigning,
    )
  );
}

function unreadable(code: string): RememberedInspection {
  return { signature: { state: 'unreadable', signers: [], reason: { code, args: {} } }, facts: { unreadable: [] } };
}

function identify({ version, anchors, pinned }: InspectionBasis): string {
  const trusted = [...anchors.map(({ facts }) => facts.thumbprintSha256), ...pinned].toSorted();
  return createHash('sha256')
    .update(JSON.stringify([version, trusted]))
    .digest('hex');
}
