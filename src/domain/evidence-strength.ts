import type { Evidence } from './evidence.js';

/**
 * Whether this alone shows that a file is the publisher's own: an intact signature by a signer whom the profile knows and who is
 * pinned, anchored or confirmed; a published sha256; a download that equals a published sha256. Pure.
 *
 * Everything else supports and proves nothing, in whatever number:
 * - `signature`: intact and anchored says that somebody has a certificate, not that it is this publisher
 * - `service-signature`, `known-distributor`, `trusted-verdict`: the service's word about a hash. Recorded reports call a signature
 *   "Signed" that other members of the same report call invalid, and list a known distributor for a test virus with 57 detections
 * - `version-resource`, `msi-identity`: texts and numbers that anybody can copy into his own file
 * - `download-host`, `timestamp`: say where and when, not who
 * - md5 and sha1: collisions can be made by whoever made both files
 */
export function isStrongSupport({ kind, outcome, detail }: Evidence): boolean {
  if (outcome !== 'supports') return false;
  switch (kind) {
    case 'signer':
      return true;
    case 'published-hash':
      return detail['algorithm'] === 'sha256';
    case 'download-match':
      return detail['against'] === 'published-hash' && detail['algorithm'] === 'sha256';
    default:
      return false;
  }
}
