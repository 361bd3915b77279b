import type { Signer } from '../domain/signature.js';
import type { Instant } from '../domain/time.js';
import type { Reason } from '../domain/verdict.js';
import type { ParsedCertificate } from './certificate.js';
import { allowsUsage, buildChain, isValidAt, USAGE } from './chain.js';
import type { SignerInfo } from './cms.js';
import { readOpusInfo, type IndirectData } from './spc.js';
import { TIMESTAMP_OIDS, type Timestamp } from './timestamp.js';

/** Attribute of nested signatures, from Microsoft's dual signing. */
export const NESTED_SIGNATURE = '1.3.6.1.4.1.311.2.4.1';
/** Shorter RSA keys have been refused by the code signing baseline requirements since 2014. */
const MIN_RSA_BITS = 2048;

export interface TrustInput {
  readonly anchors: readonly ParsedCertificate[];
  /** Lower-case hexadecimal, sha1 or sha256. */
  readonly pinned: readonly string[];
  readonly now: Instant;
}

export interface SignerInput {
  readonly info: SignerInfo;
  readonly certificate: ParsedCertificate;
  readonly pool: readonly ParsedCertificate[];
  readonly indirect: IndirectData;
  readonly timestamp: Timestamp | undefined;
  readonly nested: boolean;
}

/** Everything that is said about one verified (or broken) signature's signer. */
export function describeSigner(input: SignerInput, trust: TrustInput): Signer {
  const { certificate, pool, indirect, timestamp, nested } = input;
  const timestampAnchored =
    timestamp !== undefined &&
    buildChain(timestamp.certificate, {
      pool: timestamp.pool,
      anchors: trust.anchors,
      at: timestamp.at,
      usage: USAGE.timeStamping,
    }).anchored;
  // A timestamp that no anchor backs can say any time: it counts for showing, never for trusting.
  const mayExtend = timestamp !== undefined && !usesLifetimeSigning(certificate);
  const shownAt = mayExtend ? timestamp.at : trust.now;
  const trustedAt = mayExtend && timestampAnchored ? timestamp.at : trust.now;
  const chain = buildChain(certificate, { pool, anchors: trust.anchors, at: trustedAt, usage: USAGE.codeSigning });
  const validAtSigning = isValidAt(certificate, shownAt);
  const codeSigning = allowsUsage(certificate, USAGE.codeSigning);
  const { thumbprintSha1, thumbprintSha256 } = certificate.facts;
  return {
    ...certificate.facts,
    digest: indirect.digest,
    ...(timestamp === undefined
      ? {}
      : {
          signedAt: timestamp.at,
          timestampedBy: timestamp.certificate.facts.subject,
          timestampKind: timestamp.kind,
          timestampAnchored,
        }),
    validAtSigning,
    codeSigning,
    chain: chain.issuers.map(({ facts }) => facts.subject),
    anchored: chain.anchored,
    pinned: trust.pinned.includes(thumbprintSha1) || trust.pinned.includes(thumbprintSha256),
    nested,
    ...readOpusInfo(input.info),
    remarks: [...remarksOf(input, { validAtSigning, codeSigning })],
  };
}

function usesLifetimeSigning({ usages }: ParsedCertificate): boolean {
  return usages?.includes(USAGE.lifetimeSigning) ?? false;
}

function* remarksOf(
  { info, certificate, indirect, timestamp }: SignerInput,
  { validAtSigning, codeSigning }: { readonly validAtSigning: boolean; readonly codeSigning: boolean },
): Generator<Reason> {
  if (!validAtSigning) yield { code: 'signer-not-valid-at-signing', args: {} };
  if (!codeSigning) yield { code: 'not-for-code-signing', args: {} };
  if (certificate.facts.subject === certificate.facts.issuer) yield { code: 'self-signed', args: {} };
  if (indirect.digest === 'md5' || indirect.digest === 'sha1') {
    yield { code: 'weak-digest', args: { digest: indirect.digest } };
  }
  const { key } = certificate;
  const bits = key?.asymmetricKeyDetails?.modulusLength;
  if (key?.asymmetricKeyType === 'rsa' && bits !== undefined && bits < MIN_RSA_BITS) {
    yield { code: 'weak-key', args: { bits } };
  }
  if (timestamp === undefined) yield { code: 'timestamp-missing', args: {} };
  for (const { oid } of info.unsignedAttributes) {
    // Anyone can change what is in there without breaking the signature.
    if (!TIMESTAMP_OIDS.has(oid) && oid !== NESTED_SIGNATURE) {
      yield { code: 'unknown-unsigned-attribute', args: { oid } };
    }
  }
}
