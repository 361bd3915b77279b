import { visible } from '../domain/text.js';
import { EXIT, type ExitCode } from '../errors.js';
import { TOOL } from '../tool.js';
import { COMMANDS } from './commands/index.js';
import { write, type Io } from './io.js';
import { presentError } from './present-error.js';

/**
 * Runs one command line. Returns the exit status, never throws, never exits.
 *
 * @param argv arguments after the program's name
 */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    // Answered without loading the option parser: pipelines ask for the version often.
    if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
      await write(io.stdout, `${TOOL.version}\n`);
      return EXIT.pass;
    }
    return await dispatch(argv, io);
  } catch (error) {
    const { text, exitCode } = presentError(error, { verbose: argv.includes('--verbose'), env: io.env });
    await write(io.stderr, text);
    return exitCode;
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<ExitCode> {
  const { Command, CommanderError } = await import('commander');
  let exitCode: ExitCode = EXIT.pass;
  const output: Promise<void>[] = [];
  const program = new Command('absolve')
    .description(
      'Proves whether an antivirus detection on a software release is a false positive, and gets it withdrawn.',
    )
    .version(TOOL.version)
    .exitOverride()
    .showHelpAfterError('(absolve --help lists the commands, absolve <command> --help their options)')
    .configureOutput({
      writeOut: (text) => void output.push(write(io.stdout, text)),
      writeErr: (text) => void output.push(write(io.stderr, text)),
      // It repeats the command line. Indented further lines, so that no word of it begins one.
      outputError: (text, writeText) => writeText(`${text.trimEnd().split('\n').map(visible).join('\n  ')}\n`),
      getOutHelpWidth: () => io.columns,
      getErrHelpWidth: () => io.columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  const wanted = argv.find((word) => !word.startsWith('-'));
  const helpOf = wanted === 'help' ? argv[argv.indexOf('help') + 1] : wanted;
  for (const entry of COMMANDS) {
    const command = program.command(entry.name).summary(entry.summary).description(entry.summary);
    if (entry.name !== helpOf) continue;
    const module = await entry.load();
    module.declare(command);
    command.action(async () => {
      exitCode = await module.run({ args: command.args, options: command.opts() }, io);
    });
  }
  try {
    if (argv.length === 0) {
      program.outputHelp({ error: true });
      exitCode = EXIT.usage;
    } else {
      await program.parseAsync(argv, { from: 'user' });
    }
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // commander has already written its message; help and version asked for are no error.
    exitCode = error.exitCode === 0 ? EXIT.pass : EXIT.usage;
  } finally {
    await Promise.all(output);
  }
  return exitCode;
}
