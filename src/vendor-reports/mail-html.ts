import { html, type Html } from '../reports/html.js';

/** Inline only: mail programs drop style sheets. */
const CELL = 'padding:1px 12px 1px 0;vertical-align:top;text-align:left;font-weight:normal';

type Block =
  | { readonly kind: 'heading'; readonly level: 2 | 3; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [string, string])[] }
  | { readonly kind: 'paragraph'; readonly lines: readonly string[] };

/**
 * The message for the plain part: headings underlined, everything else as the template has it. Pure.
 */
export function toMailText(text: string): string {
  return `${text.replace(/^## (.+)$/gm, (_line, title: string) => `${title}\n${'-'.repeat([...title].length)}`).replace(/^### /gm, '')}\n`;
}

/** The message as HTML: headings, lists, and a table where lines read `Name: value`. Pure. */
export function toMailHtml(text: string, language: string, title: string): string {
  return html`<!DOCTYPE html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <title>${title}</title>
      </head>
      <body style="font-family:Arial,Helvetica,sans-serif;font-size:14px;line-height:1.4">
        ${blocksOf(text).map(render)}
      </body>
    </html> `.toString();
}

function render(block: Block): Html {
  switch (block.kind) {
    case 'heading':
      return block.level === 2
        ? html`<h2 style="font-size:16px;margin:18px 0 6px">${block.text}</h2> `
        : html`<h3 style="font-size:14px;margin:14px 0 4px;word-break:break-word">${block.text}</h3> `;
    case 'list':
      return html`<ul>
        ${block.items.map((item) => html`<li>${item}</li>`)}
      </ul> `;
    case 'facts':
      return html`<table style="border-collapse:collapse;font-size:14px">
        ${block.rows.map(
          ([name, value]) =>
            html`<tr>
              <th scope="row" style="${CELL};color:#555;white-space:nowrap">${name}</th>
              <td style="${CELL};word-break:break-word">${value}</td>
            </tr>`,
        )}
      </table> `;
    case 'paragraph':
      return html`<p>${block.lines.map((line, index) => html`${index > 0 && html`<br />`}${line}`)}</p> `;
  }
}

const FACT = /^([^:]{1,40}): (.+)$/;

function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  const flush = (): void => {
    if (lines.length > 0) blocks.push(blockOf(lines));
    lines = [];
  };
  let previous = '';
  for (const line of text.split('\n')) {
    const heading = /^(##|###) (.+)$/.exec(line);
    const kind = heading !== null ? 'heading' : line.startsWith('- ') ? 'list' : FACT.test(line) ? 'fact' : 'text';
    // Lists and facts are blocks of their own; a fact among ordinary lines is an ordinary line.
    if (line === '' || heading !== null || (kind !== previous && (kind === 'list' || previous === 'list'))) flush();
    if (heading !== null) blocks.push({ kind: 'heading', level: heading[1] === '##' ? 2 : 3, text: heading[2] ?? '' });
    else if (line !== '') lines.push(line);
    previous = kind;
  }
  flush();
  return blocks;
}

function blockOf(lines: readonly string[]): Block {
  if (lines.every((line) => line.startsWith('- '))) return { kind: 'list', items: lines.map((line) => line.slice(2)) };
  const facts = lines.map((line) => FACT.exec(line));
  return facts.every((fact) => fact !== null)
    ? { kind: 'facts', rows: facts.map(([, name = '', value = '']) => [name, value]) }
    : { kind: 'paragraph', lines };
}
