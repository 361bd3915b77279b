import { verify } from 'node:crypto';
import { Constructed, OctetString, type BaseBlock } from 'asn1js';
import { Certificate, ContentInfo, IssuerAndSerialNumber, SignedData, type Attribute, type SignerInfo } from 'pkijs';
import type { SignatureDigest } from '../domain/signature.js';
import { equalBytes } from '../formats/bytes.js';
import { rawName, toCertificate, type ParsedCertificate } from './certificate.js';
import { contradictsIssuer } from './chain.js';
import { digestBytes, digestOfOid } from './digest.js';
import { measureDer } from './measure-der.js';
import { SignatureError } from './signature-error.js';

const OID = Object.freeze({
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
});

/** More than any real file carries, dual signatures and their timestamps included. */
const MAX_CERTIFICATES = 64;

/** A decoded CMS SignedData. */
export interface SignedMessage {
  readonly contentType: string;
  /** The octets that the message digest is about: content without tag and length. */
  readonly content: Uint8Array;
  /** The content as a decoded element. */
  readonly contentNode: BaseBlock;
  readonly certificates: readonly ParsedCertificate[];
  readonly signerInfos: readonly SignerInfo[];
  /** Object identifiers of the digest algorithms that the message announces. */
  readonly digestOids: readonly string[];
}

/**
 * Decodes a CMS message, after measuring that decoding is cheap. Bytes behind it are ignored here.
 *
 * @throws FormatError
 * @throws SignatureError `unreadable`
 */
export function parseSignedMessage(bytes: Uint8Array): SignedMessage {
  const message = bytes.slice(0, measureDer(bytes));
  return decodeSafely('cms', () => toSignedMessage(ContentInfo.fromBER(message)));
}

/** Decodes PEM or DER certificates given by the user as anchors. @throws SignatureError `unreadable` */
export function parseCertificate(der: Uint8Array): ParsedCertificate {
  measureDer(der);
  return decodeSafely('certificate', () => toCertificate(der, Certificate.fromBER(der)));
}

/** Runs a decoder of pkijs or asn1js; whatever it throws means that the bytes are not what they should be. */
export function decodeSafely<T>(part: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof SignatureError) throw error;
    throw new SignatureError('unreadable', 'asn1-malformed', { part });
  }
}

/** The same from an already decoded (and therefore measured) element. */
export function toSignedMessage(info: ContentInfo): SignedMessage {
  if (info.contentType !== OID.signedData) throw new SignatureError('unreadable', 'not-signed-data');
  const data = new SignedData({ schema: info.content });
  const contentNode = data.encapContentInfo.eContent as BaseBlock | undefined;
  if (contentNode === undefined) throw new SignatureError('unreadable', 'content-missing');
  return {
    contentType: data.encapContentInfo.eContentType,
    content: contentOctets(contentNode),
    contentNode,
    certificates: certificatesOf(info.content as BaseBlock),
    signerInfos: data.signerInfos,
    digestOids: data.digestAlgorithms.map(({ algorithmId }) => algorithmId),
  };
}

function contentOctets(node: BaseBlock): Uint8Array {
  if (node instanceof OctetString) return new Uint8Array(node.getValue());
  if (node.lenBlock.isIndefiniteForm) throw new SignatureError('unreadable', 'asn1-malformed', { part: 'content' });
  return node.valueBeforeDecodeView.slice(node.idBlock.blockLength + node.lenBlock.blockLength);
}

/** From the decoded tree, because thumbprints need the certificates' own bytes and pkijs does not keep them. */
function certificatesOf(signedData: BaseBlock): readonly ParsedCertificate[] {
  if (!(signedData instanceof Constructed)) return [];
  // `certificates [0] IMPLICIT` is the only element of that tag in SignedData.
  const set = signedData.valueBlock.value.find(({ idBlock }) => idBlock.tagClass === 3 && idBlock.tagNumber === 0);
  if (!(set instanceof Constructed)) return [];
  if (set.valueBlock.value.length > MAX_CERTIFICATES) throw new SignatureError('unreadable', 'too-many-certificates');
  return set.valueBlock.value.flatMap((node) => {
    // Attribute certificates and other formats have context tags.
    if (node.idBlock.tagClass !== 1) return [];
    return [toCertificate(node.valueBeforeDecodeView.slice(), new Certificate({ schema: node }))];
  });
}

/** The only value of the only attribute of that type, or `undefined`: two of one type leave open which one counts. */
export function singleAttribute(attributes: readonly Attribute[] | undefined, oid: string): BaseBlock | undefined {
  const [first, second] = attributes?.filter(({ type }) => type === oid) ?? [];
  if (first === undefined || second !== undefined || first.values.length !== 1) return undefined;
  return first.values[0] as BaseBlock;
}

/** The signer's certificate among those given, by issuer and serial number or by key identifier. */
export function findSigner(
  { sid }: SignerInfo,
  certificates: readonly ParsedCertificate[],
): ParsedCertificate | undefined {
  if (sid instanceof IssuerAndSerialNumber) {
    const issuer = rawName(sid.issuer);
    const serial = trimZeros(Buffer.from(sid.serialNumber.valueBlock.valueHexView).toString('hex'));
    return certificates.find(
      (certificate) =>
        equalBytes(certificate.issuerDer, issuer) && trimZeros(certificate.facts.serialNumber) === serial,
    );
  }
  const keyId = (sid as { readonly valueBlock?: { readonly valueHexView?: Uint8Array } }).valueBlock?.valueHexView;
  if (keyId === undefined) return undefined;
  const wanted = Buffer.from(keyId).toString('hex');
  return certificates.find(({ keyIdentifier }) => keyIdentifier === wanted);
}

function trimZeros(hex: string): string {
  return hex.replace(/^0+/, '');
}

export function digestOf(signer: SignerInfo): SignatureDigest {
  const oid = signer.digestAlgorithm.algorithmId;
  const digest = digestOfOid(oid);
  if (digest === undefined) throw new SignatureError('unreadable', 'digest-unsupported', { oid });
  return digest;
}

/**
 * Checks one signer: the attributes it signed are about this content, the signature over them fits its key, and its
 * certificate is as it was issued, as far as the issuer is in `pool`.
 *
 * @throws SignatureError `tampered` with what does not fit, `unreadable` for algorithms we do not know
 */
export function verifySigner(
  signer: SignerInfo,
  signed: { readonly contentType: string; readonly content: Uint8Array; readonly digestOids?: readonly string[] },
  certificate: ParsedCertificate,
  pool: readonly ParsedCertificate[],
): void {
  const digest = digestOf(signer);
  // RFC 5652 wants it in the list, and OpenSSL computes no digest that is not.
  if (signed.digestOids?.includes(signer.digestAlgorithm.algorithmId) === false) {
    throw new SignatureError('tampered', 'digest-algorithm-missing');
  }
  if (contradictsIssuer(certificate, pool)) throw new SignatureError('tampered', 'certificate-mismatch');
  const attributes = signer.signedAttrs;
  if (attributes === undefined) throw new SignatureError('unreadable', 'attributes-missing');
  const type = singleAttribute(attributes.attributes, OID.contentType);
  if (type === undefined || oidText(type) !== signed.contentType) {
    throw new SignatureError('tampered', 'content-type-mismatch');
  }
  const expected = singleAttribute(attributes.attributes, OID.messageDigest);
  if (!(expected instanceof OctetString)) throw new SignatureError('tampered', 'message-digest-missing');
  if (!equalBytes(new Uint8Array(expected.getValue()), digestBytes(digest, signed.content))) {
    throw new SignatureError('tampered', 'message-digest-mismatch');
  }
  const signature = signer.signature.valueBlock.valueHexView;
  if (!fitsKey(digest, new Uint8Array(attributes.encodedValue), certificate, signature)) {
    throw new SignatureError('tampered', 'signature-invalid');
  }
}

function fitsKey(
  digest: SignatureDigest,
  bytes: Uint8Array,
  { key }: ParsedCertificate,
  signature: Uint8Array,
): boolean {
  const type = key?.asymmetricKeyType;
  if (key === undefined || !(type === 'rsa' || type === 'ec' || type === 'dsa')) {
    throw new SignatureError('unreadable', 'key-unsupported', { type: type ?? 'unknown' });
  }
  try {
    return verify(digest, bytes, key, signature);
  } catch {
    // OpenSSL refuses some values of key or signature by an error instead of `false`.
    return false;
  }
}

/** The dotted text of an object identifier element, or `undefined` for another element. */
export function oidText(node: BaseBlock | undefined): string | undefined {
  const block = node as { readonly valueBlock?: { toString?: () => string } } | undefined;
  return node?.idBlock.tagNumber === 6 ? block?.valueBlock?.toString?.() : undefined;
}
