import { visible } from '../domain/text.js';
import type { Delivery, DeliveryState } from '../domain/delivery.js';
import type { Reason } from '../domain/verdict.js';
import { adviceWords } from '../reports/advice-words.js';
import type { MissingFact } from './plan-types.js';

const text = (value: unknown): string => visible(String(value));

const LANGUAGES: Readonly<Record<string, string>> = {
  es: 'Spanish',
  it: 'Italian',
  ja: 'Japanese',
  ko: 'Korean',
  ru: 'Russian',
  zh: 'Chinese',
};

type Words = Readonly<Record<string, (args: Reason['args']) => string>>;

/** Nobody is invited to vouch for what facts speak against. */
const FORCEABLE: ReadonlySet<string> = new Set(['unproven', 'needs-review']);

const NOTES: Words = {
  forced: ({ artifact, verdict }) =>
    `Forced: the verdict on ${text(artifact)} is "${text(verdict)}", not "likely-false-positive". Be sure that it is yours and intact before you vouch for it.`,
  'left-out': ({ artifact, verdict }) =>
    `${text(artifact)} is flagged, but the verdict is "${text(verdict)}": nothing is written about it${FORCEABLE.has(String(verdict)) ? ' (--force does it all the same)' : ''}.`,
  'account-needed': () => 'This channel needs an account.',
  language: ({ language }) =>
    `The vendor works in ${LANGUAGES[text(language)] ?? text(language)}; English is usually understood.`,
  'other-channel': ({ engine, address }) => `${text(engine)} also takes reports at ${text(address)}.`,
  'rules-assumed': () => 'The vendor states no rules; these are sensible defaults.',
  'contact-unsure': ({ confidence, lastVerified }) =>
    `How sure this contact is: ${text(confidence)}, last verified ${text(lastVerified)}. Have a look before you rely on it.`,
  'after-upstream': ({ vendor }) =>
    `Runs the engine of ${text(vendor)}: report there first, its withdrawal usually arrives here some days later. Send this one if it does not.`,
  'upstream-reported': ({ vendor }) =>
    `Runs the engine of ${text(vendor)}, which was reported to before: its withdrawal usually arrives here some days later.`,
  'upstream-silent': ({ vendor }) =>
    `Runs the engine of ${text(vendor)}, which no longer flags or is not reported to here: the withdrawal may already be on its way.`,
  'reported-before': ({ artifact, vendor, day, ticket }) =>
    `${text(artifact)} was reported to ${text(vendor)} on ${text(day)}${ticket === '' ? '' : `, ticket ${text(ticket)}`}.`,
  'sending-unclear': ({ artifact, vendor }) =>
    `Whether a message about ${text(artifact)} reached ${text(vendor)} is unclear: look into the mailbox, then mark its case reported or open (absolve cases).`,
  'not-due-quiet': ({ artifact, vendor }) =>
    `${text(artifact)}: the newest analysis shows no detection by ${text(vendor)} any more; absolve recheck asks once more.`,
  'not-due-review': ({ artifact, vendor }) =>
    `${text(artifact)}: its verdict turned worse since, so nothing is sent to ${text(vendor)} before somebody has looked.`,
  'not-due-over': ({ artifact, vendor }) =>
    `${text(artifact)}: the case at ${text(vendor)} is over (absolve cases shows how); mark it open to write again.`,
  'not-due-unfollowed': ({ artifact, vendor }) =>
    `${text(artifact)}: no case could be opened for it, so nothing could keep it from being sent to ${text(vendor)} twice. Check it again.`,
  'sample-gone': ({ artifact }) => `No sample of ${text(artifact)}: the file is not on this machine.`,
  'sample-changed': ({ artifact }) =>
    `No sample of ${text(artifact)}: the file has changed since it was checked. Check it again.`,
  'sample-unread': ({ artifact }) => `No sample of ${text(artifact)}: the file cannot be read.`,
  'sample-tampered': ({ artifact }) => `No sample of ${text(artifact)}: what is tampered with is never handed over.`,
  'sample-failed': ({ artifact, problem }) => `No sample of ${text(artifact)}: ${text(problem)}.`,
  'sample-bare': () => 'The vendor wants the file itself, without a password: pick it by hand.',
  'sample-too-large': ({ archive, limit }) =>
    `${text(archive)} is larger than the ${text(limit)} that the vendor (or a usual mailbox) takes: it lies beside the message, which names a download instead.`,
  'sample-no-link': () => 'There is no download address to name instead: add one, or offer another way.',
  'password-usual': ({ password }) =>
    `The vendor states no password; "${text(password)}" is what nearly all use, and the message says so.`,
  'draft-kept': ({ file, beside }) => `${text(file)} was edited and is kept; the new version is ${text(beside)}.`,
  'left-behind': ({ folder }) => `${text(folder)} is left from an earlier run and no longer part of this one.`,
};

const FIELDS: Words = {
  'fill-by-hand': () => 'Fill in by hand.',
  'fact-missing': () => 'Nobody gave this fact: fill it in, and add it to the product profile for the next time.',
  captcha: () => 'Solve the captcha yourself.',
  category: () => 'Choose false positive, incorrect detection, or what comes closest.',
  'upload-archive': ({ password }) => `Upload this archive from this folder; its password is ${text(password)}.`,
  'upload-bare': () => 'Upload the file itself, without an archive around it.',
  'upload-none': () => 'There is no sample here: give a download address if the form takes one.',
  logs: () => "The product's own log of the detection, from a machine where it happened.",
  'their-product': () => "The vendor's own product: the one that detects it, or VirusTotal's engine of this name.",
  'proof-of-ownership': () => 'What the vendor accepts as proof, such as a DNS record or a file on your web site.',
  reason: () => 'Choose incorrectly detected, clean software, or what comes closest.',
  role: () => 'Software developer or publisher, where the form lets you choose.',
  screenshot: () => 'A picture of the detection in the product, or of the VirusTotal report.',
  'only-for-urls': () => 'Only for a detection of a web address.',
};

const MISSING: Readonly<Record<string, string>> = {
  product: 'the name of the product',
  publisher: 'the name of your company',
  website: 'the web site of your company',
  'contact.name': 'your name',
  'contact.role': 'your role',
  'contact.email': "an e-mail address at your company's domain",
  purpose: 'what the program is for',
  behaviours: 'why it does what looks suspicious',
  publishedAt: 'where it is published',
  since: 'since when it is published',
  'artifact.sha256': 'the sha256',
  'artifact.md5': 'the md5',
  'artifact.sha1': 'the sha1',
  'artifact.version': 'the version',
  'artifact.signer': 'a signature that holds: unsigned files are cleared slowly, and only by their hash',
  'artifact.permalink': "the service's report",
};

/** A note for the user, as a sentence. Pure. */
export function noteWords(reason: Reason): string {
  return NOTES[reason.code]?.(reason.args) ?? adviceWords(reason);
}

/** What to do with a form field, as a sentence. Pure. */
export function fieldWords({ code, args }: Reason): string {
  return FIELDS[code]?.(args) ?? code;
}

const DELIVERIES: Readonly<Record<DeliveryState, (delivery: Delivery) => string>> = {
  sent: ({ to, at }) => `Sent to ${recipients(to)} at ${text(at)}.`,
  refused: ({ to, reason }) => `Refused for ${recipients(to)}: ${text(reason)}`,
  deferred: ({ reason }) => `Not sent yet, the mail server wants it later: ${text(reason)}`,
  unclear: ({ to, reason }) =>
    `It is unclear whether ${recipients(to)} got it (${text(reason)}): look into the mailbox, then mark its cases reported or open.`,
  'not-tried': () => 'Not sent in this run.',
  taken: () => 'Not sent: it was reported meanwhile.',
  'by-hand': ({ reason }) => `By hand: ${BY_HAND[reason ?? ''] ?? text(reason)}.`,
  held: ({ reason }) => `Held back: runs the engine of ${text(reason)}, whose withdrawal usually clears it, too.`,
};

/** Why a message is not sent by the program, by its code. */
const BY_HAND: Readonly<Record<string, string>> = {
  form: 'the vendor takes reports by a form',
  outdated: 'you edited a draft of an earlier check; look at the new one beside it',
  unreadable: 'the draft cannot be read',
  headers: 'the draft is no message any more',
  sender: 'the draft names no sender; give smtp.from in the config, or contact.email in the profile',
  recipient: 'the draft names a recipient that no mail server takes, or none',
};

/** What became of a message, as a sentence. Pure. */
export function deliveryWords(delivery: Delivery): string {
  return DELIVERIES[delivery.state](delivery);
}

function recipients(to: Delivery['to']): string {
  return (to ?? []).map(text).join(', ');
}

/** A missing fact, as a phrase, with the artifacts it is missing of. Pure. */
export function missingWords({ code, artifacts, askedBy }: MissingFact): string {
  const of = artifacts.length === 0 ? '' : ` (${some(artifacts)})`;
  const asked = askedBy.length === 0 ? '' : `; asked for by ${some(askedBy)}`;
  return `${MISSING[code] ?? code}${of}${asked}`;
}

/** Names of missing facts alone, for one report. Pure. */
export function missingName(code: string): string {
  return MISSING[code] ?? code;
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, 3).map(text).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
