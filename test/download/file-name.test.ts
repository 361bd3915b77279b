import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { downloadName } from '../../src/download/file-name.js';

const URL_ = 'https://downloads.example.com/a/setup-1.2.exe?token=x';

describe('the name of a download', () => {
  it.each<[string, string | undefined, string]>([
    [URL_, undefined, 'setup-1.2.exe'],
    [URL_, 'attachment; filename="Product Setup.exe"', 'Product Setup.exe'],
    [URL_, 'attachment; filename=plain.exe; size=3', 'plain.exe'],
    [URL_, "attachment; filename=plain.exe; filename*=UTF-8''gr%C3%B6%C3%9Fe.exe", 'größe.exe'],
    [URL_, "attachment; filename*=utf-8''%zz.exe", '%zz.exe'],
    [URL_, 'attachment; filename="../../../etc/passwd"', 'passwd'],
    [URL_, 'attachment; filename="..\\..\\Windows\\evil.exe"', 'evil.exe'],
    [URL_, "attachment; filename*=UTF-8''..%2F..%2Fevil.exe", 'evil.exe'],
    [URL_, "attachment; filename*=UTF-8''C%3A%5Cevil.exe", 'evil.exe'],
    [URL_, 'attachment; filename=".."', 'setup-1.2.exe'],
    [URL_, 'attachment; filename="/"', 'setup-1.2.exe'],
    [URL_, 'attachment; filename=""', 'setup-1.2.exe'],
    [URL_, 'attachment', 'setup-1.2.exe'],
    [URL_, "attachment; filename*=UTF-8''%E2%80%AEgpj.exe", '\\u{202e}gpj.exe'],
    [URL_, "attachment; filename*=UTF-8''a%1B%5B2J%00.exe", 'a\\u{1b}[2J\\u{0}.exe'],
    ['https://example.com/', undefined, 'example.com'],
    ['https://example.com/a/..%2f..%2fevil.exe', undefined, 'evil.exe'],
    ['https://example.com/%', undefined, '%'],
    ['https://example.com/a%20b.exe', undefined, 'a b.exe'],
  ])('of %s with %j is %j', (url, disposition, expected) => {
    expect(downloadName(url, disposition)).toBe(expected);
  });

  it('that a server wrote in UTF-8, as many do, is readable', () => {
    const asReceived = Buffer.from('attachment; filename="größe ♥.exe"', 'utf8').toString('latin1');
    expect(downloadName(URL_, asReceived)).toBe('größe ♥.exe');
    expect(downloadName(URL_, 'attachment; filename="gr\u00f6\u00dfe.exe"')).toBe('größe.exe');
  });

  it('has no folder, no control character and a bounded length, whatever a server writes', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((text) => `attachment; filename="${text}"`),
      fc
        .string({ unit: 'binary' })
        .map((text) => `attachment; filename*=UTF-8''${Buffer.from(text).toString('hex').replace(/../g, '%$&')}`),
      fc.string({ minLength: 300, maxLength: 500 }).map((text) => `attachment; filename="😀${text}"`),
    );
    fc.assert(
      fc.property(hostile, fc.webUrl(), (disposition, url) => {
        const name = downloadName(url, disposition);
        expect(name).not.toBe('');
        // oxlint-disable-next-line no-control-regex -- their absence is the point
        expect(name).not.toMatch(/^\.+$|\/|[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
        expect(name.length).toBeLessThanOrEqual(200);
      }),
    );
  });
});
