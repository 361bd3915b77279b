import type { Instant } from '../domain/time.js';
import type { EngineEntry } from '../domain/vendor.js';
import type { Reason } from '../domain/verdict.js';
import { otherChannels } from './channel.js';
import type { ReportArtifact } from './plan-types.js';

/** After this a contact wants a look before it is relied on. */
const STALE_MONTHS = 12;

interface NotesInput {
  readonly entry: EngineEntry;
  readonly flagging: readonly EngineEntry[];
  readonly artifacts: readonly ReportArtifact[];
  readonly now: Instant;
}

/** What the user should know before sending this report; never part of it. Codes with arguments. Pure. */
export function reportNotes({ entry, flagging, artifacts, now }: NotesInput): readonly Reason[] {
  const { requirements, channel, notes, confidence, lastVerified } = entry;
  const forced = artifacts.filter(({ verdict }) => verdict !== 'likely-false-positive');
  return [
    ...forced.map(({ name, verdict }) => ({ code: 'forced', args: { artifact: name, verdict } })),
    ...(requirements.account || channel.preferred === 'account-portal' ? [{ code: 'account-needed', args: {} }] : []),
    ...(requirements.language === 'en' ? [] : [{ code: 'language', args: { language: requirements.language } }]),
    ...otherChannels(entry, flagging).map((other) => ({ code: 'other-channel', args: { ...other } })),
    ...(requirements.stated ? [] : [{ code: 'rules-assumed', args: {} }]),
    ...(confidence === 'high' && monthsSince(lastVerified, now) <= STALE_MONTHS
      ? []
      : [{ code: 'contact-unsure', args: { confidence, lastVerified } }]),
    ...(notes === '' ? [] : [{ code: 'directory-note', args: { note: notes } }]),
  ];
}

/** Whole months since `YYYY-MM`; a bare `YYYY` counts from its December. */
function monthsSince(lastVerified: string, now: Instant): number {
  const [year, month] = lastVerified.split('-').map(Number);
  const date = new Date(now);
  return (date.getUTCFullYear() - (year ?? 0)) * 12 + date.getUTCMonth() + 1 - (month ?? 12);
}
