import { visible } from '../domain/text.js';
import type { Reason } from '../domain/verdict.js';

const text = (value: unknown): string => visible(String(value));

const WORDS: Readonly<Record<string, (args: Reason['args']) => string>> = {
  'ask-upstream': ({ vendor }) =>
    `It runs the engine of ${text(vendor)}: report there, its withdrawal usually arrives here.`,
  'retired-engine': ({ engine }) =>
    `${text(engine)} no longer appears in current reports: rescan the file, the detection may be an old one.`,
  'directory-note': ({ note }) => text(note),
  'look-for-contact': ({ engine }) =>
    `The directory does not know ${text(engine)}: look for "false positive" on its maker's web site.`,
  'comment-on-report': () =>
    'Leave a comment on the VirusTotal report, signed with your company; VirusTotal itself removes no detections.',
  'add-own-entry': ({ engine }) =>
    `When you find an address, keep it in a file of your own: [{"engine": ${JSON.stringify(text(engine))}, "vendor": "…", "channel": {…}, "lastVerified": "YYYY-MM"}], and name that file: absolve vendors --file, absolve report --vendors.`,
};

/** What can be done about an engine that nobody can be written to for, as a sentence for people. Pure. */
export function adviceWords({ code, args }: Reason): string {
  return WORDS[code]?.(args) ?? code;
}
