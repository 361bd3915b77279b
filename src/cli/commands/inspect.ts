import type { Command } from 'commander';
import { runInspect } from '../../compose-inspect.js';
import { loadConfig } from '../../config/load.js';
import { EXIT, InterruptedError, type ExitCode } from '../../errors.js';
import { renderInspection } from '../../reports/inspect-terminal.js';
import { choosePaint } from '../../reports/style.js';
import type { Invocation } from '../command.js';
import { write, type Io } from '../io.js';
import { jsonText } from '../../domain/text.js';

interface Options {
  readonly json?: boolean;
  readonly roots?: string;
  readonly product?: string;
}

const HELP = `
Signatures are checked here, on any system: digest, signer, timestamp, nested signatures. Without --roots the answer is
"intact, signed by X, chain not anchored"; a bundle such as /etc/ssl/certs/ca-certificates.crt anchors many public signers.

Exit status: 0 whatever was found, 2 usage, 3 when a file could not be read.

Examples:
  absolve inspect setup.exe
  absolve inspect --roots our-root.pem --json dist/`;

/** Declares the options of `inspect`. */
export function declare(command: Command): void {
  command
    .argument('<file...>', 'files, directories or globs')
    .option('--json', 'print the result document')
    .option('--roots <pem>', 'certificates to trust, in one PEM file')
    .option('--product <name|file>', 'profile of the product that the files should be: a shipped name or a JSON file')
    .addHelpText('after', HELP);
}

/** Inspects and renders. What is found is no failure: only what could not be read changes the exit status. */
export async function run({ args, options: parsed }: Invocation, io: Io): Promise<ExitCode> {
  const options = parsed as Options;
  const config = await loadConfig(io.env, io.cwd);
  const { roots = config.roots, product = config.product } = options;
  const settings = { ...(roots !== undefined && { roots }), ...(product !== undefined && { product }) };
  try {
    const result = await runInspect(args, settings, {
      cwd: io.cwd,
      stdin: io.stdin,
      platform: io.platform,
      signal: io.signal,
      now: Date.now(),
    });
    const text = options.json
      ? jsonText(result)
      : renderInspection(result, { columns: io.columns, paint: choosePaint(io.env, io.isTty.stdout) });
    await write(io.stdout, text);
    return result.files.some(({ error }) => error !== undefined) ? EXIT.incomplete : EXIT.pass;
  } catch (error) {
    if (!io.signal.aborted) throw error;
    throw new InterruptedError('interrupted', { cause: error });
  }
}
