import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';

/** Colours a text, or leaves it. Colour is never the only carrier of a meaning: a word says it too. */
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;

export const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });

/** `NO_COLOR` wins, then `FORCE_COLOR`, then whether it is a terminal. Pure. */
export function choosePaint(env: Readonly<Record<string, string | undefined>>, isTty: boolean): Paint {
  if (env['NO_COLOR']) return plain;
  if (env['FORCE_COLOR'] && env['FORCE_COLOR'] !== '0') return coloured;
  return isTty && env['TERM'] !== 'dumb' ? coloured : plain;
}
