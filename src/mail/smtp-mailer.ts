import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';
import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';
import type { MailServer } from '../domain/mail-server.js';
import { mask } from '../domain/secret.js';
import { visibleWithin } from '../domain/text.js';
import { ReportError } from '../errors.js';
import type { Mailer, MailOutcome, OutgoingMail } from '../ports.js';

const CONNECT_MS = 30_000;
/** RFC 5321 grants a server ten minutes after the message; those that scan attachments meanwhile take one or two. */
const ANSWER_MS = 300_000;
/** How long a person who interrupts waits for the answer to a message that is complete. */
const LAST_ANSWER_MS = 5000;
const MAX_WORDS = 300;

/** What the library adds to its errors; declared here because only these members are relied on. */
interface SmtpFailure {
  readonly code?: string;
  readonly responseCode?: number;
  readonly response?: string;
  readonly message: string;
}

/**
 * Sends over SMTP, one connection a message: vendors are few, and a connection that broke must not take the next message with
 * it. The server's certificate is always checked, and nothing is said in the clear but to this machine itself.
 */
export function createSmtpMailer(
  server: MailServer,
  { lastAnswerMs = LAST_ANSWER_MS }: { readonly lastAnswerMs?: number } = {},
): Mailer {
  return {
    async send(mail, { signal }) {
      signal.throwIfAborted();
      const connection = new SMTPConnection(toOptions(server));
      // Failures come by callback; without a listener the same ones would end the process.
      connection.on('error', () => {});
      try {
        await open(connection, server, signal);
        const outcome = await transfer(connection, mail, { words: createWords(server), signal, lastAnswerMs });
        connection.quit();
        return outcome;
      } finally {
        // After a "quit" this flushes it; otherwise nothing more is to be said.
        connection.close();
      }
    },
  };
}

function toOptions({ host, port, security, ca }: MailServer): SMTPConnectionOptions {
  return {
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: {
      minVersion: 'TLSv1.2',
      ...(isIP(host) === 0 && { servername: host }),
      ...(ca !== undefined && { ca: [...rootCertificates, ca] }),
    },
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    dnsTimeout: CONNECT_MS,
    socketTimeout: ANSWER_MS,
  };
}

/** @throws ReportError `REPORT_SEND`: what fails here fails for every message */
async function open(connection: SMTPConnection, server: MailServer, signal: AbortSignal): Promise<void> {
  const { login } = server;
  const step = (start: (done: (error?: Error | null) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      const abort = (): void => reject(signal.reason as Error);
      const done = (error?: Error | null): void => {
        signal.removeEventListener('abort', abort);
        if (error) reject(error);
        else resolve();
      };
      signal.addEventListener('abort', abort, { once: true });
      connection.once('error', done);
      start(done);
    });
  try {
    await step((done) => connection.connect(done));
    if (login === undefined) return;
    await step((done) => connection.login({ user: login.user, pass: login.password }, done));
  } catch (error) {
    signal.throwIfAborted();
    const failure = error as SmtpFailure;
    const said = createWords(server)(failure.response ?? failure.message);
    throw failure.code === 'EAUTH' ? toAuthError(said) : toConnectionError(failure, said, server);
  }
}

async function transfer(
  connection: SMTPConnection,
  mail: OutgoingMail,
  {
    words,
    signal,
    lastAnswerMs,
  }: { readonly words: (text: string) => string; readonly signal: AbortSignal; readonly lastAnswerMs: number },
): Promise<MailOutcome> {
  const content = mail.open();
  let isHandedOver = false;
  content.once('end', () => {
    isHandedOver = true;
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let abort = (): void => {};
  try {
    return await new Promise<MailOutcome>((resolve) => {
      // What is half sent is dropped by every server; what is fully sent may still get its answer.
      abort = () => {
        if (!isHandedOver) content.destroy(new Error('interrupted'));
        else
          timer = setTimeout(() => resolve({ kind: 'unclear', reason: 'interrupted before the answer' }), lastAnswerMs);
      };
      signal.addEventListener('abort', abort, { once: true });
      connection.send({ from: mail.from, to: [...mail.to], use8BitMime: true }, content, (error, info) => {
        const failure = error as SmtpFailure | null;
        resolve(
          failure === null
            ? { kind: 'accepted', response: words(acceptedWords(info)) }
            : judgeFailure(failure, words(failure.response ?? failure.message), isHandedOver),
        );
      });
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    content.destroy();
  }
}

/** Taken for some recipients at least: nothing is sent again for a copy that was refused, but it is said. */
function acceptedWords({ response = '', rejected = [] }: { response?: string; rejected?: readonly string[] }): string {
  return `${response}${rejected.length === 0 ? '' : `; not for ${rejected.join(', ')}`}`;
}

function judgeFailure({ code, responseCode }: SmtpFailure, said: string, isHandedOver: boolean): MailOutcome {
  // 4yz is "try again later" (RFC 5321, 4.2.1): greylisting, a full mailbox, a server that is about to stop.
  if (responseCode !== undefined && responseCode >= 400 && responseCode < 500)
    return { kind: 'deferred', response: said };
  if (responseCode !== undefined && responseCode >= 500) return { kind: 'refused', response: said };
  if (code === 'EENVELOPE' || code === 'EMESSAGE') return { kind: 'refused', response: said };
  // Nobody knows what a server did with a message that was complete when the connection ended.
  return isHandedOver ? { kind: 'unclear', reason: said } : { kind: 'deferred', response: said };
}

function toAuthError(said: string): ReportError {
  return new ReportError('REPORT_SEND', `the mail server refused the login: ${said}`, {
    hint: 'check smtp.user and ABSOLVE_SMTP_PASSWORD; many providers want a password made for the application',
  });
}

function toConnectionError(
  { code, message }: SmtpFailure,
  said: string,
  { host, port, security }: MailServer,
): ReportError {
  const isTls = code === 'ETLS' || /certificate|self-signed|ssl|tls|wrong version/i.test(message);
  const other = security === 'tls' ? '"starttls" (mostly port 587)' : '"tls" (mostly port 465)';
  return new ReportError('REPORT_SEND', `no connection to the mail server ${host}:${port}: ${said}`, {
    hint: isTls
      ? `check smtp.host; the server may want ${other} as smtp.security; smtp.ca names a private authority's certificate`
      : 'check smtp.host and smtp.port, and the network',
  });
}

/** What a server said, on one line: hostile text, that may also hold what it was told of the login. */
function createWords({ login }: MailServer): (text: string) => string {
  const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
  const secrets =
    login === undefined ? [] : [base64(`\0${login.user}\0${login.password}`), base64(login.password), login.password];
  return (text) => visibleWithin(mask(text, secrets, '[password]').replace(/\s+/g, ' ').trim(), MAX_WORDS);
}
