import { visible } from '../domain/text.js';
import type { Instant } from '../domain/time.js';
import type { EngineEntry, VendorChannel, VendorRequirements } from '../domain/vendor.js';
import type { Reason } from '../domain/verdict.js';
import { adviceWords } from './advice-words.js';
import { fit, pad, wrap } from './columns.js';
import type { Paint } from './style.js';

/** One engine of a search, as it is shown. */
export interface ShownEngine {
  readonly entry: EngineEntry;
  /** What to do when there is no channel; empty otherwise. */
  readonly advice: readonly Reason[];
}

export interface VendorsOptions {
  readonly columns: number;
  readonly paint: Paint;
  readonly now: Instant;
}

/** Up to so many engines are shown with all that is known; more as a table. */
const DETAILED = 4;

/** After this the entry says that it wants a look before it is relied on: mailboxes die and forms move within a year. */
const STALE_MONTHS = 12;

const CHANNEL_WORDS: Readonly<Record<VendorChannel['preferred'], string>> = {
  email: 'e-mail',
  'web-form': 'web form',
  'account-portal': 'portal with an account',
  none: 'none known',
};

const LANGUAGES: Readonly<Record<VendorRequirements['language'], string>> = {
  en: 'English',
  es: 'Spanish',
  it: 'Italian',
  ja: 'Japanese',
  ko: 'Korean',
  ru: 'Russian',
  zh: 'Chinese',
};

/** The engines of a search for a terminal: all about a few, one line each of many. Pure. */
export function renderVendors(engines: readonly ShownEngine[], options: VendorsOptions): string {
  const width = Math.max(60, Math.min(options.columns, 140));
  const lines =
    engines.length > DETAILED
      ? table(engines, width, options)
      : engines.flatMap((engine, index) => [...(index > 0 ? [''] : []), ...details(engine, width, options)]);
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** How old a fact is: `2 months ago`, with a warning once it is old. `YYYY` counts from its last month. Pure. */
export function ageOf(lastVerified: string, now: Instant): string {
  const [year, month] = lastVerified.split('-').map(Number);
  const date = new Date(now);
  const months = (date.getUTCFullYear() - (year ?? 0)) * 12 + date.getUTCMonth() + 1 - (month ?? 12);
  const age = months <= 0 ? 'this month' : months === 1 ? '1 month ago' : `${months} months ago`;
  return months > STALE_MONTHS ? `${age}: check it before you rely on it` : age;
}

function table(engines: readonly ShownEngine[], width: number, { paint }: VendorsOptions): string[] {
  const nameWidth = Math.min(26, Math.max(...engines.map(({ entry }) => entry.engine.length)));
  // An address cut in the middle is of no use: on a narrow terminal the company goes first.
  const vendorWidth = width >= 110 ? 26 : 0;
  const rest = width - nameWidth - vendorWidth - 'medium 2026-09'.length - (vendorWidth > 0 ? 6 : 4);
  const row = (name: string, vendor: string, address: string, sure: string): string =>
    [
      pad(fit(name, nameWidth), nameWidth),
      ...(vendorWidth > 0 ? [pad(fit(vendor, vendorWidth), vendorWidth)] : []),
      pad(fit(address, rest), rest),
      sure,
    ].join('  ');
  return [
    paint('bold', row('Engine', 'Vendor', 'Takes reports at', 'sure, since')),
    ...engines.map(({ entry: { engine, vendor, channel, confidence, lastVerified } }) =>
      row(engine, vendor, addresses(channel)[0] ?? 'none known', `${pad(confidence, 6)} ${lastVerified}`),
    ),
    '',
    `${engines.length} engines; name one for what its vendor asks for, how sure that is and where it comes from`,
  ];
}

function details({ entry, advice }: ShownEngine, width: number, { paint, now }: VendorsOptions): string[] {
  const { channel, requirements, lineage } = entry;
  const [first, ...others] = addresses(channel);
  const facts: [string, string][] = [
    ['report by', `${CHANNEL_WORDS[channel.preferred]}${first === undefined ? '' : `: ${first}`}`],
    ['or', others.join(', ')],
    ['explained', channel.docs ?? ''],
    ['wants', requirements.fields.join(', ')],
    ['archive', archiveWords(requirements)],
    ['subject', requirements.subject ?? ''],
    ['language', LANGUAGES[requirements.language]],
    ['account', requirements.account ? 'needed' : ''],
    [
      'rules',
      requirements.stated ? 'stated by the vendor or a contact list' : 'a sensible default, not stated by the vendor',
    ],
    ['family', familyWords(entry)],
    ['never', (entry.deadContacts ?? []).map(({ contact, evidence }) => `${contact} (${evidence})`).join(' ')],
    ['note', entry.notes],
    ['how sure', `${entry.confidence}, verified ${entry.lastVerified}, ${ageOf(entry.lastVerified, now)}`],
    ['sources', entry.sources.join('; ')],
    ['status', entry.status === 'retired' ? `retired${seen(entry)}` : `in current reports${seen(entry)}`],
  ];
  if (lineage.role === 'rename' && lineage.clearFirst !== null) facts.unshift(['is now', lineage.clearFirst]);
  for (const reason of advice) facts.push(['do', adviceWords(reason)]);
  const other = entry.aliases.length === 0 ? '' : ` (also: ${entry.aliases.map(visible).join(', ')})`;
  return [
    paint('bold', `${visible(entry.engine)} · ${visible(entry.vendor)}`) + other,
    ...facts
      .filter(([, value]) => value !== '')
      .flatMap(([name, value]) =>
        wrap(visible(value), width - 14).map((line, index) => `  ${pad(index === 0 ? name : '', 12)}${line}`),
      ),
  ];
}

function addresses({ preferred, emails, form, otherForms }: VendorChannel): readonly string[] {
  const forms = [...(form === null ? [] : [form]), ...otherForms];
  return preferred === 'email' ? [...emails, ...forms] : [...forms, ...emails];
}

function archiveWords({ archive, archivePassword, maxSizeMb }: VendorRequirements): string {
  const kind = { none: 'the bare file, or none', zip: 'zip', '7z': '7z', any: 'any' }[archive];
  const password = archivePassword === null ? '' : `, password "${archivePassword}"`;
  return `${kind}${password}${maxSizeMb === null ? '' : `, up to ${maxSizeMb} MB`}`;
}

function familyWords({ lineage, familyEvidence }: EngineEntry): string {
  if (lineage.group === null) return '';
  const first = lineage.clearFirst === null ? '' : `; report to ${lineage.clearFirst} first, this usually follows`;
  return `${lineage.group} (${lineage.role})${first}. ${familyEvidence}`;
}

function seen({ keyLastSeen }: EngineEntry): string {
  return keyLastSeen === null ? '' : `, last seen ${keyLastSeen}`;
}
