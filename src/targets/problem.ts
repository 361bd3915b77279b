import { visible } from '../domain/text.js';
import { ArtifactError, UsageError } from '../errors.js';
import type { Collected } from '../ports.js';

/** Something that was named or found and cannot be checked, by its path or URL. The rest goes on. */
export type TargetProblem = Extract<Collected, { kind: 'problem' }>;

/** The error code of the system (`ENOENT`, …), or what was thrown as text. Pure. */
export function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? error);
}

/** A path that exists and that the system does not let us look at. Pure. */
export function unreadable(name: string, error: unknown): TargetProblem {
  const code = codeOf(error);
  const reason = code === 'ELOOP' ? 'a symbolic link that leads in a circle' : visible(code);
  return problem(name, new ArtifactError('ARTIFACT_UNREADABLE', `${visible(name)} cannot be read (${reason})`));
}

/** Sockets, pipes and devices: opening one can block or have effects, so it is never done. Pure. */
export function notAFile(name: string): TargetProblem {
  return problem(
    name,
    new ArtifactError('ARTIFACT_NOT_A_FILE', `${visible(name)} is neither a file nor a folder`, {
      hint: 'Sockets, pipes and devices are never opened.',
    }),
  );
}

export function brokenLink(name: string): TargetProblem {
  return problem(
    name,
    new ArtifactError('ARTIFACT_GONE', `${visible(name)} is a symbolic link that leads nowhere`, {
      hint: 'Restore what it points to, or remove the link.',
    }),
  );
}

export function directoryLoop(name: string): TargetProblem {
  return problem(
    name,
    new ArtifactError('ARTIFACT_NOT_A_FILE', `${visible(name)} is a symbolic link to a folder that contains it`, {
      hint: 'Its files are checked under their own names; remove the link.',
    }),
  );
}

/** Not followed: whoever wrote the folder would decide which files of this machine are uploaded. */
export function linkOutside(name: string): TargetProblem {
  return problem(
    name,
    new ArtifactError('ARTIFACT_NOT_A_FILE', `${visible(name)} is a symbolic link to a folder outside the one walked`, {
      hint: 'It is not followed. Name it as a target of its own to check what is in it.',
    }),
  );
}

export function emptyFile(name: string): TargetProblem {
  return problem(
    name,
    new ArtifactError('ARTIFACT_EMPTY', `${visible(name)} is empty`, {
      hint: 'An empty file has no content to check; build or download it again.',
    }),
  );
}

export function invalidUrl(url: string, reason: string, hint: string): TargetProblem {
  return problem(url, new ArtifactError('ARTIFACT_URL_INVALID', `${visible(url)} ${reason}`, { hint }));
}

function problem(path: string, error: ArtifactError): TargetProblem {
  return { kind: 'problem', path, error };
}

/** Nothing to check: names every pattern that led to nothing, at once. */
export function noTarget(patterns: readonly string[]): UsageError {
  const shown = patterns.map((pattern) => `"${visible(pattern)}"`);
  const what = shown.length === 0 ? 'no target was named' : `no target matches ${shown.join(', ')}`;
  return new UsageError('CONFIG_NO_TARGET', what, {
    hint: 'Targets are files, folders, globs, http(s) URLs, md5, sha1 or sha256 digests, or - for one a line on standard input.',
  });
}
