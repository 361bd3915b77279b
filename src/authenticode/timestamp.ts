import type { Instant } from '../domain/time.js';
import { equalBytes } from '../formats/bytes.js';
import { FormatError } from '../formats/format-error.js';
import type { ParsedCertificate } from './certificate.js';
import { findSigner, singleAttribute, toSignedMessage, toSignerInfo, verifySigner, type SignerInfo } from './cms.js';
import { membersOf, octetsOf, oidOf, readElement, TAG, type Element } from './der.js';
import { timeOf } from './der-values.js';
import { digestBytes, digestOfOid } from './digest.js';
import { SignatureError } from './signature-error.js';

const OID = Object.freeze({
  countersignature: '1.2.840.113549.1.9.6',
  microsoftToken: '1.3.6.1.4.1.311.3.3.1',
  token: '1.2.840.113549.1.9.16.2.14',
  tokenInfo: '1.2.840.113549.1.9.16.1.4',
  data: '1.2.840.113549.1.7.1',
  signingTime: '1.2.840.113549.1.9.5',
});

/** Attribute types of timestamps, which are expected beside a signature. */
export const TIMESTAMP_OIDS: ReadonlySet<string> = new Set([OID.countersignature, OID.microsoftToken, OID.token]);

/** A timestamp whose signature and imprint fit. */
export interface Timestamp {
  readonly kind: 'rfc3161' | 'legacy';
  readonly at: Instant;
  readonly certificate: ParsedCertificate;
  /** Certificates that came with it. */
  readonly pool: readonly ParsedCertificate[];
}

/**
 * The timestamp over a signature: the first one that is there, and all that are there must hold.
 *
 * @param pool certificates of the message that the signer belongs to; legacy countersigners are among them
 * @throws SignatureError `timestamp-broken` (tampered) when one does not fit the signature or itself, `timestamp-unreadable`
 */
export function readTimestamp(signer: SignerInfo, pool: readonly ParsedCertificate[]): Timestamp | undefined {
  const timestamps: Timestamp[] = [];
  for (const { oid, values } of signer.unsignedAttributes) {
    if (!TIMESTAMP_OIDS.has(oid)) continue;
    const read = oid === OID.countersignature ? readCountersignature : readToken;
    for (const value of values) timestamps.push(asTimestampError(() => read(value, signer, pool)));
  }
  return timestamps[0];
}

/** What is wrong with a timestamp has a code of its own: the file's signature around it may well be right. */
function asTimestampError(read: () => Timestamp): Timestamp {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError)
      throw new SignatureError('unreadable', 'timestamp-unreadable', { cause: error.code });
    if (!(error instanceof SignatureError)) throw error;
    const code = error.state === 'tampered' ? 'timestamp-broken' : 'timestamp-unreadable';
    throw new SignatureError(error.state, code, { cause: error.code });
  }
}

/** PKCS #9 countersignature: a SignerInfo whose content is the signature value itself. */
function readCountersignature(value: Element, signer: SignerInfo, pool: readonly ParsedCertificate[]): Timestamp {
  const counter = toSignerInfo(value);
  const certificate = signerOf(counter, pool);
  verifySigner(counter, { contentType: OID.data, content: signer.signature }, certificate, pool);
  const at = timeOf(singleAttribute(counter.signedAttributes, OID.signingTime));
  return { kind: 'legacy', at, certificate, pool };
}

/** RFC 3161 token: a CMS message of its own whose content states digest and time. */
function readToken(value: Element, signer: SignerInfo, outerPool: readonly ParsedCertificate[]): Timestamp {
  const message = toSignedMessage(value);
  if (message.contentType !== OID.tokenInfo) throw new SignatureError('unreadable', 'not-a-timestamp');
  const [tokenSigner, second] = message.signers;
  if (tokenSigner === undefined || second !== undefined) throw new SignatureError('unreadable', 'signer-count');
  // TSTInfo: version, policy, messageImprint { algorithm, digest }, serialNumber, genTime, …
  const info = membersOf(readElement(message.content));
  const [algorithm, imprint] = membersOf(info[2]);
  const digest = digestOfOid(oidOf(membersOf(algorithm)[0]));
  if (digest === undefined) throw new SignatureError('unreadable', 'digest-unsupported');
  if (!equalBytes(octetsOf(imprint), digestBytes(digest, signer.signature))) {
    throw new SignatureError('tampered', 'imprint-mismatch');
  }
  const pool = [...message.certificates, ...outerPool];
  const certificate = signerOf(tokenSigner, pool);
  verifySigner(tokenSigner, message, certificate, pool);
  const time = info[4];
  if (time?.tag !== TAG.generalizedTime) throw new FormatError('malformed', 'time');
  return { kind: 'rfc3161', at: timeOf(time), certificate, pool };
}

function signerOf(signer: SignerInfo, pool: readonly ParsedCertificate[]): ParsedCertificate {
  const certificate = findSigner(signer, pool);
  if (certificate === undefined) throw new SignatureError('unreadable', 'signer-certificate-missing');
  return certificate;
}
