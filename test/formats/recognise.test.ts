import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileFormat } from '../../src/domain/artifact.js';
import { isExecutableFormat, recogniseFormat } from '../../src/formats/recognise.js';
import type { RecognitionWindow } from '../../src/formats/recognition-window.js';

const SAMPLES = join(import.meta.dirname, '../../fixtures/samples');

/** As the hasher shows a file: 4 KiB of each end, and the rest on request. */
function recognise(bytes: Uint8Array, name = 'renamed.dat'): FileFormat {
  return recogniseFormat(bytes.subarray(0, 4096), windowOf(bytes, name));
}

function windowOf(bytes: Uint8Array, name: string): RecognitionWindow {
  return {
    name,
    tail: bytes.subarray(Math.max(0, bytes.length - 4096)),
    sizeBytes: bytes.length,
    readAt: (offset, length) => bytes.subarray(offset, offset + length),
  };
}

const text = (content: string): Buffer => Buffer.from(content, 'latin1');

describe('real files are recognised under any name', () => {
  it.each<[string, FileFormat]>([
    ['hello-x64-unsigned.exe', 'pe'],
    ['hello-x86-signed.exe', 'pe'],
    ['setup-signed.exe', 'pe'],
    ['archive-unsigned.msi', 'msi'],
    ['archive-signed.msi', 'msi'],
    ['archive-signed-dse.msi', 'msi'],
    ['archive-unsigned.cab', 'cab'],
    ['archive-signed.cab', 'cab'],
    ['archive.zip', 'zip'],
    ['archive.nupkg', 'nupkg'],
    ['archive.jar', 'jar'],
    ['archive-unsigned.msix', 'msix'],
    ['archive-signed.msix', 'msix'],
    ['archive.7z', '7z'],
    ['archive.deb', 'deb'],
    ['hello-linux-x64', 'elf'],
    ['install.sh', 'script'],
    ['install.ps1', 'other'],
    ['install.cmd', 'other'],
    ['test-root.pem', 'other'],
  ])('%s is %s', (name, format) => {
    expect(recognise(readFileSync(join(SAMPLES, name)))).toBe(format);
  });
});

describe('programs', () => {
  it('need the second header: MZ alone is none', () => {
    expect(recognise(text('MZ is how this sentence begins, and it goes on for more than sixty-four bytes.'))).toBe(
      'other',
    );
  });

  it('may have the second header far behind the first bytes', () => {
    const bytes = Buffer.alloc(100_000);
    bytes.write('MZ');
    bytes.writeUInt32LE(90_000, 0x3c);
    bytes.write('PE\0\0', 90_000);
    expect(recognise(bytes)).toBe('pe');
  });

  it('are none when the second header is beyond the end', () => {
    const bytes = Buffer.alloc(200);
    bytes.write('MZ');
    bytes.writeUInt32LE(0xffffffff, 0x3c);
    expect(recognise(bytes)).toBe('other');
  });

  it('stay programs with an archive, a page or a disk image behind them', () => {
    const program = readFileSync(join(SAMPLES, 'hello-x64-unsigned.exe'));
    const koly = Buffer.alloc(512);
    koly.write('koly\0\0\0\x04\0\0\x02\0', 'latin1');
    expect(recognise(Buffer.concat([program, readFileSync(join(SAMPLES, 'archive.zip'))]))).toBe('pe');
    expect(recognise(Buffer.concat([program, koly]))).toBe('pe');
  });

  it.each<[string, string, FileFormat]>([
    ['32 bit, big-endian', '\xfe\xed\xfa\xce', 'macho'],
    ['64 bit, little-endian', '\xcf\xfa\xed\xfe', 'macho'],
    ['universal with two programs', '\xca\xfe\xba\xbe\0\0\0\x02', 'macho'],
    ['universal with 64 bit offsets', '\xca\xfe\xba\xbf\0\0\0\x02', 'macho'],
    ['a Java class of version 52', '\xca\xfe\xba\xbe\0\0\0\x34', 'other'],
    ['a Java class with a minor version', '\xca\xfe\xba\xbe\0\x03\0\x2d', 'other'],
    ['universal with no program', '\xca\xfe\xba\xbe\0\0\0\0', 'other'],
    ['the first four bytes alone', '\xca\xfe\xba\xbe', 'other'],
  ])('Mach-O: %s', (_, start, format) => {
    expect(recognise(text(start))).toBe(format);
  });
});

describe('packages', () => {
  it('are installer databases by the class of their root, wherever the directory is', () => {
    const bytes = Buffer.alloc(300_000);
    bytes.write('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'latin1');
    bytes.writeUInt16LE(9, 30);
    bytes.writeUInt32LE(400, 48);
    expect(recognise(bytes)).toBe('ole');
    Buffer.from('84100c0000000000c000000000000046', 'hex').copy(bytes, 401 * 512 + 80);
    expect(recognise(bytes)).toBe('msi');
  });

  it('are compound files at least when the directory is beyond the end', () => {
    const bytes = Buffer.alloc(600);
    bytes.write('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'latin1');
    bytes.writeUInt16LE(12, 30);
    bytes.writeUInt32LE(0xfffffffe, 48);
    expect(recognise(bytes)).toBe('ole');
  });

  it('are recognised by a directory at the end that the first bytes do not show', () => {
    const zip = zipOf(['big.bin', 'AppxManifest.xml'], 200_000);
    expect(recognise(zip)).toBe('msix');
    expect(recogniseFormat(zip.subarray(0, 4096))).toBe('zip');
  });

  it('are recognised by both ends of a directory of many entries', () => {
    const many = Array.from({ length: 5000 }, (_, index) => `some/folder/entry-${index}.bin`);
    expect(recognise(zipOf([...many, 'AppxManifest.xml'], 0))).toBe('msix');
    expect(recognise(zipOf(['product.nuspec', ...many], 0))).toBe('nupkg');
  });

  it.each<[string, string[], FileFormat]>([
    ['an app bundle', ['AppxMetadata/AppxBundleManifest.xml'], 'msix'],
    ['a nuspec in a folder', ['docs/old.nuspec'], 'zip'],
    ['an Android package', ['META-INF/MANIFEST.MF', 'AndroidManifest.xml'], 'zip'],
    ['a Java archive with the manifest last', ['a.class', 'META-INF/MANIFEST.MF'], 'jar'],
    ['an empty archive', [], 'zip'],
  ])('zip: %s', (_, names, format) => {
    expect(recognise(zipOf(names, 0))).toBe(format);
  });

  it('are disk images by their trailer', () => {
    const bytes = Buffer.alloc(10_000, 0x78);
    bytes.write('koly\0\0\0\x04\0\0\x02\0', bytes.length - 512, 'latin1');
    expect(recognise(bytes)).toBe('dmg');
    expect(recognise(bytes.subarray(0, bytes.length - 1))).toBe('other');
  });

  it('are rpm and encrypted disk images by their first bytes', () => {
    expect(recognise(text('\xed\xab\xee\xdb\x03\0'))).toBe('rpm');
    expect(recognise(text('encrcdsa\0\0\0\x02'))).toBe('dmg');
  });

  it('are no cabinet when the reserved bytes are not zero', () => {
    expect(recognise(text('MSCF is four letters'))).toBe('other');
  });
});

describe('scripts', () => {
  it('are those with a shebang, after a byte order mark too', () => {
    expect(recognise(text('#!/bin/sh\n'))).toBe('script');
    expect(recognise(text('\xef\xbb\xbf#!/usr/bin/env pwsh\n'))).toBe('script');
  });

  it.each(['install.ps1', 'INSTALL.CMD', 'a.bat', 'a.vbs', 'a.js', 'a.wsf', 'C:\\dist\\a.psm1'])(
    'are text under the name %s',
    (name) => {
      expect(recognise(text('echo hello\r\n'), name)).toBe('script');
    },
  );

  it('are UTF-16 text too, as PowerShell writes it', () => {
    expect(recognise(Buffer.from('\ufeffWrite-Output 1\r\n', 'utf16le'), 'a.ps1')).toBe('script');
  });

  it('are not what only has the name', () => {
    expect(recognise(text('\x00\x01\x02\x03'), 'a.ps1')).toBe('other');
    expect(recognise(Buffer.alloc(0), 'a.ps1')).toBe('other');
    expect(recognise(text('plain text'), 'readme.txt')).toBe('other');
  });

  it('are real ones under their own names', () => {
    for (const name of ['install.ps1', 'install-signed.ps1', 'install.cmd']) {
      expect(recognise(readFileSync(join(SAMPLES, name)), name)).toBe('script');
    }
  });
});

describe('web pages', () => {
  it.each([
    '<!DOCTYPE html><title>Blocked</title>',
    '\xef\xbb\xbf\r\n  <HTML lang=en>',
    '<!-- portal -->\n<html>',
    '<?xml version="1.0"?>\n<!DOCTYPE x><html xmlns="http://www.w3.org/1999/xhtml">',
    '<script>location="/login"</script>',
  ])('are recognised: %j', (page) => {
    expect(recognise(text(page), 'setup.ps1')).toBe('html');
  });

  it('are recognised in UTF-16', () => {
    expect(recognise(Buffer.from('\ufeff<html>', 'utf16le'))).toBe('html');
  });

  it.each(['<?xml version="1.0"?><package/>', '<svg>', '<htmlish>', 'see <html>'])('are not: %j', (page) => {
    expect(recognise(text(page))).toBe('other');
  });
});

describe('a walk', () => {
  it('takes everything but pages and what is not known', () => {
    const all: FileFormat[] = ['pe', 'msi', 'ole', 'zip', 'msix', 'jar', 'nupkg', 'dmg', 'elf', 'macho', 'cab'];
    all.push('7z', 'deb', 'rpm', 'script', 'html', 'other');
    expect(all.filter((format) => !isExecutableFormat(format))).toEqual(['html', 'other']);
  });
});

describe('hostile bytes', () => {
  const starts = [
    'MZ',
    'PK\x03\x04',
    'PK\x05\x06',
    '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1',
    '\xca\xfe\xba\xbe',
    '<',
    '#!',
    '',
  ];
  const bytesArb = fc
    .tuple(
      fc.constantFrom(...starts),
      fc.uint8Array({ maxLength: 600 }),
      fc.constantFrom('', 'PK\x05\x06', 'PK\x01\x02'),
    )
    .chain(([start, middle, ending]) =>
      fc.uint8Array({ maxLength: 60 }).map((end) => Buffer.concat([text(start), middle, text(ending), end])),
    );

  it('never throw, and never change the answer between two looks', () => {
    fc.assert(
      fc.property(bytesArb, fc.string(), (bytes, name) => {
        expect(recognise(bytes, name)).toBe(recognise(bytes, name));
      }),
      { numRuns: 2000 },
    );
  });

  it('never throw when the window does not fit the file', () => {
    fc.assert(
      fc.property(
        bytesArb,
        fc.uint8Array({ maxLength: 600 }),
        fc.nat(2000),
        fc.nat(100),
        (head, tail, sizeBytes, most) => {
          const readAt = (_: number, length: number): Uint8Array => new Uint8Array(Math.min(length, most));
          expect(typeof recogniseFormat(head, { tail, sizeBytes, readAt })).toBe('string');
          expect(typeof recogniseFormat(head, { tail })).toBe('string');
          expect(typeof recogniseFormat(head)).toBe('string');
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('never make it ask for more than 192 KiB', () => {
    const bytes = zipOf(
      Array.from({ length: 9000 }, (_, index) => `some/folder/entry-${index}.bin`),
      1000,
    );
    let asked = 0;
    const readAt = (offset: number, length: number): Uint8Array => {
      asked += length;
      return bytes.subarray(offset, offset + length);
    };
    recogniseFormat(bytes.subarray(0, 4096), { ...windowOf(bytes, 'x'), readAt });
    expect(asked).toBeGreaterThan(65_536);
    expect(asked).toBeLessThanOrEqual(192 * 1024);
  });
});

/** A stored zip of empty entries, the first of which has `firstBytes` of content. */
function zipOf(names: readonly string[], firstBytes: number): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const [index, name] of names.entries()) {
    const size = index === 0 ? firstBytes : 0;
    const local = Buffer.alloc(30 + name.length + size);
    local.write('PK\x03\x04', 'latin1');
    local.writeUInt32LE(size, 18);
    local.writeUInt32LE(size, 22);
    local.writeUInt16LE(name.length, 26);
    local.write(name, 30);
    const central = Buffer.alloc(46 + name.length);
    central.write('PK\x01\x02', 'latin1');
    central.writeUInt32LE(size, 20);
    central.writeUInt32LE(size, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(offset, 42);
    central.write(name, 46);
    locals.push(local);
    centrals.push(central);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(names.length, 8);
  end.writeUInt16LE(names.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}
