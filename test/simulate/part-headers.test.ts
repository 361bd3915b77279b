import { describe, expect, it } from 'vitest';
import { boundaryOf, parsePartHeaders } from '../../src/simulate/part-headers.js';

const filenameOf = (parameters: string) =>
  parsePartHeaders(`Content-Type: text/plain\r\ncontent-disposition: form-data; name="file"; ${parameters}`).filename;

describe('the headers of a part', () => {
  it.each([
    ['filename="setup.exe"', 'setup.exe'],
    ['filename=setup.exe', 'setup.exe'],
    ['filename=""', ''],
    ['filename="a; name=b.exe"', 'a; name=b.exe'],
    ['filename="näme 日本.msi"', 'näme 日本.msi'],
    [String.raw`filename="a \"quoted\" name"`, 'a "quoted" name'],
    ['filename="a %22quoted%22%0D%0Aname"', 'a "quoted"\r\nname'],
    [String.raw`filename="C:\build\setup.exe"`, String.raw`C:\build\setup.exe`],
  ])('give the name in %s', (parameters, filename) => {
    expect(filenameOf(parameters)).toBe(filename);
  });

  it('tell the extended form of the name apart', () => {
    const headers = parsePartHeaders(`Content-Disposition: form-data; name="file"; filename*=UTF-8''a.exe`);
    expect(headers).toEqual({ name: 'file', filename: undefined, hasExtendedFilename: true });
  });

  it.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['multipart/form-data; boundary="a b c"', 'a b c'],
    ['Multipart/Form-Data; charset=utf-8; boundary=abc; x=y', 'abc'],
    ['multipart/form-data', undefined],
    ['application/json', undefined],
    [undefined, undefined],
  ])('come behind the boundary of %j', (contentType, boundary) => {
    expect(boundaryOf(contentType)).toBe(boundary);
  });
});
