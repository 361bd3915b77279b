import type { Evidence } from '../evidence.js';
import type { PublishedHash } from '../published-hash.js';
import type { EvidenceInput, EvidenceRule } from './input.js';

const STRONGEST_FIRST = ['sha256', 'sha1', 'md5'] as const;

/**
 * The content against published hashes: supports when a list has its digest, contradicts when a list has its name with another
 * digest. A list may name several files alike (`x64/setup.exe`, `x86/setup.exe`): any of them will do. Where a stronger
 * algorithm contradicts, a weaker one that fits does not help: md5 collisions are cheap.
 */
export const publishedHash: EvidenceRule = (input) => {
  const { published, digests } = input;
  if (published.length === 0) return [];
  for (const algorithm of STRONGEST_FIRST) {
    const digest = digests[algorithm];
    if (digest === undefined) continue;
    const entries = published.filter((entry) => entry.algorithm === algorithm);
    const same = entries.find((entry) => entry.digest === digest);
    if (same !== undefined) return [evidence('supports', same, { digest })];
    const named = entries.find((entry) => isNamed(entry, input));
    if (named !== undefined) return [evidence('contradicts', named, { expected: named.digest, digest })];
  }
  const unusable = published.find((entry) => isNamed(entry, input));
  if (unusable !== undefined) return [evidence('silent', unusable, { reason: 'algorithm-not-computed' })];
  return [{ kind: 'published-hash', outcome: 'silent', detail: { reason: 'not-listed' } }];
};

/** File systems differ about case; for a contradiction the same name in another case is the same name. */
function isNamed({ name }: PublishedHash, { names }: EvidenceInput): boolean {
  return name !== undefined && names.some((own) => own.toLowerCase() === name.toLowerCase());
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
