import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { loadConfig } from '../../config/load.js';
import type { Config } from '../../config/schema.js';
import { runCheck, systemClock, type CheckSettings } from '../../compose.js';
import type { CheckResult } from '../../domain/document.js';
import { FAIL_ON, type FailOn } from '../../domain/outcome.js';
import { DEFAULT_THRESHOLDS } from '../../domain/verdict.js';
import { InterruptedError, ReportError, UsageError, type ExitCode } from '../../errors.js';
import { RENDERERS } from '../../reports/index.js';
import { choosePaint } from '../../reports/style.js';
import { renderTerminal } from '../../reports/terminal.js';
import type { Invocation } from '../command.js';
import { createConsent } from '../consent.js';
import { resolvePath, write, type Io } from '../io.js';
import { declareLimits, limitSettings, type LimitOptions } from '../limit-options.js';
import { choiceOption, countOption, durationOption } from '../options.js';
import { createProgress } from '../progress.js';

interface Options extends LimitOptions {
  readonly upload?: boolean;
  readonly download: boolean;
  readonly rescan?: boolean;
  readonly wait: boolean;
  readonly maxAge?: number;
  readonly timeout?: number;
  readonly concurrency?: number;
  readonly failOn?: FailOn;
  readonly product?: string;
  readonly manifest?: readonly string[];
  readonly roots?: string;
  readonly json?: boolean;
  readonly output?: readonly Output[];
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

interface Output {
  readonly format: string;
  readonly path: string;
}

const HELP = `
A target is a file, a directory (executables, installers and packages in it are found by content), a glob, an http(s) URL,
a hash (md5, sha1, sha256), or "-" for one target a line on standard input.

Exit status: 0 pass, 1 policy failed, 2 usage or configuration, 3 incomplete, 4 VirusTotal refused the key,
5 file or store, 130 interrupted.

Examples:
  absolve check dist/                            look everything up, ask before uploading what is unknown
  absolve check --upload dist/*.msi https://example.com/setup.exe
  absolve check --json --no-upload 275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f`;

/** Declares the options of `check`. */
export function declare(command: Command): void {
  declareLimits(
    command
      .argument('<target...>', 'files, directories, globs, URLs, hashes, or -')
      .option('--upload', 'upload what VirusTotal does not know (publishes it to its partners)')
      .option('--no-upload', 'never upload, never ask')
      .option('--no-download', 'check URLs without the files behind them')
      .option('--rescan', 'have known artifacts analysed afresh')
      .option('--no-wait', 'submit and leave; a later run collects the answers')
      .option(
        '--max-age <duration>',
        'use answers of earlier runs up to this age (default: 1d)',
        durationOption('--max-age'),
      )
      .option('--timeout <duration>', 'longest time of this run', durationOption('--timeout')),
  )
    .option('--concurrency <n>', 'requests on the wire at once (default: 4)', countOption('--concurrency', 64))
    .option(
      '--fail-on <verdict>',
      `the mildest verdict that fails: ${FAIL_ON.join(', ')}`,
      choiceOption('--fail-on', FAIL_ON),
    )
    .option('--product <name|file>', 'product profile: a shipped name, or a JSON file (default: by file names)')
    .option(
      '--manifest <file>',
      'published hashes: checksum file, winget installer manifest or JSON; repeatable',
      (path: string, previous: readonly string[] = []) => [...previous, path],
    )
    .option('--roots <pem>', 'certificates to trust as roots of signatures, in one PEM file')
    .option('--json', 'print the result document')
    .option(
      '--output <format=file>',
      `write the result to a file: ${Object.keys(RENDERERS).join(', ')}; repeatable`,
      collectOutput,
    )
    .option('--quiet', 'no words on standard error')
    .option('--verbose', 'every step, and the causes of errors')
    .addHelpText('after', HELP);
}

/** Checks, renders, and gives the exit status of the document. */
export async function run({ args, options: parsed }: Invocation, io: Io): Promise<ExitCode> {
  const options = parsed as unknown as Options;
  const config = await loadConfig(io.env, io.cwd);
  const progress = await createProgress({
    io,
    clock: systemClock,
    quiet: options.quiet ?? false,
    verbose: options.verbose ?? false,
  });
  const policy = options.upload === undefined ? (config.upload ?? 'ask') : options.upload ? 'unknown' : 'never';
  try {
    const result = await runCheck(args, settingsFrom(options, config), {
      io,
      observer: progress,
      maySubmit: createConsent(policy, io, () => progress.stop()),
    });
    await progress.stop();
    await deliver(result, options, io);
    return result.exitCode as ExitCode;
  } catch (error) {
    await progress.stop();
    if (error instanceof InterruptedError || io.signal.aborted) {
      throw new InterruptedError('interrupted', {
        hint: 'everything so far is kept: run the same command again and it goes on, nothing is uploaded twice',
        cause: error,
      });
    }
    throw error;
  }
}

/** Flags win over the config file, which wins over the defaults. */
export function settingsFrom(options: Options, config: Config): CheckSettings {
  const timeoutMs = options.timeout ?? config.timeout;
  const product = options.product ?? config.product;
  const roots = options.roots ?? config.roots;
  return {
    download: options.download && (config.download ?? true),
    rescan: options.rescan ?? false,
    wait: options.wait,
    maxAgeMs: options.maxAge ?? config.maxAge ?? 86_400_000,
    ...(timeoutMs !== undefined && { timeoutMs }),
    limits: limitSettings(options, config),
    concurrency: options.concurrency ?? config.concurrency ?? 4,
    failOn: options.failOn ?? config.failOn ?? 'likely-false-positive',
    ignore: config.ignore ?? [],
    thresholds: config.thresholds ?? DEFAULT_THRESHOLDS,
    evidence: {
      ...(product !== undefined && { product }),
      manifests: options.manifest ?? [],
      ...(roots !== undefined && { roots }),
    },
  };
}

function collectOutput(text: string, previous: readonly Output[] = []): readonly Output[] {
  const [, format = '', path = ''] = /^([a-z0-9-]+)=(.+)$/.exec(text) ?? [];
  if (!Object.hasOwn(RENDERERS, format)) {
    throw new UsageError('CONFIG_USAGE', `--output got ${JSON.stringify(text)}; wanted <format>=<file>`, {
      hint: `formats: ${Object.keys(RENDERERS).join(', ')}`,
    });
  }
  return [...previous, { format, path }];
}

async function deliver(result: CheckResult, options: Options, io: Io): Promise<void> {
  for (const { format, path } of options.output ?? []) {
    const file = resolvePath(path, io);
    try {
      await writeFile(file, RENDERERS[format]?.(result) ?? '');
    } catch (error) {
      throw new ReportError('REPORT_UNWRITABLE', `cannot write ${file}`, {
        cause: error,
        hint: 'the check itself is done and kept: run again and it answers from the store',
      });
    }
  }
  const text = options.json
    ? (RENDERERS['json']?.(result) ?? '')
    : renderTerminal(result, { columns: io.columns, paint: choosePaint(io.env, io.isTty.stdout) });
  await write(io.stdout, text);
}
