import type { Detail } from '../domain/evidence.js';
import type { Reason } from '../domain/verdict.js';
import { visible } from '../domain/text.js';

type Words = (args: Detail) => string;

const text = (args: Detail, name: string): string => {
  const value = args[name];
  return value === undefined ? '?' : visible(Array.isArray(value) ? value.join(', ') : String(value));
};

const megabytes = (args: Detail, name: string): string => `${Math.ceil(Number(args[name]) / 1_000_000)} MB`;

/** What speaks against a file, by the kind of evidence. */
const CONTRADICTIONS: Readonly<Record<string, string>> = {
  signature: 'its signature is broken: the content is not what was signed',
  signer: 'it claims the product and is signed by somebody else',
  timestamp: 'its timestamp contradicts its signature',
  'published-hash': 'its hash is not the published one',
  'download-match': 'what was downloaded is not what was published',
  'download-host': 'the download comes from a host that the publisher does not use',
  'download-content': 'what came behind the link is not what it should be',
  'version-resource': 'its version information names another publisher',
  'msi-identity': 'its MSI identity is not that of the product',
  'service-signature': 'VirusTotal says that its signature is not valid',
  impersonation: 'it claims to be the product, and nothing in it proves that',
};

/** The sentence for each reason code. A code without one is shown as it is, so nothing is ever hidden. */
const WORDS: Readonly<Record<string, Words>> = {
  'no-detections': (args) => `none of ${text(args, 'opinions')} engines flags it`,
  'no-evidence': () => 'nothing here shows that it is the publisher’s own file',
  'weak-evidence': (args) =>
    `nothing here proves that it is the publisher’s own file: what speaks for it (${text(args, 'kinds')}) can be had by anybody`,
  proven: (args) => `it is the publisher’s own file, as shown by: ${text(args, 'kinds')}`,
  'weak-detections': (args) =>
    `${text(args, 'detections')} of ${text(args, 'opinions')} engines flag it, ${text(args, 'independent')} independent opinions, and they agree on no malware (${text(args, 'classes')})`,
  'family-agreed': (args) =>
    `engines that do not depend on each other call it the same malware, “${text(args, 'malware')}”: ${text(args, 'families')}`,
  'popular-threat': (args) =>
    `VirusTotal reads the name “${text(args, 'malware')}” from the labels of ${text(args, 'engines')} engines`,
  'specific-claims': (args) =>
    `${text(args, 'opinions')} independent engines claim something specific; up to ${text(args, 'most')} can be a mistake`,
  'many-opinions': (args) =>
    `${text(args, 'opinions')} independent engines flag it; up to ${text(args, 'most')} can be a mistake`,
  'evidence-contradicts': (args) =>
    CONTRADICTIONS[text(args, 'kind')] ?? `evidence contradicts it: ${text(args, 'kind')}`,
  'too-few-opinions': (args) =>
    `only ${text(args, 'opinions')} engines gave an opinion, ${text(args, 'needed')} are needed: that is no "clean"`,
  'unknown-hash': () => 'VirusTotal has never seen this hash; only the file itself can be submitted',
  'not-uploaded': () =>
    'VirusTotal does not know it, and nothing was uploaded: uploading publishes it to VirusTotal’s partners',
  'too-large': (args) =>
    `${megabytes(args, 'sizeBytes')} are more than VirusTotal takes (${megabytes(args, 'limitBytes')}); check the files inside it`,
  'not-waited': (args) => `submitted at ${text(args, 'submittedAt')}; the analysis was not waited for`,
  'analysis-running': (args) =>
    `submitted at ${text(args, 'submittedAt')}; the analysis was still running at the time limit`,
  timeout: () => 'the time limit came before it was its turn',
  'quota-day': (args) => `the day’s quota is used up; run again after ${text(args, 'until')}`,
  'quota-month': (args) => `the month’s quota is used up; run again after ${text(args, 'until')}`,
  'answers-incomplete': () => 'VirusTotal counts detections without naming them; a proxy may have trimmed the answer',
  'service-failed': () => 'VirusTotal gave no usable answer',
  'artifact-failed': () => 'the file itself could not be read',
};

/** One reason as a sentence. Pure. */
export function explain({ code, args }: Reason): string {
  return WORDS[code]?.(args) ?? [code, ...Object.keys(args).map((name) => `${name}=${text(args, name)}`)].join(' ');
}
