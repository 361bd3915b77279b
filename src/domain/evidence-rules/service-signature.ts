import type { Evidence } from '../evidence.js';
import { NO_FACTS } from '../file-facts.js';
import { findClaim, isOneOf } from '../profile.js';
import type { EvidenceRule } from './input.js';
import { confirmedSigner, signatureDoubts } from './service-trust.js';

/**
 * What the service says about the signature. Its presence does not mean signed: for unsigned files the block holds texts of the
 * version resource only. A revoked certificate contradicts for a file that claims the product: our own check knows no
 * revocation lists, and a stolen key is how malware comes by the right signature.
 */
export const serviceSignature: EvidenceRule = ({ service, profile, names, facts }) => {
  const verified = service?.signature?.verified;
  if (service === undefined || verified === undefined) return [];
  const signers = service.signature?.signers ?? [];
  const doubts = signatureDoubts(service);
  const detail = { verified, signers, ...(doubts.length > 0 && { doubts }) };
  const evidence = (outcome: Evidence['outcome']): readonly Evidence[] => [
    { kind: 'service-signature', outcome, detail },
  ];
  if (profile === undefined) return evidence('silent');
  const isRevoked = doubts.includes('revoked-cert') || /\brevoked\b/i.test(verified);
  const isExpected = isOneOf(signers[0], profile.signers.organisations);
  if (isRevoked && (isExpected || findClaim(profile, names, facts ?? NO_FACTS) !== undefined))
    return evidence('contradicts');
  return evidence(confirmedSigner(service) !== undefined && isExpected ? 'supports' : 'silent');
};
