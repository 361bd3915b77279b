import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Delivery } from '../domain/delivery.js';
import type { Reason } from '../domain/verdict.js';
import { composeEml } from '../vendor-reports/eml.js';
import { folderNameOf } from '../vendor-reports/folder-name.js';
import { formFields } from '../vendor-reports/form-fields.js';
import { renderFormPage } from '../vendor-reports/form-html.js';
import { renderFormMarkdown } from '../vendor-reports/form-markdown.js';
import { renderIndex, type IndexEntry } from '../vendor-reports/index-html.js';
import { renderMailto } from '../vendor-reports/mailto.js';
import { renderMessage } from '../vendor-reports/message.js';
import { linksOf } from '../vendor-reports/model.js';
import type { ReportPlan, VendorReport } from '../vendor-reports/plan-types.js';
import { toReportDocument, withDeliveries, type ReportDocument } from '../vendor-reports/report-document.js';
import type { Templates } from '../vendor-reports/templates.js';
import { keptNote, openKeptFolder, unwritable, type KeptFolder, type Written } from './kept-folder.js';
import { SamplePacker } from './samples.js';

export interface WriteOptions {
  readonly templates: Templates;
  /** Address that messages are from; default: the contact's own. */
  readonly from?: string;
  readonly signal: AbortSignal;
}

export interface WrittenFolder {
  readonly document: ReportDocument;
  readonly entries: readonly IndexEntry[];
  /** About the folder as a whole: drafts that were kept, what earlier runs left. */
  readonly notes: readonly Reason[];
}

/**
 * Writes a plan as a folder: `index.html`, `report.json`, and a folder per vendor with its draft, form sheet and samples.
 * Files that a person edited since they were written are kept, and a new version that says something else is put beside them. The
 * same plan gives the same bytes.
 *
 * @param root absolute
 * @throws ReportError `REPORT_UNWRITABLE`; UsageError `CONFIG_TEMPLATE` before anything is written
 */
export async function writeReportFolder(plan: ReportPlan, root: string, options: WriteOptions): Promise<WrittenFolder> {
  // A wrong template ends the run before the first file, not in the middle of the folder.
  for (const { vendor } of plan.reports) options.templates.check(folderNameOf(vendor));
  const folder = await openKeptFolder(root);
  // On the same disk, so that archives are linked instead of copied.
  const scratch = await makeScratch(root);
  const notes: Reason[] = [];
  const entries: IndexEntry[] = [];
  const vendorFolders = new Set<string>();
  try {
    const packer = new SamplePacker(folder, scratch, options.signal);
    for (const report of plan.reports) {
      options.signal.throwIfAborted();
      const name = folderNameOf(report.vendor, vendorFolders);
      vendorFolders.add(name);
      entries.push(await writeReport(plan, report, name, { folder, packer, notes, ...options }));
    }
    notes.push(...(await leftBehind(folder, vendorFolders)));
    const filesOf = new Map(entries.map((entry) => [entry.report, entry]));
    const document = toReportDocument(plan, (report) => toFiles(filesOf.get(report)));
    notes.push(...keptNote(await folder.write('report.json', `${JSON.stringify(document, null, 2)}\n`)));
    notes.push(...keptNote(await folder.write('index.html', renderIndex(plan, entries, notes))));
    return { document, entries, notes };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Surroundings extends WriteOptions {
  readonly folder: KeptFolder;
  readonly packer: SamplePacker;
  readonly notes: Reason[];
}

async function writeReport(
  plan: ReportPlan,
  report: VendorReport,
  name: string,
  surroundings: Surroundings,
): Promise<IndexEntry> {
  const { folder, packer, notes, templates } = surroundings;
  const samples = await packer.place(report.sample, name);
  const own: Reason[] = [...samples.notes];
  const write = async (file: string, content: Parameters<KeptFolder['write']>[1]): Promise<PlacedFile> => {
    const written = await folder.write(`${name}/${file}`, content);
    notes.push(...keptNote(written));
    // The file that a person worked on is the one to use.
    return { path: written.state === 'beside' ? written.kept : written.path, state: written.state };
  };
  if (samples.outcome.separate.length > 0 && linksOf(plan, report).length === 0) {
    own.push({ code: 'sample-no-link', args: {} });
  }
  const shown: VendorReport = { ...report, notes: [...report.notes, ...own] };
  const message = renderMessage(plan, report, templates, samples.outcome);
  const { contact } = plan.publisher;
  const sender = surroundings.from ?? contact?.email;
  const placed =
    message &&
    (await write(
      'message.eml',
      composeEml(message, {
        // Not today's: the same check gives the same draft, so that an edited one is told from an outdated one.
        date: Date.parse(plan.checkedAt),
        ...(sender !== undefined && { from: { name: contact?.name, address: sender } }),
        attachments: samples.attachments.map((attachment) => ({
          name: attachment.name,
          open: () => createReadStream(attachment.path),
        })),
      }),
    ));
  const entry: IndexEntry = { report, samples: samples.paths, notes: own };
  const mailto = renderMailto(plan, report, templates, samples.outcome);
  const withMail: IndexEntry = {
    ...entry,
    ...(placed !== undefined && { message: placed.path, messageState: placed.state }),
    ...(mailto !== undefined && { mailto }),
  };
  if (report.contact.form === null) return withMail;
  const fields = formFields(plan, report, templates, samples.outcome);
  return {
    ...withMail,
    formSheet: (await write('form.md', renderFormMarkdown(shown, fields))).path,
    formPage: (await write('form.html', renderFormPage(shown, fields, plan.language))).path,
  };
}

interface PlacedFile {
  readonly path: string;
  readonly state: Written['state'];
}

/**
 * Writes `report.json` and `index.html` anew, with what became of the messages that were sent.
 *
 * @throws ReportError `REPORT_UNWRITABLE`
 */
export async function noteDeliveries(
  plan: ReportPlan,
  root: string,
  { document, entries, notes }: WrittenFolder,
  deliveries: readonly Delivery[],
): Promise<ReportDocument> {
  const folder = await openKeptFolder(root);
  const told = withDeliveries(document, deliveries);
  await folder.write('report.json', `${JSON.stringify(told, null, 2)}\n`);
  await folder.write('index.html', renderIndex(plan, entries, notes, deliveries));
  return told;
}

async function makeScratch(root: string): Promise<string> {
  try {
    return await mkdtemp(join(root, '.absolve-samples-'));
  } catch (error) {
    throw unwritable(root, error);
  }
}

function toFiles(entry: IndexEntry | undefined): ReportDocument['vendors'][number]['files'] {
  return {
    ...(entry?.message !== undefined && { message: entry.message }),
    ...(entry?.formSheet !== undefined && { form: entry.formSheet }),
    samples: entry?.samples ?? [],
  };
}

async function leftBehind(folder: KeptFolder, current: ReadonlySet<string>): Promise<readonly Reason[]> {
  const folders = new Set(
    (await folder.leftBehind()).flatMap((path) => (path.includes('/') ? [path.split('/')[0] ?? ''] : [])),
  );
  return [...folders]
    .filter((name) => !current.has(name))
    .map((name) => ({ code: 'left-behind', args: { folder: name } }));
}
