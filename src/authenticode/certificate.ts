import { createHash, X509Certificate, type KeyObject } from 'node:crypto';
import type { CertificateFacts } from '../domain/signature.js';
import { FormatError } from '../formats/format-error.js';
import { childrenOf, octetsOf, oidOf, readElement, TAG, type Element } from './der.js';
import { nameParts, timeOf, type NamePart } from './der-values.js';

/** A certificate with everything that chains, usages and reports need. */
export interface ParsedCertificate {
  readonly facts: CertificateFacts;
  /** OpenSSL's view, for the check of one certificate's signature by another's key. */
  readonly x509: X509Certificate;
  /** `undefined` when the key is of a kind, or has values, that OpenSSL refuses. */
  readonly key: KeyObject | undefined;
  /** Encoded names and serial number, as certificates and signers are matched. */
  readonly subjectDer: Uint8Array;
  readonly issuerDer: Uint8Array;
  readonly serialDer: Uint8Array;
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

interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

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

const EXTENSION = Object.freeze({
  keyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
});

/** Extensions that are evaluated here, or that restrict nothing a code signature depends on. */
const KNOWN_EXTENSIONS: ReadonlySet<string> = new Set([
  ...Object.values(EXTENSION),
  '2.5.29.17', // subject alternative name
  '2.5.29.31', // revocation list distribution points
  '2.5.29.32', // policies
]);

/**
 * Reads one certificate (X.509, RFC 5280). One that OpenSSL cannot read is refused, as OpenSSL refuses a message with one.
 *
 * @throws FormatError
 */
export function parseCertificate(der: Uint8Array): ParsedCertificate {
  const certificate = readElement(der);
  let x509: X509Certificate;
  try {
    x509 = new X509Certificate(certificate.bytes);
  } catch {
    throw new FormatError('malformed', 'certificate');
  }
  const fields = childrenOf(childrenOf(certificate)[0] ?? certificate);
  // `[0] version` is absent in version 1.
  const first = fields[0]?.context === 0 ? 1 : 0;
  const [serial, , issuer, validity, subject] = fields.slice(first);
  if (serial === undefined || issuer === undefined || validity === undefined || subject === undefined) {
    throw new FormatError('malformed', 'certificate');
  }
  const extensions = readExtensions(fields.find(({ context }) => context === 3));
  const valueOf = (oid: string): Element | undefined => {
    const found = extensions.find((extension) => extension.oid === oid);
    return found && readElement(found.value);
  };
  const constraints = readConstraints(valueOf(EXTENSION.basicConstraints));
  const keyId = valueOf(EXTENSION.keyIdentifier);
  const authority = valueOf(EXTENSION.authorityKeyIdentifier);
  return {
    facts: {
      ...factsOf(nameParts(subject), nameParts(issuer)),
      ...validityOf(validity),
      serialNumber: Buffer.from(serial.content)
        .toString('hex')
        .replace(/^(?:00)+(?=.)/, ''),
      thumbprintSha1: createHash('sha1').update(certificate.bytes).digest('hex'),
      thumbprintSha256: createHash('sha256').update(certificate.bytes).digest('hex'),
    },
    x509,
    key: keyOf(x509),
    subjectDer: subject.bytes,
    issuerDer: issuer.bytes,
    serialDer: serial.bytes,
    usages: readUsages(valueOf(EXTENSION.extendedKeyUsage)),
    isAuthority: constraints.isAuthority && maySignCertificates(valueOf(EXTENSION.keyUsage)),
    pathLength: constraints.pathLength,
    hasUnknownCritical: extensions.some(({ critical, oid }) => critical && !KNOWN_EXTENSIONS.has(oid)),
    keyIdentifier: keyId && hex(keyId.content),
    issuerKeyIdentifier: hex(authority && childrenOf(authority).find(({ context }) => context === 0)?.content),
  };
}

function hex(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes).toString('hex');
}

function keyOf(x509: X509Certificate): KeyObject | undefined {
  try {
    return x509.publicKey;
  } catch {
    return undefined;
  }
}

function readExtensions(wrapper: Element | undefined): readonly Extension[] {
  const list = wrapper && childrenOf(wrapper)[0];
  if (list === undefined) return [];
  return childrenOf(list).map((extension) => {
    const parts = childrenOf(extension);
    const critical = parts[1]?.tag === TAG.boolean && parts[1].content[0] !== 0;
    return { oid: oidOf(parts[0]), critical, value: octetsOf(parts.at(-1)) };
  });
}

function readConstraints(value: Element | undefined): {
  readonly isAuthority: boolean;
  readonly pathLength: number | undefined;
} {
  const parts = value === undefined ? [] : childrenOf(value);
  const flag = parts.find(({ tag }) => tag === TAG.boolean);
  const limit = parts.find(({ tag }) => tag === TAG.integer);
  return {
    isAuthority: flag !== undefined && flag.content[0] !== 0,
    // Longer numbers are no limit that any chain here reaches.
    pathLength: limit?.content.length === 1 ? limit.content[0] : undefined,
  };
}

function maySignCertificates(usage: Element | undefined): boolean {
  // After the count of unused bits; bit 5 from the left is keyCertSign.
  return usage === undefined || ((usage.content[1] ?? 0) & 0x04) !== 0;
}

function readUsages(value: Element | undefined): readonly string[] | undefined {
  return value && childrenOf(value).map(oidOf);
}

function validityOf(validity: Element): Pick<CertificateFacts, 'notBefore' | 'notAfter'> {
  const [notBefore, notAfter] = childrenOf(validity);
  return { notBefore: timeOf(notBefore), notAfter: timeOf(notAfter) };
}

function factsOf(
  subject: readonly NamePart[],
  issuer: readonly NamePart[],
): Pick<CertificateFacts, 'subject' | 'issuer' | 'commonName' | 'organisation'> {
  const commonName = singleValue(subject, '2.5.4.3');
  const organisation = singleValue(subject, '2.5.4.10');
  return {
    subject: distinguishedName(subject),
    ...(commonName === undefined ? {} : { commonName }),
    ...(organisation === undefined ? {} : { organisation }),
    issuer: distinguishedName(issuer),
  };
}

/** The value, if there is exactly one: with two, which of them a reader compares would be the attacker's choice. */
function singleValue(parts: readonly NamePart[], oid: string): string | undefined {
  const values = parts.filter((part) => part.oid === oid);
  return values.length === 1 ? values[0]!.text : undefined;
}

/** Most specific part first, values escaped as RFC 4514 wants it, so that a comma in a value cannot fake a part. */
function distinguishedName(parts: readonly NamePart[]): string {
  return parts
    .map(({ oid, text }) => `${ATTRIBUTE_NAMES[oid] ?? oid}=${text.replace(/[\\,+"<>;=]/g, '\\$&')}`)
    .reverse()
    .join(', ');
}
