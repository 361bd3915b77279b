import { safeLink } from '../reports/escape.js';
import { html, type Html } from '../reports/html.js';
import type { FormField } from './form-fields.js';
import { renderPage } from './page.js';
import type { VendorReport } from './plan-types.js';
import { fieldWords, missingName, noteWords } from './words.js';

/**
 * The form sheet as a page: the form's address, its fields in order, each value with a button that copies it. Pure.
 *
 * @param language of the values, which come from the templates
 */
export function renderFormPage(report: VendorReport, fields: readonly FormField[], language: string): string {
  const title = `False positive report to ${report.vendor}`;
  const todo = [...report.missing.map((code) => `Missing: ${missingName(code)}`), ...report.notes.map(noteWords)];
  return renderPage({
    title,
    key: report.vendor,
    header: html`<nav><a href="../index.html">All reports</a></nav>`,
    main: html`<h1>${title}</h1>
      <p class="soft">
        Engines:
        ${report.engines.join(', ')}${report.clears.length > 0 && html`. Should also clear: ${report.clears.join(', ')}`}
      </p>
      ${formAddress(report.contact.form)}
      <ol class="fields">
        ${fields.map((field, index) => renderField(field, index + 1, language))}
      </ol>
      ${
        todo.length > 0 &&
        html`<h2>Before you send</h2>
          <ul>
            ${todo.map((note) => html`<li>${note}</li> `)}
          </ul>`
      }`,
  });
}

/** A link where the address is safe to open, text otherwise. */
export function addressLink(address: string, words: string = address): Html {
  const link = safeLink(address);
  return link === undefined ? html`<code>${address}</code>` : html`<a href="${link}" rel="noreferrer">${words}</a>`;
}

function formAddress(form: string | null): Html {
  return form === null ? html`<p>No form is known.</p>` : html`<p>Form: ${addressLink(form)}</p>`;
}

function renderField({ field, values, instruction }: FormField, number: number, language: string): Html {
  return html`<li>
    <h2>${field}</h2>
    ${instruction !== undefined && html`<p class="${instruction.code === 'fact-missing' ? 'warn' : 'soft'}">${fieldWords(instruction)}</p>`}
    ${values.map((value, index) => {
      const id = `field-${number}-${index + 1}`;
      const name = values.length > 1 ? `${field} ${index + 1}` : field;
      return html`<div class="value">
        <pre id="${id}" lang="${language}">${value}</pre>
        <button type="button" hidden data-copy="${id}" data-name="${name}" aria-label="Copy ${name}">Copy</button>
      </div>`;
    })}
  </li> `;
}
