import type { Evidence } from '../evidence.js';
import { findClaim, isOneOf, type ProductProfile } from '../profile.js';
import { NO_FACTS } from '../file-facts.js';
import type { Signer } from '../signature.js';
import type { EvidenceInput, EvidenceRule } from './input.js';
import { confirmedSigner } from './service-trust.js';

/**
 * Who signed, against the profile. A name in a certificate is only a name (`hello-x64-self-signed.exe` among the samples bears the
 * publisher's), so it supports only when something binds it:
 *
 * - `thumbprint`: the profile, or the caller, names this very certificate
 * - `anchor`: the chain ends in a root that the caller gave
 * - `service`: the service's own check of these bytes found a trusted chain to the same name
 *
 * Another legal name on a file that claims the product contradicts. On other files it is silent: products contain other
 * publishers' libraries.
 */
export const signer: EvidenceRule = (input) => {
  const { signature, profile } = input;
  if (signature === undefined || profile === undefined) return [];
  // Evidence of kind `signature` contradicts already.
  if (signature.state === 'tampered') return [];
  if (signature.state !== 'intact') return [silent({ reason: signature.state })];
  const { organisations, thumbprints } = profile.signers;
  const [first] = signature.signers;
  if (first === undefined) return [silent({ reason: 'no-signer' })];
  const bound = signature.signers.flatMap((one) => {
    const by = bindingOf(one, profile, input);
    return by === undefined ? [] : [{ one, by }];
  });
  const proof = bound.find(({ one }) => one.validAtSigning && one.codeSigning);
  if (proof !== undefined) {
    return [{ kind: 'signer', outcome: 'supports', detail: { ...describe(proof.one), by: proof.by } }];
  }
  if (bound[0] !== undefined) return [silent({ ...describe(bound[0].one), reason: 'not-valid-at-signing' })];
  if (organisations.length === 0 && thumbprints.length === 0) {
    return [silent({ ...describe(first), reason: 'profile-names-no-signer' })];
  }
  const named = signature.signers.find((one) => isOneOf(legalName(one), organisations));
  if (named !== undefined) return [silent({ ...describe(named), reason: 'not-anchored' })];
  // A renewed certificate has another thumbprint: that alone says nothing about who it is.
  const claim = organisations.length === 0 ? undefined : findClaim(profile, input.names, input.facts ?? NO_FACTS);
  if (claim === undefined) return [silent({ ...describe(first), reason: 'other-signer' })];
  return [{ kind: 'signer', outcome: 'contradicts', detail: { ...describe(first), expected: organisations, claim } }];
};

/** What binds the signer to the profile, or `undefined`. */
function bindingOf(one: Signer, profile: ProductProfile, { service }: EvidenceInput): string | undefined {
  const { organisations, thumbprints } = profile.signers;
  const isPinned = one.pinned || isOneOf(one.thumbprintSha256, thumbprints) || isOneOf(one.thumbprintSha1, thumbprints);
  if (isPinned) return 'thumbprint';
  if (!isOneOf(legalName(one), organisations)) return undefined;
  if (one.anchored) return 'anchor';
  const confirmed = confirmedSigner(service);
  // A nested signature is not the one that the service looked at first.
  return !one.nested && confirmed !== undefined && isOneOf(confirmed, [one.commonName ?? '', legalName(one) ?? ''])
    ? 'service'
    : undefined;
}

/** The legal name that the certificate authority checked; certificates of single persons only have a common name. */
function legalName({ organisation, commonName }: Signer): string | undefined {
  return organisation ?? commonName;
}

function describe(one: Signer): Readonly<Record<string, string>> {
  return { subject: one.subject, thumbprintSha256: one.thumbprintSha256 };
}

function silent(detail: Evidence['detail']): Evidence {
  return { kind: 'signer', outcome: 'silent', detail };
}
