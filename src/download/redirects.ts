import { ArtifactError } from '../errors.js';

/** More than browsers' 20 is a loop in disguise; release links need three or four. */
export const MAX_REDIRECTS = 10;

/**
 * Where a redirect leads. Pure.
 *
 * @throws ArtifactError `ARTIFACT_DOWNLOAD` for one without a target, to another protocol, or in a loop
 */
export function followRedirect(from: string, location: string | undefined, visited: readonly string[]): string {
  if (location === undefined || !URL.canParse(location, from)) {
    throw new ArtifactError('ARTIFACT_DOWNLOAD', `${from} redirects without saying where to`);
  }
  const next = new URL(location, from);
  if (next.protocol !== 'https:' && next.protocol !== 'http:') {
    throw new ArtifactError('ARTIFACT_DOWNLOAD', `${from} redirects to ${next.protocol}, which is no download`);
  }
  next.hash = '';
  if (visited.includes(next.href)) {
    throw new ArtifactError('ARTIFACT_DOWNLOAD', `${visited[0] ?? from} redirects in a loop, back to ${next.href}`, {
      hint: 'the server may want a cookie; give the final URL instead',
    });
  }
  if (visited.length > MAX_REDIRECTS) {
    throw new ArtifactError('ARTIFACT_DOWNLOAD', `${visited[0] ?? from} redirects more than ${MAX_REDIRECTS} times`);
  }
  return next.href;
}
