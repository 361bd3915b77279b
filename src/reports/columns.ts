import { eastAsianWidth } from 'get-east-asian-width';
import { visible } from '../domain/text.js';

/** Made when the first text needs it: loading the language data takes milliseconds that most runs need not spend. */
let segmenter: Intl.Segmenter | undefined;

function graphemes(text: string): string[] {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}

/** What a terminal draws no column for: combining marks and format characters. */
const INVISIBLE = /^[\p{M}\p{Cf}]+$/u;

/** Drawn as a picture two columns wide, by itself or because a variation selector asks for it. */
const PICTURE = /\p{Emoji_Presentation}|\ufe0f/u;

/**
 * Terminal columns that a text without control characters takes. Colour sequences count as nothing.
 *
 * `string-width` does the same with more care for old terminals; its tables take 16 ms to load, a tenth of a cached check.
 */
export function widthOf(text: string): number {
  // oxlint-disable-next-line no-control-regex -- the sequences that colour text begin with one
  const plain = text.replace(/\u001b\[[\d;]*m/g, '');
  if (/^[\x20-\x7e]*$/.test(plain)) return plain.length;
  return graphemes(plain).reduce((sum, grapheme) => sum + widthOfGrapheme(grapheme), 0);
}

function widthOfGrapheme(grapheme: string): number {
  if (INVISIBLE.test(grapheme)) return 0;
  if (PICTURE.test(grapheme)) return 2;
  return eastAsianWidth(grapheme.codePointAt(0) ?? 0x20);
}

/** Pads to `width` terminal columns, counting wide and combining characters as a terminal does. Pure. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/**
 * A hostile or long text on one line of at most `width` columns: control characters made visible, the middle cut out, so
 * that both the beginning and the extension stay readable. Pure.
 */
export function fit(text: string, width: number): string {
  const shown = visible(text);
  if (widthOf(shown) <= width) return shown;
  const parts = graphemes(shown);
  const tailWidth = Math.floor((width - 1) / 3);
  const head = take(parts, width - 1 - tailWidth);
  const tail = take(parts.toReversed(), tailWidth).toReversed();
  return `${head.join('')}…${tail.join('')}`;
}

function take(parts: readonly string[], width: number): string[] {
  const taken: string[] = [];
  let left = width;
  for (const part of parts) {
    left -= widthOf(part);
    if (left < 0) break;
    taken.push(part);
  }
  return taken;
}

/** Greedy line filling at spaces; words longer than the line stand alone. Pure. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}
