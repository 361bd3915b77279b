import type { Detail, Finding } from '../domain/evidence.js';
import { visible } from '../domain/text.js';

interface FindingWords {
  /** What is there, one sentence without a full stop. */
  readonly says: (args: Detail) => string;
  /** What the publisher can do about it. */
  readonly advice: string;
}

const value = (args: Detail, name: string): string => {
  const found = args[name];
  return found === undefined ? '?' : visible(Array.isArray(found) ? found.join(', ') : String(found));
};

const kilobytes = (args: Detail, name: string): string => `${Math.ceil(Number(args[name]) / 1000)} kB`;

const REBUILD =
  'Get the file again from the build server and compare hashes; if it was signed like this, sign it anew.';

/** Words for every finding code. */
const WORDS: Readonly<Record<string, FindingWords>> = {
  unsigned: {
    says: () => 'no Authenticode signature',
    advice: 'Sign it and every program inside it; reputation then grows with the certificate and not with each build.',
  },
  'signature-broken': {
    says: (args) => `the signature does not hold (${value(args, 'reason')})`,
    advice: REBUILD,
  },
  'signature-unreadable': {
    says: (args) => `whether it is signed cannot be read (${value(args, 'reason')})`,
    advice: REBUILD,
  },
  'signer-expired': {
    says: () => 'the certificate was not valid when it was signed, or there is no timestamp to show when that was',
    advice: 'Sign with a valid certificate and a timestamp (RFC 3161), so that the signature outlives the certificate.',
  },
  'self-signed': {
    says: () => 'the signer vouches for itself: no certificate authority stands behind the name',
    advice: 'Sign releases with a certificate of a public code signing authority.',
  },
  'not-for-code-signing': {
    says: () => 'the certificate is not meant for code signing',
    advice: 'Use a certificate whose extended key usage names code signing; Windows refuses others.',
  },
  'timestamp-missing': {
    says: () => 'signed without a timestamp: the signature ends with the certificate',
    advice: 'Add a timestamp from an RFC 3161 authority when signing.',
  },
  'weak-digest': {
    says: (args) => `signed with ${value(args, 'digest')} only`,
    advice: 'Sign with sha256; add sha1 beside it only for systems before Windows 7.',
  },
  'unsigned-attribute': {
    says: () => 'the signature carries data that it does not protect',
    advice: 'Keep markers such as download identifiers out of the signature: the same trick hides payloads.',
  },
  packer: {
    says: (args) => `section ${value(args, 'section')} is named as ${value(args, 'packer')} names it`,
    advice:
      'Ship without a packer or protector: most detections of this kind end with it, and downloads are compressed anyway.',
  },
  'packed-section': {
    says: (args) =>
      `code in section ${value(args, 'section')} looks compressed or encrypted (entropy ${value(args, 'entropy')} of 8)`,
    advice:
      'Ship without a packer or protector; if the code must be protected, send vendors an unprotected build as well.',
  },
  'high-entropy-section': {
    says: (args) =>
      `section ${value(args, 'section')} holds compressed or encrypted data (entropy ${value(args, 'entropy')} of 8)`,
    advice: 'Keep large compressed resources in files of their own, or name them in the report to the vendor.',
  },
  'writable-executable-section': {
    says: (args) => `section ${value(args, 'section')} is writable and executable`,
    advice:
      'Let the linker keep code read-only (no /SECTION:…,ERW, no merged .text and .data); only unpackers need both.',
  },
  'version-resource-missing': {
    says: () => 'no version resource: the file does not say what it is',
    advice: 'Add a version resource with company, product, description and version.',
  },
  'version-resource-incomplete': {
    says: (args) => `the version resource lacks ${value(args, 'missing')}`,
    advice: 'Fill in the missing fields; heuristics and analysts compare them with the signer.',
  },
  'suspicious-imports': {
    says: (args) => `imports functions that together serve ${value(args, 'purpose')}: ${value(args, 'functions')}`,
    advice: 'Drop what is not needed; explain the rest in the report to the vendor, with the feature that needs it.',
  },
  'few-imports': {
    says: (args) => `imports only ${value(args, 'count')} functions and finds the rest at run time`,
    advice: 'Link system functions normally; hiding them is what packed malware does.',
  },
  'timestamp-zero': {
    says: () => 'the build time in the header is zero',
    advice: 'Harmless in reproducible builds; with Microsoft’s linker /Brepro says so in the file.',
  },
  'timestamp-future': {
    says: (args) => `the build time in the header lies in the future (${value(args, 'at')})`,
    advice: 'Check the clock of the build server, or build reproducibly with /Brepro.',
  },
  'build-young': {
    says: (args) => `built only just (${value(args, 'at')})`,
    advice: 'New builds have no reputation; publish signed pre-releases, and report detections before the release day.',
  },
  'uncommon-linker': {
    says: (args) => `built by an uncommon linker (version ${value(args, 'linker')})`,
    advice: 'Nothing wrong by itself; name the compiler in the report to the vendor.',
  },
  installer: {
    says: (args) => `an installer of kind ${value(args, 'kind')}`,
    advice: 'Keep the installer tool current: old loaders are shared with malware and flagged for it.',
  },
  overlay: {
    says: (args) => `${kilobytes(args, 'bytes')} behind the last section (entropy ${value(args, 'entropy')} of 8)`,
    advice: 'Keep data in resources or files of its own unless a loader needs it there.',
  },
  'installer-payload': {
    says: (args) =>
      `a payload of ${kilobytes(args, 'bytes')} behind the loader (entropy ${value(args, 'entropy')} of 8)`,
    advice: 'Normal for an installer. Sign the programs inside it too, so that they are known once unpacked.',
  },
  'embedded-executables': {
    says: (args) => `carries ${value(args, 'count')} further program(s) inside`,
    advice: 'Sign the programs inside as well, or install them as files of their own.',
  },
  malformed: {
    says: (args) => `parts that cannot be read: ${value(args, 'parts')}`,
    advice: 'Check the build’s post-processing steps: broken tables look like an attempt to confuse scanners.',
  },
};

/** Codes that have words, for tests and help. */
export const FINDING_CODES: readonly string[] = Object.keys(WORDS);

/** Whether there is something to do about it; the others only say what the file is. Pure. */
export function isActionable({ severity }: Finding): boolean {
  return severity !== 'info';
}

/** One finding as a sentence, with every hostile character escaped; an unknown code is shown as it is. Pure. */
export function describeFinding({ code, args }: Finding): string {
  return (
    WORDS[code]?.says(args) ?? [code, ...Object.keys(args).map((name) => `${name}=${value(args, name)}`)].join(' ')
  );
}

/** What the publisher can do about a finding; `undefined` for an unknown code. Pure. */
export function adviseOn({ code }: Finding): string | undefined {
  return WORDS[code]?.advice;
}
