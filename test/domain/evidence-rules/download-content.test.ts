import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileNameOf } from '../../../src/domain/evidence-rules/download-content.js';
import { download, evidenceInput, evidenceOf, exampleProfile, outcomeOf } from './support.js';

describe('what came behind a link', () => {
  it.each([
    ['setup.exe', 'pe'],
    ['setup.msi', 'msi'],
    ['package.zip', 'nupkg'],
    ['install.sh', 'script'],
    ['latest', 'html'],
    ['', 'html'],
  ] as const)('%j as %s is as promised: silent, because its maker chose the ending', (name, format) => {
    const url = `https://download.example.com/${name}`;
    const downloads = [download({ requestedUrl: url, finalUrl: url, format })];
    expect(outcomeOf('download-content', evidenceInput({ downloads }))).toBe('silent');
  });

  it.each([
    ['setup.exe', 'html'],
    ['setup.EXE', 'zip'],
    ['setup.msi', 'html'],
    ['setup%2Eexe', 'html'],
    ['package.zip', 'html'],
  ] as const)('%j as %s contradicts', (name, format) => {
    const downloads = [download({ requestedUrl: `https://download.example.com/${name}?id=1`, format })];
    expect(outcomeOf('download-content', evidenceInput({ downloads }))).toBe('contradicts: wrong-format');
  });

  it('is judged by the last URL too: a stable link names no file', () => {
    const downloads = [
      download({ requestedUrl: 'https://example.com/latest', finalUrl: 'https://example.com/a.exe', format: 'html' }),
    ];
    expect(outcomeOf('download-content', evidenceInput({ downloads }))).toBe('contradicts: wrong-format');
  });

  it('a web page where a list or the profile knows a release contradicts', () => {
    const url = 'https://example.com/latest';
    const downloads = [download({ requestedUrl: url, finalUrl: url, format: 'html' })];
    const published = [{ url, algorithm: 'sha256' as const, digest: 'b'.repeat(64), source: 'list' }];
    expect(outcomeOf('download-content', evidenceInput({ downloads, published }))).toBe('contradicts: web-page');

    const profile = exampleProfile({ files: [{ pattern: 'example-latest*' }] });
    const named = [download({ requestedUrl: 'https://example.com/example-latest', finalUrl: url, format: 'html' })];
    expect(outcomeOf('download-content', evidenceInput({ downloads: named, profile }))).toBe('contradicts: web-page');
  });

  it('fewer or more bytes than announced contradict', () => {
    for (const announcedBytes of [0, 2]) {
      const downloads = [download({ announcedBytes, receivedBytes: 1 })];
      expect(outcomeOf('download-content', evidenceInput({ downloads }))).toBe('contradicts: wrong-length');
    }
    expect(outcomeOf('download-content', evidenceInput({ downloads: [download({ announcedBytes: 1 })] }))).toBe(
      'silent',
    );
  });

  it('never supports, whatever the link looks like', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.string()),
        fc.constantFrom('pe', 'html', 'other', 'zip'),
        (url, format) => {
          const downloads = [download({ requestedUrl: url, finalUrl: url, format })];
          const outcomes = evidenceOf('download-content', evidenceInput({ downloads })).map(({ outcome }) => outcome);
          expect(outcomes).toHaveLength(1);
          expect(outcomes).not.toContain('supports');
        },
      ),
    );
  });
});

describe('the file name of a URL', () => {
  it.each([
    ['https://example.com/a/setup.exe?x=/b.exe#/c.exe', 'setup.exe'],
    ['https://example.com/Gr%C3%B6%C3%9Fe.exe', 'Größe.exe'],
    ['https://example.com/100%.exe', '100%.exe'],
    ['https://example.com', ''],
    ['https://example.com/a/', ''],
    ['no url', ''],
  ])('of %s is %j', (url, name) => {
    expect(fileNameOf(url)).toBe(name);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(fileNameOf(`https://a.example/${text}`)).toEqual(expect.any(String));
      }),
    );
  });
});
