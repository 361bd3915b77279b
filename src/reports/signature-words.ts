import type { Detail } from '../domain/evidence.js';
import { visible } from '../domain/text.js';
import type { Reason } from '../domain/verdict.js';

type Words = (args: Detail) => string;

const value = (args: Detail, name: string): string => visible(String(args[name] ?? '?'));

/** Why a signature is in its state, and remarks on signers. */
const WORDS: Readonly<Record<string, Words>> = {
  'no-signature': () => 'it carries no signature',
  'format-without-signatures': () => 'signatures of this format are not checked',
  'digest-mismatch': (args) =>
    `the file’s ${value(args, 'digest')} digest is not the signed one: its bytes were changed`,
  'metadata-digest-mismatch': () => 'names, sizes or times inside the package are not the signed ones',
  'message-digest-mismatch': () => 'the signed attributes are about other content',
  'message-digest-missing': () => 'the signed attributes name no content',
  'content-type-mismatch': () => 'the signed attributes are about another kind of content',
  'signature-invalid': () => 'the signature value does not fit the signer’s key',
  'certificate-mismatch': () => 'a certificate and its issuer’s do not fit: one of them was changed',
  'digest-algorithm-missing': () => 'the message does not announce the digest algorithm that it uses',
  'signature-removed': () => 'half of the signature was removed',
  'data-after-signature': () => 'there is content behind the signature, which nobody signed',
  'hidden-data': () => 'there is content hidden beside the signature, which nobody signed',
  'signature-overlaps-section': () => 'the signature lies inside a section: part of the program is not covered',
  'duplicate-entries': () => 'the package holds two entries of one name: readers disagree on which one counts',
  'timestamp-broken': (args) => `a timestamp does not fit the signature (${value(args, 'cause')})`,
  'timestamp-unreadable': (args) => `a timestamp cannot be read (${value(args, 'cause')})`,
  'signer-certificate-missing': () => 'the signer’s certificate is not in the file',
  'signer-count': () => 'it has no signer, or more than one',
  'attributes-missing': () => 'it has no signed attributes',
  'digest-unsupported': (args) => `its digest algorithm is not known here (${value(args, 'oid')})`,
  'key-unsupported': (args) => `keys of type ${value(args, 'type')} are not known here`,
  'pss-unsupported': () => 'its RSASSA-PSS parameters are not supported here',
  'not-authenticode': () => 'it signs something other than a file',
  'not-signed-data': () => 'it is no signed message',
  'content-missing': () => 'it signs nothing',
  'asn1-malformed': (args) => `its encoding is broken (${value(args, 'part')})`,
  'too-many-certificates': () => 'it holds more certificates than any real one',
  'too-many-signatures': () => 'it holds more signatures than any real one',
  truncated: (args) => `the file ends too early (${value(args, 'part')})`,
  malformed: (args) => `its structure is broken (${value(args, 'part')})`,
  'too-large': (args) => `a part is larger than any real one (${value(args, 'part')})`,
  cyclic: (args) => `its structure leads in circles (${value(args, 'part')})`,
  overlapping: (args) => `parts of it overlap (${value(args, 'part')})`,
  unsupported: (args) => `a variant that is not read here (${value(args, 'part')})`,
  'file-unreadable': () => 'the file cannot be read',
  unexpected: (args) =>
    `checking it failed in a way that should not happen (${value(args, 'error')}); please report it`,
  'signer-not-valid-at-signing': () => 'the certificate was not valid at that time',
  'not-for-code-signing': () => 'the certificate is not meant for code signing',
  'self-signed': () => 'self-signed: nobody else vouches for the name',
  'weak-digest': (args) => `${value(args, 'digest')} can be forged`,
  'weak-key': (args) => `a key of ${value(args, 'bits')} bits is too short`,
  'timestamp-missing': () => 'no timestamp: when it was signed is not known',
  'unknown-unsigned-attribute': (args) => `carries unprotected data (${value(args, 'oid')})`,
};

/** Codes that have words, for tests. */
export const SIGNATURE_CODES: readonly string[] = Object.keys(WORDS);

/** A reason or remark of a signature as a sentence; an unknown code is shown as it is. Pure. */
export function explainSignature({ code, args }: Reason): string {
  return WORDS[code]?.(args) ?? code;
}
