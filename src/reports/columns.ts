import stringWidth from 'string-width';
import { visible } from '../domain/text.js';

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Pads to `width` terminal columns, counting wide and combining characters as a terminal does. Pure. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}

/**
 * A hostile or long text on one line of at most `width` columns: control characters made visible, the middle cut out, so
 * that both the beginning and the extension stay readable. Pure.
 */
export function fit(text: string, width: number): string {
  const shown = visible(text);
  if (stringWidth(shown) <= width) return shown;
  const parts = [...segmenter.segment(shown)].map(({ segment }) => segment);
  const tailWidth = Math.floor((width - 1) / 3);
  const head = take(parts, width - 1 - tailWidth);
  const tail = take(parts.toReversed(), tailWidth).toReversed();
  return `${head.join('')}…${tail.join('')}`;
}

function take(parts: readonly string[], width: number): string[] {
  const taken: string[] = [];
  let left = width;
  for (const part of parts) {
    left -= stringWidth(part);
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
    if (line !== '' && stringWidth(line) + 1 + stringWidth(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}
