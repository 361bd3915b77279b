import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { reportSchema } from '../../src/vendor-reports/report-schema.js';
import type { LocalFacts } from '../../src/vendor-reports/publisher.js';
import { createTemplates } from '../../src/vendor-reports/templates.js';
import { templateFinder } from '../../src/report-folder/read-templates.js';
import { writeReportFolder, type WrittenFolder } from '../../src/report-folder/write-folder.js';
import { readMail } from '../support/mail.js';
import { falsePositive, HOSTILE_NAMES, planOf, PUBLISHER, shippedTemplates } from '../support/reports.js';
import { tempFolder } from '../support/temp.js';
import type { ReportPlan } from '../../src/vendor-reports/plan-types.js';

const { signal } = new AbortController();
const write = (plan: ReportPlan, root: string): Promise<WrittenFolder> =>
  writeReportFolder(plan, root, { templates: shippedTemplates(), signal });

/** A real file and the facts about it. */
function fileWith(
  content: string | Buffer,
  name = 'setup.exe',
): {
  readonly artifact: ReturnType<typeof falsePositive>;
  readonly local: Map<string, LocalFacts>;
  readonly path: string;
} {
  const path = join(tempFolder(), 'setup.exe');
  writeFileSync(path, content);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const artifact = falsePositive(['BitDefender', 'ALYac', 'Microsoft', 'Bkav'], { name, sha256, paths: [path] });
  const local = new Map<string, LocalFacts>([
    [sha256, { state: 'present', path, sizeBytes: Buffer.byteLength(content) }],
  ]);
  return { artifact, local, path };
}

function filesIn(root: string): readonly string[] {
  return (readdirSync(root, { recursive: true }) as string[])
    .filter((path) => statSync(join(root, path)).isFile())
    .toSorted();
}

function bytesOf(root: string): Readonly<Record<string, string>> {
  return Object.fromEntries(filesIn(root).map((path) => [path, readFileSync(join(root, path), 'base64')]));
}

describe('a report folder', () => {
  it('has an index, a document and for each vendor what its channel takes', async () => {
    const root = tempFolder();
    const { artifact, local } = fileWith('MZ content');
    const { document } = await write(planOf([artifact], { local }), root);
    expect(filesIn(root)).toEqual([
      '.absolve-written.jsonl',
      'bitdefender/form.html',
      'bitdefender/form.md',
      'bitdefender/message.eml',
      'bitdefender/samples.zip',
      'bkav-corporation/message.eml',
      'bkav-corporation/samples.7z',
      'estsecurity/form.html',
      'estsecurity/form.md',
      'estsecurity/message.eml',
      'estsecurity/samples.zip',
      'index.html',
      'microsoft/form.html',
      'microsoft/form.md',
      'microsoft/samples.zip',
      'report.json',
    ]);
    expect(reportSchema.safeParse(document).error).toBeUndefined();
    expect(JSON.parse(readFileSync(join(root, 'report.json'), 'utf8'))).toEqual(document);
    expect(document.vendors[0]).toMatchObject({
      vendor: 'Bitdefender',
      channel: 'web-form',
      files: { message: 'bitdefender/message.eml', form: 'bitdefender/form.md', samples: ['bitdefender/samples.zip'] },
    });
    execFileSync('7z', ['t', '-pinfected', join(root, 'bitdefender/samples.zip')]);
  });

  it('puts the archive into the message where it fits', async () => {
    const root = tempFolder();
    const { artifact, local } = fileWith('MZ content');
    await write(planOf([artifact], { local }), root);
    const mail = await readMail(readFileSync(join(root, 'bkav-corporation/message.eml')));
    expect(mail.attachments.map(({ filename, mimeType }) => [filename, mimeType])).toEqual([
      ['samples.7z', 'application/x-7z-compressed'],
    ]);
    expect(
      Buffer.from(mail.attachments[0]?.content as ArrayBuffer).equals(
        readFileSync(join(root, 'bkav-corporation/samples.7z')),
      ),
    ).toBe(true);
    expect(mail.text).toContain('Password: infected');
  });

  it('keeps a too large archive out of the message, which names a download', async () => {
    const root = tempFolder();
    const { artifact, local } = fileWith('MZ content');
    const plan = planOf([artifact], { local });
    const tight: ReportPlan = {
      ...plan,
      reports: plan.reports.map((report) => ({
        ...report,
        sample: report.sample.kind === 'archive' ? { ...report.sample, limitBytes: 50 } : report.sample,
      })),
    };
    const { entries } = await write(tight, root);
    const mail = await readMail(readFileSync(join(root, 'bkav-corporation/message.eml')));
    expect(mail.attachments).toEqual([]);
    expect(mail.text).toContain('Download: https://www.example.com/download');
    expect(existsSync(join(root, 'bkav-corporation/samples.7z'))).toBe(true);
    expect(entries.find(({ report }) => report.vendor === 'Bkav Corporation')?.notes.map(({ code }) => code)).toEqual([
      'sample-too-large',
    ]);
  });

  it('makes several archives when all files together are too large for one upload', async () => {
    const root = tempFolder();
    const files = ['one', 'two', 'three'].map((word) => fileWith(Buffer.alloc(60, word), `${word}.exe`));
    const local = new Map(files.flatMap((file) => [...file.local]));
    const plan = planOf(
      files.map(({ artifact }) => artifact),
      { local },
    );
    const tight = {
      ...plan,
      reports: plan.reports.map((report) => ({
        ...report,
        sample: report.sample.kind === 'archive' ? { ...report.sample, limitBytes: 130 } : report.sample,
      })),
    };
    const { document } = await write(tight, root);
    expect(document.vendors.find(({ vendor }) => vendor === 'Bkav Corporation')?.files.samples).toEqual([
      'bkav-corporation/samples-1.7z',
      'bkav-corporation/samples-2.7z',
    ]);
  });

  it('does the rest when a file goes away or changes while the reports are written', async () => {
    const root = tempFolder();
    const good = fileWith('MZ good', 'good.exe');
    const bad = fileWith('MZ bad', 'bad.exe');
    writeFileSync(bad.path, 'MZ other');
    const plan = planOf([good.artifact, bad.artifact], { local: new Map([...good.local, ...bad.local]) });
    const { entries } = await write(plan, root);
    const notes = entries.find(({ report }) => report.vendor === 'Bkav Corporation')?.notes;
    expect(notes).toEqual([
      { code: 'sample-failed', args: { artifact: 'bad.exe', problem: 'it has changed since it was checked' } },
    ]);
    const listing = execFileSync('7z', ['l', '-pinfected', join(root, 'bkav-corporation/samples.7z')], {
      encoding: 'utf8',
    });
    expect(listing).toContain('good.exe');
    expect(listing).not.toContain('bad.exe');
  });

  it('is the same to the last byte when it is written twice', async () => {
    const { artifact, local } = fileWith(Buffer.alloc(50_000, 'MZ content'));
    const [one, two] = [tempFolder(), tempFolder()];
    await write(planOf([artifact, falsePositive(['Avast'], { name: HOSTILE_NAMES[1]! })], { local }), one);
    await write(planOf([falsePositive(['Avast'], { name: HOSTILE_NAMES[1]! }), artifact], { local }), two);
    expect(bytesOf(two)).toEqual(bytesOf(one));
    await write(planOf([artifact, falsePositive(['Avast'], { name: HOSTILE_NAMES[1]! })], { local }), one);
    expect(bytesOf(one)).toEqual(bytesOf(two));
  });

  it('keeps an edited draft, leads to it, and says where the new version is', async () => {
    const root = tempFolder();
    const plan = planOf([falsePositive(['Bkav'])]);
    await write(plan, root);
    const draft = join(root, 'bkav-corporation/message.eml');
    writeFileSync(draft, 'my own words');
    const again = await write(plan, root);
    expect(again.notes).toEqual([]);
    expect(again.entries[0]).toMatchObject({ message: 'bkav-corporation/message.eml', messageState: 'edited' });
    const { document, entries, notes } = await write(planOf([falsePositive(['Bkav'], { name: 'next.exe' })]), root);
    expect(entries[0]).toMatchObject({ message: 'bkav-corporation/message.eml', messageState: 'beside' });
    expect(readFileSync(draft, 'utf8')).toBe('my own words');
    expect(document.vendors[0]?.files.message).toBe('bkav-corporation/message.eml');
    expect(notes).toEqual([
      {
        code: 'draft-kept',
        args: { file: 'bkav-corporation/message.eml', beside: 'bkav-corporation/message.new.eml' },
      },
    ]);
    expect(readFileSync(join(root, 'index.html'), 'utf8')).toContain('message.new.eml');
  });

  it('says which vendors of an earlier run are no longer part of it', async () => {
    const root = tempFolder();
    await write(planOf([falsePositive(['Bkav', 'Microsoft'])]), root);
    const { notes } = await write(planOf([falsePositive(['Bkav'])]), root);
    expect(notes).toEqual([{ code: 'left-behind', args: { folder: 'microsoft' } }]);
  });

  it('stays in its folder, whatever vendors are called', async () => {
    const root = join(tempFolder(), 'out');
    const plan = planOf([falsePositive(['Bkav'])]);
    const names = ['../../evil', 'CON', '日本', '..', 'A/B', 'a-b', ' '];
    const reports = names.map((vendor) => ({ ...plan.reports[0]!, vendor }));
    await write({ ...plan, reports }, root);
    const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(new Set(folders.map(({ name }) => name.toLowerCase())).size).toBe(names.length);
    for (const { name } of folders) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(readdirSync(join(root, '..'))).toEqual(['out']);
  });

  it("takes a user's templates, for one vendor before those for all", async () => {
    const [root, own] = [tempFolder(), tempFolder()];
    mkdirSync(join(own, 'en', 'bkav-corporation'), { recursive: true });
    writeFileSync(join(own, 'en', 'message.txt'), 'For all: {{product}}');
    writeFileSync(join(own, 'en', 'bkav-corporation', 'message.txt'), 'For {{vendor}}');
    const templates = createTemplates(templateFinder('en', own));
    await writeReportFolder(planOf([falsePositive(['Bkav', 'ALYac'])]), root, { templates, signal });
    expect((await readMail(readFileSync(join(root, 'bkav-corporation/message.eml')))).text?.trim()).toBe(
      'For Bkav Corporation',
    );
    expect((await readMail(readFileSync(join(root, 'estsecurity/message.eml')))).text?.trim()).toBe(
      `For all: ${PUBLISHER.product}`,
    );
  });

  it('writes nothing at all when a template is wrong', async () => {
    const [root, own] = [join(tempFolder(), 'out'), tempFolder()];
    mkdirSync(join(own, 'en', 'microsoft'), { recursive: true });
    writeFileSync(join(own, 'en', 'microsoft', 'description.txt'), 'x\n{{prodcut}}');
    const templates = createTemplates(templateFinder('en', own));
    await expect(
      writeReportFolder(planOf([falsePositive(['Bkav', 'Microsoft'])]), root, { templates, signal }),
    ).rejects.toMatchObject({
      code: 'CONFIG_TEMPLATE',
      message: expect.stringMatching(/description\.txt, line 2: unknown field "prodcut"/),
    });
    expect(existsSync(root)).toBe(false);
  });
});
