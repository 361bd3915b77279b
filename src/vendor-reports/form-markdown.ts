import { escapeMarkdown, markdownBlock } from '../reports/escape.js';
import type { FormField } from './form-fields.js';
import type { VendorReport } from './plan-types.js';
import { fieldWords, missingName, noteWords } from './words.js';

/** The form sheet as Markdown: the form's address, its fields in order, each value in a block to copy from. Pure. */
export function renderFormMarkdown(report: VendorReport, fields: readonly FormField[]): string {
  const { form } = report.contact;
  const lines = [
    `# False positive report to ${escapeMarkdown(report.vendor)}`,
    '',
    `Engines: ${report.engines.map(escapeMarkdown).join(', ')}`,
    ...(report.clears.length > 0 ? [`Should also clear: ${report.clears.map(escapeMarkdown).join(', ')}`] : []),
    '',
    form === null ? 'No form is known.' : `Form: <${form}>`,
    '',
  ];
  for (const [index, { field, values, instruction }] of fields.entries()) {
    lines.push(`## ${index + 1}. ${escapeMarkdown(field)}`, '');
    if (instruction !== undefined) lines.push(escapeMarkdown(fieldWords(instruction)), '');
    for (const value of values) lines.push(markdownBlock(value), '');
  }
  const todo = [...report.missing.map((code) => `Missing: ${missingName(code)}`), ...report.notes.map(noteWords)];
  if (todo.length > 0) lines.push('## Before you send', '', ...todo.map((note) => `- ${escapeMarkdown(note)}`), '');
  return lines.join('\n');
}
