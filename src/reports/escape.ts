import { visible } from '../domain/text.js';

/**
 * Escaping, one function per medium. File names, labels and URLs were written by whoever wrote the file: whatever is not
 * escaped for the place where it stands is an attack. All are total and pure.
 */

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * Text for HTML, both between tags and within a quoted attribute. Line breaks and tabs stay, other control characters and
 * bidirectional overrides are made visible: they would reorder the words of the page around them.
 */
export function escapeHtml(text: string): string {
  return visibleLines(text).replace(/[&<>"']/g, (character) => HTML[character] ?? character);
}

/**
 * An address for a link: `http`, `https` and `mailto` only, because every other scheme either runs something or opens
 * something local. `undefined` for anything else; then the address is shown as text.
 */
export function safeLink(address: string): string | undefined {
  // The browser's own parser decides what the scheme is: it strips the tabs and line breaks that hide `java\nscript:`.
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return undefined;
  }
  return url.protocol === 'http:' || url.protocol === 'https:' || url.protocol === 'mailto:' ? url.href : undefined;
}

/**
 * Text for one line of Markdown, also within a table cell: what Markdown gives a meaning is escaped, and no more, because
 * Markdown is read as it is, too.
 */
export function escapeMarkdown(text: string): string {
  return visible(text)
    .replace(/[\\`*_[\]<>|~&#]/g, '\\$&')
    .replace(/^(\s*)([-+=]|\d+(?=[.)]))/, (_start, space: string, mark: string) =>
      /\d/.test(mark) ? `${space}${mark}\\` : `${space}\\${mark}`,
    );
}

/** Text as a fenced Markdown block that it cannot end, whatever backticks it holds. */
export function markdownBlock(text: string): string {
  const shown = visibleLines(text);
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${shown}\n${fence}`;
}

/**
 * Text for one mail header: one line without control characters, at most `length` characters. Encoding and folding are the
 * composer's; what must never reach it is a line break, which would begin a header of the attacker's choice.
 */
export function headerText(text: string, length = 200): string {
  const line = [...visible(text.replace(/[\s\u2028\u2029]+/g, ' ')).trim()];
  return line.length <= length ? line.join('') : `${line.slice(0, length - 1).join('')}…`;
}

/** Text for a line of a CI log, where a line break lets a file name issue commands such as `::set-output`. */
export function escapeCiLine(text: string): string {
  return visible(text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A'));
}

/** `visible`, but line breaks and tabs stay. */
export function visibleLines(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .split(/([\n\t])/)
    .map((part) => (part === '\n' || part === '\t' ? part : visible(part)))
    .join('');
}
