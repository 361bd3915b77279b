import type { CaseDocument } from '../domain/case-document.js';
import { visible, visibleWithin } from '../domain/text.js';
import { claimWords } from './case-words.js';
import { headerText } from './escape.js';

/**
 * The follow-up to a report: plain text, a subject line first. Facts only, and only those that a vendor should know: notes and
 * verdicts are the user's own. Pure.
 */
export function renderReminder(each: CaseDocument): string {
  const { artifact, ticket, claims } = each;
  const reported = each.reportedAt?.slice(0, 10) ?? '';
  const ticketWords = ticket === undefined ? '' : `, ticket ${ticket}`;
  const facts = [
    [artifact.kind === 'url' ? 'URL' : 'File', visibleWithin(artifact.name, 200)],
    ...(artifact.kind === 'url' ? [] : [['SHA-256', artifact.id]]),
    ...(artifact.sizeBytes === undefined ? [] : [['Size', `${artifact.sizeBytes} bytes`]]),
    ['Detection', claimWords(claims)],
    ['Last detected', `${each.flaggedAt} (VirusTotal)`],
    ...(artifact.permalink === undefined ? [] : [['Report', visible(artifact.permalink)]]),
    ...(ticket === undefined ? [] : [['Ticket', visible(ticket)]]),
  ];
  const history = each.events.map(historyLine).filter((line) => line !== undefined);
  return `${[
    `Subject: ${headerText(`Reminder: False positive: ${artifact.name} (${claimWords(claims)})${ticketWords}`)}`,
    '',
    `On ${reported} we reported the detection below as a false positive.`,
    stillThere(each),
    '',
    ...facts.map(([name = '', value = '']) => `${`${name}:`.padEnd(15)}${value}`),
    '',
    'What happened so far:',
    ...history.map((line) => `  ${line}`),
    '',
    'Please withdraw the detection and tell us which update does so, or tell us what it rests on.',
  ].join('\n')}\n`;
}

/** An analysis from before the report does not show that anything is "still" there. */
function stillThere({ flaggedAt, quietAt, reportedAt }: CaseDocument): string {
  const last = quietAt.at(-1);
  if (last !== undefined) {
    return `The analysis of ${flaggedAt} showed it, that of ${last} did not. Please confirm that it is withdrawn.`;
  }
  const isLater = reportedAt !== undefined && Date.parse(flaggedAt) > Date.parse(reportedAt);
  return `The analysis of ${flaggedAt} ${isLater ? 'still shows' : 'shows'} it.`;
}

/** What the vendor knows already, or can see for itself. */
function historyLine({ at, kind, detail }: CaseDocument['events'][number]): string | undefined {
  const day = (detail['analysedAt'] ?? at).slice(0, 10);
  switch (kind) {
    case 'opened':
      return `${day}  detected`;
    case 'joined':
      return `${day}  detected by ${visible(detail['engine'] ?? '')} as well: ${visible(detail['label'] ?? '')}`;
    case 'quiet':
      return `${day}  not detected`;
    case 'returned':
      return `${day}  detected again`;
    case 'reported':
      return `${at.slice(0, 10)}  reported${detail['ticket'] === undefined ? '' : `, ticket ${visible(detail['ticket'])}`}`;
    case 'reminded':
      return `${at.slice(0, 10)}  reminded`;
    default:
      return undefined;
  }
}
