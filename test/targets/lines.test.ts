import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTargetLines, readList } from '../../src/targets/lines.js';

describe('a list of targets', () => {
  it.each([
    ['a\nb', ['a', 'b']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['a\rb', ['a', 'b']],
    ['\ufeffa', ['a']],
    ['  a b  \n\n\t\n', ['a b']],
    ['# note\n#note\na # b', ['a # b']],
    ['"C:\\My App\\a.exe"\n\'b c\'', ['C:\\My App\\a.exe', 'b c']],
    ['"a" "b"', ['"a" "b"']],
    ['"a', ['"a']],
    ['""', ['""']],
    ['', []],
  ])('%j is %j', (text, lines) => {
    expect(parseTargetLines(text)).toEqual(lines);
  });

  it('gives back every name that it was given, whatever ends the lines', () => {
    const names = fc.array(fc.stringMatching(/^[a-zA-Z0-9äß._/\\:()[\]{} -]{1,40}$/).map((name) => `x${name}x`));
    fc.assert(
      fc.property(names, fc.constantFrom('\n', '\r\n', '\r'), (list, end) => {
        expect(parseTargetLines(list.map((name) => name + end).join(''))).toEqual(list);
      }),
    );
  });

  it('is refused when it is larger than a list can be, without reading it to the end', async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      const block = Buffer.alloc(16 * 1024 * 1024, 'a');
      for (;;) {
        given += 1;
        yield block;
      }
    }
    expect(await readList(endless(), new AbortController().signal)).toBeUndefined();
    expect(given).toBe(5);
  });
});
