import { visible } from '../domain/text.js';
import { adviceWords } from '../reports/advice-words.js';
import { wrap } from '../reports/columns.js';
import type { Paint } from '../reports/style.js';
import type { Delivery } from '../domain/delivery.js';
import type { Reason } from '../domain/verdict.js';
import type { ReportPlan, VendorReport } from './plan-types.js';
import { deliveryWords, missingWords, noteWords } from './words.js';

export interface ReportTerminalOptions {
  readonly columns: number;
  readonly paint: Paint;
  /** The page to open first, as the user can type it. */
  readonly index: string;
  /** What writing added: kept drafts, what is left of earlier runs. */
  readonly notes: readonly Reason[];
  /** What was sent, or tried; default: nothing. */
  readonly deliveries?: readonly Delivery[];
}

/** What a person sees after the reports are written: to whom, how, in which order, and what is missing. Pure. */
export function renderReportRun(plan: ReportPlan, options: ReportTerminalOptions): string {
  const { columns, paint, index, notes, deliveries = [] } = options;
  const deliveryOf = new Map(deliveries.map((delivery) => [delivery.vendor, delivery]));
  const width = Math.max(60, Math.min(columns, 140));
  const lines: string[] = [];
  const say = (text: string, indent = '  ', further = indent): void => {
    const wrapped = wrap(text, width - further.length);
    lines.push(...wrapped.map((line, position) => `${position === 0 ? indent : further}${line}`));
  };
  const list = (title: string, items: readonly string[]): void => {
    if (items.length === 0) return;
    lines.push('', paint('bold', title));
    for (const item of items) say(item, '  - ', '    ');
  };
  const digits = String(plan.reports.length).length;
  for (const [position, report] of plan.reports.entries()) {
    const number = String(position + 1).padStart(digits);
    say(`${number}. ${visible(report.vendor)}: ${wayOf(report)}`, '', ' '.repeat(digits + 2));
    say(aboutOf(report), ' '.repeat(digits + 2));
    const delivery = deliveryOf.get(report.vendor);
    if (delivery !== undefined) say(deliveryWords(delivery), ' '.repeat(digits + 2));
  }
  list(
    'Nobody to write to:',
    plan.unreachable.map(({ engine, advice: [first] }) =>
      `${visible(engine)}. ${first === undefined ? '' : adviceWords(first)}`.trim(),
    ),
  );
  list('Missing facts (add them to the product profile, or fill them in):', plan.missing.map(missingWords));
  list(
    'Notes:',
    [...plan.notes, ...notes, ...plan.reports.flatMap((report) => report.notes.filter(isUrgent))].map(noteWords),
  );
  const count = plan.reports.length;
  const sent = deliveries.filter(({ state }) => state === 'sent').length;
  lines.push(
    '',
    paint(
      'bold',
      `${count} ${count === 1 ? 'report' : 'reports'} written, ${sent === 0 ? 'nothing' : sent} sent. Open ${visible(index)}`,
    ),
  );
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function wayOf({ contact }: VendorReport): string {
  const [email] = contact.emails;
  const form = contact.form === null ? undefined : `form ${contact.form}`;
  const ways = contact.preferred === 'email' ? [email, form] : [form, email];
  return visible(ways.find((way) => way !== undefined) ?? '');
}

function aboutOf({ engines, artifacts, clears, upstream }: VendorReport): string {
  const parts = [
    `${engines.join(', ')} on ${artifacts.length} ${artifacts.length === 1 ? 'artifact' : 'artifacts'}`,
    ...(clears.length > 0 ? [`should also clear ${clears.join(', ')}`] : []),
    ...(upstream?.isInPlan === true ? [`after ${upstream.vendor}`] : []),
  ];
  return visible(parts.join('; '));
}

/** What a person must know even without opening the page. */
function isUrgent({ code }: Reason): boolean {
  return code === 'forced' || code === 'sample-changed' || code === 'sample-tampered' || code === 'sample-failed';
}
