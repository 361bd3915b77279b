import { join } from 'node:path';
import type { Command } from 'commander';
import { openPage } from '../../browser/open-page.js';
import { runReport, type ReportSettings } from '../../compose-report.js';
import { followForSending, readCases } from '../../compose-send.js';
import { loadConfig } from '../../config/load.js';
import type { Config } from '../../config/schema.js';
import { readMailSettings, type MailSettings } from '../../config/smtp.js';
import type { Case } from '../../domain/case.js';
import type { Delivery } from '../../domain/delivery.js';
import type { CheckResult } from '../../domain/document.js';
import { jsonText, visible } from '../../domain/text.js';
import { EXIT, InterruptedError, UsageError, type ExitCode } from '../../errors.js';
import { choosePaint } from '../../reports/style.js';
import { noteDeliveries, type WrittenFolder } from '../../report-folder/write-folder.js';
import type { Language, ReportPlan } from '../../vendor-reports/plan-types.js';
import { toReportDocument } from '../../vendor-reports/report-document.js';
import { renderReportRun } from '../../vendor-reports/report-terminal.js';
import { noteWords } from '../../vendor-reports/words.js';
import type { Invocation } from '../command.js';
import { resolvePath, write, type Io } from '../io.js';
import { choiceOption } from '../options.js';
import { findVendors, readPublisher, readResult } from '../report-input.js';
import { requireConsent, sendWritten } from '../send-reports.js';
import { openDirectory } from './vendors.js';

interface Options {
  readonly from?: string;
  readonly out: string;
  readonly product?: string;
  readonly lang: Language;
  readonly vendor?: readonly string[];
  readonly vendors?: string;
  readonly templates?: string;
  readonly force?: boolean;
  readonly samples: boolean;
  readonly send?: boolean;
  readonly yes?: boolean;
  readonly open?: boolean;
  readonly json?: boolean;
}

const HELP = `
The folder holds index.html (start there), report.json, and for each vendor a draft (message.eml), a form sheet (form.html,
form.md) and the samples, zipped as the vendor asks. Drafts that you edited are never overwritten.

Nothing is sent without --send. With it, the drafts to vendors that take e-mail go out as they lie in the folder, through the
mail server of the config, after one list and one question (--yes in scripts). Never twice for the same case; a vendor that runs
another's engine waits for that one unless --vendor names it. Forms are yours to fill: --open shows the page that leads to them.

Exit status: 0 written (and sent), or nothing to report; 2 usage, config, profile, vendor file or template; 5 when the folder cannot
be written or something could not be sent; 130 interrupted.

Examples:
  absolve report                                      for what the last check found
  absolve report --from result.json --out fp --product mailstore
  absolve check --json dist/ | absolve report --from - --vendor bitdefender
  absolve report --send`;

/** Declares the options of `report`. */
export function declare(command: Command): void {
  command
    .option('--from <file>', 'a result document of "check --json", - for standard input (default: the last check)')
    .option('--out <dir>', 'folder to write to', 'absolve-report')
    .option(
      '--product <name|file>',
      'product profile: a shipped name, or a JSON file (default: as in the check, or by file names)',
    )
    .option('--lang <language>', 'language of the messages: en, de', choiceOption('--lang', ['en', 'de']), 'en')
    .option('--vendor <name...>', 'only to these vendors; engine, older name or company')
    .option('--vendors <file>', 'your own entries, laid over the vendor directory')
    .option('--templates <dir>', 'your own templates: <dir>/<language>/[<vendor>/]message.txt, …')
    .option('--force', 'also for artifacts that are not a likely false positive')
    .option('--no-samples', 'make no archives of the files')
    .option('--send', 'send the e-mail drafts, once you agree to the list of them')
    .option('--yes', 'with --send: agreed')
    .option('--open', 'open index.html in the browser')
    .option('--json', 'print report.json')
    .addHelpText('after', HELP);
}

/** Plans, writes, sends what it was told to, says what to do next. */
export async function run({ options: parsed }: Invocation, io: Io): Promise<ExitCode> {
  const options = parsed as unknown as Options;
  const config = await loadConfig(io.env, io.cwd);
  const mail = await readMail(options, config, io);
  const document = await readResult(options.from, io);
  const settings = await toSettings(options, config, document, io);
  try {
    const cases = await casesFor(document, options, io);
    const { plan, written } = await runReport(
      document,
      { ...settings, cases, onlyDue: mail !== undefined },
      { cwd: io.cwd, now: Date.now(), signal: io.signal },
    );
    if (written === null) return await sayNothing(plan, options, io);
    const named = settings.vendors ?? [];
    const sending = mail && (await sendWritten({ ...options, out: settings.out, written, named, mail }, io));
    const deliveries = sending?.deliveries ?? [];
    const report = sending ? await noteDeliveries(plan, settings.out, written, deliveries) : written.document;
    await say(plan, { ...written, document: report }, deliveries, options, io);
    if (sending?.failure !== undefined) throw sending.failure;
    return EXIT.pass;
  } catch (error) {
    if (!io.signal.aborted || error instanceof InterruptedError) throw error;
    throw new InterruptedError('interrupted', { cause: error, hint: 'run it again: what you edited is kept' });
  }
}

/** Flags win over the config file, which wins over the defaults. */
async function toSettings(
  options: Options,
  config: Config,
  document: CheckResult,
  io: Io,
): Promise<Omit<ReportSettings, 'cases' | 'onlyDue'>> {
  const directory = await openDirectory(options.vendors, io);
  return {
    language: options.lang,
    publisher: await readPublisher(options.product ?? config.product, document, io),
    directory,
    force: options.force ?? false,
    samples: options.samples,
    out: resolvePath(options.out, io),
    ...(config.smtp?.from !== undefined && { from: config.smtp.from }),
    ...(options.vendor !== undefined && { vendors: findVendors(options.vendor, directory) }),
    ...(options.templates !== undefined && { templates: resolvePath(options.templates, io) }),
  };
}

/** There is nothing to write, or with `--send` nothing left to send: the notes say why. */
async function sayNothing(plan: ReportPlan, { json }: Options, io: Io): Promise<ExitCode> {
  const isLeft = plan.notes.some(({ code }) => code !== 'left-out');
  const title = isLeft ? 'nothing left to send' : 'nothing to report: no artifact is a likely false positive';
  await write(io.stderr, `${[title, ...plan.notes.map(noteWords)].join('\n  ')}\n`);
  if (json) await write(io.stdout, jsonText(toReportDocument(plan, () => ({ samples: [] }))));
  return EXIT.pass;
}

async function say(
  plan: ReportPlan,
  { document, notes }: WrittenFolder,
  deliveries: readonly Delivery[],
  { json, open, out }: Options,
  io: Io,
): Promise<void> {
  const index = join(out, 'index.html');
  const paint = choosePaint(io.env, io.isTty.stdout);
  const text = json
    ? jsonText(document)
    : renderReportRun(plan, { columns: io.columns, paint, index, notes, deliveries });
  await write(io.stdout, text);
  if (open && !(await openPage(resolvePath(index, io)))) {
    await write(io.stderr, `no browser could be started here: open ${visible(index)} yourself\n`);
  }
}

/** The mail server, when something is to be sent. Asked for first: a mistake there must not cost a folder. */
async function readMail(options: Options, config: Config, io: Io): Promise<MailSettings | undefined> {
  if (!options.send) {
    if (!options.yes) return undefined;
    throw new UsageError('CONFIG_USAGE', '--yes agrees to what --send asks, and there is no --send');
  }
  if (options.force) {
    throw new UsageError('CONFIG_USAGE', '--send does not go with --force', {
      hint: 'what is not a likely false positive is for a person to vouch for: write it with --force, and send the drafts yourself',
    });
  }
  const mail = await readMailSettings(config, io.env, io.cwd);
  requireConsent(options.yes ?? false, io);
  return mail;
}

/**
 * What is followed: all of it for sending, where cases are opened that are not there yet; for the last check what is known; nothing for
 * a document from elsewhere, which needs no store.
 */
async function casesFor(document: CheckResult, { send, from }: Options, io: Io): Promise<readonly Case[]> {
  if (!send && from !== undefined) return [];
  return send ? followForSending(document, io) : readCases(io);
}
