import type { Delivery } from '../domain/delivery.js';
import { visible } from '../domain/text.js';
import { fit, wrap } from '../reports/columns.js';
import type { Paint } from '../reports/style.js';
import { deliveryWords } from './words.js';

/** One message as it would go out. All texts hostile. */
export interface ShownMail {
  readonly vendor: string;
  readonly to: readonly string[];
  readonly from: string;
  readonly subject: string;
  readonly artifacts: number;
  readonly sizeBytes: number;
}

export interface OutboxTerminalOptions {
  readonly columns: number;
  readonly paint: Paint;
  /** Where the messages go to, as `host:port`. */
  readonly server: string;
  /** The folder with the drafts, as the user can type it. */
  readonly folder: string;
}

/** What a person agrees to before anything is sent: every message, and what is not sent and why. Pure. */
export function renderOutbox(
  mails: readonly ShownMail[],
  others: readonly Delivery[],
  { columns, paint, server, folder }: OutboxTerminalOptions,
): string {
  const width = Math.max(60, Math.min(columns, 140));
  const lines = [
    paint('bold', `To send through ${visible(server)}, as the drafts in ${visible(folder)} are now:`),
    ...mails.flatMap((mail, index) => {
      const number = `${index + 1}. `;
      const indent = ' '.repeat(number.length);
      return [
        fit(`${number}${visible(mail.vendor)}: ${mail.to.map(visible).join(', ')}`, width),
        fit(`${indent}${mail.subject}`, width),
        `${indent}from ${visible(mail.from)}, ${mail.artifacts} ${mail.artifacts === 1 ? 'artifact' : 'artifacts'}, ${sizeWords(mail.sizeBytes)}`,
      ];
    }),
  ];
  if (others.length > 0) {
    lines.push(paint('bold', 'Not sent:'));
    for (const other of others) {
      const [first = '', ...more] = wrap(`${visible(other.vendor)}: ${deliveryWords(other)}`, width - 4);
      lines.push(`  - ${first}`, ...more.map((line) => `    ${line}`));
    }
  }
  return `${lines.join('\n')}\n`;
}

function sizeWords(sizeBytes: number): string {
  return sizeBytes < 1_000_000 ? `${Math.ceil(sizeBytes / 1000)} kB` : `${(sizeBytes / 1_000_000).toFixed(1)} MB`;
}
