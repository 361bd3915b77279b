import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { MailServer } from '../domain/mail-server.js';
import type { Rate } from '../domain/rate.js';
import { UsageError } from '../errors.js';
import type { Config } from './schema.js';
import { SMTP_PASSWORD_VARIABLE } from './secrets.js';

type Env = Readonly<Record<string, string | undefined>>;

/** The mail server, and how messages go to it. */
export interface MailSettings {
  readonly server: MailServer;
  readonly rate: Rate;
}

const PORTS = { tls: 465, starttls: 587, none: 25 } as const;

/** Slow enough for the limits that providers set for one sender, and for vendors that share a mailbox. */
const DEFAULT_RATE: Rate = { requests: 6, windowMs: 60_000 };

/**
 * The mail server from the config, with the login from the environment: `ABSOLVE_SMTP_USER` wins over the config, the password
 * is `ABSOLVE_SMTP_PASSWORD` or in the file that `ABSOLVE_SMTP_PASSWORD_FILE` names.
 *
 * @throws UsageError `CONFIG_INVALID` when there is no server, a user without password, or a file that cannot be read
 */
export async function readMailSettings({ smtp }: Config, env: Env, cwd: string): Promise<MailSettings> {
  if (smtp === undefined) {
    throw new UsageError('CONFIG_INVALID', 'no mail server is configured', {
      hint: 'add "smtp": { "host": "…", "user": "…" } to absolve.config.jsonc; without --send nothing needs it',
    });
  }
  const { host, security, ca, rate } = smtp;
  const user = env['ABSOLVE_SMTP_USER'] || smtp.user;
  const login = user === undefined ? undefined : { user, password: await readPassword(env, cwd) };
  return {
    server: {
      host,
      port: smtp.port ?? PORTS[security],
      security,
      ...(login !== undefined && { login }),
      ...(ca !== undefined && { ca: await readNamed(ca, cwd, 'smtp.ca names a file that cannot be read') }),
    },
    rate: rate ?? DEFAULT_RATE,
  };
}

async function readPassword(env: Env, cwd: string): Promise<string> {
  const given = env[SMTP_PASSWORD_VARIABLE];
  if (given) return given;
  const file = env[`${SMTP_PASSWORD_VARIABLE}_FILE`];
  if (file) {
    const text = await readNamed(file, cwd, `cannot read the file that ${SMTP_PASSWORD_VARIABLE}_FILE names`);
    return text.replace(/\r?\n$/, '');
  }
  throw new UsageError('CONFIG_INVALID', 'the mail server wants a login, and no password is set', {
    hint: `set ${SMTP_PASSWORD_VARIABLE}, or ${SMTP_PASSWORD_VARIABLE}_FILE to the path of a file that holds it`,
  });
}

async function readNamed(path: string, cwd: string, problem: string): Promise<string> {
  try {
    return await readFile(resolve(cwd, path), 'utf8');
  } catch (error) {
    throw new UsageError('CONFIG_INVALID', `${problem}: ${path}`, { cause: error });
  }
}
