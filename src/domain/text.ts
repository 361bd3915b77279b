/** What a terminal or a log may obey instead of show, beside the control characters of ASCII. */
const UNSEEN_BEYOND_ASCII = String.raw`\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff`;

/** All of it. Bidirectional controls are in the list because `gpj.exe` with one of them reads as `exe.jpg`. */
const UNSEEN = new RegExp(String.raw`[\u0000-\u001f${UNSEEN_BEYOND_ASCII}]`, 'g');

/** What `JSON.stringify` does not escape by itself; its own line breaks stay. */
const UNSEEN_IN_JSON = new RegExp(`[${UNSEEN_BEYOND_ASCII}]`, 'g');

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
  const json = JSON.stringify(value, null, 2);
  // The whole text at once: a document of 20,000 artifacts has half a million lines, and each would be a string of its own.
  const escaped = json.replace(
    UNSEEN_IN_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${escaped}\n`;
}
