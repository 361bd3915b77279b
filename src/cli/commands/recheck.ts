import type { Command } from 'commander';
import { systemClock } from '../../compose.js';
import { runRecheck, type RecheckSettings } from '../../compose-cases.js';
import { loadConfig } from '../../config/load.js';
import type { Config } from '../../config/schema.js';
import { DEFAULT_THRESHOLDS } from '../../domain/verdict.js';
import { InterruptedError, type ExitCode } from '../../errors.js';
import { renderRecheck } from '../../reports/recheck-terminal.js';
import { choosePaint } from '../../reports/style.js';
import type { Invocation } from '../command.js';
import { write, type Io } from '../io.js';
import { declareLimits, limitSettings, type LimitOptions } from '../limit-options.js';
import { countOption, durationOption } from '../options.js';
import { createProgress } from '../progress.js';
import { jsonText } from '../../domain/text.js';

interface Options extends LimitOptions {
  readonly minGap?: number;
  readonly timeout?: number;
  readonly concurrency?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** A scheduler that runs every night, a little earlier one day than the other, still asks every night. */
const DEFAULT_MIN_GAP_MS = 12 * 3_600_000;

const HELP = `
Every file and URL with an open or reported case is analysed anew, two requests each, the longest unasked first. The files need
not be here. Nothing is asked when there is no case, or when the newest analysis is younger than --min-gap: made for a scheduler,
and a run that was cut short is gone on with by the next.

Exit status: 1 something is flagged that was not, 0 nothing new, 3 nothing new but not everything could be asked,
2 usage or configuration, 4 VirusTotal refused the key, 5 file or store, 130 interrupted.

Examples:
  absolve recheck --timeout 30min
  absolve recheck --json --quiet`;

/** Declares the options of `recheck`. */
export function declare(command: Command): void {
  declareLimits(
    command
      .option(
        '--min-gap <duration>',
        'leave alone what was analysed less than this ago (default: 12h)',
        durationOption('--min-gap'),
      )
      .option('--timeout <duration>', 'longest time of this run', durationOption('--timeout')),
  )
    .option('--concurrency <n>', 'requests on the wire at once (default: 4)', countOption('--concurrency', 64))
    .option('--json', 'print what changed as JSON')
    .option('--quiet', 'no words on standard error')
    .option('--verbose', 'every step, and the causes of errors')
    .addHelpText('after', HELP);
}

/** Rechecks, renders what changed, and gives the exit status of it. */
export async function run({ options: parsed }: Invocation, io: Io): Promise<ExitCode> {
  const options = parsed as Options;
  const config = await loadConfig(io.env, io.cwd);
  const progress = await createProgress({
    io,
    clock: systemClock,
    quiet: options.quiet ?? false,
    verbose: options.verbose ?? false,
  });
  try {
    const result = await runRecheck(settingsFrom(options, config), { io, observer: progress });
    await progress.stop();
    const text = options.json
      ? jsonText(result)
      : renderRecheck(result, { columns: io.columns, paint: choosePaint(io.env, io.isTty.stdout) });
    await write(io.stdout, text);
    return result.exitCode as ExitCode;
  } catch (error) {
    await progress.stop();
    if (!(error instanceof InterruptedError || io.signal.aborted)) throw error;
    throw new InterruptedError('interrupted', {
      hint: 'everything so far is kept: run the same command again and it goes on, nothing is asked twice',
      cause: error,
    });
  }
}

/** Flags win over the config file, which wins over the defaults. */
function settingsFrom(options: Options, config: Config): RecheckSettings {
  const timeoutMs = options.timeout ?? config.timeout;
  return {
    minGapMs: options.minGap ?? DEFAULT_MIN_GAP_MS,
    ...(timeoutMs !== undefined && { timeoutMs }),
    limits: limitSettings(options, config),
    concurrency: options.concurrency ?? config.concurrency ?? 4,
    ignore: config.ignore ?? [],
    thresholds: config.thresholds ?? DEFAULT_THRESHOLDS,
  };
}
