import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Instant } from '../domain/time.js';
import { headerText } from '../reports/escape.js';
import type { Message } from './message.js';

export interface EmlOptions {
  /** The `Date` header. */
  readonly date: Instant;
  /** Who sends; without it the mail program fills in its own account. */
  readonly from?: { readonly name?: string | undefined; readonly address: string };
  /** Opened when their turn comes; the name is what the reader sees. */
  readonly attachments: readonly { readonly name: string; open(): Readable }[];
}

/**
 * A message as `.eml`, as a stream: attachments pass through, memory stays flat. The same input gives the same bytes.
 *
 * It opens as a draft to be edited and sent: `X-Unsent` is what Outlook and Thunderbird go by,
 * `X-Uniform-Type-Identifier` is how Apple Mail marks its own drafts; others ignore both.
 */
export function composeEml(message: Message, options: EmlOptions): Readable {
  const identity = createHash('sha256')
    .update(JSON.stringify([message, options.date, options.from ?? null, options.attachments.map(({ name }) => name)]))
    .digest('hex');
  const composer = new MailComposer({
    ...(options.from !== undefined && {
      from: { name: headerText(options.from.name ?? ''), address: headerText(options.from.address) },
    }),
    to: message.to,
    // The composer would encode a line break instead of refusing it, and readers decode it again.
    subject: headerText(message.subject),
    text: message.text,
    html: message.html,
    date: new Date(options.date),
    messageId: `<${identity.slice(0, 32)}@${domainOf(options.from?.address)}>`,
    headers: { 'X-Unsent': '1', 'X-Uniform-Type-Identifier': 'com.apple.mail-draft' },
    attachments: options.attachments.map(({ name, open }) => ({
      filename: headerText(name),
      content: open(),
      contentType: name.endsWith('.7z') ? 'application/x-7z-compressed' : 'application/zip',
    })),
    // Lines of quoted-printable are never cut by a server, and the text stays readable in the file.
    textEncoding: 'quoted-printable',
    // Composed from text and streams only: a path or an address in a text must never be read.
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: 'windows',
    baseBoundary: identity.slice(0, 24),
    boundaryPrefix: 'absolve',
  });
  return composer.compile().createReadStream();
}

/** A message identifier needs a domain; `.invalid` is nobody's by RFC 2606. */
function domainOf(address: string | undefined): string {
  const domain = address?.split('@').at(-1) ?? '';
  return /^[a-z0-9.-]+$/i.test(domain) ? domain : 'absolve.invalid';
}
