import { CASE_CHANGES, type CaseChange, type CaseChangeKind } from '../domain/case-changes.js';
import type { RecheckResult } from '../domain/recheck-document.js';
import { CHANGE_WORDS, claimWords } from './case-words.js';
import type { CasesOptions } from './cases-terminal.js';
import { fit, pad } from './columns.js';
import type { Paint, Style } from './style.js';

const CHANGE_STYLE: Readonly<Record<CaseChangeKind, Style>> = {
  new: 'red',
  relabelled: 'red',
  returned: 'yellow',
  unasked: 'cyan',
  unanswered: 'cyan',
  unchanged: 'yellow',
  gone: 'green',
  cleared: 'green',
};

const CHANGE_WIDTH = Math.max(...Object.values(CHANGE_WORDS).map(({ length }) => length));
const ID_WIDTH = 8;

/** What a person sees after a recheck: what changed, one line a case, what needs him first. Pure. */
export function renderRecheck({ changes, outcome, requests }: RecheckResult, { columns, paint }: CasesOptions): string {
  const spent = `${requests.total} ${requests.total === 1 ? 'request' : 'requests'}`;
  if (changes.length === 0) return `no open case, nothing to ask · ${spent}\n`;
  const width = Math.max(80, Math.min(columns, 160));
  const summary = CASE_CHANGES.map((kind) => [kind, changes.filter(({ change }) => change === kind).length] as const)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${CHANGE_WORDS[kind]}`)
    .join(', ');
  const lines = changes.flatMap((each) => changeLines(each, width, paint));
  const needsLook = changes.some(({ change, caseId }) => change === 'new' && caseId === undefined);
  const isReportable = changes.some(
    ({ change, caseId }) => (change === 'new' || change === 'relabelled') && caseId !== undefined,
  );
  return `${[
    ...lines,
    '',
    paint('bold', `${outcome}: ${summary} · ${spent}`),
    ...(needsLook
      ? ['next: check the file itself: what is newly flagged opened no case, because nothing proves it harmless']
      : []),
    ...(isReportable
      ? ['next: run "absolve check" on these files again, which asks nothing anew, then "absolve report"']
      : []),
    ...(outcome === 'incomplete' ? ['next: run the same command again, it asks for what is missing'] : []),
  ].join('\n')}\n`;
}

/** Who says what is in the case, and told again where it is news. */
function changeLines({ change, caseId, vendor, artifact, claims, verdict }: CaseChange, width: number, paint: Paint) {
  const judged = verdict === 'likely-false-positive' ? '' : ` (${verdict})`;
  const left = width - CHANGE_WIDTH - ID_WIDTH - 4;
  const about = fit(`${artifact.name}  ${vendor}${judged}`, left);
  const head = `${paint(CHANGE_STYLE[change], pad(CHANGE_WORDS[change], CHANGE_WIDTH))}  ${pad(caseId ?? '-', ID_WIDTH)}  ${about}`;
  if (change === 'unchanged') return [head];
  return [head, `${' '.repeat(width - left)}${paint('dim', fit(claimWords(claims), left))}`];
}
