import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  escapeCiLine,
  escapeHtml,
  escapeMarkdown,
  headerText,
  markdownBlock,
  safeLink,
  visibleLines,
} from '../../src/reports/escape.js';
import { html, trusted } from '../../src/reports/html.js';

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const unescape = (markup: string): string =>
  markup.replace(/&(amp|lt|gt|quot|#39);/g, (_all, name: string) => ENTITIES[name]!);
const anyText = fc.string({ unit: 'binary', maxLength: 80 });

describe('escaping', () => {
  it('keeps every text within HTML, and gives it back', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const markup = escapeHtml(text);
        expect(markup).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
        expect(unescape(markup)).toBe(visibleLines(text));
      }),
    );
  });

  it('shows what would turn the words of a page around', () => {
    expect(escapeHtml('exe.\u202egpj')).toBe('exe.\\u{202e}gpj');
  });

  it.each([
    ['https://example.com/a?b=c', 'https://example.com/a?b=c'],
    ['mailto:a@example.com?subject=x', 'mailto:a@example.com?subject=x'],
    ['javascript:alert(1)', undefined],
    [' java\nscript:alert(1)', undefined],
    ['data:text/html,<script>', undefined],
    ['file:///etc/passwd', undefined],
    ['//example.com', undefined],
    ['example.com', undefined],
  ])('links %j as %j', (address, link) => {
    expect(safeLink(address)).toBe(link);
  });

  it('keeps every text on one line of Markdown, without a meaning', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const line = escapeMarkdown(text);
        expect(line).not.toMatch(/[\r\n]/);
        expect(line.replace(/\\[^\n]/g, '')).not.toMatch(/[`*_[\]<>|~#&]/);
      }),
    );
    expect(escapeMarkdown('- a')).toBe('\\- a');
    expect(escapeMarkdown('1. a|b')).toBe('1\\. a\\|b');
  });

  it('ends a Markdown block only at its end', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('`', '```', '\n', 'x', '~~~', ' ')), (parts) => {
        const block = markdownBlock(parts.join('')).split('\n');
        const fence = block.at(-1)!;
        expect(block[0]).toBe(`${fence}text`);
        expect(block.slice(1, -1).some((line) => line.includes(fence))).toBe(false);
      }),
    );
  });

  it('makes one bounded line of a header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        expect(headerText(text)).not.toMatch(/\p{Cc}|[\u2028\u2029\u202a-\u202e]/u);
        expect([...headerText(text)].length).toBeLessThanOrEqual(200);
      }),
    );
    expect(headerText('a\r\nBcc: b@example.org')).toBe('a Bcc: b@example.org');
  });

  it('gives no file name a command of a CI system', () => {
    expect(escapeCiLine('a\n::error::x\r%')).toBe('a%0A::error::x%0D%25');
  });
});

describe('the html template', () => {
  it('escapes every value but markup of its own', () => {
    const name = '<b title="x">\'&';
    expect(html`<p title="${name}">${name}${html`<i>${name}</i>`}</p>`.toString()).toBe(
      '<p title="&lt;b title=&quot;x&quot;&gt;&#39;&amp;">&lt;b title=&quot;x&quot;&gt;&#39;&amp;<i>&lt;b title=&quot;x&quot;&gt;&#39;&amp;</i></p>',
    );
  });

  it('joins lists and leaves out what is not there', () => {
    expect(html`${[1, html`<b></b>`, ['<']]}${false}${null}${undefined}${0}`.toString()).toBe('1<b></b>&lt;0');
    expect(html`${trusted('<br>')}`.toString()).toBe('<br>');
  });

  it('does not take something for markup that only looks like it', () => {
    const forged = { toString: () => '<script>' } as unknown as string;
    expect(html`${[String(forged)]}`.toString()).toBe('&lt;script&gt;');
  });
});
