import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { childrenOf, explicitOf, membersOf, octetsOf, oidOf, readElement, TAG } from '../../src/authenticode/der.js';
import { nameParts, textOf, timeOf } from '../../src/authenticode/der-values.js';
import { FormatError } from '../../src/formats/format-error.js';
import { der } from './der-builder.js';

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return 'none';
  } catch (error) {
    return error instanceof FormatError ? error.code : 'unexpected';
  }
};

function timed(run: () => unknown): number {
  const startedAt = performance.now();
  run();
  return performance.now() - startedAt;
}

describe('reading elements', () => {
  it('reads the first element and leaves what follows it', () => {
    const element = readElement(Buffer.concat([der(0x30, der(0x02, Buffer.from([5]))), Buffer.from('rest')]));
    expect(element.bytes.length).toBe(5);
    expect(membersOf(element).map(({ tag }) => tag)).toEqual([TAG.integer]);
  });

  it('reads indefinite lengths, nested as well', () => {
    const bytes = Buffer.from('3080a0800401610000040162 0000'.replaceAll(' ', ''), 'hex');
    const [wrapped, plain] = membersOf(readElement(bytes));
    expect(Buffer.from(octetsOf(explicitOf(wrapped, 0))).toString()).toBe('a');
    expect(Buffer.from(octetsOf(plain)).toString()).toBe('b');
  });

  it('joins the pieces of a cut string', () => {
    const cut = der(0x24, der(0x04, Buffer.from('ab')), der(0x04, Buffer.from('c')));
    expect(Buffer.from(octetsOf(readElement(cut))).toString()).toBe('abc');
  });

  it.each([
    ['2a864886f70d010702', '1.2.840.113549.1.7.2'],
    ['550403', '2.5.4.3'],
    ['883703', '2.999.3'],
  ])('spells object identifier %s', (hex, dotted) => {
    expect(oidOf(readElement(der(0x06, Buffer.from(hex, 'hex'))))).toBe(dotted);
  });

  it.each([
    ['an empty input', '', 'truncated'],
    ['a length beyond the end', '3005020101', 'truncated'],
    ['a child longer than its parent', '3003020501', 'truncated'],
    ['a length of seven bytes', '308701010101010101', 'malformed'],
    ['a primitive of indefinite length', '04800000', 'malformed'],
    ['an indefinite length without end', '30800201', 'truncated'],
    ['a tag without end', '3fffffffffffff01', 'malformed'],
  ])('refuses %s', (_what, hex, code) => {
    expect(codeOf(() => readElement(Buffer.from(hex, 'hex')))).toBe(code);
  });

  it('refuses what is no sequence, no wrapper, no string, no identifier', () => {
    const integer = readElement(der(0x02, Buffer.from([1])));
    expect([
      codeOf(() => membersOf(integer)),
      codeOf(() => explicitOf(integer, 0)),
      codeOf(() => octetsOf(integer)),
      codeOf(() => oidOf(integer)),
      codeOf(() => timeOf(integer)),
    ]).toEqual(Array.from({ length: 5 }, () => 'malformed'));
  });
});

describe('bombs', () => {
  it.each([
    [
      'definite',
      (depth: number) => Array.from({ length: depth }).reduce<Buffer>((inner) => der(0x30, inner), Buffer.alloc(0)),
    ],
    [
      'indefinite',
      (depth: number) => Buffer.concat([Buffer.alloc(depth * 2, Buffer.from('3080', 'hex')), Buffer.alloc(depth * 2)]),
    ],
  ])('stops at 64 levels of %s nesting, at once', (_form, build) => {
    const bomb = build(2000);
    expect(codeOf(() => readElement(bomb))).toBe('too-large');
    expect(timed(() => codeOf(() => readElement(bomb)))).toBeLessThan(100);
  });

  it('stops at 50,000 elements in 16 MiB of the smallest ones, at once', () => {
    const bomb = der(0x30, Buffer.alloc(16 * 1024 * 1024, Buffer.from('0500', 'hex')));
    expect(timed(() => expect(codeOf(() => readElement(bomb))).toBe('too-large'))).toBeLessThan(500);
  });

  it('does not look into strings', () => {
    const inner = Array.from({ length: 1000 }).reduce<Buffer>((nested) => der(0x04, nested), Buffer.alloc(0));
    expect(readElement(inner).content.length).toBeGreaterThan(1000);
  });

  it('ends on any bytes, with an element inside them or a known error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const code = codeOf(() => {
          const visit = (element: ReturnType<typeof readElement>): void => childrenOf(element).forEach(visit);
          visit(readElement(bytes));
        });
        expect(code).not.toBe('unexpected');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('values', () => {
  it.each([
    ['utf8', 0x0c, Buffer.from('Müller', 'utf8'), 'Müller'],
    ['printable', 0x13, Buffer.from('Example'), 'Example'],
    ['teletex', 0x14, Buffer.from('M\u00fcller', 'latin1'), 'Müller'],
    ['BMP', 0x1e, Buffer.from('004d00fc', 'hex'), 'Mü'],
    ['universal', 0x1c, Buffer.from('0001f600', 'hex'), '😀'],
    ['universal beyond the last character', 0x1c, Buffer.from('ffffffff', 'hex'), '\ufffd'],
    ['an integer', 0x02, Buffer.from([1]), ''],
  ])('reads %s text', (_kind, tag, content, text) => {
    expect(textOf(readElement(der(tag, content)))).toBe(text);
  });

  it.each([
    [0x17, '491231235959Z', '2049-12-31T23:59:59.000Z'],
    [0x17, '500101000000Z', '1950-01-01T00:00:00.000Z'],
    [0x17, '2606010900+0200', '2026-06-01T07:00:00.000Z'],
    [0x18, '20261123101112.5Z', '2026-11-23T10:11:12.500Z'],
    [0x18, '20261123101112-0130', '2026-11-23T11:41:12.000Z'],
  ])('reads time %i %s', (tag, text, iso) => {
    expect(new Date(timeOf(readElement(der(tag, Buffer.from(text))))).toISOString()).toBe(iso);
  });

  it.each(['', 'tomorrow', '20261123101112'])('refuses time "%s"', (text) => {
    expect(codeOf(() => timeOf(readElement(der(0x18, Buffer.from(text)))))).toBe('malformed');
  });

  it('takes a name apart in the order of its encoding', () => {
    const part = (oid: string, text: string): Buffer =>
      der(0x31, der(0x30, der(0x06, Buffer.from(oid, 'hex')), der(0x0c, Buffer.from(text))));
    const name = readElement(der(0x30, part('550406', 'DE'), part('550403', 'a\nO=b')));
    expect(nameParts(name)).toEqual([
      { oid: '2.5.4.6', text: 'DE' },
      { oid: '2.5.4.3', text: 'a\nO=b' },
    ]);
  });
});
