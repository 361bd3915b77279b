import { equalBytes } from '../formats/bytes.js';
import type { Instant } from '../domain/time.js';
import type { ParsedCertificate } from './certificate.js';

export const USAGE = Object.freeze({
  any: '2.5.29.37.0',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  /** Microsoft: a time stamp does not extend the life of signatures by this certificate. */
  lifetimeSigning: '1.3.6.1.4.1.311.10.3.13',
});

export interface Chain {
  /** From the issuer upwards, as far as certificates were found. */
  readonly issuers: readonly ParsedCertificate[];
  /** The chain ends in an anchor and every rule on the way is kept. */
  readonly anchored: boolean;
}

export interface ChainRules {
  /** Certificates from the file: links, never anchors. */
  readonly pool: readonly ParsedCertificate[];
  readonly anchors: readonly ParsedCertificate[];
  /** When every certificate of the chain must have been valid. */
  readonly at: Instant;
  /** Extended key usage that every certificate of the chain must allow. */
  readonly usage: string;
}

const MAX_LENGTH = 8;
/** Signature checks in one search: cross-signed and looping pools stay cheap. */
const MAX_STEPS = 64;

/**
 * The chain of a certificate: the first one that ends in an anchor, otherwise the longest one found. Revocation is not
 * looked up, there is no network here.
 */
export function buildChain(leaf: ParsedCertificate, rules: ChainRules): Chain {
  let steps = 0;
  let longest: readonly ParsedCertificate[] = [];
  const search = (path: readonly ParsedCertificate[]): Chain | undefined => {
    const last = path.at(-1)!;
    const issuers = path.slice(1);
    if (issuers.length > longest.length) longest = issuers;
    if (rules.anchors.some((anchor) => isSame(anchor, last))) {
      return keepsRules(path, rules) ? { issuers, anchored: true } : undefined;
    }
    if (path.length > MAX_LENGTH) return undefined;
    for (const candidate of [...rules.anchors, ...rules.pool]) {
      if (path.some((seen) => isSame(seen, candidate)) || !equalBytes(candidate.subjectDer, last.issuerDer)) continue;
      steps += 1;
      if (steps > MAX_STEPS) return undefined;
      if (!isIssuedBy(last, candidate)) continue;
      const found = search([...path, candidate]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search([leaf]) ?? { issuers: longest, anchored: false };
}

/**
 * Whether the certificate's issuer, by name or by key identifier, is among the given ones and did not sign it: then one of the
 * two was changed after it was issued. Issuers that are not there decide nothing. A self-signed certificate is its own issuer.
 */
export function contradictsIssuer(certificate: ParsedCertificate, pool: readonly ParsedCertificate[]): boolean {
  const issuers = pool.filter(
    (candidate) =>
      equalBytes(candidate.subjectDer, certificate.issuerDer) ||
      (candidate.keyIdentifier !== undefined && candidate.keyIdentifier === certificate.issuerKeyIdentifier),
  );
  return issuers.length > 0 && !issuers.some((issuer) => isIssuedBy(certificate, issuer));
}

/** Whether the certificate's own usages allow `usage`; one without restrictions allows everything. */
export function allowsUsage({ usages }: ParsedCertificate, usage: string): boolean {
  return usages === undefined || usages.includes(usage) || usages.includes(USAGE.any);
}

export function isValidAt({ facts }: ParsedCertificate, at: Instant): boolean {
  return facts.notBefore <= at && at <= facts.notAfter;
}

export function isSame(left: ParsedCertificate, right: ParsedCertificate): boolean {
  return left.facts.thumbprintSha256 === right.facts.thumbprintSha256;
}

function isIssuedBy(child: ParsedCertificate, parent: ParsedCertificate): boolean {
  try {
    return parent.key !== undefined && child.x509.verify(parent.key);
  } catch {
    // A key type that OpenSSL does not use for this.
    return false;
  }
}

function keepsRules(path: readonly ParsedCertificate[], { at, usage, anchors }: ChainRules): boolean {
  return path.every((certificate, index) => {
    if (!isValidAt(certificate, at) || certificate.hasUnknownCritical || !allowsUsage(certificate, usage)) return false;
    if (index === 0) return true;
    // Anchors are trusted as given: old roots are of a version that knows no constraints.
    if (anchors.some((anchor) => isSame(anchor, certificate))) return true;
    return certificate.isAuthority && (certificate.pathLength === undefined || certificate.pathLength >= index - 1);
  });
}
