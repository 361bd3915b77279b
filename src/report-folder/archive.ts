import type { ArchiveFormat } from '../vendor-reports/plan-types.js';
import type { CheckedFile } from './checked-file.js';

/**
 * Writes one encrypted archive, streaming: memory stays flat whatever the sizes. The same files give the same bytes.
 *
 * @param target must not exist
 * @param password characters of ASCII
 * @throws ArtifactError `ARTIFACT_GONE`, `ARTIFACT_UNREADABLE`, `ARTIFACT_CHANGED` when a file is not what was checked; the
 *   half-written archive is the caller's to delete
 */
export type WriteArchive = (
  target: string,
  files: readonly CheckedFile[],
  password: string,
  signal: AbortSignal,
) => Promise<void>;

/** How each format is written. A new one is a file beside this, a line here, and its name in `ARCHIVE_FORMATS`. */
export const ARCHIVE_WRITERS: Readonly<Record<ArchiveFormat, WriteArchive>> = {
  zip: async (...args) => (await import('./zip-archive.js')).writeZipArchive(...args),
  '7z': async (...args) => (await import('./seven-zip-archive.js')).writeSevenZipArchive(...args),
};
