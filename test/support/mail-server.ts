import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { onTestFinished } from 'vitest';
import type { MailServer } from '../../src/domain/mail-server.js';

/**
 * What the server does with the next message, whoever it is from.
 *
 * - a number: it answers that to the recipient, as a refusal (5xx) or for later (4xx, greylisting)
 * - `refuse-content`: it refuses after having read it
 * - `cut-early`: the connection ends while the content is on its way
 * - `cut-late`: the connection ends after the content, without an answer
 * - `silent`: no answer ever comes
 */
export type ServerMood = 'take' | 'refuse-content' | 'cut-early' | 'cut-late' | 'silent' | number;

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** As it was on the wire, dots unstuffed. */
  readonly content: Buffer;
  readonly isEncrypted: boolean;
  readonly user: string | undefined;
}

export interface TestMailServer {
  /** How to reach it, login and authority included. */
  readonly settings: MailServer;
  /** Everything it took. */
  readonly received: readonly ReceivedMail[];
  /** Resolves when the content of a message is complete, answered or not. */
  readonly content: () => Promise<void>;
  /** Connections so far. */
  readonly connections: () => number;
  /** What it does with the next messages, in order; after those it takes everything. */
  moods(...moods: readonly ServerMood[]): void;
}

export const MAIL_USER = 'release@example.com';
export const MAIL_PASSWORD = 'correct horse battery staple';

export interface MailServerOptions {
  /** Default: `tls`. `plain`: a server that offers no encryption at all. */
  readonly security?: 'tls' | 'starttls' | 'plain';
}

let certificate: { readonly key: string; readonly cert: string } | undefined;

/** For `localhost`, signed by itself: nobody trusts it who was not told to. Made once, by OpenSSL. */
function serverCertificate(): { readonly key: string; readonly cert: string } {
  if (certificate !== undefined) return certificate;
  const folder = mkdtempSync(join(tmpdir(), 'absolve-mail-'));
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name)) as [string, string];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', '-nodes', '-newkey', 'rsa:2048', '-keyout', key, '-out', cert, ...subject], {
    stdio: 'ignore',
  });
  certificate = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true });
  return certificate;
}

/** A real SMTP server on loopback, ended with the test. */
export async function startMailServer({ security = 'tls' }: MailServerOptions = {}): Promise<TestMailServer> {
  const received: ReceivedMail[] = [];
  const waiting: ServerMood[] = [];
  let onContent = (): void => {};
  const sockets = new Set<Socket>();
  let connections = 0;
  let mood: ServerMood = 'take';
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const fail = (code: number, words: string): Error => Object.assign(new Error(words), { responseCode: code });
  const { key, cert } = serverCertificate();
  const server = new SMTPServer({
    secure: security === 'tls',
    ...(security === 'plain' ? { disabledCommands: ['STARTTLS'], allowInsecureAuth: true } : { key, cert }),
    logger: false,
    closeTimeout: 50,
    onAuth({ username, password }, _session, done) {
      if (username === MAIL_USER && password === MAIL_PASSWORD) done(null, { user: username });
      // Some servers repeat what they were told.
      else done(fail(535, `no such login: ${username ?? ''} ${password ?? ''}`));
    },
    onMailFrom(_address, _session, done) {
      mood = waiting.shift() ?? 'take';
      done();
    },
    onRcptTo({ address }, _session, done) {
      if (typeof mood !== 'number') return done();
      return done(fail(mood, mood < 500 ? `${address}: greylisted, come back later` : `${address}: no such mailbox`));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (mood === 'cut-early') cut();
      });
      stream.on('end', () => {
        onContent();
        if (mood === 'cut-late') cut();
        else if (mood === 'refuse-content') done(fail(554, 'content looks like malware'));
        else if (mood === 'take') {
          const { mailFrom, rcptTo } = session.envelope;
          received.push({
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            content: Buffer.concat(chunks),
            isEncrypted: session.secure,
            user: session.user as string | undefined,
          });
          done(null, 'queued as 4711');
        }
      });
    },
  });
  // A cut connection is an error to the server as well.
  server.on('error', () => {});
  server.server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      // Not by cutting: a socket that is taken away from under a failing handshake brings Node 20 down.
      new Promise<void>((resolve) => void server.close(() => resolve())),
  );
  const { port } = server.server.address() as AddressInfo;
  return {
    settings: {
      host: 'localhost',
      port,
      security: security === 'plain' ? 'none' : security,
      login: { user: MAIL_USER, password: MAIL_PASSWORD },
      ca: cert,
    },
    received,
    content: () =>
      new Promise((resolve) => {
        onContent = resolve;
      }),
    connections: () => connections,
    moods: (...moods) => void waiting.push(...moods),
  };
}
