import { visible } from '../domain/text.js';
import { ArtifactError } from '../errors.js';
import type { ReadOutcome } from './read-digests.js';

/** Why a file has no digests, as the error of that one artifact. */
export function failureOf(outcome: Exclude<ReadOutcome, { kind: 'read' }>, path: string): ArtifactError {
  const name = visible(path);
  switch (outcome.kind) {
    case 'empty':
      return new ArtifactError('ARTIFACT_EMPTY', `${name} is empty`, {
        hint: 'An empty file has no content to check; build or download it again.',
      });
    case 'not-a-file':
      return new ArtifactError('ARTIFACT_NOT_A_FILE', `${name} is not a regular file`, {
        hint: 'Directories are walked when they are named as a target; sockets, pipes and devices are never opened.',
      });
    case 'changed':
      return new ArtifactError('ARTIFACT_CHANGED', `${name} changed while it was read`, {
        hint: 'Wait until the build or the download has finished, then check again.',
      });
    case 'stopped':
      return new ArtifactError('ARTIFACT_UNREADABLE', `the reading of ${name} was stopped`);
    case 'failed':
      return unreadable(path, outcome.code);
  }
}

/** A system call failed with `code` (`ENOENT`, `EACCES`, …). */
export function unreadable(path: string, code: string): ArtifactError {
  const name = visible(path);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new ArtifactError('ARTIFACT_GONE', `${name} is not there any more`);
  }
  const isForbidden = code === 'EACCES' || code === 'EPERM';
  return new ArtifactError(
    'ARTIFACT_UNREADABLE',
    `${name} cannot be read (${visible(code)})`,
    isForbidden ? { hint: 'Check who may read it.' } : {},
  );
}
