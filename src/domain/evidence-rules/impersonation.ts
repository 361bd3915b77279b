import type { FileFormat } from '../artifact.js';
import type { Evidence } from '../evidence.js';
import { isStrongSupport } from '../evidence-strength.js';
import { NO_FACTS } from '../file-facts.js';
import { findClaim } from '../profile.js';
import type { EvidenceInput } from './input.js';

/** Formats in which a publisher who signs would have signed; shell scripts and archives cannot carry a signature. */
const SIGNED_FORMATS: ReadonlySet<FileFormat | undefined> = new Set(['pe', 'msi', 'msix', 'cab']);

/**
 * A file that claims the product without any proof. It contradicts where proof was to be expected: the profile says who signs, the
 * format carries signatures, and this file has none. Where the profile knows no signer, or a signature could not be judged,
 * nobody can say, and it is silent. Runs after all others, of which one proof settles the question. Pure.
 */
export function impersonation(input: EvidenceInput, others: readonly Evidence[]): readonly Evidence[] {
  const { profile, names, facts, signature, format } = input;
  const claim = profile === undefined ? undefined : findClaim(profile, names, facts ?? NO_FACTS);
  if (profile === undefined || claim === undefined || others.some(isStrongSupport)) return [];
  const { organisations, thumbprints } = profile.signers;
  const isSigned = organisations.length > 0 || thumbprints.length > 0;
  if (isSigned && signature?.state === 'unsigned' && SIGNED_FORMATS.has(format)) {
    return [{ kind: 'impersonation', outcome: 'contradicts', detail: { claim, reason: 'unsigned' } }];
  }
  const reason = isSigned ? 'not-proven' : 'profile-names-no-signer';
  return [{ kind: 'impersonation', outcome: 'silent', detail: { claim, reason } }];
}
