import { GeneralizedTime, OctetString, UTCTime, type BaseBlock } from 'asn1js';
import { ContentInfo, SignerInfo, TSTInfo } from 'pkijs';
import type { Instant } from '../domain/time.js';
import { equalBytes } from '../formats/bytes.js';
import type { ParsedCertificate } from './certificate.js';
import { decodeSafely, findSigner, singleAttribute, toSignedMessage, verifySigner } from './cms.js';
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
 * @throws SignatureError `tampered` `timestamp-broken` when one does not fit the signature or itself; `unreadable`
 */
export function readTimestamp(signer: SignerInfo, pool: readonly ParsedCertificate[]): Timestamp | undefined {
  const results: Timestamp[] = [];
  for (const { type, values } of signer.unsignedAttrs?.attributes ?? []) {
    if (!TIMESTAMP_OIDS.has(type)) continue;
    for (const value of values as readonly BaseBlock[]) {
      const read = type === OID.countersignature ? readCountersignature : readToken;
      results.push(asTimestampError(() => read(value, signer, pool)));
    }
  }
  return results[0];
}

/** What is wrong with a timestamp has a code of its own: the file's signature around it may well be right. */
function asTimestampError(read: () => Timestamp): Timestamp {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    const code = error.state === 'tampered' ? 'timestamp-broken' : 'timestamp-unreadable';
    throw new SignatureError(error.state, code, { cause: error.code });
  }
}

/** PKCS #9 countersignature: a SignerInfo whose content is the signature value itself. */
function readCountersignature(value: BaseBlock, signer: SignerInfo, pool: readonly ParsedCertificate[]): Timestamp {
  const counter = decodeSafely('countersignature', () => new SignerInfo({ schema: value }));
  const certificate = findSigner(counter, pool);
  if (certificate === undefined) throw new SignatureError('unreadable', 'signer-certificate-missing');
  verifySigner(counter, { contentType: OID.data, content: signatureOf(signer) }, certificate, pool);
  const time = singleAttribute(counter.signedAttrs?.attributes, OID.signingTime);
  const at = time instanceof UTCTime || time instanceof GeneralizedTime ? time.toDate().getTime() : Number.NaN;
  if (!Number.isFinite(at)) throw new SignatureError('unreadable', 'time-missing');
  return { kind: 'legacy', at, certificate, pool };
}

/** RFC 3161 token: a CMS message of its own whose content states digest and time. */
function readToken(value: BaseBlock, signer: SignerInfo, outerPool: readonly ParsedCertificate[]): Timestamp {
  const message = decodeSafely('timestamp', () => toSignedMessage(new ContentInfo({ schema: value })));
  if (message.contentType !== OID.tokenInfo) throw new SignatureError('unreadable', 'not-a-timestamp');
  const [tokenSigner, second] = message.signerInfos;
  if (tokenSigner === undefined || second !== undefined) throw new SignatureError('unreadable', 'signer-count');
  const info = decodeSafely('timestamp', () => TSTInfo.fromBER(message.content));
  const digest = digestOfOid(info.messageImprint.hashAlgorithm.algorithmId);
  if (digest === undefined) throw new SignatureError('unreadable', 'digest-unsupported');
  const imprint = info.messageImprint.hashedMessage;
  const stated = imprint instanceof OctetString ? new Uint8Array(imprint.getValue()) : new Uint8Array();
  if (!equalBytes(stated, digestBytes(digest, signatureOf(signer)))) {
    throw new SignatureError('tampered', 'imprint-mismatch');
  }
  const pool = [...message.certificates, ...outerPool];
  const certificate = findSigner(tokenSigner, pool);
  if (certificate === undefined) throw new SignatureError('unreadable', 'signer-certificate-missing');
  verifySigner(tokenSigner, message, certificate, pool);
  const at = info.genTime.getTime();
  if (!Number.isFinite(at)) throw new SignatureError('unreadable', 'time-missing');
  return { kind: 'rfc3161', at, certificate, pool };
}

function signatureOf(signer: SignerInfo): Uint8Array {
  return signer.signature.valueBlock.valueHexView;
}
