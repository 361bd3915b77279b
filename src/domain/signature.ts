import type { Evidence } from './evidence.js';
import type { Instant } from './time.js';
import { toIso } from './time.js';
import type { Reason } from './verdict.js';

/**
 * - `intact`: every signature in the file verifies over the file's bytes; says nothing about whom to trust
 * - `tampered`: a signature is there and does not fit the file, itself, or its own timestamp
 * - `unsigned`: the format carries signatures, this file has none
 * - `unreadable`: whether it is signed cannot be said (hostile or unsupported content); never counts as signed
 */
export type SignatureState = 'intact' | 'tampered' | 'unsigned' | 'unreadable';

/** Digest algorithms met in Authenticode signatures. */
export type SignatureDigest = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** One certificate, reduced to what people compare. Names are hostile text: escape them for the medium. */
export interface CertificateFacts {
  /** Distinguished name, most specific part first, e.g. `CN=Example GmbH, O=Example GmbH, C=DE`. */
  readonly subject: string;
  readonly commonName?: string;
  /** Value of the `O` attribute, the legal name that a certificate authority checked. */
  readonly organisation?: string;
  readonly issuer: string;
  /** Lower-case hexadecimal. */
  readonly serialNumber: string;
  /** Lower-case hexadecimal over the DER certificate, as Windows shows it. */
  readonly thumbprintSha1: string;
  readonly thumbprintSha256: string;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

/** One signature of a file: the primary one first, then nested (dual) ones in file order. */
export interface Signer extends CertificateFacts {
  /** Algorithm of the file digest that was signed. */
  readonly digest: SignatureDigest;
  /** Instant that a verified timestamp states. The signer's own, unproven `signingTime` is never used. */
  readonly signedAt?: Instant;
  /** Subject of the certificate that signed the timestamp. */
  readonly timestampedBy?: string;
  readonly timestampKind?: 'rfc3161' | 'legacy';
  /** Whether the timestamp's own certificate chain ends in a given anchor. Absent without a timestamp. */
  readonly timestampAnchored?: boolean;
  /** The certificate was valid at `signedAt`, or at the time of checking when there is no timestamp. */
  readonly validAtSigning: boolean;
  /** Extended key usage names code signing (or the certificate restricts nothing). */
  readonly codeSigning: boolean;
  /** Subjects from the signer's issuer upwards, as far as the certificates are in the file or among the anchors. */
  readonly chain: readonly string[];
  /** The chain ends in a root that the caller gave, every link verified, with the right usage and valid at signing. */
  readonly anchored: boolean;
  /** The caller pinned this certificate's thumbprint. */
  readonly pinned: boolean;
  readonly nested: boolean;
  /** Name and address that the signer wrote into the signature; claims, not facts. */
  readonly programName?: string;
  readonly programUrl?: string;
  /** What is wrong or weak without breaking the signature: `signer-expired`, `weak-digest`, `timestamp-missing`, … */
  readonly remarks: readonly Reason[];
}

/** What checking a file's own signature found. Never says "trusted": that is for anchors and profiles to conclude. */
export interface SignatureReport {
  readonly state: SignatureState;
  /** Of signatures that could be read; also filled when `tampered`, because a broken signature still names someone. */
  readonly signers: readonly Signer[];
  /** Why it is not `intact`; absent when it is. */
  readonly reason?: Reason;
}

/** Shape of a signer in documents: instants as ISO 8601, see design "The result document". */
export interface SignerDocument {
  readonly subject: string;
  readonly commonName?: string;
  readonly organisation?: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly thumbprintSha1: string;
  readonly thumbprintSha256: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly digest: SignatureDigest;
  readonly signedAt?: string;
  readonly timestampedBy?: string;
  readonly timestampKind?: 'rfc3161' | 'legacy';
  readonly timestampAnchored?: boolean;
  readonly validAtSigning: boolean;
  readonly codeSigning: boolean;
  readonly chain: readonly string[];
  readonly anchored: boolean;
  readonly pinned: boolean;
  readonly nested: boolean;
  readonly programName?: string;
  readonly programUrl?: string;
  readonly remarks: readonly Reason[];
}

/** Renders the instants of a signer; everything else is taken over. Pure. */
export function toSignerDocument({ notBefore, notAfter, signedAt, ...rest }: Signer): SignerDocument {
  return {
    ...rest,
    notBefore: toIso(notBefore),
    notAfter: toIso(notAfter),
    ...(signedAt === undefined ? {} : { signedAt: toIso(signedAt) }),
  };
}

/**
 * Evidence of kind `signature` and, where there is a signature, `timestamp`. A signature that anyone could have made
 * supports nothing by itself: `intact` supports only with an anchored chain or a pinned signer, otherwise it is silent and
 * the comparison of the signer with a profile has to decide. Pure.
 */
export function signatureEvidence(report: SignatureReport): readonly Evidence[] {
  const [primary] = report.signers;
  const detail = {
    state: report.state,
    ...(report.reason === undefined ? {} : { reason: report.reason.code, ...report.reason.args }),
    ...(primary === undefined ? {} : { subject: primary.subject, thumbprintSha256: primary.thumbprintSha256 }),
  };
  if (report.state === 'tampered') return [{ kind: 'signature', outcome: 'contradicts', detail }];
  if (report.state !== 'intact' || primary === undefined) return [{ kind: 'signature', outcome: 'silent', detail }];
  const backed = report.signers.some((signer) => signer.pinned || signer.anchored);
  return [
    {
      kind: 'signature',
      outcome: backed ? 'supports' : 'silent',
      detail: { ...detail, anchored: primary.anchored, pinned: primary.pinned },
    },
    timestampEvidence(primary),
  ];
}

function timestampEvidence(signer: Signer): Evidence {
  const isProven = signer.signedAt !== undefined && signer.timestampAnchored === true;
  return {
    kind: 'timestamp',
    outcome: isProven && signer.validAtSigning ? 'supports' : 'silent',
    detail: {
      validAtSigning: signer.validAtSigning,
      ...(signer.signedAt === undefined ? {} : { signedAt: toIso(signer.signedAt) }),
      ...(signer.timestampedBy === undefined ? {} : { timestampedBy: signer.timestampedBy }),
    },
  };
}
