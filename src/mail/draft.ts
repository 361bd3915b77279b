import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import PostalMime, { type Address } from 'postal-mime';
import { visible } from '../domain/text.js';
import type { Instant } from '../domain/time.js';
import type { OutgoingMail } from '../ports.js';

/** A draft's headers, several times over. */
const MAX_HEADER_BYTES = 256 * 1024;

/** What makes a message a draft, what only the sender may read, and what is only true when it is sent. */
const DRAFT_HEADERS: ReadonlySet<string> = new Set([
  'bcc',
  'date',
  'x-mozilla-draft-info',
  'x-uniform-type-identifier',
  'x-unsent',
]);

/** A draft that can be sent, as a person left it. */
export interface Draft extends OutgoingMail {
  /** Decoded, for showing. Hostile text. */
  readonly subject: string;
}

/** `reason`: a code for the words of the report, with what it is about. */
export type ReadDraft =
  | { readonly kind: 'ready'; readonly draft: Draft }
  | { readonly kind: 'unusable'; readonly reason: 'unreadable' | 'headers' | 'sender' | 'recipient' };

/**
 * Reads the headers of a message file and prepares it for sending: what a mail program would drop or add when a person
 * presses "send" is dropped and added, the body goes as it is. Memory does not grow with the file.
 *
 * @param at the time of sending
 */
export async function readDraft(path: string, at: Instant): Promise<ReadDraft> {
  let head: Head | undefined;
  let sizeBytes: number;
  try {
    head = await readHead(path);
    sizeBytes = (await stat(path)).size;
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
    return { kind: 'unusable', reason: 'unreadable' };
  }
  if (head === undefined) return { kind: 'unusable', reason: 'headers' };
  const { from, to, cc, bcc, subject, messageId } = await PostalMime.parse(
    Buffer.from(`${head.text}\r\n\r\n`, 'latin1'),
  );
  const [sender] = addressesOf(from === undefined ? [] : [from]);
  if (sender === undefined) return { kind: 'unusable', reason: 'sender' };
  const recipients = [to, cc, bcc].flatMap((addresses) => addressesOf(addresses ?? []));
  // A recipient that cannot be written to is a mistake of whoever edited it: the others alone are not what was meant.
  const isComplete = !recipients.includes(undefined) && addressesOf(to ?? []).length > 0;
  if (!isComplete) return { kind: 'unusable', reason: 'recipient' };
  const id = messageId ?? identify(head.text, sender);
  const header = toSentHeader(head.text, at, messageId === undefined ? id : undefined);
  const { bodyAt } = head;
  return {
    kind: 'ready',
    draft: {
      from: sender,
      to: [...new Set(recipients.filter((recipient) => recipient !== undefined))],
      messageId: id,
      subject: visible(subject ?? ''),
      sizeBytes,
      open: () => Readable.from(contentOf(path, header, bodyAt)),
    },
  };
}

interface Head {
  /** Without the empty line. */
  readonly text: string;
  readonly bodyAt: number;
}

async function readHead(path: string): Promise<Head | undefined> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(MAX_HEADER_BYTES);
    const { bytesRead } = await file.read(buffer, 0, MAX_HEADER_BYTES, 0);
    // latin1 keeps every byte: headers may hold raw UTF-8, and go out as they are.
    const text = buffer.toString('latin1', 0, bytesRead);
    const end = /\r?\n\r?\n/.exec(text);
    return end === null ? undefined : { text: text.slice(0, end.index), bodyAt: end.index + end[0].length };
  } finally {
    await file.close();
  }
}

/** Addresses in order, groups opened; `undefined` for one that no server would take. */
function addressesOf(given: readonly Address[]): readonly (string | undefined)[] {
  return given.flatMap((each) => {
    const mailboxes = each.group ?? [each];
    return mailboxes.map(({ address }) => (isAddress(address ?? '') ? address : undefined));
  });
}

/** Plain addresses only: what has a quote, a comment or a blank in it is no vendor's mailbox. */
function isAddress(address: string): boolean {
  return address.length <= 254 && /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z\d-]+(?:\.[a-z\d-]+)*$/i.test(address);
}

/** The headers as they are sent, unfolded nowhere: folding belongs to whoever wrote them. */
function toSentHeader(text: string, at: Instant, newId: string | undefined): string {
  const fields = text.split(/\r?\n(?![ \t])/).filter((field) => {
    const name = /^[^:\s]+/.exec(field)?.[0].toLowerCase() ?? '';
    return !DRAFT_HEADERS.has(name);
  });
  const added = [`Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`];
  if (newId !== undefined) added.push(`Message-ID: ${newId}`);
  return `${[...added, ...fields.map((field) => field.replace(/\r?\n/g, '\r\n'))].join('\r\n')}\r\n\r\n`;
}

/** From the headers alone, so that the same draft keeps its identity from try to try. */
function identify(head: string, sender: string): string {
  const digest = createHash('sha256').update(head, 'latin1').digest('hex');
  return `<${digest.slice(0, 32)}@${sender.split('@')[1] ?? 'absolve.invalid'}>`;
}

async function* contentOf(path: string, header: string, bodyAt: number): AsyncGenerator<Buffer> {
  yield Buffer.from(header, 'latin1');
  yield* createReadStream(path, { start: bodyAt });
}
