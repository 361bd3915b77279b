import { rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Reason } from '../domain/verdict.js';
import { AppError, type ArtifactError } from '../errors.js';
import { NO_SAMPLE, type SampleOutcome } from '../vendor-reports/model.js';
import type { SampleFile, SamplePlan } from '../vendor-reports/plan-types.js';
import { keptNote, type KeptFolder } from './kept-folder.js';
import { ARCHIVE_WRITERS } from './archive.js';

/** What a report's samples became. */
export interface PlacedSamples {
  readonly outcome: SampleOutcome;
  /** Archives in the vendor's folder, relative to the report folder. */
  readonly paths: readonly string[];
  /** Absolute paths of the archives that go into the message, by name. */
  readonly attachments: readonly { readonly name: string; readonly path: string }[];
  readonly notes: readonly Reason[];
}

/** How an archive is to be made. */
type Wanted = Pick<Extract<SamplePlan, { readonly kind: 'archive' }>, 'format' | 'password'>;

/** Makes the archives of one run. The same files under the same password are packed once and linked for every vendor. */
export class SamplePacker {
  readonly #folder: KeptFolder;
  readonly #scratch: string;
  readonly #signal: AbortSignal;
  readonly #packed = new Map<string, { readonly path: string; readonly sizeBytes: number } | ArtifactError>();

  /** @param scratch an existing folder, best on the same disk, that the caller deletes */
  constructor(folder: KeptFolder, scratch: string, signal: AbortSignal) {
    this.#folder = folder;
    this.#scratch = scratch;
    this.#signal = signal;
  }

  /** Packs and places what `plan` says into `vendorFolder`. A file that cannot be packed is left out, with a note. */
  async place(plan: SamplePlan, vendorFolder: string): Promise<PlacedSamples> {
    if (plan.kind === 'none') return { outcome: NO_SAMPLE, paths: [], attachments: [], notes: [] };
    if (plan.kind === 'bare') {
      const bare = plan.files.map(({ path }) => path);
      return { outcome: { ...NO_SAMPLE, bare }, paths: [], attachments: [], notes: [] };
    }
    const { format, password } = plan;
    const { readable, notes } = await this.#sift(plan.files, plan);
    const archives: { path: string; name: string; location: string; sizeBytes: number }[] = [];
    const bins = packIntoBins(readable, plan.limitBytes);
    for (const [index, files] of bins.entries()) {
      const packed = await this.#pack(files, plan);
      if (packed instanceof AppError) continue;
      const name = bins.length === 1 ? `samples.${format}` : `samples-${index + 1}.${format}`;
      const placed = await this.#folder.place(`${vendorFolder}/${name}`, packed.path);
      notes.push(...keptNote(placed));
      const { path } = placed;
      archives.push({ path, name: basename(path), location: this.#folder.locate(path), sizeBytes: packed.sizeBytes });
    }
    const totalBytes = archives.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const isAttached = totalBytes <= plan.limitBytes;
    if (!isAttached) {
      const limit = `${Math.round(plan.limitBytes / 1_000_000)} MB`;
      notes.push(...archives.map(({ name }) => ({ code: 'sample-too-large', args: { archive: name, limit } })));
    }
    const names = archives.map(({ name }) => name);
    return {
      outcome: {
        ...NO_SAMPLE,
        [isAttached ? 'attached' : 'separate']: names,
        ...(names.length > 0 && { password }),
      },
      paths: archives.map(({ path }) => path),
      attachments: isAttached ? archives.map(({ name, location }) => ({ name, path: location })) : [],
      notes,
    };
  }

  /** Leaves out what cannot be packed. Each file is tried alone only when packing all of them failed. */
  async #sift(
    files: readonly SampleFile[],
    wanted: Wanted,
  ): Promise<{ readonly readable: readonly SampleFile[]; readonly notes: Reason[] }> {
    if (!((await this.#pack(files, wanted)) instanceof AppError)) return { readable: files, notes: [] };
    const notes: Reason[] = [];
    const readable: SampleFile[] = [];
    for (const file of files) {
      const packed = await this.#pack([file], wanted);
      if (packed instanceof AppError) {
        notes.push({ code: 'sample-failed', args: { artifact: file.name, problem: packed.message } });
      } else readable.push(file);
    }
    return { readable, notes };
  }

  async #pack(
    files: readonly SampleFile[],
    { format, password }: Wanted,
  ): Promise<{ readonly path: string; readonly sizeBytes: number } | ArtifactError> {
    const key = JSON.stringify([format, password, files.map(({ sha256, name }) => [sha256, name])]);
    const known = this.#packed.get(key);
    if (known !== undefined) return known;
    const path = `${this.#scratch}/${this.#packed.size + 1}.${format}`;
    let packed: { readonly path: string; readonly sizeBytes: number } | ArtifactError;
    try {
      await ARCHIVE_WRITERS[format](path, files, password, this.#signal);
      packed = { path, sizeBytes: (await stat(path)).size };
    } catch (error) {
      await rm(path, { force: true });
      if (!(error instanceof AppError) || !error.code.startsWith('ARTIFACT_')) throw error;
      packed = error as ArtifactError;
    }
    this.#packed.set(key, packed);
    return packed;
  }
}

/**
 * Files in order, as many together as stay under the limit; one that is larger stands alone. By plain size: what is
 * compressed gets no larger by more than a few bytes. Pure.
 */
function packIntoBins(files: readonly SampleFile[], limitBytes: number): readonly (readonly SampleFile[])[] {
  const bins: SampleFile[][] = [];
  let filled = Number.POSITIVE_INFINITY;
  for (const file of files) {
    if (filled + file.sizeBytes > limitBytes) {
      bins.push([file]);
      filled = file.sizeBytes;
    } else {
      bins.at(-1)!.push(file);
      filled += file.sizeBytes;
    }
  }
  return bins;
}
