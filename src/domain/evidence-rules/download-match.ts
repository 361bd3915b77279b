import type { DownloadFacts } from '../download-facts.js';
import type { Evidence } from '../evidence.js';
import type { EvidenceInput, EvidenceRule } from './input.js';

/**
 * Every download against the hash that is published for its URL, against any published hash, and against the user's own file.
 * Another content under a published URL contradicts, even if it is published under another one; the user's own file being
 * another is no contradiction: people compare a new build with the release that is out.
 */
export const downloadMatch: EvidenceRule = (input) => input.downloads.map((download) => matchOne(download, input));

function matchOne(download: DownloadFacts, { published, isLocal }: EvidenceInput): Evidence {
  const urls = new Set(
    [download.requestedUrl, ...download.redirects.map(({ url }) => url), download.finalUrl].map(canonical),
  );
  const comparable = published.filter(({ algorithm }) => algorithm === 'sha256');
  const here = comparable.filter(({ url }) => url !== undefined && urls.has(canonical(url)));
  const detail = { url: download.requestedUrl, algorithm: 'sha256' };
  if (here[0] !== undefined && here.every(({ digest }) => digest !== download.sha256)) {
    const expected = { expected: here[0].digest, digest: download.sha256 };
    return evidence('contradicts', { ...detail, against: 'published-hash', list: here[0].source, ...expected });
  }
  const same = comparable.find(({ digest }) => digest === download.sha256);
  if (same !== undefined) return evidence('supports', { ...detail, against: 'published-hash', list: same.source });
  if (isLocal) return evidence('supports', { ...detail, against: 'local-file' });
  return evidence('silent', { ...detail, reason: 'nothing-to-compare' });
}

/** One spelling of a URL: people and lists write host names in any case, and fragments never reach a server. */
function canonical(url: string): string {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  parsed.hash = '';
  return parsed.href;
}

function evidence(outcome: Evidence['outcome'], detail: Evidence['detail']): Evidence {
  return { kind: 'download-match', outcome, detail };
}
