import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArtifactError } from '../../src/errors.js';
import { safeEntryNames } from '../../src/report-folder/safe-names.js';
import { ARCHIVE_WRITERS } from '../../src/report-folder/archive.js';
import type { CheckedFile } from '../../src/report-folder/checked-file.js';
import { ARCHIVE_FORMATS } from '../../src/vendor-reports/plan-types.js';
import { HOSTILE_NAMES } from '../support/reports.js';
import { tempFolder } from '../support/temp.js';

const { signal } = new AbortController();

function fileOf(folder: string, name: string, content: Uint8Array): CheckedFile {
  const path = join(folder, `${createHash('sha1').update(name).digest('hex')}.bin`);
  writeFileSync(path, content);
  return { path, name, sha256: createHash('sha256').update(content).digest('hex') };
}

/** Unpacks with 7-Zip, the tool that vendors use; throws when it finds anything wrong. */
function unpack(archive: string, target: string, password: string): readonly string[] {
  mkdirSync(target, { recursive: true });
  execFileSync('7z', ['x', `-p${password}`, `-o${target}`, '-y', archive], { stdio: 'pipe' });
  return readdirSync(target).toSorted();
}

describe.each(ARCHIVE_FORMATS)('a sample archive, %s', (format) => {
  const writeArchive = ARCHIVE_WRITERS[format];

  it('is opened by 7z with the password, and has what was put in', async () => {
    const folder = tempFolder();
    const contents = [randomBytes(3_000_000), Buffer.alloc(2_000_000, 'a'), Buffer.from('x'), randomBytes(16)];
    const files = contents.map((content, index) => fileOf(folder, `file ${index}.exe`, content));
    const archive = join(folder, `samples.${format}`);
    await writeArchive(archive, files, 'infected', signal);
    expect(unpack(archive, join(folder, 'out'), 'infected')).toEqual(contents.map((_, index) => `file ${index}.exe`));
    for (const [index, content] of contents.entries()) {
      expect(readFileSync(join(folder, 'out', `file ${index}.exe`)).equals(content)).toBe(true);
    }
    expect(statSync(archive).size).toBeLessThan(3_100_000);
    const method = format === 'zip' ? 'ZipCrypto Deflate' : 'Deflate 7zAES:19';
    const listing = execFileSync('7z', ['l', '-slt', '-pinfected', archive], { encoding: 'utf8' });
    // The 7z lists its own methods as well.
    expect(listing.match(/^Method = .*$/gm)?.slice(-contents.length)).toEqual(contents.map(() => `Method = ${method}`));
    expect(listing.match(/^Encrypted = .*$/gm)).toEqual(contents.map(() => 'Encrypted = +'));
  });

  it('is not opened with another password', async () => {
    const folder = tempFolder();
    const archive = join(folder, `samples.${format}`);
    await writeArchive(archive, [fileOf(folder, 'a.exe', randomBytes(1000))], 'novirus', signal);
    const { status, stderr } = spawnSync('7z', ['t', '-pinfected', archive], { encoding: 'utf8' });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/Wrong password/);
    expect(spawnSync('7z', ['t', '-pnovirus', archive]).status).toBe(0);
  });

  it('holds hostile names as harmless ones', async () => {
    const folder = tempFolder();
    const files = HOSTILE_NAMES.map((name) => fileOf(folder, name, Buffer.from(`content of ${name}`)));
    const archive = join(folder, `samples.${format}`);
    await writeArchive(archive, files, 'infected', signal);
    expect(unpack(archive, join(folder, 'out'), 'infected')).toEqual(safeEntryNames(HOSTILE_NAMES).toSorted());
  });

  it('is the same bytes for the same files', async () => {
    const folder = tempFolder();
    const files = [fileOf(folder, 'a.exe', randomBytes(100_000)), fileOf(folder, 'b.exe', Buffer.alloc(100_000))];
    const [one, two] = ['1', '2'].map((name) => join(folder, `${name}.${format}`)) as [string, string];
    await writeArchive(one, files, 'infected', signal);
    await writeArchive(two, files, 'infected', signal);
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
  });

  it.each([
    ['has changed', 'ARTIFACT_CHANGED', (path: string) => writeFileSync(path, 'other')],
    ['is gone', 'ARTIFACT_GONE', (path: string) => `${path}.gone`],
    ['is a folder', 'ARTIFACT_UNREADABLE', (path: string) => join(path, '..')],
  ])('is not made of a file that %s', async (_what, code, change) => {
    const folder = tempFolder();
    const file = fileOf(folder, 'a.exe', Buffer.from('content'));
    const path = change(file.path) ?? file.path;
    const failure = await writeArchive(join(folder, `a.${format}`), [{ ...file, path }], 'infected', signal).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(ArtifactError);
    expect(failure).toMatchObject({ code });
  });

  it('ends when it is told to', async () => {
    const folder = tempFolder();
    const file = fileOf(folder, 'a.exe', randomBytes(1000));
    const stopped = AbortSignal.abort(new Error('stop'));
    await expect(writeArchive(join(folder, `a.${format}`), [file], 'infected', stopped)).rejects.toThrow('stop');
  });

  it('is never written over something', async () => {
    const folder = tempFolder();
    const file = fileOf(folder, 'a.exe', randomBytes(1000));
    const archive = join(folder, `a.${format}`);
    writeFileSync(archive, 'mine');
    await expect(writeArchive(archive, [file], 'infected', signal)).rejects.toMatchObject({ code: 'EEXIST' });
    expect(readFileSync(archive, 'utf8')).toBe('mine');
  });

  it('is right at every length around the blocks of its cipher', async () => {
    const folder = tempFolder();
    const files = Array.from({ length: 40 }, (_, length) => fileOf(folder, `${length}.bin`, randomBytes(length + 1)));
    const archive = join(folder, `a.${format}`);
    await writeArchive(archive, files, 'infected', signal);
    expect(spawnSync('7z', ['t', '-pinfected', archive]).status).toBe(0);
  });
});

it('A zip is read by an independent implementation, hostile names included', async () => {
  const folder = tempFolder();
  const files = HOSTILE_NAMES.map((name) => fileOf(folder, name, Buffer.from(`content of ${name}`)));
  const archive = join(folder, 'samples.zip');
  await ARCHIVE_WRITERS.zip(archive, files, 'infected', signal);
  const script = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    json.dump([[info.filename, archive.read(info, pwd=b'infected').decode('utf8')] for info in archive.infolist()], sys.stdout)
`;
  const read = JSON.parse(execFileSync('python3', ['-c', script, archive], { encoding: 'utf8' })) as [string, string][];
  expect(read.map(([name]) => name)).toEqual(safeEntryNames(HOSTILE_NAMES));
  expect(read.map(([, content]) => content)).toEqual(
    HOSTILE_NAMES.map((name) => `content of ${name}`.replaceAll('\ud800', '\ufffd')),
  );
});

it('A 7z shows not even names without the password', async () => {
  const folder = tempFolder();
  const archive = join(folder, 'samples.7z');
  await ARCHIVE_WRITERS['7z'](archive, [fileOf(folder, 'secret-name.exe', randomBytes(1000))], 'infected', signal);
  const { status, stdout } = spawnSync('7z', ['l', '-p', archive], { encoding: 'utf8' });
  expect(status).not.toBe(0);
  expect(stdout).not.toContain('secret-name');
  expect(readFileSync(archive).includes(Buffer.from('secret-name', 'utf16le'))).toBe(false);
});

describe('names of entries', () => {
  it('leave no folder, device, control character or override, and keep the extension', () => {
    expect(
      safeEntryNames([
        '../../etc/passwd',
        'C:\\Windows\\a.exe',
        'con.txt',
        'a\u202egpj.exe',
        '..',
        'a.exe',
        'A.EXE',
        `${'n'.repeat(300)}.msi`,
      ]),
    ).toEqual(['passwd', 'a.exe', '_con.txt', 'agpj.exe', 'sample', 'a-2.exe', 'A-3.EXE', `${'n'.repeat(96)}.msi`]);
  });

  it('are safe and different for any names', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 150 }), { maxLength: 20 }), (names) => {
        const safe = safeEntryNames(names);
        expect(new Set(safe.map((name) => name.toLowerCase())).size).toBe(names.length);
        for (const name of safe) {
          expect(name).not.toMatch(/[\\/:*?"<>|\p{C}]|^\.|[. ]$|^$/u);
          expect([...name].length).toBeLessThanOrEqual(110);
        }
      }),
    );
  });
});
