import type { CheckResult, DocumentArtifact, DocumentError } from '../domain/document.js';
import type { Detection } from '../domain/detection.js';
import type { Finding } from '../domain/evidence.js';
import type { Verdict } from '../domain/verdict.js';
import { visible } from '../domain/text.js';
import { fit, pad, wrap } from './columns.js';
import { describeFinding, isActionable } from './finding-words.js';
import { explain } from './reason-words.js';
import { nextSteps } from './next-steps.js';
import type { Paint, Style } from './style.js';

export interface TerminalOptions {
  readonly columns: number;
  readonly paint: Paint;
}

const VERDICT_STYLE: Readonly<Record<Verdict, Style>> = {
  clean: 'green',
  'likely-false-positive': 'yellow',
  unproven: 'yellow',
  'needs-review': 'red',
  tampered: 'red',
  undecided: 'cyan',
};

const LONGEST_VERDICT = 'likely-false-positive'.length;
const COUNT_WIDTH = 7;
const INDENT = '  ';
const MOST_FINDINGS = 3;

/** What a person sees after a check: what is flagged, by whom, with which label, and what to do now. Pure. */
export function renderTerminal(result: CheckResult, { columns, paint }: TerminalOptions): string {
  const width = Math.max(60, Math.min(columns, 140));
  const lines: string[] = [];
  // What needs a look stands last, next to the summary and the prompt, where it is read.
  const ordered = [
    ...result.artifacts.filter((artifact) => !needsLook(artifact)),
    ...result.artifacts.filter(needsLook),
  ];
  const told = new Set<string>();
  for (const artifact of ordered) lines.push(...artifactLines(artifact, width, paint, told));
  if (lines.length > 0) lines.push('');
  lines.push(...wrap(summary(result), width).map((line) => paint('bold', line)));
  lines.push(...nextSteps(result).flatMap((step) => indented(`next: ${step}`, width, '', '      ')));
  return `${lines.join('\n')}\n`;
}

function needsLook({ verdict, error }: DocumentArtifact): boolean {
  return verdict !== 'clean' || error !== undefined;
}

/** @param told errors that were shown in full: a network that is down is one trouble and not forty */
function artifactLines(artifact: DocumentArtifact, width: number, paint: Paint, told: Set<string>): string[] {
  const { verdict, stats } = artifact;
  const flagged = stats.malicious + stats.suspicious;
  const asked = artifact.kind === 'url' ? flagged + stats.harmless : flagged + stats.undetected + stats.harmless;
  const count = stats.engines === 0 ? '-' : `${flagged}/${asked}`;
  const nameWidth = width - LONGEST_VERDICT - COUNT_WIDTH - 2;
  const name = fit(artifact.name, nameWidth);
  const lines = [
    `${paint(VERDICT_STYLE[verdict], pad(verdict, LONGEST_VERDICT))} ${pad(count, COUNT_WIDTH)} ${
      needsLook(artifact) ? paint('bold', name) : name
    }`,
  ];
  if (!needsLook(artifact)) return lines;
  lines.push(...detectionLines(artifact.detections, width, paint));
  for (const reason of artifact.reasons) lines.push(...indented(explain(reason), width, INDENT));
  lines.push(...findingLines(artifact.findings, width));
  if (artifact.error !== undefined) lines.push(...errorLines(artifact.error, width, told));
  if (artifact.permalink !== undefined && artifact.detections.length > 0) {
    lines.push(`${INDENT}${paint('dim', artifact.permalink)}`);
  }
  return lines;
}

function errorLines({ code, message, hint }: DocumentError, width: number, told: Set<string>): string[] {
  if (told.has(message)) return [`${INDENT}error: the same as above [${code}]`];
  told.add(message);
  return [
    ...indented(`error: ${visible(message)} [${code}]`, width, INDENT),
    ...(hint === undefined ? [] : indented(`hint: ${visible(hint)}`, width, INDENT)),
  ];
}

/** The findings that a publisher can act upon, in short: `absolve inspect` has them in full, with what to do about each. */
function findingLines(findings: readonly Finding[], width: number): string[] {
  // That a signature is broken is said by the verdict's reasons already.
  const told = findings.filter((finding) => isActionable(finding) && finding.code !== 'signature-broken');
  if (told.length === 0) return [];
  const more = told.length > MOST_FINDINGS ? `; ${told.length - MOST_FINDINGS} more` : '';
  const words = told.slice(0, MOST_FINDINGS).map(describeFinding).join('; ');
  return indented(`may explain it: ${words}${more}`, width, INDENT, '    ');
}

/** One line per claim: the same label in several engines is one claim, most of them sharing one upstream engine. */
function detectionLines(detections: readonly Detection[], width: number, paint: Paint): string[] {
  const claims = new Map<string, Detection[]>();
  for (const detection of detections) {
    const claim = claims.get(detection.label) ?? [];
    claim.push(detection);
    claims.set(detection.label, claim);
  }
  return [...claims].flatMap(([label, group]) => {
    const engines = group.map(({ engine }) => visible(engine)).join(', ');
    const [first] = group;
    const ignored = group.every((detection) => detection.ignored !== undefined)
      ? ` (accepted until ${first?.ignored?.until ?? ''}: ${visible(first?.ignored?.reason ?? '')})`
      : '';
    const shown = label === '' ? '(no label)' : fit(label, Math.max(20, Math.floor(width / 2)));
    return indented(
      `${paint('yellow', shown)}  ${first?.labelClass ?? ''}  ${engines}${ignored}`,
      width,
      INDENT,
      '    ',
    );
  });
}

function summary({ artifacts, requests, outcome }: CheckResult): string {
  const counts = new Map<Verdict, number>();
  for (const { verdict } of artifacts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const verdicts = [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ');
  const spent =
    requests.total === 0
      ? 'no request needed'
      : `${requests.total} ${requests.total === 1 ? 'request' : 'requests'} (${[
          [requests.lookups, 'look-ups'],
          [requests.uploads, 'uploads'],
          [requests.polls, 'polls'],
          [requests.rescans, 'rescans'],
          [requests.other, 'other'],
        ]
          .filter(([count]) => count !== 0)
          .map(([count, word]) => `${count} ${word}`)
          .join(', ')})`;
  const total = `${artifacts.length} ${artifacts.length === 1 ? 'artifact' : 'artifacts'}`;
  return `${outcome}: ${total}${verdicts === '' ? '' : `: ${verdicts}`} · ${spent}`;
}

function indented(text: string, width: number, indent: string, further: string = indent): string[] {
  return wrap(text, width - further.length).map((line, index) => `${index === 0 ? indent : further}${line}`);
}
