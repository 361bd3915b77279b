import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { parseChecksumFile } from '../../src/manifests/checksum-file.js';
import { loadManifest } from '../../src/manifests/load-manifest.js';
import { parseWingetManifest } from '../../src/manifests/winget-manifest.js';
import { tempFolder } from '../support/temp.js';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

async function load(content: string | Uint8Array, name = 'list') {
  const path = join(tempFolder(), name);
  writeFileSync(path, content);
  return loadManifest(path, name);
}

const sha256 = (name: string, digest = A) => ({ name, algorithm: 'sha256', digest, source: 'list' });

describe('checksum files', () => {
  it('of the samples are read', async () => {
    const path = join(import.meta.dirname, '../../fixtures/samples/SHA256SUMS');
    const entries = await loadManifest(path);
    expect(entries.length).toBe(readFileSync(path, 'utf8').trim().split('\n').length);
    expect(entries[0]).toMatchObject({ algorithm: 'sha256', source: path });
  });

  it('have text and binary names, folders, other cases, comments, blank lines and line ends of Windows', async () => {
    const text = `# made by build\r\n\r\n${A}  setup.exe\r\n${B.toUpperCase()} *dist/x64\\my setup.exe\r\n`;
    expect(await load(text)).toEqual([sha256('setup.exe'), sha256('my setup.exe', B)]);
  });

  it('of BSD tools name their algorithm', async () => {
    const text = `SHA256 (dist/setup (1).exe) = ${A}\nMD5 (x.exe) = ${'c'.repeat(32)}\nSHA512(y.exe)= ${'d'.repeat(128)}\n`;
    expect(await load(text)).toEqual([
      sha256('setup (1).exe'),
      { name: 'x.exe', algorithm: 'md5', digest: 'c'.repeat(32), source: 'list' },
      { name: 'y.exe', algorithm: 'sha512', digest: 'd'.repeat(128), source: 'list' },
    ]);
  });

  it('are what coreutils write, escaped names included', async () => {
    const folder = tempFolder();
    const names = ['plain.exe', ' leading space.exe', 'line\nbreak.exe', 'a\\nb.exe', 'ümläut (2) = x.exe'];
    for (const name of names) writeFileSync(join(folder, name), name);
    for (const options of [[], ['--tag'], ['--binary']]) {
      const list = execFileSync('sha256sum', [...options, ...names], { cwd: folder });
      const entries = await load(list);
      // A backslash separates folders in lists that come from Windows.
      expect(entries.map(({ name }) => name)).toEqual(names.map((name) => name.split('\\').at(-1)));
    }
  });

  it('with a digest alone stand for the file they are called after', async () => {
    expect(await load(`${A}\n`, 'setup.exe.sha256')).toEqual([{ ...sha256('setup.exe'), source: 'setup.exe.sha256' }]);
    expect(await load(`${A}\n`)).toEqual([{ algorithm: 'sha256', digest: A, source: 'list' }]);
  });

  it('in UTF-16, as Windows PowerShell writes, are read', async () => {
    expect(await load(Buffer.from(`\ufeff${A}  setup.exe\r\n`, 'utf16le'))).toEqual([sha256('setup.exe')]);
  });
});

describe('winget installer manifests', () => {
  const url = 'https://download.example.com/1.0/setup.exe';
  const entry = { url, algorithm: 'sha256', digest: A, source: 'list' };

  it('give a hash for each URL', async () => {
    const text = `# Created with a tool
PackageIdentifier: Example.Archive
InstallerSwitches:
  Silent: /qn
Installers:
- Architecture: x86
  InstallerUrl: ${url}
  InstallerSha256: ${A.toUpperCase()}
  ProductCode: '{C11BB2A5-50DA-4872-B3D5-DA28C09605AD}'
- InstallerSha256: "${B}" # the other order
  Architecture: x64
  InstallerUrl: '${url}?x=1'
ManifestType: installer
`;
    expect(await load(text)).toEqual([entry, { ...entry, url: `${url}?x=1`, digest: B }]);
  });

  it('with an installer that lacks one of the two, or with a wrong value, are refused with the line', async () => {
    const missing = `Installers:\n- InstallerUrl: ${url}\n- InstallerUrl: ${url}\n  InstallerSha256: ${A}\n`;
    await expect(load(missing)).rejects.toThrow(/line 2: has no counterpart/);
    await expect(load(`InstallerUrl: ${url}\nInstallerSha256: 123\n`)).rejects.toThrow(/line 2: is no sha256/);
    await expect(load(`InstallerUrl: >-\n  ${url}\nInstallerSha256: ${A}\n`)).rejects.toThrow(/line 1: is no URL/);
  });
});

describe('our own format', () => {
  it('gives every digest of every file', async () => {
    const files = [
      { name: 'dist/setup.exe', sha256: A.toUpperCase(), md5: 'c'.repeat(32) },
      { url: 'https://example.com/x', sha256: B },
    ];
    expect(await load(JSON.stringify({ schemaVersion: 1, files }))).toEqual([
      sha256('setup.exe'),
      { name: 'setup.exe', algorithm: 'md5', digest: 'c'.repeat(32), source: 'list' },
      { url: 'https://example.com/x', algorithm: 'sha256', digest: B, source: 'list' },
    ]);
  });

  it('is refused with every problem and its path', async () => {
    const files = [{ sha256: A }, { name: 'x', sha256: '12' }, { name: 'y' }];
    const error = await load(JSON.stringify({ schemaVersion: 1, files, extra: 1 })).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toMatch(
      /files\.0: names nothing.*files\.1\.sha256: wanted 64.*files\.2: has no digest.*extra/s,
    );
  });
});

describe('what is no manifest', () => {
  it.each([
    ['a page', '<!doctype html>\n<p>not found</p>\n', /line 1: is no checksum line; line 2/],
    ['another digest length', `${'a'.repeat(40)}0  x\n`, /line 1/],
    ['an algorithm that does not fit its digest', `MD5 (x) = ${A}\n`, /line 1/],
    ['an escape that nobody writes', `\\${A}  a\\tb\n`, /line 1/],
    ['nothing', '\n# nothing\n', /lists no hashes/],
    ['broken JSON', '{"files":', /the file/],
  ])('%s is refused', async (_, text, message) => {
    await expect(load(text)).rejects.toThrow(message);
    await expect(load(text)).rejects.toMatchObject({ code: 'CONFIG_INVALID', hint: expect.any(String) });
  });

  it('does not fill the screen', async () => {
    const error = await load('x\n'.repeat(100_000)).catch((caught: unknown) => caught);
    expect(String(error)).toMatch(/and 99980 more$/);
    expect(String(error).length).toBeLessThan(2000);
  });

  it('a folder, a device, a missing or a far too large file is refused', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'sub'));
    for (const path of [join(folder, 'sub'), join(folder, 'none'), '/dev/zero']) {
      await expect(loadManifest(path)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    }
    await expect(load(Buffer.alloc(33 * 1024 * 1024, 0x0a))).rejects.toThrow(/larger than 32 MiB/);
  });
});

describe('always', () => {
  it('any text is entries or problems, never an exception', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('\n', ' ', '\\', '(', ')', '= ', A, 'SHA256 ', 'InstallerUrl: ', 'InstallerSha256: '),
    );
    fc.assert(
      fc.property(
        fc.array(piece).map((pieces) => pieces.join('')),
        (text) => {
          for (const { entries, problems } of [parseChecksumFile(text), parseWingetManifest(text)]) {
            expect(entries.every(({ digest }) => /^[0-9a-f]+$/.test(digest))).toBe(true);
            expect(problems.every(({ where }) => /^line \d+$/.test(where))).toBe(true);
          }
        },
      ),
    );
  });

  it('a long line costs no more than its length', () => {
    const startedAt = performance.now();
    for (const text of [
      `SHA256 (${')'.repeat(1_000_000)}`,
      `${A} ${' '.repeat(1_000_000)}`,
      `\\${A}  ${'\\'.repeat(1_000_001)}`,
    ]) {
      parseChecksumFile(text);
      parseWingetManifest(`InstallerUrl: ${text}\n${' '.repeat(1_000_000)}`);
    }
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});
