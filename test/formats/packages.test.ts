import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bufferReader, MAX_READ_BYTES } from '../../src/formats/byte-reader.js';
import { parseCab } from '../../src/formats/cab.js';
import { readFileFacts } from '../../src/formats/file-facts.js';
import { FormatError } from '../../src/formats/format-error.js';
import { openOle } from '../../src/formats/ole.js';
import { readZip, readZipEntry } from '../../src/formats/zip.js';

const sample = (name: string): Buffer => readFileSync(`fixtures/samples/${name}`);

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return 'none';
  } catch (error) {
    return error instanceof FormatError ? error.code : `unexpected ${String(error)}`;
  }
};

describe('reading bytes', () => {
  it.each([
    [0, 5, 'truncated'],
    [5, 0, 'truncated'],
    [-1, 1, 'malformed'],
    [0.5, 1, 'malformed'],
    [2 ** 53, 1, 'malformed'],
    [0, MAX_READ_BYTES + 1, 'too-large'],
    [2 ** 52, 2 ** 52, 'too-large'],
  ])('refuses to read %d + %d of four', (offset, length, code) => {
    expect(codeOf(() => bufferReader(Buffer.alloc(4)).read(offset, length))).toBe(code);
  });
});

describe('compound files', () => {
  it.each(['archive-unsigned.msi', 'archive-signed.msi', 'archive-signed-dse.msi'])(
    'reads the identity of %s',
    (name) => {
      expect(readFileFacts(bufferReader(sample(name)), 'msi')).toEqual({
        msi: {
          productCode: '{7D1F0C52-3A84-4A53-9C0B-52A6B1D0E420}',
          upgradeCode: '{C0A5F9B1-6D4E-4E8B-8B1C-9F2E7A30D111}',
          productName: 'Example Archive',
          manufacturer: 'Example Software GmbH',
          productVersion: '4.2.0',
        },
        unreadable: [],
      });
    },
  );

  it('reads a long stream and a short one by their chains', () => {
    const file = openOle(bufferReader(sample('archive-signed.msi')));
    const sizes = file.root.children.map((node) => [node.sizeBytes, file.read(node, 1_000_000).length]);
    expect(sizes.some(([size]) => size! >= 4096)).toBe(true);
    expect(sizes.some(([size]) => size! > 0 && size! < 4096)).toBe(true);
    for (const [size, read] of sizes) expect(read).toBe(size);
  });

  it('ends on a directory whose entry is its own sibling', () => {
    const bytes = sample('archive-unsigned.msi');
    const directory = (bytes.readUInt32LE(48) + 1) * 2 ** bytes.readUInt16LE(30);
    const child = bytes.readUInt32LE(directory + 76);
    bytes.writeUInt32LE(child, directory + child * 128 + 68);
    expect(codeOf(() => openOle(bufferReader(bytes)))).toBe('cyclic');
  });

  it('ends on sectors that lead in circles', () => {
    const bytes = sample('archive-unsigned.msi');
    const fat = (bytes.readUInt32LE(76) + 1) * 512;
    const first = bytes.readUInt32LE(48);
    bytes.writeUInt32LE(first, fat + first * 4);
    expect(codeOf(() => openOle(bufferReader(bytes)))).toBe('cyclic');
  });

  it('ends on a table of tables that leads in circles', () => {
    const bytes = Buffer.concat([sample('archive-unsigned.msi'), Buffer.alloc(512 * 20_000)]);
    const sector = 60;
    bytes.writeUInt32LE(150, 44);
    bytes.writeUInt32LE(sector, 68);
    // Every list of sectors holds none and leads to itself.
    bytes.fill(0xff, (sector + 1) * 512, (sector + 2) * 512);
    bytes.writeUInt32LE(sector, (sector + 2) * 512 - 4);
    const startedAt = performance.now();
    expect(codeOf(() => openOle(bufferReader(bytes)))).not.toMatch(/none|unexpected/);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  it.each([
    [30, 'sector size', 'unsupported'],
    [44, 'number of table sectors', 'malformed'],
    [48, 'first directory sector', 'truncated'],
    [56, 'limit of short streams', 'unsupported'],
  ])('refuses a lie at %d: %s', (at, _what, code) => {
    const bytes = sample('archive-unsigned.msi');
    bytes.writeUInt32LE(0x7fff_fff0, at);
    expect(codeOf(() => openOle(bufferReader(bytes)))).toBe(code);
  });

  it('never throws anything but its own errors', () => {
    const original = sample('archive-signed-dse.msi');
    const change = fc.record({ at: fc.nat(original.length - 4), value: fc.nat(0xffff_ffff) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), fc.nat(original.length), (changes, cut) => {
        const bytes = Buffer.from(original);
        for (const { at, value } of changes) bytes.writeUInt32LE(value, at);
        const facts = readFileFacts(bufferReader(cut % 3 === 0 ? bytes.subarray(0, cut) : bytes), 'msi');
        expect(facts.unreadable).toBeInstanceOf(Array);
      }),
      { numRuns: 300 },
    );
  });
});

describe('zip directories', () => {
  it('lists what is in a package', () => {
    const { entries } = readZip(bufferReader(sample('archive-signed.msix')));
    expect(entries.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['AppxManifest.xml', 'AppxBlockMap.xml', 'AppxSignature.p7x', '[Content_Types].xml']),
    );
  });

  it('unpacks an entry', () => {
    const reader = bufferReader(sample('archive-signed.msix'));
    const entry = readZip(reader).entries.find(({ name }) => name === 'AppxManifest.xml');
    expect(Buffer.from(readZipEntry(reader, entry!, 100_000)).toString()).toContain('<Package');
  });

  it('stops a bomb whatever its header says', () => {
    const packed = deflateRawSync(Buffer.alloc(50_000_000));
    const name = Buffer.from('a');
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt32LE(10, 22);
    local.writeUInt16LE(1, 26);
    const reader = bufferReader(Buffer.concat([local, name, packed]));
    const entry = {
      name: 'a',
      method: 8,
      flags: 0,
      compressedBytes: packed.length,
      uncompressedBytes: 10,
      localOffset: 0,
      recordStart: 0,
      recordEnd: 0,
    };
    expect(codeOf(() => readZipEntry(reader, entry, 1_000_000))).toBe('malformed');
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'truncated'],
    ['no end record', Buffer.alloc(100), 'malformed'],
    ['a directory beyond the end', endRecord(1, 46, 1000), 'malformed'],
    ['more entries than bytes', endRecord(60_000, 0, 0), 'truncated'],
  ])('refuses %s', (_what, bytes, code) => {
    expect(codeOf(() => readZip(bufferReader(bytes)))).toBe(code);
  });
});

function endRecord(count: number, directoryBytes: number, directoryOffset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(directoryBytes, 12);
  end.writeUInt32LE(directoryOffset, 16);
  return end;
}

describe('cabinets', () => {
  it('finds the place of the signature', () => {
    const bytes = sample('archive-signed.cab');
    const { signature } = parseCab(bufferReader(bytes));
    expect(signature!.offset + signature!.length).toBe(bytes.length);
    expect(parseCab(bufferReader(sample('archive-unsigned.cab'))).signature).toBeUndefined();
  });

  it.each([
    ['a set of cabinets', 30, 1, 'unsupported'],
    ['a reserved place of somebody else', 36, 6144, 'unsupported'],
    ['half a signature', 44, 0, 'malformed'],
  ])('refuses %s', (_what, at, value, code) => {
    const bytes = sample('archive-signed.cab');
    if (at === 30) bytes.writeUInt16LE(value, at);
    else bytes.writeUInt32LE(value, at);
    expect(codeOf(() => parseCab(bufferReader(bytes)))).toBe(code);
  });
});
