import { createHash } from 'node:crypto';

/**
 * The canonical form of a submitted URL, or `undefined` when it is none. In recorded answers it equals what a WHATWG
 * serialiser gives; a bare host means `http://`. The service's own algorithm is not published. Pure.
 */
export function canonicalUrl(text: string): string | undefined {
  const trimmed = text.trim();
  const absolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
  if (!URL.canParse(absolute)) return undefined;
  const url = new URL(absolute);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined;
}

/** The service's id of a canonical URL: its sha256. Source: all unedited recordings. Pure. */
export function urlId(canonical: string): string {
  return createHash('sha256').update(canonical).digest('hex');
}

/** The id that a path names, which may be the sha256 or the URL itself in base64url without padding. Pure. */
export function urlIdOf(pathId: string): string | undefined {
  if (/^[0-9a-f]{64}$/i.test(pathId)) return pathId.toLowerCase();
  if (!/^[\w-]+$/.test(pathId)) return undefined;
  const canonical = canonicalUrl(Buffer.from(pathId, 'base64url').toString('utf8'));
  return canonical === undefined ? undefined : urlId(canonical);
}
