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
