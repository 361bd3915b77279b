import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { visible } from '../../src/domain/text.js';
import { NO_SAMPLE } from '../../src/vendor-reports/model.js';
import { renderMessage, type Message } from '../../src/vendor-reports/message.js';
import { composed, readMail, readMailWithPython } from '../support/mail.js';
import {
  detection,
  falsePositive,
  HOSTILE_NAMES,
  NOW,
  planOf,
  PUBLISHER,
  reportTo,
  shippedTemplates,
} from '../support/reports.js';

const FROM = { name: 'Ann Example', address: 'ann@example.com' };

function messageFor(name: string, publisher = PUBLISHER): Message {
  const artifact = falsePositive([], { name, detections: [detection('Microsoft'), detection('ALYac', `Gen:${name}`)] });
  const plan = planOf([artifact], {}, publisher);
  const message = renderMessage(plan, reportTo(plan, 'ESTsecurity'), shippedTemplates(), NO_SAMPLE);
  if (message === undefined) throw new Error('ESTsecurity takes e-mail');
  return message;
}

const header = (headers: readonly (readonly [string, string])[], name: string): readonly string[] =>
  headers.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value);

describe('a draft', () => {
  it('has every header and part as intended, by two independent parsers', async () => {
    const message = messageFor('setup.exe');
    const bytes = await composed(message, { date: NOW, from: FROM, attachments: [] });
    const mail = await readMail(bytes);
    expect(mail).toMatchObject({
      from: FROM,
      to: [{ address: 'esrc@estsecurity.com' }],
      subject: 'False positive: Example Mail (ALYac: Gen:setup.exe)',
      date: '2026-11-24T02:22:00.000Z',
      attachments: [],
    });
    expect(mail.text?.trimEnd()).toBe(message.text.trimEnd());
    expect(mail.html?.trimEnd()).toBe(message.html.trimEnd());
    const python = readMailWithPython(bytes);
    expect(python.defects).toEqual([]);
    expect(python.parts.map(({ type }) => type)).toEqual(['text/plain', 'text/html']);
    expect(python.parts[0]?.text?.trimEnd()).toBe(message.text.trimEnd());
    expect(header(python.headers, 'Subject')).toEqual([mail.subject]);
  });

  it('opens as a draft: it says that it was not sent', async () => {
    const { headers } = readMailWithPython(await composed(messageFor('setup.exe'), { date: NOW, attachments: [] }));
    expect(header(headers, 'X-Unsent')).toEqual(['1']);
    expect(header(headers, 'X-Uniform-Type-Identifier')).toEqual(['com.apple.mail-draft']);
    // Nobody is made up: without a contact the mail program takes its own account.
    expect(header(headers, 'From')).toEqual([]);
  });

  it.each(HOSTILE_NAMES)('is intact with a name such as %j', async (name) => {
    const message = messageFor(name, { ...PUBLISHER, product: name, contact: { name, email: 'ann@example.com' } });
    const bytes = await composed(message, { date: NOW, from: { name, address: 'ann@example.com' }, attachments: [] });
    const [python, mail] = [readMailWithPython(bytes), await readMail(bytes)];
    expect(python.headers.map(([key]) => key).toSorted()).toEqual(
      [
        'Content-Type',
        'Date',
        'From',
        'MIME-Version',
        'Message-ID',
        'Subject',
        'To',
        'X-Uniform-Type-Identifier',
        'X-Unsent',
      ].toSorted(),
    );
    expect(python.parts.map(({ type }) => type)).toEqual(['text/plain', 'text/html']);
    expect(header(python.headers, 'To')).toEqual(['esrc@estsecurity.com']);
    expect(mail.subject).toBe(message.subject.replaceAll('\ud800', '\ufffd'));
    expect(header(python.headers, 'Subject')).toEqual([mail.subject]);
    const shown = visible(name.replace(/\s+/g, ' ').trim()).replaceAll('\ud800', '\ufffd');
    expect(python.parts[0]?.text).toContain(`1. ${shown}`);
    // No line of the file is longer than servers take, and none of the headers has a bare break.
    for (const line of bytes.toString('latin1').split('\r\n')) {
      expect(line.length).toBeLessThanOrEqual(998);
      expect(line).not.toMatch(/[\r\n]/);
    }
  });

  it('carries attachments after the text', async () => {
    const content = Buffer.from('PK\u0003\u0004 not really');
    const bytes = await composed(messageFor('setup.exe'), {
      date: NOW,
      attachments: [{ name: 'samples.zip', open: () => Readable.from([content]) }],
    });
    const { attachments } = await readMail(bytes);
    expect(attachments).toMatchObject([
      { filename: 'samples.zip', mimeType: 'application/zip', disposition: 'attachment' },
    ]);
    expect(Buffer.from(attachments[0]?.content as ArrayBuffer)).toEqual(content);
    const { parts, defects } = readMailWithPython(bytes);
    expect(defects).toEqual([]);
    expect(parts.map(({ type, name }) => [type, name])).toEqual([
      ['text/plain', null],
      ['text/html', null],
      ['application/zip', 'samples.zip'],
    ]);
  });

  it('is the same bytes for the same input, and another message otherwise', async () => {
    const once = await composed(messageFor('setup.exe'), { date: NOW, from: FROM, attachments: [] });
    expect(await composed(messageFor('setup.exe'), { date: NOW, from: FROM, attachments: [] })).toEqual(once);
    const [one, other] = await Promise.all([
      readMail(once),
      readMail(await composed(messageFor('b.exe'), { date: NOW, attachments: [] })),
    ]);
    expect(one.messageId).toMatch(/^<[0-9a-f]{32}@example\.com>$/);
    expect(other.messageId).toMatch(/^<[0-9a-f]{32}@absolve\.invalid>$/);
    expect(other.messageId?.slice(0, 33)).not.toBe(one.messageId?.slice(0, 33));
  });
});
