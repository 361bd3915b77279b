import type { Command } from 'commander';
import { jsonText, visible } from '../../domain/text.js';
import { EXIT, type ExitCode } from '../../errors.js';
import { adviceWords } from '../../reports/advice-words.js';
import { choosePaint } from '../../reports/style.js';
import { renderVendors } from '../../reports/vendors-terminal.js';
import { adviseWithoutChannel } from '../../vendors/advice.js';
import { loadDirectory, type VendorDirectory } from '../../vendors/directory.js';
import { searchEngines } from '../../vendors/search.js';
import type { Invocation } from '../command.js';
import { resolvePath, write, type Io } from '../io.js';

interface Options {
  readonly json?: boolean;
  readonly file?: string;
}

const HELP = `
The text is part of an engine's name at VirusTotal, an older name, or the company; without one all engines are listed. A file
of your own is a JSON array of entries: "engine" and what differs for a known one, see schema/vendors.schema.json.

Examples:
  absolve vendors bitdefender
  absolve vendors "mcafee" --json
  absolve vendors --file our-contacts.json`;

/** Declares the options of `vendors`. */
export function declare(command: Command): void {
  command
    .argument('[text...]', 'engine, older name or company; part of it is enough')
    .option('--json', 'print the entries as JSON')
    .option('--file <file>', 'your own entries, laid over the directory')
    .addHelpText('after', HELP);
}

/** Searches and renders. Nothing found is an answer, not a failure. */
export async function run({ args, options: parsed }: Invocation, io: Io): Promise<ExitCode> {
  const { json, file } = parsed as Options;
  const directory = await openDirectory(file, io);
  const text = args.join(' ');
  const engines = searchEngines(directory, text).map(({ entry, kind, name }) => ({
    entry,
    matched: { kind, name },
    advice: adviseWithoutChannel(directory, entry.engine)?.advice ?? [],
  }));
  const unknown = engines.length === 0 ? (adviseWithoutChannel(directory, text)?.advice ?? []) : [];
  if (json) {
    const found = engines.map(({ entry, matched, advice }) => ({ ...entry, matched, advice: advice.map(adviceWords) }));
    const result = { schemaVersion: 1, text, engines: found, advice: unknown.map(adviceWords) };
    await write(io.stdout, jsonText(result));
    return EXIT.pass;
  }
  if (engines.length === 0) {
    const lines = [
      `no engine or vendor matches "${visible(text)}"`,
      ...unknown.map(adviceWords).map((line) => `  ${line}`),
    ];
    await write(io.stderr, `${lines.join('\n')}\n`);
    return EXIT.pass;
  }
  if (engines.every(({ matched }) => matched.kind === 'similar')) {
    await write(io.stderr, `nothing is spelled "${visible(text)}"; similar:\n`);
  }
  await write(
    io.stdout,
    renderVendors(engines, { columns: io.columns, paint: choosePaint(io.env, io.isTty.stdout), now: Date.now() }),
  );
  return EXIT.pass;
}

/** The shipped directory, with the user's file over it where one is named. */
export async function openDirectory(file: string | undefined, io: Io): Promise<VendorDirectory> {
  if (file === undefined) return loadDirectory();
  // Loaded only now: checking a user's file needs the schema's parser, which costs as much as node itself.
  const { loadDirectoryWith } = await import('../../vendors/overlay.js');
  return loadDirectoryWith(resolvePath(file, io), file);
}
