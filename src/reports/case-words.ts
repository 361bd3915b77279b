import type { CaseChangeKind } from '../domain/case-changes.js';
import type { CaseDocument } from '../domain/case-document.js';
import type { Claim } from '../domain/case.js';
import { visible } from '../domain/text.js';

/** Who says what, on one line: engines with one label together. Pure. */
export function claimWords(claims: readonly Claim[]): string {
  const byLabel = new Map<string, string[]>();
  for (const { engine, label } of claims) byLabel.set(label, [...(byLabel.get(label) ?? []), engine]);
  return [...byLabel]
    .map(([label, engines]) => `${engines.map(visible).join(', ')}: ${label === '' ? '(no label)' : visible(label)}`)
    .join('; ');
}

/** What to do now. Pure. */
export function stepWords({ id, nextStep, artifact }: CaseDocument): string {
  switch (nextStep.kind) {
    case 'review':
      return 'have somebody look at the file: its verdict turned worse';
    case 'confirm':
      return `a message may have been sent: look into the mailbox, then: absolve cases mark ${id} reported (or open, to send it again)`;
    case 'report':
      return `write to the vendor (absolve report), then: absolve cases mark ${id} reported`;
    case 're-report':
      return `write to the vendor again, as to a new matter, then: absolve cases mark ${id} reported`;
    case 'wait':
      return `wait for an answer until ${nextStep.until?.slice(0, 10) ?? ''}`;
    case 'remind':
      return `a week without an answer: absolve cases remind ${id}`;
    case 'recheck':
      return `not flagged once: absolve recheck asks for the second analysis of ${artifact.kind === 'url' ? 'the URL' : 'the file'}`;
    case 'none':
      return 'nothing';
  }
}

/** Short, for a column. */
export function stepTitle({ nextStep }: CaseDocument): string {
  return nextStep.kind === 'wait' ? `wait until ${nextStep.until?.slice(0, 10) ?? ''}` : nextStep.kind;
}

type Event = CaseDocument['events'][number];

/** What happened. Pure. */
export function eventWords({ kind, detail }: Event): string {
  const day = (detail['analysedAt'] ?? '').slice(0, 10);
  const said = [
    ...(detail['to'] === undefined ? [] : [`by e-mail to ${visible(detail['to'])}`]),
    ...(detail['ticket'] === undefined ? [] : [`ticket ${visible(detail['ticket'])}`]),
    ...(detail['note'] === undefined ? [] : [visible(detail['note'])]),
  ];
  const tail = said.length === 0 ? '' : `: ${said.join(', ')}`;
  switch (kind) {
    case 'opened':
      return `opened by the analysis of ${day}`;
    case 'joined':
      return `${visible(detail['engine'] ?? '')} flags it too, as ${visible(detail['label'] ?? '')}, in the analysis of ${day}`;
    case 'quiet':
      return `not flagged in the analysis of ${day}`;
    case 'returned':
      return `flagged again in the analysis of ${day}`;
    case 'verdict':
      return `verdict changed from ${detail['from'] ?? ''} to ${detail['to'] ?? ''}`;
    case 'superseded':
      return `the label changed in the analysis of ${day}: the case goes on as ${detail['by'] ?? ''}`;
    case 'cleared':
      return detail['since'] === undefined
        ? `marked as cleared${tail}`
        : `cleared by two analyses, the first of ${detail['since'].slice(0, 10)}`;
    case 'reminded':
      return 'reminded';
    case 'sending':
      return `sending to ${visible(detail['to'] ?? '')}`;
    case 'unsent':
      return `not sent: ${visible(detail['reason'] ?? '')}`;
    case 'reopened':
      return `taken back, open again${tail}`;
    case 'reported':
    case 'rejected':
      return `${kind}${tail}`;
  }
}

export const CHANGE_WORDS: Readonly<Record<CaseChangeKind, string>> = {
  new: 'newly flagged',
  relabelled: 'label changed',
  returned: 'flagged again',
  unasked: 'not asked',
  unanswered: 'no answer',
  unchanged: 'still flagged',
  gone: 'not flagged once',
  cleared: 'cleared',
};

/** Pure. */
export function dayWords(days: number): string {
  return days === 1 ? '1 day' : `${days} days`;
}
