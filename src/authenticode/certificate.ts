import { createHash, X509Certificate, type KeyObject } from 'node:crypto';
import type { Certificate, RelativeDistinguishedNames } from 'pkijs';
import type { CertificateFacts } from '../domain/signature.js';

/** A certificate with everything that chains, usages and reports need. */
export interface ParsedCertificate {
  readonly facts: CertificateFacts;
  /** OpenSSL's view, for the check of one certificate's signature by another's key. */
  readonly x509: X509Certificate;
  /** `undefined` when the key is of a kind, or has values, that OpenSSL refuses. */
  readonly key: KeyObject | undefined;
  readonly subjectDer: Uint8Array;
  readonly issuerDer: Uint8Array;
  /** Extended key usages, or `undefined` when the certificate restricts none. */
  readonly usages: readonly string[] | undefined;
  /** May sign certificates: basic constraints say so and key usage does not forbid it. */
  readonly isAuthority: boolean;
  /** Intermediates allowed below it; `undefined` for no limit. */
  readonly pathLength: number | undefined;
  /** Carries a critical extension that is not evaluated here, so no path may lead through it. */
  readonly hasUnknownCritical: boolean;
  /** Lower-case hexadecimal subject key identifier. */
  readonly keyIdentifier: string | undefined;
  /** The same of the key that signed it. */
  readonly issuerKeyIdentifier: string | undefined;
}

const MAX_VALUE_LENGTH = 1024;

const ATTRIBUTE_NAMES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'SERIALNUMBER',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.15': 'businessCategory',
  '2.5.4.17': 'postalCode',
  '1.2.840.113549.1.9.1': 'E',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.3.6.1.4.1.311.60.2.1.1': 'jurisdictionL',
  '1.3.6.1.4.1.311.60.2.1.2': 'jurisdictionST',
  '1.3.6.1.4.1.311.60.2.1.3': 'jurisdictionC',
};

/** Extensions that are evaluated here, or that restrict nothing a code signature depends on. */
const KNOWN_EXTENSIONS: ReadonlySet<string> = new Set([
  '2.5.29.14', // subject key identifier
  '2.5.29.15', // key usage
  '2.5.29.17', // subject alternative name
  '2.5.29.19', // basic constraints
  '2.5.29.31', // revocation list distribution points
  '2.5.29.32', // policies
  '2.5.29.35', // authority key identifier
  '2.5.29.37', // extended key usage
]);

/**
 * Reads one certificate. One that OpenSSL cannot read spoils the whole message, as it does for OpenSSL itself.
 *
 * @param der exactly the certificate's bytes: thumbprints are taken over them
 * @param decoded the same, decoded by pkijs
 * @throws Error as `X509Certificate` raises it
 */
export function toCertificate(der: Uint8Array, decoded: Certificate): ParsedCertificate {
  const x509 = new X509Certificate(der);
  const extensions = decoded.extensions ?? [];
  const basic = extensions.find(({ extnID }) => extnID === '2.5.29.19')?.parsedValue as
    | { readonly cA?: boolean; readonly pathLenConstraint?: unknown }
    | undefined;
  const keyId = extensions.find(({ extnID }) => extnID === '2.5.29.14')?.parsedValue as OctetsLike | undefined;
  const authority = extensions.find(({ extnID }) => extnID === '2.5.29.35')?.parsedValue as
    | { readonly keyIdentifier?: OctetsLike }
    | undefined;
  return {
    facts: toFacts(der, x509, decoded),
    x509,
    key: keyOf(x509),
    subjectDer: rawName(decoded.subject),
    issuerDer: rawName(decoded.issuer),
    usages: x509.keyUsage,
    isAuthority: basic?.cA === true && maySignCertificates(decoded),
    pathLength: typeof basic?.pathLenConstraint === 'number' ? basic.pathLenConstraint : undefined,
    hasUnknownCritical: extensions.some(({ critical, extnID }) => critical && !KNOWN_EXTENSIONS.has(extnID)),
    keyIdentifier: hexOf(keyId),
    issuerKeyIdentifier: hexOf(authority?.keyIdentifier),
  };
}

function keyOf(x509: X509Certificate): KeyObject | undefined {
  try {
    return x509.publicKey;
  } catch {
    return undefined;
  }
}

/** What pkijs leaves of an octet or bit string in an extension. */
interface OctetsLike {
  readonly valueBlock?: { readonly valueHexView?: Uint8Array };
}

function hexOf(octets: OctetsLike | undefined): string | undefined {
  const bytes = octets?.valueBlock?.valueHexView;
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('hex');
}

/** A name's encoded bytes, as names are compared between certificates. */
export function rawName(name: RelativeDistinguishedNames): Uint8Array {
  return new Uint8Array(name.valueBeforeDecode);
}

function maySignCertificates(decoded: Certificate): boolean {
  const usage = decoded.extensions?.find(({ extnID }) => extnID === '2.5.29.15')?.parsedValue as OctetsLike | undefined;
  const bits = usage?.valueBlock?.valueHexView?.[0];
  // Bit 5 of the key usage, counted from the left: keyCertSign.
  return bits === undefined || (bits & 0x04) !== 0;
}

function toFacts(der: Uint8Array, x509: X509Certificate, decoded: Certificate): CertificateFacts {
  const commonName = singleValue(decoded.subject, '2.5.4.3');
  const organisation = singleValue(decoded.subject, '2.5.4.10');
  return {
    subject: distinguishedName(decoded.subject),
    ...(commonName === undefined ? {} : { commonName }),
    ...(organisation === undefined ? {} : { organisation }),
    issuer: distinguishedName(decoded.issuer),
    serialNumber: x509.serialNumber.toLowerCase(),
    thumbprintSha1: createHash('sha1').update(der).digest('hex'),
    thumbprintSha256: createHash('sha256').update(der).digest('hex'),
    notBefore: decoded.notBefore.value.getTime(),
    notAfter: decoded.notAfter.value.getTime(),
  };
}

/** The value, if there is exactly one: with two, which of them a reader compares would be the attacker's choice. */
function singleValue(name: RelativeDistinguishedNames, oid: string): string | undefined {
  const [first, second] = name.typesAndValues.filter(({ type }) => type === oid);
  return first === undefined || second !== undefined ? undefined : textOf(first.value);
}

/** Most specific part first, values escaped as RFC 4514 wants it, so that a comma in a value cannot fake a part. */
function distinguishedName(name: RelativeDistinguishedNames): string {
  return name.typesAndValues
    .map(({ type, value }) => `${ATTRIBUTE_NAMES[type] ?? type}=${textOf(value).replace(/[\\,+"<>;=]/g, '\\$&')}`)
    .reverse()
    .join(', ');
}

function textOf(value: unknown): string {
  const text = (value as { readonly valueBlock?: { readonly value?: unknown } }).valueBlock?.value;
  return typeof text === 'string' ? text.slice(0, MAX_VALUE_LENGTH) : '';
}
