import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MultipartError, MultipartReader } from '../../src/simulate/multipart.js';

interface Part {
  readonly name: string | undefined;
  readonly filename: string | undefined;
  readonly bytes: Buffer;
}

/** Reads a body cut at the given sizes (the last one repeats). */
function read(body: Buffer, boundary: string, sizes: readonly number[]): readonly Part[] {
  const reader = new MultipartReader(boundary);
  const parts: { name: string | undefined; filename: string | undefined; pieces: Buffer[] }[] = [];
  for (let at = 0, turn = 0; at < body.length; turn += 1) {
    const size = sizes[Math.min(turn, sizes.length - 1)] ?? body.length;
    for (const event of reader.push(Buffer.from(body.subarray(at, at + size)))) {
      if (event.kind === 'part') parts.push({ ...event.headers, pieces: [] });
      if (event.kind === 'data') parts.at(-1)?.pieces.push(Buffer.from(event.bytes));
    }
    at += size;
  }
  reader.end();
  return parts.map(({ name, filename, pieces }) => ({ name, filename, bytes: Buffer.concat(pieces) }));
}

function write(parts: readonly Part[], boundary: string, preamble = ''): Buffer {
  const lines = parts.flatMap(({ name, filename, bytes }) => [
    Buffer.from(`\r\n--${boundary}\r\nContent-Disposition: form-data; name="${name}"`),
    Buffer.from(filename === undefined ? '' : `; filename="${filename.replaceAll('"', '\\"')}"`),
    Buffer.from('\r\nContent-Type: application/octet-stream\r\n\r\n'),
    bytes,
  ]);
  const whole = Buffer.concat([...lines, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return preamble === '' ? whole.subarray(2) : Buffer.concat([Buffer.from(preamble), whole]);
}

// Bytes out of which boundaries are made, so that almost-boundaries are common.
const tricky = fc
  .array(fc.constantFrom('\r', '\n', '-', '--', '\r\n--', '\r\n--b', 'b', 'bound', 'x', '\0'), { maxLength: 60 })
  .map((pieces) => Buffer.from(pieces.join('')));
const bytes = fc.oneof(
  tricky,
  fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array)),
);
const filename = fc.string({ maxLength: 20, unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n\\%]/g, '_'));
const part = fc.record({
  name: fc.constantFrom('file', 'password', 'other'),
  filename: fc.option(filename, { nil: undefined }),
  bytes,
});

describe('a multipart reader', () => {
  it('reads the same parts however the body is cut', () => {
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 40 }),
        fc.constantFrom('', 'preamble', 'pre\r\n--bount\r\n'),
        (parts, sizes, preamble) => {
          const boundary = 'boundary-no-data-holds';
          expect(read(write(parts, boundary, preamble), boundary, sizes)).toEqual(parts);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reads one byte at a time', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), (parts) => {
        const boundary = 'bounce';
        fc.pre(parts.every(({ bytes }) => !bytes.includes(`\r\n--${boundary}`)));
        expect(read(write(parts, boundary), boundary, [1])).toEqual(parts);
      }),
    );
  });

  it('reads an empty file', () => {
    expect(read(write([{ name: 'file', filename: 'a', bytes: Buffer.alloc(0) }], 'b'), 'b', [3])).toEqual([
      { name: 'file', filename: 'a', bytes: Buffer.alloc(0) },
    ]);
  });

  it('reads a part without headers', () => {
    expect(read(Buffer.from('--b\r\n\r\nx\r\n--b--'), 'b', [1])).toEqual([
      { name: undefined, filename: undefined, bytes: Buffer.from('x') },
    ]);
  });

  it.each([
    ['empty', ''],
    ['without its last boundary', '--b\r\nA: b\r\n\r\nbody'],
    ['cut within its last boundary', '--b\r\nA: b\r\n\r\nbody\r\n--b-'],
    ['with something behind a boundary', '--b!\r\n\r\n'],
  ])('refuses a body that is %s', (_, body) => {
    expect(() => read(Buffer.from(body), 'b', [2])).toThrow(MultipartError);
  });

  it('refuses headers without end instead of collecting them', () => {
    const reader = new MultipartReader('b');
    const feed = () => {
      for (const _event of reader.push(Buffer.from(`--b\r\nA: ${'x'.repeat(20_000)}`))) continue;
    };
    expect(feed).toThrow(MultipartError);
  });
});
