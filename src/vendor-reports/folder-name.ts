import { createHash } from 'node:crypto';

/** Names that Windows keeps for devices, whatever follows the dot. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

/**
 * A folder for a vendor on any file system: lower-case letters, digits and hyphens, at most 48 characters. Pure.
 *
 * @param taken folders of other vendors of the same run: names that come to the same are told apart by a digest
 */
export function folderNameOf(vendor: string, taken: ReadonlySet<string> = new Set()): string {
  const slug = vendor
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  // Letters that the slug cannot show, or too many of them: the digest keeps it unique.
  const isFaithful = /^[\x20-\x7e]+$/.test(vendor) && slug.length <= 48 && slug.length > 1 && !RESERVED.test(slug);
  if (isFaithful && !taken.has(slug)) return slug;
  const digest = createHash('sha256').update(vendor).digest('hex').slice(0, 8);
  return `${slug.slice(0, 39).replace(/-+$/, '') || 'vendor'}-${digest}`;
}
