import { constants, verify, type VerifyKeyObjectInput } from 'node:crypto';
import type { SignatureDigest } from '../domain/signature.js';
import type { ParsedCertificate } from './certificate.js';
import { explicitOf, membersOf, oidOf, TAG, type Element } from './der.js';
import { digestOfOid } from './digest.js';
import { SignatureError } from './signature-error.js';

const OID = Object.freeze({ pss: '1.2.840.113549.1.1.10', mgf1: '1.2.840.113549.1.1.8' });

/** RFC 4055: what RSASSA-PSS parameters that are left out mean. */
const PSS_DEFAULTS = Object.freeze({ digest: 'sha1', saltLength: 20 });

/** A signature value and what it is over. */
export interface SignatureValue {
  readonly digest: SignatureDigest;
  readonly bytes: Uint8Array;
  readonly signatureAlgorithm: Element;
  readonly signature: Uint8Array;
}

/**
 * Whether the value was made with the certificate's key: RSA (PKCS #1 v1.5 and PSS), EC, DSA. Apart from PSS the digest
 * decides how a value is checked, as in PKCS #7: signers name the algorithm in many ways.
 *
 * @throws SignatureError `unreadable` for other keys and for parameters that OpenSSL has no way to check
 * @throws FormatError
 */
export function fitsKey(
  { digest, bytes, signatureAlgorithm, signature }: SignatureValue,
  { key }: ParsedCertificate,
): boolean {
  const [algorithm, parameters] = membersOf(signatureAlgorithm);
  const isPss = oidOf(algorithm) === OID.pss;
  const type = key?.asymmetricKeyType;
  const isKnown = isPss ? type === 'rsa' || type === 'rsa-pss' : type === 'rsa' || type === 'ec' || type === 'dsa';
  if (key === undefined || !isKnown) {
    throw new SignatureError('unreadable', 'key-unsupported', { type: type ?? 'unknown' });
  }
  const input: VerifyKeyObjectInput = isPss ? { key, ...readPss(parameters, digest) } : { key };
  try {
    return verify(digest, bytes, input, signature);
  } catch {
    // OpenSSL refuses some values of key or signature by an error instead of `false`.
    return false;
  }
}

/** RSASSA-PSS-params (RFC 4055): digest `[0]`, mask `[1]`, salt length `[2]`, trailer `[3]`. */
function readPss(
  parameters: Element | undefined,
  expected: SignatureDigest,
): Pick<VerifyKeyObjectInput, 'padding' | 'saltLength'> {
  const fields = membersOf(parameters);
  const field = (context: number): Element | undefined => {
    const found = fields.find((each) => each.context === context);
    return found && explicitOf(found, context);
  };
  const digestOf = (algorithm: Element | undefined): string | undefined =>
    algorithm === undefined ? PSS_DEFAULTS.digest : digestOfOid(oidOf(membersOf(algorithm)[0]));
  const mask = field(1);
  const [maskAlgorithm, maskDigest] = mask === undefined ? [] : membersOf(mask);
  const isMgf1 = mask === undefined || oidOf(maskAlgorithm) === OID.mgf1;
  // Node takes one digest for message and mask. Others are allowed on paper and met nowhere.
  if (!isMgf1 || digestOf(field(0)) !== expected || digestOf(maskDigest) !== expected || field(3) !== undefined) {
    throw new SignatureError('unreadable', 'pss-unsupported');
  }
  return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: smallInteger(field(2)) ?? PSS_DEFAULTS.saltLength };
}

/** An INTEGER of one or two bytes, which no salt exceeds. */
function smallInteger(element: Element | undefined): number | undefined {
  if (element === undefined) return undefined;
  const { tag, content } = element;
  if (tag !== TAG.integer || content.length === 0 || content.length > 2 || content[0]! >= 0x80) {
    throw new SignatureError('unreadable', 'pss-unsupported');
  }
  return content.reduce((value, byte) => value * 256 + byte, 0);
}
