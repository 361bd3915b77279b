import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { CONFIG_NAME } from '../../config/load.js';
import { loadProfile, parseProfile } from '../../config/load-profile.js';
import { slugOf, starterConfig, starterProfile, type StarterAnswers } from '../../config/starter.js';
import type { ProductProfile } from '../../domain/profile.js';
import { EXIT, InterruptedError, ReportError, UsageError, type ExitCode } from '../../errors.js';
import { packageFile } from '../../package-files.js';
import type { Invocation } from '../command.js';
import { write, type Io } from '../io.js';

const HELP = `
Asks for what nobody but the publisher knows and writes it down: ${CONFIG_NAME} with a comment on each setting, and a
product profile beside it. Answers come from a terminal or, one a line, from standard input. Nothing is overwritten.

Examples:
  absolve init                        describe your own product
  absolve init --product mailstore    start from what is known of MailStore; asks for signer and contact`;

/** Declares the options of `init`. */
export function declare(command: Command): void {
  command.option('--product <name>', 'start from a shipped product profile').addHelpText('after', HELP);
}

/** Asks, checks the answers as any profile is checked, and writes both files or none. */
export async function run({ options }: Invocation, io: Io): Promise<ExitCode> {
  const shippedName = options['product'] as string | undefined;
  const shipped = shippedName === undefined ? undefined : await loadProfile(shippedName, io.cwd);
  const configPath = join(io.cwd, CONFIG_NAME);
  await refuseExisting(configPath);
  const answers = await ask(io, shipped);
  const profileName = `${slugOf(answers.product)}.profile.json`;
  const profilePath = join(io.cwd, profileName);
  await refuseExisting(profilePath);
  const source =
    shippedName === undefined
      ? {}
      : (JSON.parse(await readFile(packageFile(`data/products/${shippedName}.json`), 'utf8')) as object);
  const profile = starterProfile(answers, source);
  parseProfile(JSON.parse(profile), 'your answers', io.cwd);
  await writeNew(profilePath, profile);
  await writeNew(configPath, starterConfig(`./${profileName}`));
  await write(io.stdout, `${CONFIG_NAME}\n${profileName}\n`);
  await write(io.stderr, 'next: set VT_API_KEY, then: absolve check <your release folder>\n');
  return EXIT.pass;
}

interface Question {
  readonly text: string;
  readonly isNeeded: boolean;
}

async function ask(io: Io, shipped: ProductProfile | undefined): Promise<StarterAnswers> {
  const terminal = createInterface({ input: io.stdin, signal: io.signal });
  const lines = terminal[Symbol.asyncIterator]();
  const answer = async ({ text, isNeeded }: Question): Promise<string> => {
    await write(io.stderr, `${text}: `);
    const { value, done } = await lines.next();
    if (io.signal.aborted) throw new InterruptedError('interrupted; nothing was written');
    const given = done === true ? '' : String(value).trim();
    if (given === '' && isNeeded) {
      throw new UsageError('CONFIG_USAGE', `an answer is needed: ${text}`, { hint: 'nothing was written' });
    }
    return given;
  };
  const list = async (question: Question): Promise<string[]> =>
    (await answer(question))
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  try {
    const known =
      shipped ??
      ({
        product: await answer({ text: 'Product name', isNeeded: true }),
        publisher: await answer({ text: 'Publisher, its legal name', isNeeded: true }),
      } as const);
    const files =
      shipped === undefined
        ? await list({ text: 'File names, * for what changes, comma between', isNeeded: true })
        : [];
    const signers = await list({
      text: 'Organisation in the signing certificate, exactly as it stands there (empty: not signed)',
      isNeeded: false,
    });
    const hosts =
      shipped === undefined ? await list({ text: 'Hosts it is downloaded from, comma between', isNeeded: false }) : [];
    const contactEmail = await answer({ text: 'Mail address that antivirus vendors may write to', isNeeded: false });
    return { product: known.product, publisher: known.publisher, files, signers, hosts, contactEmail };
  } finally {
    terminal.close();
  }
}

async function refuseExisting(path: string): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (exists) {
    throw new ReportError('REPORT_EXISTS', `${path} is there already`, {
      hint: 'edit it, or move it away and run again',
    });
  }
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    throw new ReportError('REPORT_UNWRITABLE', `cannot write ${path}`, { cause: error });
  }
}
