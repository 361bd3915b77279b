import type { DigestAlgorithm } from '../artifact.js';
import type { Evidence } from '../evidence.js';
import type { PublishedHash } from '../published-hash.js';
import { fileNameOf } from './download-content.js';
import type { EvidenceInput, EvidenceRule } from './input.js';

const STRONGEST_FIRST: readonly DigestAlgorithm[] = ['sha256', 'sha1', 'md5'];

/**
 * The content against published hashes: supports when a list has its digest, contradicts when a list has one of its names with
 * other digests only. A list may name several files alike (`x64/setup.exe`, `x86/setup.exe`): any of them will do.
 *
 * The name counts even if the digest is published under another one: an old release with a known hole, renamed to the new
 * one, is nobody's new release. Where one algorithm contradicts, another that fits does not help: md5 collisions are cheap.
 */
export const publishedHash: EvidenceRule = (input) => {
  const { published, digests } = input;
  const usable = STRONGEST_FIRST.filter((algorithm) => digests[algorithm] !== undefined);
  if (published.length === 0 || usable.length === 0) return [];
  const fits = (entry: PublishedHash): boolean =>
    entry.algorithm !== 'sha512' && digests[entry.algorithm] === entry.digest;
  for (const algorithm of usable) {
    const other = findOther(input, algorithm);
    if (other === undefined) continue;
    return [evidence('contradicts', other, { expected: other.digest, digest: digests[algorithm]! })];
  }
  for (const algorithm of usable) {
    const same = published.find((entry) => entry.algorithm === algorithm && fits(entry));
    if (same !== undefined) return [evidence('supports', same, { digest: same.digest })];
  }
  const unusable = published.find((entry) => isNamed(entry, input.names));
  if (unusable !== undefined) return [evidence('silent', unusable, { reason: 'algorithm-not-computed' })];
  return [{ kind: 'published-hash', outcome: 'silent', detail: { reason: 'not-listed' } }];
};

/** The first entry of a name that the lists have, but not with this content. */
function findOther(
  { published, digests, names }: EvidenceInput,
  algorithm: DigestAlgorithm,
): PublishedHash | undefined {
  const entries = published.filter((entry) => entry.algorithm === algorithm);
  for (const name of names) {
    const named = entries.filter((entry) => isNamed(entry, [name]));
    if (named.length > 0 && named.every(({ digest }) => digest !== digests[algorithm])) return named[0];
  }
  return undefined;
}

/**
 * File systems differ about case; for a contradiction the same name in another case is the same name. A list that gives a URL
 * alone names the file by its last part.
 */
function isNamed({ name, url }: PublishedHash, names: readonly string[]): boolean {
  const published = (name ?? (url === undefined ? '' : fileNameOf(url))).toLowerCase();
  return published !== '' && names.some((own) => own.toLowerCase() === published);
}

function evidence(
  outcome: Evidence['outcome'],
  entry: PublishedHash,
  detail: Readonly<Record<string, string>>,
): Evidence {
  return {
    kind: 'published-hash',
    outcome,
    detail: { algorithm: entry.algorithm, list: entry.source, ...nameOf(entry), ...detail },
  };
}

function nameOf({ name, url }: PublishedHash): Readonly<Record<string, string>> {
  return { ...(name !== undefined && { name }), ...(url !== undefined && { url }) };
}
