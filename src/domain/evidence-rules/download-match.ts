import type { DownloadFacts } from '../download-facts.js';
import type { Evidence } from '../evidence.js';
import type { EvidenceInput, EvidenceRule } from './input.js';

/**
 * Every download against the hash that is published for its URL, against any published hash, and against the user's own file.
 * Another content under a published URL contradicts; the user's own file being another is no contradiction: people compare
 * a new build with the release that is out.
 */
export const downloadMatch: EvidenceRule = (input) => input.downloads.map((download) => matchOne(download, input));

function matchOne(download: DownloadFacts, { published, isLocal }: EvidenceInput): Evidence {
  const urls = new Set([download.requestedUrl, ...download.redirects.map(({ url }) => url), download.finalUrl]);
  const comparable = published.filter(({ algorithm }) => algorithm === 'sha256');
  const detail = { url: download.requestedUrl, algorithm: 'sha256' };
  const same = comparable.find(({ digest }) => digest === download.sha256);
  if (same !== undefined) return evidence('supports', { ...detail, against: 'published-hash', list: same.source });
  const other = comparable.find(({ url }) => url !== undefined && urls.has(url));
  if (other !== undefined) {
    const expected = { expected: other.digest, digest: download.sha256 };
    return evidence('contradicts', { ...detail, against: 'published-hash', list: other.source, ...expected });
  }
  if (isLocal) return evidence('supports', { ...detail, against: 'local-file' });
  return evidence('silent', { ...detail, reason: 'nothing-to-compare' });
}

function evidence(outcome: Evidence['outcome'], detail: Evidence['detail']): Evidence {
  return { kind: 'download-match', outcome, detail };
}
