import type { Command } from 'commander';
import {
  listCases,
  markCaseById,
  markVendorCases,
  openCases,
  remindCaseById,
  showCase,
  type CaseList,
} from '../../compose-cases.js';
import type { CaseDocument } from '../../domain/case-document.js';
import type { CaseMark } from '../../domain/case-mark.js';
import { CASE_STATES, type CaseState } from '../../domain/case.js';
import { EXIT, UsageError, type ExitCode } from '../../errors.js';
import { renderCasesCsv } from '../../reports/cases-csv.js';
import { renderReminder } from '../../reports/case-reminder.js';
import { renderCase, renderCases } from '../../reports/cases-terminal.js';
import { choosePaint } from '../../reports/style.js';
import type { Invocation } from '../command.js';
import { write, type Io } from '../io.js';
import { choiceOption } from '../options.js';
import { jsonText } from '../../domain/text.js';

interface Options {
  readonly vendor?: string;
  readonly state?: CaseState;
  readonly ticket?: string;
  readonly note?: string;
  readonly format?: 'csv' | 'json';
  readonly json?: boolean;
}

const MARKS: readonly CaseMark['to'][] = ['reported', 'rejected', 'cleared', 'open'];

const HELP = `
Actions:
  list                       all cases, what to do about each, and how long vendors took so far (the default)
  show <id>                  one case with everything that happened to it
  mark <id> <what>           what happened outside: ${MARKS.join(', ')}; with --ticket and --note
  mark <what> --vendor <v>   the same for all open and reported cases of one vendor
  remind <id>                write the follow-up to a report, with its history, and record it
  open <name|URL|sha256>     follow what the last check found flagged although no proof makes it a likely false positive
  export                     a table for a spreadsheet

Cases open by themselves when a check finds a likely false positive, and end when two later analyses, in which the engine
answered, show no detection. "absolve recheck" asks for those analyses. The first digits of an id are enough.

Examples:
  absolve cases --state open
  absolve cases mark 3f2a91c4 reported --ticket 4711
  absolve cases mark reported --vendor bitdefender
  absolve cases remind 3f2a91c4 > reminder.txt
  absolve cases export > cases.csv`;

/** Declares the options of `cases`. */
export function declare(command: Command): void {
  command
    .argument('[action]', 'list, show, mark, remind, open or export')
    .argument('[id]', 'the case; for open, the artifact; for mark with --vendor, the mark')
    .argument('[what]', `for mark: ${MARKS.join(', ')}`)
    .option('--vendor <name>', 'only cases of this vendor; for mark, all of them that are open or reported')
    .option('--state <state>', `only cases that are ${CASE_STATES.join(', ')}`, choiceOption('--state', CASE_STATES))
    .option('--ticket <number>', "the vendor's number for the report")
    .option('--note <text>', 'what was answered; for yourself, no vendor gets to read it')
    .option('--format <format>', 'of the export: csv, json (default: csv)', choiceOption('--format', ['csv', 'json']))
    .option('--json', 'print the cases as JSON')
    .addHelpText('after', HELP);
}

/** One action on the cases of the user's store. No network. */
export async function run({ args, options: parsed }: Invocation, io: Io): Promise<ExitCode> {
  const options = parsed as Options;
  const [action = 'list', id, what] = args;
  const text = await act(action, id, what, options, io);
  await write(io.stdout, text);
  return EXIT.pass;
}

async function act(
  action: string,
  id: string | undefined,
  what: string | undefined,
  options: Options,
  io: Io,
): Promise<string> {
  const look = { columns: io.columns, paint: choosePaint(io.env, io.isTty.stdout) };
  const shown = (each: CaseDocument): string =>
    options.json ? toJson({ schemaVersion: 1, case: each }) : renderCase(each, look);
  switch (action) {
    case 'list': {
      const list = await listCases(options, io);
      return options.json ? toJson(list) : renderCases(list.cases, list.vendors, look);
    }
    case 'export': {
      const list = await listCases(options, io);
      return options.json || options.format === 'json' ? toJson(list) : renderCasesCsv(list.cases);
    }
    case 'show':
      return shown(await showCase(needId(action, id), io));
    case 'mark': {
      if (options.vendor === undefined || what !== undefined) {
        return shown(await markCaseById(needId(action, id), toMark(what, options), io));
      }
      const cases = await markVendorCases(options.vendor, toMark(id, options), io);
      return options.json ? toJson({ schemaVersion: 1, cases, vendors: [] }) : renderCases(cases, [], look);
    }
    case 'remind': {
      const each = await remindCaseById(needId(action, id), io);
      return options.json ? toJson({ schemaVersion: 1, case: each, text: renderReminder(each) }) : renderReminder(each);
    }
    case 'open': {
      const cases = await openCases(needId(action, id), options.vendor, io);
      const list: CaseList = { schemaVersion: 1, cases, vendors: [] };
      return options.json ? toJson(list) : renderCases(cases, [], look);
    }
    default:
      throw new UsageError('CONFIG_USAGE', `cases cannot ${JSON.stringify(action)}`, {
        hint: 'it can list, show, mark, remind, open and export: absolve cases --help',
      });
  }
}

function needId(action: string, id: string | undefined): string {
  if (id !== undefined) return id;
  throw new UsageError('CONFIG_USAGE', `cases ${action} needs to know which one`, {
    hint: action === 'open' ? 'absolve cases open dist/setup.exe' : 'absolve cases lists them with their ids',
  });
}

function toMark(what: string | undefined, { ticket, note }: Options): Omit<CaseMark, 'at' | 'origin'> {
  const to = MARKS.find((each) => each === what);
  if (to === undefined) {
    throw new UsageError('CONFIG_USAGE', `a case cannot be marked ${JSON.stringify(what ?? '')}`, {
      hint: `it can be marked ${MARKS.join(', ')}`,
    });
  }
  return { to, ...(ticket !== undefined && { ticket }), ...(note !== undefined && { note }) };
}

function toJson(value: object): string {
  return jsonText(value);
}
