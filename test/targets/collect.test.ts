import fs from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { CollectOptions } from '../../src/targets/collect.js';
import { brief, collect, cwd, link, tree, usageErrorOf, useWorkingFolder } from './working-folder.js';

useWorkingFolder();

describe('files', () => {
  it('come with their state, without being opened', async () => {
    tree('setup.exe');
    const path = join(cwd, 'setup.exe');
    const stats = fs.statSync(path, { bigint: true });
    expect(await collect(['setup.exe'])).toEqual([
      {
        kind: 'file',
        path: 'setup.exe',
        isExplicit: true,
        state: { path, sizeBytes: 20, mtimeNs: String(stats.mtimeNs), inode: String(stats.ino) },
      },
    ]);
  });

  it.each([
    'with space.exe',
    'Größe – 大小.exe',
    '[1.0].exe',
    'a{b,c}.exe',
    'what?.exe',
    'star*.exe',
    '!not.exe',
    '(x86).exe',
    '+(a).exe',
    '-',
    '#comment.exe',
    `${'long'.repeat(60)}.exe`,
    'http:.exe',
    'line\nbreak\u001b[2J.exe',
  ])('are found under the name %j', async (name) => {
    tree(name, 'star-other.exe', 'b.exe', '1.exe');
    const spelled = name === '-' ? './-' : name;
    expect(await brief([spelled])).toEqual([`file ${name}`]);
  });

  it('are shown relative to the working folder below it, and absolute elsewhere', async () => {
    tree('work/a.exe', 'other/b.exe');
    const from = { cwd: join(cwd, 'work') };
    expect(await brief([join(cwd, 'work/a.exe'), '../other/b.exe'], from)).toEqual([
      'file a.exe',
      `file ${join(cwd, 'other/b.exe')}`,
    ]);
  });

  it('come once, however they are spelled', async () => {
    tree('dist/a.exe');
    link('link.exe', 'dist/a.exe');
    link('latest', 'dist');
    const spellings = ['dist/a.exe', './dist/../dist/a.exe', join(cwd, 'dist/a.exe'), 'dist/*.exe', 'link.exe'];
    expect(await brief([...spellings, 'latest/a.exe', 'dist', 'latest'])).toEqual(['file dist/a.exe']);
  });

  it('are two when they are hard links: two names of one content', async () => {
    tree('a.exe');
    fs.linkSync(join(cwd, 'a.exe'), join(cwd, 'b.exe'));
    expect(await brief(['a.exe', 'b.exe'])).toEqual(['file a.exe', 'file b.exe']);
  });

  it('are taken as named when a folder that holds them is named before', async () => {
    tree('dist/readme.txt', 'dist/setup.exe');
    expect(await brief(['dist', 'dist/readme.txt'])).toEqual(['file dist/readme.txt', 'walked dist/setup.exe']);
  });
});

describe('globs', () => {
  it('match files and folders as a shell would, sorted', async () => {
    tree('dist/b.exe', 'dist/a.exe', 'dist/notes.txt', 'dist/.hidden.exe', 'dist/sub/c.exe');
    expect(await brief(['dist/*.exe'])).toEqual(['file dist/a.exe', 'file dist/b.exe']);
    expect(await brief(['dist/*'])).toEqual([
      'file dist/a.exe',
      'file dist/b.exe',
      'file dist/notes.txt',
      'walked dist/sub/c.exe',
    ]);
    expect(await brief(['./dist/{a,x}.exe', 'dist/[b]*'])).toEqual(['file dist/a.exe', 'file dist/b.exe']);
  });

  it('match below folders, through links to files and not through links to folders', async () => {
    tree('dist/a.exe', 'dist/sub/b.exe', 'outside/c.exe');
    link('dist/sub/file.exe', '../../outside/c.exe');
    link('dist/folder', '../outside');
    link('dist/sub/up', '..');
    expect(await brief(['**/*.exe'], { cwd: join(cwd, 'dist') })).toEqual([
      'file a.exe',
      'file sub/b.exe',
      'file sub/file.exe',
    ]);
  });

  it('take leading folders literally when they exist', async () => {
    tree('Program Files (x86)/[1.0] {beta}/a.exe', 'Program Files x86/1/b.exe');
    expect(await brief(['Program Files (x86)/[1.0] {beta}/*.exe'])).toEqual([
      'file Program Files (x86)/[1.0] {beta}/a.exe',
    ]);
    expect(await brief([join(cwd, 'Program Files (x86)/**/*.exe')])).toEqual([
      'file Program Files (x86)/[1.0] {beta}/a.exe',
    ]);
  });

  it('of overlapping patterns yield each file once', async () => {
    tree('dist/a.exe', 'dist/b.exe');
    expect(await brief(['dist/*.exe', 'dist/a*', '**/b.exe'])).toEqual(['file dist/a.exe', 'file dist/b.exe']);
  });
});

describe('Windows habits', () => {
  const platform = 'win32';

  it('backslashes separate folders, in paths and in globs', async () => {
    tree('dist/My App/a.exe', 'dist/My App/b.exe');
    expect(await brief(['dist\\My App\\a.exe'], { platform })).toEqual(['file dist/My App/a.exe']);
    expect(await brief(['dist\\*\\*.exe'], { platform })).toEqual(['file dist/My App/a.exe', 'file dist/My App/b.exe']);
    expect(await brief([`${cwd.replaceAll('/', '\\')}\\dist\\My App\\*.exe`], { platform })).toHaveLength(2);
  });

  it('a backslash is part of the name elsewhere', async () => {
    tree('dist\\a.exe');
    expect(await brief(['dist\\a.exe'])).toEqual(['file dist\\a.exe']);
  });

  it('a quote left over from a folder in quotes is no part of the name', async () => {
    tree('dist/a.exe');
    expect(await brief(['dist\\"'], { platform })).toEqual(['walked dist/a.exe']);
  });

  it('globs match in any case', async () => {
    tree('dist/SETUP.EXE');
    expect(await brief(['dist\\*.exe'], { platform })).toEqual(['file dist/SETUP.EXE']);
    expect((await usageErrorOf(['dist/*.exe'])).code).toBe('CONFIG_NO_TARGET');
  });

  it('a drive that is not there is a pattern that matches nothing', async () => {
    const error = await usageErrorOf(['Q:\\dist\\*.exe', 'Q:\\setup.exe'], { platform });
    expect(error.message).toBe('no target matches "Q:\\dist\\*.exe", "Q:\\setup.exe"');
  });
});

describe('URLs', () => {
  it('are taken as they are spelled, once', async () => {
    const url = 'https://example.com/dl/Setup%20(1).exe?x=[1]#part';
    expect(await brief([url, url, 'HTTP://example.com'])).toEqual([`url ${url}`, 'url HTTP://example.com']);
    expect(await brief(['https://example.com', 'https://EXAMPLE.com/'])).toEqual(['url https://example.com']);
  });

  it.each(['http://', 'https://exa mple.com/', 'https:example.com/a', 'ftp://example.com/a.exe', 'file:///etc/passwd'])(
    'are a problem when they are %s',
    async (url) => {
      expect(await brief([url])).toEqual([`ARTIFACT_URL_INVALID ${url}`]);
    },
  );

  it('with a password are refused without repeating it', async () => {
    const [found] = await collect(['https://user:hunter2@example.com/a.exe']);
    expect(found).toMatchObject({ kind: 'problem', error: { code: 'ARTIFACT_URL_INVALID' } });
    expect(JSON.stringify(found) + (found as { error: Error }).error.message).not.toMatch(/hunter2|user@/);
  });
});

describe('digests', () => {
  it('are recognised by their length, in any case, once', async () => {
    const md5 = 'A'.repeat(32);
    expect(await brief([md5, md5.toLowerCase(), 'b'.repeat(40), 'c'.repeat(64)])).toEqual([
      `md5 ${'a'.repeat(32)}`,
      `sha1 ${'b'.repeat(40)}`,
      `sha256 ${'c'.repeat(64)}`,
    ]);
  });

  it('lose against a file of that name', async () => {
    const name = 'd'.repeat(64);
    tree(name);
    expect(await brief([name])).toEqual([`file ${name}`]);
  });

  it('of another length are no target', async () => {
    expect((await usageErrorOf(['e'.repeat(63)])).code).toBe('CONFIG_NO_TARGET');
  });
});

describe('standard input', () => {
  const from = (content: string | Buffer): Partial<CollectOptions> => ({ stdin: Readable.from([content]) });

  it('lists one target a line', async () => {
    tree('a.exe', 'b c.exe', '#d.exe');
    const list = '\ufeffa.exe\r\n\r\n  # a comment\r\n"b c.exe"\r\nhttps://example.com/x\r\n./#d.exe';
    expect(await brief(['-'], from(list))).toEqual([
      'file a.exe',
      'file b c.exe',
      'url https://example.com/x',
      'file #d.exe',
    ]);
  });

  it('may be cut anywhere, in the middle of a character too', async () => {
    tree('Größe.exe', 'b.exe');
    const bytes = Buffer.from('Größe.exe\r\nb.exe\r\n');
    const stdin = Readable.from(Array.from(bytes, (byte) => Buffer.of(byte)));
    expect(await brief(['-'], { stdin })).toEqual(['file Größe.exe', 'file b.exe']);
  });

  it('is understood in UTF-16, as Windows PowerShell writes it', async () => {
    tree('Größe.exe');
    expect(await brief(['-'], from(Buffer.from('\ufeffGröße.exe\r\n', 'utf16le')))).toEqual(['file Größe.exe']);
  });

  it('is read once, beside other targets', async () => {
    tree('a.exe', 'b.exe');
    expect(await brief(['b.exe', '-', '-'], from('a.exe\nb.exe\n'))).toEqual(['file b.exe', 'file a.exe']);
  });

  it('that lists nothing is an error: a broken pipe must not let a release pass', async () => {
    tree('a.exe');
    expect((await usageErrorOf(['a.exe', '-'], from('# nothing\n\n'))).message).toContain('"-"');
  });

  it('is given up when the run is interrupted, even if nobody ever writes to it', async () => {
    const controller = new AbortController();
    const reason = new Error('interrupted');
    const stdin = new PassThrough();
    const collecting = collect(['-'], { stdin, signal: controller.signal });
    setImmediate(() => controller.abort(reason));
    await expect(collecting).rejects.toBe(reason);
  });
});

describe('patterns that lead to nothing', () => {
  it('are an error that names them all, before anything is collected', async () => {
    tree('a.exe');
    const error = await usageErrorOf(['a.exe', 'missing.exe', 'no/*.msi', '', 'a.exe/b', 'x'.repeat(300), 'nul\0']);
    expect(error.code).toBe('CONFIG_NO_TARGET');
    expect(error.exit).toBe('usage');
    expect(error.message).toBe(
      `no target matches "missing.exe", "no/*.msi", "", "a.exe/b", "${'x'.repeat(300)}", "nul\\u{0}"`,
    );
    expect(error.hint).toContain('sha256');
  });

  it('are named with their control characters made visible', async () => {
    expect((await usageErrorOf(['\u001b[2J\r\n*.exe'])).message).toContain('"\\u{1b}[2J\\u{d}\\u{a}*.exe"');
  });

  it('are an error when there is none at all', async () => {
    expect((await usageErrorOf([])).code).toBe('CONFIG_NO_TARGET');
  });
});
