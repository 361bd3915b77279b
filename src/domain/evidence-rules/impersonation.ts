import type { FileFormat } from '../artifact.js';
import type { Evidence } from '../evidence.js';
import { NO_FACTS } from '../file-facts.js';
import { findClaim, isOneOf, type ProductProfile } from '../profile.js';
import type { SignatureReport } from '../signature.js';
import type { ClaimRule } from './input.js';

/** Formats in which a publisher who signs would have signed; shell scripts and archives cannot carry a signature. */
const SIGNED_FORMATS: ReadonlySet<FileFormat | undefined> = new Set(['pe', 'msi', 'msix', 'cab']);

/**
 * A file that claims the product without any proof. It contradicts where proof was to be expected and something else is there:
 *
 * - `unsigned`: it has a name of the publisher's releases, the profile says who signs those, and nobody signed it. Not for texts
 *   inside the file: publishers who sign what they release often leave the libraries in it unsigned
 * - `self-signed`: the publisher's name in a certificate that its maker issued to himself, while the profile names no such one
 *
 * Where the profile knows no signer, or the signature could not be judged, nobody can say, and it is silent. Pure.
 */
export const impersonation: ClaimRule = ({ profile, names, facts, signature, format }, isProven) => {
  const claim = profile === undefined ? undefined : findClaim(profile, names, facts ?? NO_FACTS);
  if (profile === undefined || claim === undefined || isProven) return [];
  const { organisations, thumbprints } = profile.signers;
  if (organisations.length === 0 && thumbprints.length === 0) {
    return [evidence('silent', { claim, reason: 'profile-names-no-signer' })];
  }
  if (claim === 'file-name' && signature?.state === 'unsigned' && SIGNED_FORMATS.has(format)) {
    return [evidence('contradicts', { claim, reason: 'unsigned' })];
  }
  if (isSelfMade(signature, profile)) return [evidence('contradicts', { claim, reason: 'self-signed' })];
  return [evidence('silent', { claim, reason: 'not-proven' })];
};

/** Whether all that stands behind the publisher's name is the signer himself. */
function isSelfMade(signature: SignatureReport | undefined, { signers }: ProductProfile): boolean {
  if (signature?.state !== 'intact') return false;
  const named = signature.signers.filter(({ organisation, commonName }) =>
    isOneOf(organisation ?? commonName, signers.organisations),
  );
  return (
    named.length > 0 &&
    named.every(
      ({ remarks, pinned, anchored }) => remarks.some(({ code }) => code === 'self-signed') && !pinned && !anchored,
    )
  );
}

function evidence(outcome: Evidence['outcome'], detail: Evidence['detail']): Evidence {
  return { kind: 'impersonation', outcome, detail };
}
