import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ReportError } from '../../src/errors.js';
import { openKeptFolder } from '../../src/report-folder/kept-folder.js';
import { tempFolder } from '../support/temp.js';

async function writeOnce(root: string, files: Readonly<Record<string, string>>): Promise<readonly unknown[]> {
  const folder = await openKeptFolder(root);
  const written: unknown[] = [];
  for (const [path, content] of Object.entries(files)) written.push(await folder.write(path, content));
  return written;
}

const beside = (path: string) => ({ state: 'beside', path, kept: 'message.eml' });

const read = (root: string, path: string): string => readFileSync(join(root, path), 'utf8');

describe('a folder that keeps what a person changed', () => {
  it('replaces what is still as it was written', async () => {
    const root = join(tempFolder(), 'deep', 'folder');
    await writeOnce(root, { 'a/message.eml': 'one' });
    expect(await writeOnce(root, { 'a/message.eml': 'two' })).toEqual([{ state: 'written', path: 'a/message.eml' }]);
    expect(read(root, 'a/message.eml')).toBe('two');
    expect(readdirSync(join(root, 'a'))).toEqual(['message.eml']);
  });

  it('keeps an edited file, puts the new one beside it, and does so again and again', async () => {
    const root = tempFolder();
    await writeOnce(root, { 'message.eml': 'one' });
    writeFileSync(join(root, 'message.eml'), 'edited');
    expect(await writeOnce(root, { 'message.eml': 'two' })).toEqual([beside('message.new.eml')]);
    expect(await writeOnce(root, { 'message.eml': 'three' })).toEqual([beside('message.new.eml')]);
    expect([read(root, 'message.eml'), read(root, 'message.new.eml')]).toEqual(['edited', 'three']);
    writeFileSync(join(root, 'message.new.eml'), 'edited too');
    expect(await writeOnce(root, { 'message.eml': 'four' })).toEqual([beside('message.new-2.eml')]);
    expect([read(root, 'message.eml'), read(root, 'message.new.eml'), read(root, 'message.new-2.eml')]).toEqual([
      'edited',
      'edited too',
      'four',
    ]);
  });

  it('leaves an edited file alone when there is nothing new to say', async () => {
    const root = tempFolder();
    await writeOnce(root, { 'message.eml': 'one' });
    writeFileSync(join(root, 'message.eml'), 'edited');
    for (let run = 0; run < 2; run += 1) {
      expect(await writeOnce(root, { 'message.eml': 'one' })).toEqual([{ state: 'edited', path: 'message.eml' }]);
    }
    expect(readdirSync(root).filter((name) => name.startsWith('message'))).toEqual(['message.eml']);
    expect(await writeOnce(root, { 'message.eml': 'two' })).toEqual([beside('message.new.eml')]);
    // Back at what was edited: the new one is outdated, and the edited one is right again.
    expect(await writeOnce(root, { 'message.eml': 'one' })).toEqual([{ state: 'edited', path: 'message.eml' }]);
    expect(read(root, 'message.eml')).toBe('edited');
  });

  it('keeps a file that it never wrote, unless it is the same anyway', async () => {
    const root = tempFolder();
    writeFileSync(join(root, 'index.html'), 'mine');
    writeFileSync(join(root, 'same.txt'), 'same');
    expect(await writeOnce(root, { 'index.html': 'new', 'same.txt': 'same' })).toEqual([
      { state: 'beside', path: 'index.new.html', kept: 'index.html' },
      { state: 'written', path: 'same.txt' },
    ]);
    expect(read(root, 'index.html')).toBe('mine');
  });

  it('knows its own work after it was killed at any moment', async () => {
    const root = tempFolder();
    await writeOnce(root, { 'a.txt': 'one', 'b.txt': 'one' });
    const folder = await openKeptFolder(root);
    await folder.write('a.txt', 'two');
    // Killed before `b.txt` was put in place: it is noted, and the old one is still there.
    appendFileSync(join(root, '.absolve-written.jsonl'), `${JSON.stringify(['b.txt', 'f'.repeat(64)])}\n["c.t`);
    for (const content of ['three', 'four']) {
      expect(await writeOnce(root, { 'a.txt': content, 'b.txt': content })).toEqual([
        { state: 'written', path: 'a.txt' },
        { state: 'written', path: 'b.txt' },
      ]);
    }
  });

  it('is written by two at once without one taking the other for a person', async () => {
    const root = tempFolder();
    const files = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`${index % 3}/${index}.txt`, `${index}`]),
    );
    const results = await Promise.all([writeOnce(root, files), writeOnce(root, files), writeOnce(root, files)]);
    for (const result of results) {
      expect(result).toEqual(Object.keys(files).map((path) => ({ state: 'written', path })));
    }
    const left = readdirSync(root, { recursive: true }).filter((name) => String(name).includes('.tmp'));
    expect(left).toEqual([]);
  });

  it('takes away what killed runs left, once it is old', async () => {
    const root = tempFolder();
    mkdirSync(join(root, 'vendor'));
    mkdirSync(join(root, '.absolve-samples-abc'));
    for (const path of ['.absolve-1.tmp', 'vendor/.absolve-2.tmp', '.absolve-samples-abc/1.zip', 'vendor/mine.tmp']) {
      writeFileSync(join(root, path), 'x');
    }
    const long = new Date(Date.now() - 2 * 3_600_000);
    for (const path of ['.absolve-samples-abc', 'vendor/.absolve-2.tmp', 'vendor/mine.tmp'])
      utimesSync(join(root, path), long, long);
    await writeOnce(root, { 'a.txt': 'one' });
    expect((readdirSync(root, { recursive: true }) as string[]).toSorted()).toEqual([
      '.absolve-1.tmp',
      '.absolve-written.jsonl',
      'a.txt',
      'vendor',
      'vendor/mine.tmp',
    ]);
  });

  it('takes everything for a person’s work when its own memory is broken', async () => {
    const root = tempFolder();
    await writeOnce(root, { 'a.txt': 'one' });
    writeFileSync(join(root, '.absolve-written.jsonl'), '["a.txt",\nnull\n[1]\n');
    expect(await writeOnce(root, { 'a.txt': 'two' })).toEqual([{ state: 'beside', path: 'a.new.txt', kept: 'a.txt' }]);
  });

  it('leaves nothing of a file whose content fails half-way', async () => {
    const root = tempFolder();
    await writeOnce(root, { 'a.txt': 'one' });
    const folder = await openKeptFolder(root);
    const failing = Readable.from(
      (function* () {
        yield Buffer.from('tw');
        throw new Error('cut');
      })(),
    );
    await expect(folder.write('a.txt', failing)).rejects.toThrow('cut');
    expect(read(root, 'a.txt')).toBe('one');
    expect(readdirSync(root).toSorted()).toEqual(['.absolve-written.jsonl', 'a.txt']);
  });

  it('knows what an earlier run left', async () => {
    const root = tempFolder();
    await writeOnce(root, { 'a/x': '1', 'b/x': '1' });
    const folder = await openKeptFolder(root);
    await folder.write('b/x', '2');
    expect(await folder.leftBehind()).toEqual(['a/x']);
    expect(existsSync(join(root, 'a/x'))).toBe(true);
  });

  it('says plainly when it cannot be written to', async () => {
    const root = join(tempFolder(), 'file');
    writeFileSync(root, '');
    const failure = await openKeptFolder(root).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ReportError);
    expect(failure).toMatchObject({ code: 'REPORT_UNWRITABLE', exit: 'io', hint: expect.stringContaining('--out') });
    const blocked = tempFolder();
    const folder = await openKeptFolder(blocked);
    mkdirSync(join(blocked, 'x', 'message.eml'), { recursive: true });
    await expect(folder.write('x/message.eml', 'a')).rejects.toMatchObject({ code: 'REPORT_UNWRITABLE' });
  });
});
