import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileFacts } from '../../src/domain/file-facts.js';
import { bufferReader } from '../../src/formats/byte-reader.js';
import { readFileFacts } from '../../src/formats/file-facts.js';
import { addressOf, buildPe, CODE, CODE_WRITABLE, noise } from './pe-builder.js';

const sample = (name: string): Buffer => readFileSync(`fixtures/samples/${name}`);
const factsOf = (bytes: Uint8Array): FileFacts => readFileFacts(bufferReader(bytes), 'pe');

describe('what a program says about itself', () => {
  it('reads the version resource', () => {
    expect(factsOf(sample('hello-x64-signed.exe')).versionResource).toEqual({
      companyName: 'Example Software GmbH',
      fileDescription: 'Example Archive',
      fileVersion: '4.2.0.0',
      internalName: 'ExampleArchive',
      legalCopyright: 'Copyright (c) 2026 Example Software GmbH',
      originalFilename: 'ExampleArchive.exe',
      productName: 'Example Archive',
      productVersion: '4.2.0',
    });
  });

  it.each([
    ['hello-x64-unsigned.exe', 64],
    ['hello-x86-unsigned.exe', 32],
  ])('reads headers and imports of %s', (name, bits) => {
    const { pe, unreadable } = factsOf(sample(name));
    expect(unreadable).toEqual([]);
    expect(pe).toMatchObject({ bits, kind: 'exe', dotNet: false, overlayBytes: 0, embeddedExecutables: [] });
    expect(pe?.libraries).toEqual(['kernel32.dll', 'msvcrt.dll']);
    expect(pe?.functions).toContain('VirtualProtect');
    expect(pe?.sections.find(({ name: section }) => section === '.text')).toMatchObject({
      executable: true,
      writable: false,
    });
  });

  it('does not count the signature as overlay', () => {
    expect(factsOf(sample('hello-x64-signed.exe')).pe?.overlayBytes).toBe(0);
    const unsigned = factsOf(sample('setup-unsigned.exe')).pe?.overlayBytes ?? 0;
    const signed = factsOf(sample('setup-signed.exe')).pe?.overlayBytes ?? 0;
    expect(unsigned).toBeGreaterThan(10_000);
    expect(Math.abs(signed - unsigned)).toBeLessThan(8);
  });

  it('measures entropy and flags of sections', () => {
    const { pe } = factsOf(
      buildPe({
        sections: [
          { name: '.text', bytes: Buffer.alloc(4096, 0x90), characteristics: CODE },
          { name: '.pack', bytes: noise(65_536), characteristics: CODE_WRITABLE },
        ],
      }),
    );
    expect(pe?.sections).toMatchObject([
      { name: '.text', entropy: 0, writable: false, executable: true },
      { name: '.pack', writable: true, executable: true },
    ]);
    expect(pe?.sections[1]?.entropy).toBeGreaterThan(7.9);
  });

  it('finds programs inside an overlay, and not every MZ', () => {
    const inner = sample('hello-x64-unsigned.exe');
    const overlay = Buffer.concat([Buffer.from('MZ is no program'), Buffer.alloc(1_048_000), inner]);
    const outer = buildPe({ sections: [{ name: '.text', bytes: Buffer.alloc(16) }], overlay });
    const { pe } = factsOf(outer);
    expect(pe?.embeddedExecutables).toEqual([outer.length - inner.length]);
  });

  it.each([
    ['setup-signed.exe', sample('setup-signed.exe'), 'nsis'],
    ['a WiX bundle', buildPe({ sections: [{ name: '.wixburn', bytes: Buffer.alloc(16) }] }), 'wix-burn'],
    ['a 7-Zip SFX', buildPe({ overlay: Buffer.from(';!@Install@!UTF-8!\r\nTitle="x"\r\n;!@InstallEnd@!') }), '7z-sfx'],
    [
      'Squirrel',
      buildPe({ sections: [{ name: '.rdata', bytes: Buffer.from('SquirrelTemp', 'utf16le') }] }),
      'squirrel',
    ],
    ['an ordinary program', sample('hello-x64-unsigned.exe'), undefined],
  ])('knows %s by its installer', (_name, bytes, kind) => {
    expect(factsOf(bytes).installer).toBe(kind);
  });

  it('knows Inno Setup by the table in its resources', () => {
    const data = Buffer.concat([Buffer.from('rDlPtS\xcd\xe6\xd7\x7b\x0b\x2a', 'latin1'), Buffer.alloc(32)]);
    const bytes = buildPe({
      sections: [{ name: '.rsrc', bytes: resourceTree(10, data) }],
      directories: { 2: [addressOf(0), 256] },
    });
    expect(factsOf(bytes)).toMatchObject({ installer: 'inno', unreadable: [] });
  });
});

describe('Electron', () => {
  const program = (sections: readonly string[], library: string): Buffer =>
    buildPe({
      sections: [
        { name: '.idata', bytes: importTable(library) },
        ...sections.map((name) => ({ name, bytes: Buffer.alloc(16) })),
      ],
      directories: { 1: [addressOf(0), 40] },
    });

  it.each([
    ['its crash reporter and a codec library beside it', program(['CPADinfo'], 'ffmpeg.dll'), 'electron'],
    ['Chrome, which has the codecs inside', program(['CPADinfo'], 'chrome_elf.dll'), undefined],
    ['a player that uses the same codecs', program(['.data'], 'ffmpeg.dll'), undefined],
  ])('is told by %s', (_what, bytes, kind) => {
    expect(factsOf(bytes)).toMatchObject({ unreadable: [] });
    expect(factsOf(bytes).installer).toBe(kind);
  });
});

/** An import table with one library and no function, for the first section. */
function importTable(library: string): Buffer {
  const table = Buffer.alloc(40);
  table.writeUInt32LE(addressOf(0) + table.length, 12);
  return Buffer.concat([table, Buffer.from(`${library}\0`.padEnd(64, '\0'), 'latin1')]);
}

/** One resource of one type: three levels with one entry each, then the data. */
function resourceTree(type: number, data: Uint8Array): Buffer {
  const tree = Buffer.alloc(88);
  [0, 24, 48].forEach((at, level) => {
    tree.writeUInt16LE(1, at + 14);
    tree.writeUInt32LE(level === 0 ? type : 1, at + 16);
    tree.writeUInt32LE(level === 2 ? 72 : 0x8000_0000 + at + 24, at + 20);
  });
  tree.writeUInt32LE(addressOf(0) + tree.length, 72);
  tree.writeUInt32LE(data.length, 76);
  return Buffer.concat([tree, data]);
}

describe('hostile programs', () => {
  it('ends on resources that lead back to themselves', () => {
    const tree = resourceTree(10, Buffer.alloc(4));
    tree.writeUInt32LE(0x8000_0000, 44);
    const bytes = buildPe({
      sections: [{ name: '.rsrc', bytes: tree }],
      directories: { 2: [addressOf(0), 256] },
    });
    expect(factsOf(bytes).unreadable).toEqual(['resources: cyclic']);
  });

  it('ends on an import table without end', () => {
    const descriptors = Buffer.alloc(0x8000, 0x01);
    const bytes = buildPe({
      sections: [{ name: '.idata', bytes: descriptors }],
      directories: { 1: [addressOf(0), 40] },
    });
    expect(factsOf(bytes).unreadable).toEqual(['imports: too-large']);
  });

  it('keeps what it can read when a part points nowhere', () => {
    const bytes = buildPe({ directories: { 1: [0xffff_0000, 40], 2: [0xffff_0000, 40] } });
    expect(factsOf(bytes)).toMatchObject({
      pe: { bits: 64 },
      unreadable: ['imports: malformed', 'resources: malformed'],
    });
  });

  it('measures no more than the file when a thousand sections all claim all of it', () => {
    const bytes = buildPe({
      sections: Array.from({ length: 15 }, (_, index) => ({ name: `s${index}`, bytes: Buffer.alloc(8) })),
      overlay: noise(200_000),
    });
    const table = 64 + 24 + 240;
    for (let index = 0; index < 15; index += 1) {
      bytes.writeUInt32LE(0xffff_ffff, table + index * 40 + 16);
      bytes.writeUInt32LE(0, table + index * 40 + 20);
    }
    const startedAt = performance.now();
    expect(factsOf(bytes).pe?.sections).toHaveLength(15);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'truncated'],
    ['a DOS header alone', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(62)]), 'malformed'],
    ['headers cut off', sample('hello-x64-unsigned.exe').subarray(0, 200), 'truncated'],
    ['another file', Buffer.from('<html></html>'.padEnd(64)), 'malformed'],
  ])('says what is wrong with %s', (_what, bytes, code) => {
    expect(factsOf(bytes)).toEqual({ unreadable: [`file: ${code}`] });
  });

  it('never throws and stays quick on programs with changed headers', () => {
    const originals = ['hello-x64-unsigned.exe', 'hello-x86-signed.exe', 'setup-unsigned.exe'].map(sample);
    const change = fc.record({ at: fc.nat(8191), value: fc.nat(0xffff_ffff) });
    fc.assert(
      fc.property(
        fc.constantFrom(...originals),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        (original, changes) => {
          const bytes = Buffer.from(original);
          for (const { at, value } of changes) bytes.writeUInt32LE(value, at % (bytes.length - 4));
          const startedAt = performance.now();
          expect(factsOf(bytes).unreadable).toBeInstanceOf(Array);
          expect(performance.now() - startedAt).toBeLessThan(1000);
        },
      ),
      { numRuns: 300 },
    );
  });
});
