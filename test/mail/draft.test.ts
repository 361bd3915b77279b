import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { readDraft, type Draft } from '../../src/mail/draft.js';
import { composed, readMailWithPython } from '../support/mail.js';
import { HOSTILE_NAMES } from '../support/reports.js';
import { tempFolder } from '../support/temp.js';

const NOW = Date.UTC(2026, 10, 26, 8, 30);
const HEAD = [
  'From: Ann Example <ann@example.com>',
  'To: samples@vendor.example',
  'Subject: False positive',
  'Message-ID: <1@example.com>',
];

async function read(content: string | Buffer, at = NOW) {
  const path = join(tempFolder(), 'message.eml');
  writeFileSync(path, content);
  return readDraft(path, at);
}

async function ready(content: string | Buffer): Promise<Draft> {
  const result = await read(content);
  if (result.kind !== 'ready') throw new Error(`unusable: ${result.reason}`);
  return result.draft;
}

const message = (...head: readonly string[]): string => `${head.join('\r\n')}\r\n\r\nHello\r\n`;
const sent = async (draft: Draft): Promise<Buffer> => buffer(draft.open());
const headersOf = (bytes: Buffer): readonly string[] =>
  readMailWithPython(bytes).headers.map(([name, value]) => `${name}: ${value}`);

describe('a draft', () => {
  it('of ours goes out with everything that was composed, but not as a draft', async () => {
    const attachments = [{ name: 'samples.zip', open: () => Buffer.alloc(100_000, 'zip') as never }];
    const composedDraft = await composed(
      { to: 'samples@vendor.example', subject: 'False positive: Prüfung 日本', text: 'Hello', html: '<p>Hello</p>' },
      { date: 0, from: { name: 'Ann Example', address: 'ann@example.com' }, attachments },
    );
    const draft = await ready(composedDraft);
    expect(draft).toMatchObject({
      from: 'ann@example.com',
      to: ['samples@vendor.example'],
      subject: 'False positive: Prüfung 日本',
      messageId: expect.stringMatching(/^<[0-9a-f]{32}@example\.com>$/),
    });
    const bytes = await sent(draft);
    const { headers, defects, parts } = readMailWithPython(bytes);
    const names = headers.map(([name]) => name.toLowerCase());
    expect(names).not.toContain('x-unsent');
    expect(names).not.toContain('x-uniform-type-identifier');
    expect(names.filter((name) => name === 'date')).toHaveLength(1);
    expect(headers).toContainEqual(['Date', 'Thu, 26 Nov 2026 08:30:00 +0000']);
    expect(headers).toContainEqual(['Message-ID', draft.messageId]);
    expect(defects).toEqual([]);
    expect(parts.map(({ type }) => type)).toEqual(['text/plain', 'text/html', 'application/zip']);
    expect(await sent(draft)).toEqual(bytes);
  });

  it('goes to everybody whom the person who edited it named, and the blind copies stay blind', async () => {
    const draft = await ready(
      message(...HEAD, 'Cc: Lab <lab@vendor.example>, team: a@example.com, b@example.com;', 'Bcc: boss@example.com'),
    );
    expect(draft.to).toEqual([
      'samples@vendor.example',
      'lab@vendor.example',
      'a@example.com',
      'b@example.com',
      'boss@example.com',
    ]);
    const bytes = await sent(draft);
    expect(bytes.toString()).not.toContain('boss');
    expect(headersOf(bytes)).toContain('Cc: Lab <lab@vendor.example>, team: a@example.com, b@example.com;');
  });

  it('keeps what mail programs leave in it: bare line feeds, folded and raw headers, eight-bit text', async () => {
    const text = [
      'From: ann@example.com',
      'To:\n samples@vendor.example',
      'Subject: raw Prüfung\n folded',
      'X-Mozilla-Draft-Info: internal/draft;\n vcard=0',
      'Bcc:\n secret@example.com',
    ];
    const draft = await ready(`${text.join('\n')}\n\nGrüße\n`);
    expect(draft).toMatchObject({
      subject: 'raw Prüfung folded',
      to: ['samples@vendor.example', 'secret@example.com'],
    });
    const bytes = await sent(draft);
    const head = bytes.toString().split('\r\n\r\n')[0] ?? '';
    expect(head.split('\r\n').filter((line) => /[\r\n]/.test(line))).toEqual([]);
    expect(head).toContain('Subject: raw Prüfung\r\n folded');
    expect(head).not.toMatch(/mozilla|vcard|secret/i);
    expect(bytes.toString()).toContain('Grüße');
  });

  it('without an identity gets one, the same in every try', async () => {
    const draft = await ready(message('From: ann@example.com', 'To: samples@vendor.example'));
    expect(draft.messageId).toMatch(/^<[0-9a-f]{32}@example\.com>$/);
    expect(headersOf(await sent(draft))).toContain(`Message-ID: ${draft.messageId}`);
    const later = await read(message('From: ann@example.com', 'To: samples@vendor.example'), NOW + 1000);
    expect(later).toMatchObject({ draft: { messageId: draft.messageId } });
  });

  it.each([
    ['nobody as its sender', message('To: samples@vendor.example'), 'sender'],
    ['a sender without a domain', message('From: ann', 'To: samples@vendor.example'), 'sender'],
    ['nobody as its recipient', message('From: ann@example.com', 'To: '), 'recipient'],
    ['a copy alone', message('From: ann@example.com', 'Cc: samples@vendor.example'), 'recipient'],
    ['a placeholder', message('From: ann@example.com', 'To: <address of the vendor>'), 'recipient'],
    [
      'one good and one bad address',
      message('From: ann@example.com', 'To: samples@vendor.example', 'Cc: "a b"@example.com'),
      'recipient',
    ],
    ['no empty line', 'From: ann@example.com', 'headers'],
    ['nothing', '', 'headers'],
    ['headers without end', `From: ann@example.com\r\n${'X-Long: x\r\n'.repeat(40_000)}`, 'headers'],
  ])('that names %s is left to a person', async (_what, content, reason) => {
    expect(await read(content)).toEqual({ kind: 'unusable', reason });
  });

  it('that is gone is left to a person', async () => {
    expect(await readDraft(join(tempFolder(), 'message.eml'), NOW)).toEqual({ kind: 'unusable', reason: 'unreadable' });
  });

  it.each(HOSTILE_NAMES)('about %j gains no header and no recipient by it', async (name) => {
    const draft = await ready(
      await composed(
        { to: 'samples@vendor.example', subject: `False positive: ${name}`, text: name, html: '<p></p>' },
        { date: 0, from: { name, address: 'ann@example.com' }, attachments: [] },
      ),
    );
    expect(draft.to).toEqual(['samples@vendor.example']);
    const names = headersOf(await sent(draft)).map((line) => line.split(':')[0]);
    expect(names.toSorted()).toEqual(['Content-Type', 'Date', 'From', 'MIME-Version', 'Message-ID', 'Subject', 'To']);
  });
});
