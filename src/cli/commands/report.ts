import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import { runReport } from '../../compose-report.js';
import { findProfileFor, loadProfile, loadShippedProfiles } from '../../config/load-profile.js';
import { loadConfig } from '../../config/load.js';
import type { CheckResult } from '../../domain/document.js';
import { jsonText, visible } from '../../domain/text.js';
import { EXIT, InterruptedError, UsageError, type ExitCode } from '../../errors.js';
import { choosePaint } from '../../reports/style.js';
import { parseResult } from '../../report-folder/read-result.js';
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
  readonly json?: boolean;
}

const HELP = `
Nothing is sent. The folder holds index.html (start there), report.json, and for each vendor a draft (message.eml), a form
sheet (form.html, form.md) and the samples, zipped as the vendor asks. Drafts that you edited are never overwritten.

Exit status: 0 written, or nothing to report; 2 usage, profile, vendor file or template; 5 when the folder cannot be written.

Examples:
  absolve report                                      for what the last check found
  absolve report --from result.json --out fp --product mailstore
  absolve check --json dist/ | absolve report --from - --vendor bitdefender`;

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
    .option('--json', 'print report.json')
    .addHelpText('after', HELP);
}

/** Plans, writes, says what to do next. */
export async function run({ options: parsed }: Invocation, io: Io): Promise<ExitCode> {
  const options = parsed as unknown as Options;
  const [directory, document] = await Promise.all([openDirectory(options.vendors, io), readResult(options.from, io)]);
  const out = resolve(options.out, io);
  try {
    const { plan, written } = await runReport(
      document,
      {
        language: options.lang,
        publisher: await readPublisher(options.product, document, io),
        directory,
        force: options.force ?? false,
        samples: options.samples,
        out,
        ...(options.vendor !== undefined && { vendors: findVendors(options.vendor, directory) }),
        ...(options.templates !== undefined && { templates: resolve(options.templates, io) }),
      },
      { cwd: io.cwd, now: Date.now(), signal: io.signal },
    );
    if (written === null) {
      const words = ['nothing to report: no artifact is a likely false positive', ...plan.notes.map(noteWords)];
      await write(io.stderr, `${words.join('\n  ')}\n`);
    }
    if (options.json) {
      const report = written?.document ?? toReportDocument(plan, () => ({ samples: [] }));
      await write(io.stdout, jsonText(report));
    } else if (written !== null) {
      const index = join(options.out, 'index.html');
      const paint = choosePaint(io.env, io.isTty.stdout);
      await write(io.stdout, renderReportRun(plan, { columns: io.columns, paint, index, notes: written.notes }));
    }
    return EXIT.pass;
  } catch (error) {
    if (!io.signal.aborted) throw error;
    throw new InterruptedError('interrupted', { cause: error, hint: 'run it again: what you edited is kept' });
  }
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

/** The profile that is named, else the config's, else a shipped one that the check used or file names speak for. */
async function readPublisher(named: string | undefined, document: CheckResult, io: Io): Promise<PublisherFacts> {
  const chosen = named ?? (await loadConfig(io.env, io.cwd)).product;
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
