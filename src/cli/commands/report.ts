import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import { openPage } from '../../browser/open-page.js';
import { runReport } from '../../compose-report.js';
import { followForSending, readCases } from '../../compose-send.js';
import { findProfileFor, loadProfile, loadShippedProfiles } from '../../config/load-profile.js';
import { loadConfig } from '../../config/load.js';
import type { Config } from '../../config/schema.js';
import { readMailSettings, type MailSettings } from '../../config/smtp.js';
import type { Case } from '../../domain/case.js';
import type { CheckResult } from '../../domain/document.js';
import { jsonText, visible } from '../../domain/text.js';
import { EXIT, InterruptedError, UsageError, type ExitCode } from '../../errors.js';
import { choosePaint } from '../../reports/style.js';
import { parseResult } from '../../report-folder/read-result.js';
import { noteDeliveries } from '../../report-folder/write-folder.js';
import type { Language } from '../../vendor-reports/plan-types.js';
import { NO_PUBLISHER, toPublisherFacts, type PublisherFacts } from '../../vendor-reports/publisher.js';
import { toReportDocument } from '../../vendor-reports/report-document.js';
import { renderReportRun } from '../../vendor-reports/report-terminal.js';
import { noteWords } from '../../vendor-reports/words.js';
import type { VendorDirectory } from '../../vendors/directory.js';
import { searchEngines } from '../../vendors/search.js';
import type { Invocation } from '../command.js';
import { write, type Io } from '../io.js';
import { choiceOption } from '../options.js';
import { loadLastResult } from '../last-result.js';
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
  const [directory, document] = await Promise.all([openDirectory(options.vendors, io), readResult(options.from, io)]);
  const out = resolve(options.out, io);
  const named = options.vendor === undefined ? undefined : findVendors(options.vendor, directory);
  try {
    const cases = await casesFor(document, options, io);
    const { plan, written } = await runReport(
      document,
      {
        language: options.lang,
        publisher: await readPublisher(options.product ?? config.product, document, io),
        directory,
        force: options.force ?? false,
        samples: options.samples,
        out,
        cases,
        onlyDue: mail !== undefined,
        ...(config.smtp?.from !== undefined && { from: config.smtp.from }),
        ...(named !== undefined && { vendors: named }),
        ...(options.templates !== undefined && { templates: resolve(options.templates, io) }),
      },
      { cwd: io.cwd, now: Date.now(), signal: io.signal },
    );
    if (written === null) {
      // With --send, what is no longer due was left out as well, and the notes say why.
      const isLeft = plan.notes.some(({ code }) => code !== 'left-out');
      const title = isLeft ? 'nothing left to send' : 'nothing to report: no artifact is a likely false positive';
      const words = [title, ...plan.notes.map(noteWords)];
      await write(io.stderr, `${words.join('\n  ')}\n`);
      if (options.json) await write(io.stdout, jsonText(toReportDocument(plan, () => ({ samples: [] }))));
      return EXIT.pass;
    }
    const sending =
      mail &&
      (await sendWritten(
        { out, shownOut: options.out, written, named: named ?? [], mail, yes: options.yes ?? false },
        io,
      ));
    const report = sending ? await noteDeliveries(plan, out, written, sending.deliveries) : written.document;
    const index = join(options.out, 'index.html');
    if (options.json) await write(io.stdout, jsonText(report));
    else {
      const paint = choosePaint(io.env, io.isTty.stdout);
      const told = { ...(sending && { deliveries: sending.deliveries }), notes: written.notes };
      await write(io.stdout, renderReportRun(plan, { columns: io.columns, paint, index, ...told }));
    }
    if (options.open && !(await openPage(join(out, 'index.html')))) {
      await write(io.stderr, `no browser could be started here: open ${visible(index)} yourself\n`);
    }
    if (sending?.failure !== undefined) throw sending.failure;
    return EXIT.pass;
  } catch (error) {
    if (!io.signal.aborted || error instanceof InterruptedError) throw error;
    throw new InterruptedError('interrupted', { cause: error, hint: 'run it again: what you edited is kept' });
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

async function readResult(from: string | undefined, io: Io): Promise<CheckResult> {
  if (from === undefined) return loadLastResult(io);
  if (from === '-') return parseResult(await readAll(io.stdin), 'standard input');
  let json: string;
  try {
    json = await readFile(resolve(from, io), 'utf8');
  } catch (error) {
    throw new UsageError('CONFIG_USAGE', `cannot read ${visible(from)}`, { cause: error });
  }
  return parseResult(json, from);
}

/** The profile that is chosen, else a shipped one that the check used or file names speak for. */
async function readPublisher(chosen: string | undefined, document: CheckResult, io: Io): Promise<PublisherFacts> {
  if (chosen !== undefined) return toPublisherFacts(await loadProfile(chosen, io.cwd));
  const shipped = (await loadShippedProfiles()).find(({ name }) => name === document.product);
  const profile = shipped ?? (await findProfileFor(document.artifacts.map(({ name }) => name)));
  return profile === undefined ? NO_PUBLISHER : toPublisherFacts(profile);
}

/** Vendors by whatever name; a name that means several means all of them. */
function findVendors(names: readonly string[], directory: VendorDirectory): readonly string[] {
  return names.flatMap((name) => {
    const matches = searchEngines(directory, name).filter(({ kind }) => kind !== 'similar');
    const best = matches.filter(({ rank }) => rank < 1);
    const vendors = new Set(
      (best.length > 0 ? best : matches).map(({ entry }) => directory.currentOf(entry.engine)?.vendor),
    );
    if (vendors.size === 0) {
      throw new UsageError('CONFIG_USAGE', `--vendor: nobody is called ${JSON.stringify(name)}`, {
        hint: `absolve vendors ${JSON.stringify(name)} shows similar names`,
      });
    }
    return [...vendors].filter((vendor) => vendor !== undefined);
  });
}

function resolve(path: string, io: Io): string {
  return isAbsolute(path) ? path : join(io.cwd, path);
}
