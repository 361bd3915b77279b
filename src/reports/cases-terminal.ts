import type { CaseDocument } from '../domain/case-document.js';
import type { VendorHistory } from '../domain/case-step.js';
import type { CaseState } from '../domain/case.js';
import { visible } from '../domain/text.js';
import { claimWords, dayWords, eventWords, stepTitle, stepWords } from './case-words.js';
import { fit, pad, widthOf, wrap } from './columns.js';
import type { Paint, Style } from './style.js';

export interface CasesOptions {
  readonly columns: number;
  readonly paint: Paint;
}

const STATE_STYLE: Readonly<Record<CaseState, Style>> = {
  open: 'yellow',
  reported: 'cyan',
  cleared: 'green',
  rejected: 'red',
  superseded: 'dim',
};

interface Column {
  readonly title: string;
  readonly cell: (each: CaseDocument) => string;
  /** Left out when nothing stands in it. */
  readonly isOptional?: boolean;
}

/** The artifact comes last and gets what is left. */
const COLUMNS: readonly Column[] = [
  { title: 'id', cell: ({ id }) => id },
  { title: 'state', cell: ({ state }) => state },
  { title: 'age', cell: ({ ageDays }) => dayWords(ageDays) },
  { title: 'reminded', cell: ({ lastReminderAt }) => lastReminderAt?.slice(0, 10) ?? '-', isOptional: true },
  { title: 'next step', cell: stepTitle },
  { title: 'vendor', cell: ({ vendor }) => fit(vendor, 24) },
];

/** All cases in a table, who says what below each, and how long vendors took. Pure. */
export function renderCases(
  cases: readonly CaseDocument[],
  vendors: readonly VendorHistory[],
  { columns, paint }: CasesOptions,
): string {
  if (cases.length === 0) return 'no case\n';
  const width = Math.max(80, Math.min(columns, 160));
  // A column in which nothing stands takes the room that names of artifacts need.
  const shown = COLUMNS.filter(
    ({ isOptional, cell }) => isOptional !== true || cases.some((each) => cell(each) !== '-'),
  );
  const widths = shown.map(({ title, cell }) => Math.max(widthOf(title), ...cases.map((each) => widthOf(cell(each)))));
  const left = width - widths.reduce((sum, column) => sum + column + 2, 0);
  const toLine = (cells: readonly string[], artifact: string): string => {
    const padded = cells.map((cell, column) => pad(cell, widths[column] ?? 0));
    return [...padded, fit(artifact, Math.max(12, left))].join('  ').trimEnd();
  };
  const titles = shown.map(({ title }) => title);
  const lines = [paint('bold', toLine(titles, 'artifact'))];
  for (const each of cases) {
    const line = toLine(
      shown.map(({ cell }) => cell(each)),
      each.artifact.name,
    );
    lines.push(line.replace(each.state, () => paint(STATE_STYLE[each.state], each.state)));
    lines.push(`${' '.repeat((widths[0] ?? 0) + 2)}${paint('dim', fit(claimWords(each.claims), width - 12))}`);
  }
  return `${[...lines, ...historyLines(vendors, widths.at(-1) ?? 0)].join('\n')}\n`;
}

function historyLines(vendors: readonly VendorHistory[], width: number): string[] {
  const told = vendors.filter(({ cleared, rejected }) => cleared + rejected > 0);
  if (told.length === 0) return [];
  return ['', 'so far', ...told.map((each) => `  ${pad(fit(each.vendor, 24), width)}  ${historyWords(each)}`)];
}

function historyWords({ cleared, rejected, timed, medianDays }: VendorHistory): string {
  const rounded = medianDays === null ? null : Math.round(medianDays * 10) / 10;
  return [
    ...(cleared > 0 ? [`${cleared} cleared`] : []),
    ...(rejected > 0 ? [`${rejected} rejected`] : []),
    ...(rounded === null
      ? []
      : [`${dayWords(rounded)} from report to withdrawal${timed > 1 ? ` (median of ${timed})` : ''}`]),
  ].join(', ');
}

/** One case with everything that happened to it. Pure. */
export function renderCase(each: CaseDocument, { columns, paint }: CasesOptions): string {
  const width = Math.max(60, Math.min(columns, 140));
  const { artifact } = each;
  const facts = [
    ['state', paint(STATE_STYLE[each.state], each.state)],
    ['vendor', visible(each.vendor)],
    ['artifact', visible(artifact.name)],
    [artifact.kind === 'url' ? 'url' : 'sha256', visible(artifact.id)],
    ['flagged by', claimWords(each.claims)],
    ['last flagged', each.flaggedAt],
    ['last analysis', each.analysedAt],
    ['verdict', each.verdict],
    ...(each.ticket === undefined ? [] : [['ticket', visible(each.ticket)]]),
    ...(each.predecessor === undefined ? [] : [['before', each.predecessor]]),
    ...(artifact.permalink === undefined ? [] : [['report', visible(artifact.permalink)]]),
    ['next step', stepWords(each)],
  ];
  const lines = facts.flatMap(([name = '', value = '']) =>
    wrap(value, width - 16).map((line, index) => `${pad(index === 0 ? name : '', 14)}  ${line}`),
  );
  const events = each.events.flatMap((event) =>
    wrap(`${eventWords(event)} (${event.origin})`, width - 16).map(
      (line, index) => `${pad(index === 0 ? event.at.slice(0, 10) : '', 14)}  ${line}`,
    ),
  );
  return `${[paint('bold', `case ${each.id}`), ...lines, '', ...events].join('\n')}\n`;
}
