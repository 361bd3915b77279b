import type { CheckResult, DocumentArtifact } from '../domain/document.js';

interface Step {
  readonly applies: (artifact: DocumentArtifact) => boolean;
  readonly words: string;
}

const has =
  (...codes: readonly string[]) =>
  ({ reasons }: DocumentArtifact): boolean =>
    reasons.some(({ code }) => codes.includes(code));

/** In order of urgency; each is said once, however many artifacts it applies to. */
const STEPS: readonly Step[] = [
  {
    applies: ({ verdict }) => verdict === 'tampered',
    words: 'do not publish what is tampered: compare it with what your build made',
  },
  {
    applies: ({ verdict }) => verdict === 'needs-review',
    words: 'have somebody look at what needs review before it is published: too much speaks against a mistake',
  },
  {
    applies: ({ verdict }) => verdict === 'unproven',
    words: 'compare the flagged files with your build; if they are yours, take the detections up with the vendors',
  },
  {
    applies: ({ verdict }) => verdict === 'likely-false-positive',
    words: 'run "absolve report" to ask the vendors to withdraw what is likely a false positive',
  },
  {
    applies: ({ findings }) => findings.some(({ severity }) => severity === 'high' || severity === 'medium'),
    words:
      'run "absolve inspect" on the flagged files: it says what may explain the detections, and what to do about it',
  },
  {
    applies: has('not-uploaded'),
    words: 'run again with --upload to have unknown files analysed (this publishes them)',
  },
  {
    applies: has('not-waited', 'analysis-running', 'timeout'),
    words: 'run the same command again: it goes on where this run stopped, nothing is uploaded twice',
  },
  { applies: has('quota-day', 'quota-month'), words: 'run the same command again when the quota has been reset' },
];

/** What to do now, at most one sentence per kind of trouble. Pure. */
export function nextSteps({ artifacts }: CheckResult): string[] {
  return STEPS.filter(({ applies }) => artifacts.some(applies)).map(({ words }) => words);
}
