/**
 * Makes hostile text safe to show on one line of a terminal or a log: C0 and C1 control characters, line and paragraph
 * separators and bidirectional overrides become `\u{…}` escapes that a reader can see. Pure.
 */
export function visible(text: string): string {
  // Bidirectional controls are in the list because `gpj.exe` with one of them reads as `exe.jpg`.
  return text.replace(
    // oxlint-disable-next-line no-control-regex -- control characters are what this is about
    /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

/** The same, cut to `length` characters with `…` in the middle, so that both ends of a long name stay readable. Pure. */
export function visibleWithin(text: string, length: number): string {
  const shown = [...visible(text)];
  if (shown.length <= length) return shown.join('');
  const head = Math.ceil((length - 1) / 2);
  return `${shown.slice(0, head).join('')}…${shown.slice(shown.length - (length - 1 - head)).join('')}`;
}
