import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSmtpMailer } from '../../src/mail/smtp-mailer.js';
import { anyMail, mailerContract } from '../contract/mailer.js';
import { MAIL_USER, startMailServer } from '../support/mail-server.js';
import { createMemoryMailer } from '../support/memory-mailer.js';

mailerContract('mail in memory', async () => {
  const mailer = createMemoryMailer();
  return { mailer, moods: mailer.moods, received: () => mailer.received };
});

mailerContract('mail over SMTP, encrypted from the start', async () => {
  const server = await startMailServer();
  return { mailer: createSmtpMailer(server.settings), moods: server.moods, received: () => server.received };
});

mailerContract('mail over SMTP, encrypted by STARTTLS', async () => {
  const server = await startMailServer({ security: 'starttls' });
  return { mailer: createSmtpMailer(server.settings), moods: server.moods, received: () => server.received };
});

describe('a mail server', () => {
  const { signal } = new AbortController();

  it.each(['tls', 'starttls'] as const)('gets login and message over %s only encrypted', async (security) => {
    const server = await startMailServer({ security });
    await createSmtpMailer(server.settings).send(anyMail(), { signal });
    expect(server.received).toMatchObject([{ isEncrypted: true, user: MAIL_USER }]);
  });

  it.each(['tls', 'starttls'] as const)(
    'whose certificate nobody vouches for gets nothing over %s',
    async (security) => {
      const server = await startMailServer({ security });
      const { ca: _, ...unknown } = server.settings;
      await expect(createSmtpMailer(unknown).send(anyMail(), { signal })).rejects.toMatchObject({
        code: 'REPORT_SEND',
        message: expect.stringMatching(/self-signed certificate/),
        hint: expect.stringContaining('smtp.ca'),
      });
      expect(server.received).toEqual([]);
    },
  );

  it('with a certificate for another name gets nothing', async () => {
    const { settings, received } = await startMailServer();
    const mailer = createSmtpMailer({ ...settings, host: '127.0.0.1' });
    await expect(mailer.send(anyMail(), { signal })).rejects.toMatchObject({ code: 'REPORT_SEND' });
    expect(received).toEqual([]);
  });

  it('that offers no encryption gets neither login nor message', async () => {
    const { settings, received } = await startMailServer({ security: 'plain' });
    for (const security of ['tls', 'starttls'] as const) {
      const mailer = createSmtpMailer({ ...settings, security });
      await expect(mailer.send(anyMail(), { signal })).rejects.toMatchObject({
        code: 'REPORT_SEND',
        hint: expect.stringContaining('smtp.security'),
      });
    }
    expect(received).toEqual([]);
    expect(await createSmtpMailer(settings).send(anyMail(), { signal })).toMatchObject({ kind: 'accepted' });
  });

  it('that refuses the login ends it, and its words never hold the password', async () => {
    const { settings } = await startMailServer();
    const login = { user: MAIL_USER, password: 'a wrong secret' };
    await expect(createSmtpMailer({ ...settings, login }).send(anyMail(), { signal })).rejects.toMatchObject({
      code: 'REPORT_SEND',
      message: expect.stringMatching(/^the mail server refused the login: .*535.*\[password\]/),
    });
  });

  it('that is not there ends it', async () => {
    const { settings } = await startMailServer();
    const gone = createServer();
    await new Promise<void>((resolve) => void gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => void gone.close(resolve));
    await expect(createSmtpMailer({ ...settings, port }).send(anyMail(), { signal })).rejects.toMatchObject({
      code: 'REPORT_SEND',
      message: expect.stringContaining(`localhost:${port}`),
    });
  });

  it('that says nothing does not keep a person who presses Ctrl-C', async () => {
    const server = createServer(() => {});
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const controller = new AbortController();
    server.once('connection', () => controller.abort(new Error('interrupted')));
    const mailer = createSmtpMailer({ host: '127.0.0.1', port, security: 'none' });
    await expect(mailer.send(anyMail(), { signal: controller.signal })).rejects.toThrow('interrupted');
  });

  it('that took it all and says nothing keeps nobody for long who presses Ctrl-C, and it stays unclear', async () => {
    const { settings, moods, content } = await startMailServer();
    moods('silent');
    const controller = new AbortController();
    const complete = content();
    const sending = createSmtpMailer(settings, { lastAnswerMs: 20 }).send(anyMail(), { signal: controller.signal });
    await complete;
    controller.abort(new Error('interrupted'));
    expect(await sending).toEqual({ kind: 'unclear', reason: 'interrupted before the answer' });
  });

  it('shows its words on one line, whatever is in them', async () => {
    const { settings, moods } = await startMailServer();
    moods(550);
    const mail = { ...anyMail(), to: ['odd+tag@vendor.example'] };
    const outcome = await createSmtpMailer(settings).send(mail, { signal });
    expect(outcome).toEqual({ kind: 'refused', response: expect.stringMatching(/^550 .*odd\+tag@vendor\.example/) });
  });
});
