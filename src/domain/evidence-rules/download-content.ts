import type { FileFormat } from '../artifact.js';
import type { DownloadFacts } from '../download-facts.js';
import type { Evidence } from '../evidence.js';
import { matchFileName } from '../profile.js';
import type { EvidenceInput, EvidenceRule } from './input.js';

/** What a name ending promises, where it promises anything definite. */
const PROMISED: Readonly<Record<string, readonly FileFormat[]>> = {
  exe: ['pe'],
  dll: ['pe'],
  msi: ['msi', 'ole'],
  msix: ['msix', 'zip'],
  appx: ['msix', 'zip'],
  cab: ['cab'],
  zip: ['zip', 'jar', 'nupkg', 'msix'],
  '7z': ['7z'],
  deb: ['deb'],
  rpm: ['rpm'],
};

/**
 * What came behind a link against what was promised. A web page where the link names a program, or fewer bytes than the server
 * announced, contradicts: a block page or a portal was scanned, or a part. A link that promises nothing is silent about web
 * pages, because a page may be what it is for. What fits supports nothing: whoever made the link chose its ending.
 */
export const downloadContent: EvidenceRule = (input) => input.downloads.map((download) => judgeOne(download, input));

function judgeOne(download: DownloadFacts, { profile, published }: EvidenceInput): Evidence {
  const { requestedUrl, finalUrl, format, receivedBytes, announcedBytes, status, contentType } = download;
  const detail = {
    url: requestedUrl,
    status,
    format,
    receivedBytes,
    ...(contentType !== undefined && { contentType }),
  };
  if (announcedBytes !== undefined && announcedBytes !== receivedBytes) {
    return evidence('contradicts', { ...detail, announcedBytes, reason: 'wrong-length' });
  }
  const names = [fileNameOf(requestedUrl), fileNameOf(finalUrl)];
  const promised = names.flatMap((name) => PROMISED[/\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''] ?? []);
  if (promised.length > 0 && !promised.includes(format)) {
    return evidence('contradicts', { ...detail, expected: [...new Set(promised)], reason: 'wrong-format' });
  }
  const isRelease =
    names.some((name) => profile !== undefined && matchFileName(profile, name) !== undefined) ||
    published.some(({ url }) => url === requestedUrl || url === finalUrl);
  return format === 'html' && isRelease
    ? evidence('contradicts', { ...detail, reason: 'web-page' })
    : evidence('silent', detail);
}

/** The last part of a URL's path; empty when there is none. */
export function fileNameOf(url: string): string {
  if (!URL.canParse(url)) return '';
  const part = new URL(url).pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function evidence(outcome: Evidence['outcome'], detail: Evidence['detail']): Evidence {
  return { kind: 'download-content', outcome, detail };
}
