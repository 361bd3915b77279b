/**
 * Everything that a terminal or a log may obey instead of show. Bidirectional controls are in the list because `gpj.exe`
 * with one of them reads as `exe.jpg`.
 */
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Makes hostile text safe to show on one line of a terminal or a log: C0 and C1 control characters, line and paragraph
 * separators and bidirectional overrides become `\u{…}` escapes that a reader can see. Pure.
 */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** The same, cut to `length` characters with `…` in the middle, so that both ends of a long name stay readable. Pure. */
export function visibleWithin(text: string, length: number): string {
  const shown = [...visible(text)];
  if (shown.length <= length) return shown.join('');
  const head = Math.ceil((length - 1) / 2);
  return `${shown.slice(0, head).join('')}…${shown.slice(shown.length - (length - 1 - head)).join('')}`;
}

/**
 * A value as indented JSON with a line break at its end, safe to show: what `JSON.stringify` leaves as it is and a terminal
 * would obey is escaped too. It parses to the same value. Pure.
 */
export function jsonText(value: unknown): string {
  const lines = JSON.stringify(value, null, 2).split('\n');
  const escaped = lines.map((line) =>
    line.replace(UNSEEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
  return `${escaped.join('\n')}\n`;
}
