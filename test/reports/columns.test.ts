import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { fit, pad, widthOf, wrap } from '../../src/reports/columns.js';

describe('terminal columns', () => {
  it.each([
    'setup.exe',
    'Größe.exe',
    'Gro\u0308ße',
    '邮件存档.msi',
    '한글.exe',
    '♥.exe',
    '📦.zip',
    '👩‍💻',
    '🇩🇪',
    '❤️',
    'ｗｉｄｅ',
    'e\u0301',
  ])('are counted like the reference package counts them: %s', (text) => {
    expect(widthOf(text)).toBe(stringWidth(text));
  });

  it('of a fitted text are never more than asked for, and nothing in it moves the cursor', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), fc.integer({ min: 8, max: 60 }), (text, width) => {
        const fitted = fit(text, width);
        expect(widthOf(fitted)).toBeLessThanOrEqual(width);
        // oxlint-disable-next-line no-control-regex -- that is what must not be there
        expect(fitted).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });

  it('keep both ends of a long name', () => {
    const fitted = fit(`ExampleArchiveServerSetup-${'9'.repeat(80)}-x64.msi`, 40);
    expect(fitted).toMatch(/^ExampleArchiveServerSetup.*….*-x64\.msi$/);
  });

  it('are filled up by padding', () => {
    expect(pad('邮件', 6)).toBe('邮件  ');
    expect(pad('too long', 3)).toBe('too long');
  });

  it('are not exceeded by wrapping, but for words that are longer', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('incomprehensibilities are', 5)).toEqual(['incomprehensibilities', 'are']);
    expect(wrap('', 5)).toEqual([]);
  });
});
