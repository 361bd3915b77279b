import { equalBytes } from '../formats/bytes.js';
import { FormatError } from '../formats/format-error.js';
import { parseCertificate, type ParsedCertificate } from './certificate.js';
import { contradictsIssuer } from './chain.js';
import { childrenOf, explicitOf, membersOf, octetsOf, oidOf, readElement, TAG, type Element } from './der.js';
import { digestBytes, digestOfOid } from './digest.js';
import { fitsKey } from './public-key.js';
import { SignatureError } from './signature-error.js';

const OID = Object.freeze({
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
});

/** More than any real file carries, dual signatures and their timestamps included. */
const MAX_CERTIFICATES = 64;
const MAX_ATTRIBUTES = 64;

/** A CMS SignedData (RFC 5652), or its predecessor PKCS #7, which Authenticode uses. */
export interface SignedMessage {
  readonly contentType: string;
  /** The octets that the message digest is about: content without tag and length. */
  readonly content: Uint8Array;
  readonly contentElement: Element;
  readonly certificates: readonly ParsedCertificate[];
  readonly signers: readonly SignerInfo[];
  /** Object identifiers of the digest algorithms that the message announces. */
  readonly digestOids: readonly string[];
}

export interface Attribute {
  readonly oid: string;
  readonly values: readonly Element[];
}

export interface SignerInfo {
  /** `IssuerAndSerialNumber`, or `[0]` with a key identifier. */
  readonly id: Element;
  readonly digestOid: string;
  /** What the signature is over, with the tag of a set: encoded as one, stored as `[0]`. */
  readonly signedBytes: Uint8Array | undefined;
  readonly signedAttributes: readonly Attribute[];
  readonly signatureAlgorithm: Element;
  readonly signature: Uint8Array;
  readonly unsignedAttributes: readonly Attribute[];
}

/**
 * Reads a CMS message at the start of `bytes`; what follows it is ignored here.
 *
 * @throws FormatError
 * @throws SignatureError `unreadable` for messages of another kind
 */
export function parseSignedMessage(bytes: Uint8Array): SignedMessage {
  return toSignedMessage(readElement(bytes));
}

/** The same from an element of a message that was checked as a whole. */
export function toSignedMessage(contentInfo: Element): SignedMessage {
  const [type, wrapper] = membersOf(contentInfo);
  if (oidOf(type) !== OID.signedData) throw new SignatureError('unreadable', 'not-signed-data');
  const [version, algorithms, encapsulated, ...rest] = membersOf(explicitOf(wrapper, 0));
  needInteger(version);
  const [contentType, contentWrapper] = membersOf(encapsulated);
  if (contentWrapper === undefined) throw new SignatureError('unreadable', 'content-missing');
  const contentElement = explicitOf(contentWrapper, 0);
  const certificates = rest[0]?.context === 0 ? rest.shift() : undefined;
  // Revocation lists: nobody looks things up in a list that the signer chose to send along.
  if (rest[0]?.context === 1) rest.shift();
  if (rest.length !== 1) throw new FormatError('malformed', 'cms');
  return {
    contentType: oidOf(contentType),
    content: contentOctets(contentElement),
    contentElement,
    certificates: certificates === undefined ? [] : readCertificates(certificates),
    signers: membersOf(rest[0], TAG.set).map(toSignerInfo),
    digestOids: membersOf(algorithms, TAG.set).map((algorithm) => oidOf(membersOf(algorithm)[0])),
  };
}

/** @throws FormatError */
export function toSignerInfo(element: Element): SignerInfo {
  const [version, id, digestAlgorithm, ...rest] = membersOf(element);
  needInteger(version);
  const signed = rest[0]?.context === 0 ? rest.shift() : undefined;
  // An indefinite length cannot be what was signed: attributes are signed in their distinguished encoding.
  if (signed?.indefinite === true) throw new FormatError('unsupported', 'signed-attributes');
  const [signatureAlgorithm, signature, unsigned, ...more] = rest;
  if (
    id === undefined ||
    signatureAlgorithm === undefined ||
    more.length > 0 ||
    (unsigned !== undefined && unsigned.context !== 1)
  ) {
    throw new FormatError('malformed', 'cms');
  }
  return {
    id,
    digestOid: oidOf(membersOf(digestAlgorithm)[0]),
    signedBytes: signed && asSet(signed.bytes),
    signedAttributes: signed === undefined ? [] : readAttributes(signed),
    signatureAlgorithm,
    signature: octetsOf(signature),
    unsignedAttributes: unsigned === undefined ? [] : readAttributes(unsigned),
  };
}

function needInteger(element: Element | undefined): void {
  if (element?.tag !== TAG.integer) throw new FormatError('malformed', 'cms');
}

function asSet(bytes: Uint8Array): Uint8Array {
  // Not `slice`: of a Buffer that is a view, and the file's own bytes would change.
  const copy = Uint8Array.from(bytes);
  copy[0] = 0x31;
  return copy;
}

function readAttributes(list: Element): readonly Attribute[] {
  const attributes = childrenOf(list);
  if (attributes.length > MAX_ATTRIBUTES) throw new FormatError('too-large', 'attributes');
  return attributes.map((attribute) => {
    const [type, values] = membersOf(attribute);
    return { oid: oidOf(type), values: membersOf(values, TAG.set) };
  });
}

function contentOctets(element: Element): Uint8Array {
  if (element.tag === TAG.octetString) return octetsOf(element);
  if (element.indefinite) throw new FormatError('unsupported', 'content');
  return element.content;
}

function readCertificates(set: Element): readonly ParsedCertificate[] {
  // Attribute certificates and other formats have context tags; nothing else belongs here.
  const certificates = childrenOf(set).filter(({ context }) => context === undefined);
  if (certificates.some(({ tag }) => tag !== TAG.sequence)) throw new FormatError('malformed', 'certificates');
  if (certificates.length > MAX_CERTIFICATES) throw new SignatureError('unreadable', 'too-many-certificates');
  return certificates.map(({ bytes }) => parseCertificate(bytes));
}

/** The only value of the only attribute of that type, or `undefined`: two of one type leave open which one counts. */
export function singleAttribute(attributes: readonly Attribute[], oid: string): Element | undefined {
  const found = attributes.filter((attribute) => attribute.oid === oid);
  return found.length === 1 && found[0]!.values.length === 1 ? found[0]!.values[0] : undefined;
}

/** The signer's certificate among those given, by issuer and serial number or by key identifier. */
export function findSigner(
  { id }: SignerInfo,
  certificates: readonly ParsedCertificate[],
): ParsedCertificate | undefined {
  if (id.context === 0) {
    const wanted = Buffer.from(id.content).toString('hex');
    return certificates.find(({ keyIdentifier }) => keyIdentifier === wanted);
  }
  const [issuer, serial] = membersOf(id);
  if (issuer === undefined || serial === undefined) throw new FormatError('malformed', 'signer-id');
  return certificates.find(
    (certificate) => equalBytes(certificate.issuerDer, issuer.bytes) && equalBytes(certificate.serialDer, serial.bytes),
  );
}

/**
 * Checks one signer: the attributes it signed are about this content, the signature over them fits its key, and its
 * certificate is as it was issued, as far as the issuer is in `pool`.
 *
 * @throws SignatureError `tampered` with what does not fit, `unreadable` for algorithms we do not know
 */
export function verifySigner(
  signer: SignerInfo,
  signed: Pick<SignedMessage, 'contentType' | 'content'> & Partial<Pick<SignedMessage, 'digestOids'>>,
  certificate: ParsedCertificate,
  pool: readonly ParsedCertificate[],
): void {
  const digest = digestOfOid(signer.digestOid);
  if (digest === undefined) throw new SignatureError('unreadable', 'digest-unsupported', { oid: signer.digestOid });
  // RFC 5652 wants it in the list, and OpenSSL computes no digest that is not.
  if (signed.digestOids?.includes(signer.digestOid) === false) {
    throw new SignatureError('tampered', 'digest-algorithm-missing');
  }
  if (contradictsIssuer(certificate, pool)) throw new SignatureError('tampered', 'certificate-mismatch');
  if (signer.signedBytes === undefined) throw new SignatureError('unreadable', 'attributes-missing');
  const type = singleAttribute(signer.signedAttributes, OID.contentType);
  if (type === undefined || oidOf(type) !== signed.contentType) {
    throw new SignatureError('tampered', 'content-type-mismatch');
  }
  const expected = singleAttribute(signer.signedAttributes, OID.messageDigest);
  if (expected?.tag !== TAG.octetString) throw new SignatureError('tampered', 'message-digest-missing');
  if (!equalBytes(octetsOf(expected), digestBytes(digest, signed.content))) {
    throw new SignatureError('tampered', 'message-digest-mismatch');
  }
  if (!fitsKey({ ...signer, digest, bytes: signer.signedBytes }, certificate)) {
    throw new SignatureError('tampered', 'signature-invalid');
  }
}
