import type { CaseDocument } from '../domain/case-document.js';
import { visible } from '../domain/text.js';

type Column = readonly [title: string, value: (each: CaseDocument) => string];

const COLUMNS: readonly Column[] = [
  ['id', ({ id }) => id],
  ['vendor', ({ vendor }) => vendor],
  ['state', ({ state }) => state],
  ['next step', ({ nextStep }) => nextStep.kind],
  ['next step not before', ({ nextStep }) => nextStep.until ?? ''],
  ['age in days', ({ ageDays }) => String(ageDays)],
  ['opened', ({ openedAt }) => openedAt],
  ['reported', ({ reportedAt }) => reportedAt ?? ''],
  ['last reminder', ({ lastReminderAt }) => lastReminderAt ?? ''],
  ['closed', ({ closedAt }) => closedAt ?? ''],
  ['ticket', ({ ticket }) => ticket ?? ''],
  ['engines', ({ claims }) => claims.map(({ engine }) => engine).join('; ')],
  ['labels', ({ claims }) => [...new Set(claims.map(({ label }) => label))].join('; ')],
  ['artifact', ({ artifact }) => artifact.name],
  ['sha256 or URL', ({ artifact }) => artifact.id],
  ['verdict', ({ verdict }) => verdict],
  ['last flagged', ({ flaggedAt }) => flaggedAt],
  ['last analysis', ({ analysedAt }) => analysedAt],
  ['notes', ({ events }) => events.flatMap(({ detail }) => detail['note'] ?? []).join('; ')],
];

/** Cases for a spreadsheet: RFC 4180 (comma, CRLF, quotes doubled), one title row. Pure. */
export function renderCasesCsv(cases: readonly CaseDocument[]): string {
  const rows = [COLUMNS.map(([title]) => title), ...cases.map((each) => COLUMNS.map(([, value]) => value(each)))];
  return rows.map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
}

/**
 * One field. A label such as `=HYPERLINK(…)` is a formula to a spreadsheet, quoted or not: the apostrophe makes it text. The
 * full-width signs are formulas to some, and white space before the sign does not always help. Pure.
 */
export function csvField(text: string): string {
  const safe = /^\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text;
  const shown = visible(safe);
  return /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}
