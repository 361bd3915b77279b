import type { DownloadFacts } from '../download-facts.js';
import type { Evidence } from '../evidence.js';
import type { EvidenceRule } from './input.js';

/**
 * Where a download came from, against the hosts of the profile. Only supports when the first and the last host are the
 * publisher's and the way was encrypted and verified throughout. Another host contradicts nothing: content networks and mirrors
 * are usual; it proves nothing either.
 */
export const downloadHost: EvidenceRule = ({ downloads, profile }) => {
  if (profile === undefined || profile.hosts.length === 0) return [];
  return downloads.map((download) => judgeOne(download, profile.hosts));
};

function judgeOne({ requestedUrl, finalUrl, tls }: DownloadFacts, known: readonly string[]): Evidence {
  const host = hostOf(requestedUrl);
  const finalHost = hostOf(finalUrl);
  const detail = { host, finalHost, tls };
  if (!known.includes(host) || !known.includes(finalHost))
    return evidence('silent', { ...detail, reason: 'other-host' });
  return tls ? evidence('supports', detail) : evidence('silent', { ...detail, reason: 'not-encrypted' });
}

/** Without port; a final dot means the same host. Empty when it is no URL. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.toLowerCase().replace(/\.$/, '') : '';
}

function evidence(outcome: Evidence['outcome'], detail: Evidence['detail']): Evidence {
  return { kind: 'download-host', outcome, detail };
}
