import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Mailer, OutgoingMail } from '../../src/ports.js';
import type { ServerMood } from '../support/mail-server.js';

export interface MailerUnderTest {
  readonly mailer: Mailer;
  /** What is behind it does this with the next messages. */
  moods(...moods: readonly ServerMood[]): void;
  /** What arrived: envelope and content. */
  received(): readonly { readonly from: string; readonly to: readonly string[]; readonly content: Buffer }[];
}

export function anyMail(content: string | Buffer = 'Subject: hello\r\n\r\nbody\r\n'): OutgoingMail {
  const bytes = Buffer.from(content);
  return {
    from: 'ann@example.com',
    to: ['samples@vendor.example'],
    messageId: '<1@example.com>',
    sizeBytes: bytes.length,
    open: () => Readable.from([bytes]),
  };
}

/** More than what lies between two sockets: most of it is not sent when the first byte arrives. */
function largeMail(): OutgoingMail {
  const line = `${randomBytes(57).toString('base64')}\r\n`;
  const piece = Buffer.from(line.repeat(840));
  const pieces = 300;
  return {
    ...anyMail(),
    sizeBytes: piece.length * pieces,
    open: () =>
      Readable.from(
        (function* () {
          yield Buffer.from('Subject: large\r\n\r\n');
          for (let count = 0; count < pieces; count += 1) yield piece;
        })(),
      ),
  };
}

/** What everything behind the `Mailer` port must do. `open` ends what it starts with the test. */
export function mailerContract(name: string, open: () => Promise<MailerUnderTest>): void {
  const { signal } = new AbortController();

  describe(`${name}`, () => {
    it('hands a message over as it is, to everybody in its envelope', async () => {
      const { mailer, received } = await open();
      const mail = {
        ...anyMail('Subject: hi\r\n\r\n.dots\r\n..and more\r\n'),
        to: ['a@vendor.example', 'b@example.com'],
      };
      expect(await mailer.send(mail, { signal })).toMatchObject({ kind: 'accepted' });
      expect(received()).toMatchObject([{ from: 'ann@example.com', to: ['a@vendor.example', 'b@example.com'] }]);
      expect(received()[0]?.content.toString()).toBe('Subject: hi\r\n\r\n.dots\r\n..and more\r\n');
    });

    it.each([
      [550, 'refused'],
      ['refuse-content', 'refused'],
      [450, 'deferred'],
      [421, 'deferred'],
      ['cut-late', 'unclear'],
    ] as const)('knows what %s means: %s', async (mood, kind) => {
      const { mailer, moods, received } = await open();
      moods(mood);
      expect((await mailer.send(anyMail(), { signal })).kind).toBe(kind);
      expect(received()).toEqual([]);
      expect((await mailer.send(anyMail(), { signal })).kind).toBe('accepted');
    });

    it('may send again what was cut off before it was complete', async () => {
      const { mailer, moods } = await open();
      moods('cut-early');
      expect((await mailer.send(largeMail(), { signal })).kind).toBe('deferred');
    });

    it('begins nothing once the run is over', async () => {
      const { mailer, received } = await open();
      const over = AbortSignal.abort(new Error('interrupted'));
      await expect(mailer.send(anyMail(), { signal: over })).rejects.toThrow('interrupted');
      expect(received()).toEqual([]);
    });
  });
}
