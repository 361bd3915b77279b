import type { CommandEntry } from '../command.js';

/** Every command, in the order of the help. A new one is a file beside this and a line here. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'check',
    summary: 'Hash, look up, submit, wait, judge: which engines flag which file.',
    load: () => import('./check.js'),
  },
  {
    name: 'inspect',
    summary: 'What a local file says about itself: signature, identity, why it may be flagged. No network.',
    load: () => import('./inspect.js'),
  },
  {
    name: 'report',
    summary: 'Write what each vendor needs to withdraw its false positives: drafts, form sheets, samples.',
    load: () => import('./report.js'),
  },
  {
    name: 'cases',
    summary: 'Which false positives are open, reported, cleared; what to do about each.',
    load: () => import('./cases.js'),
  },
  {
    name: 'recheck',
    summary: 'Ask again for everything with an open case, and say what changed.',
    load: () => import('./recheck.js'),
  },
  {
    name: 'vendors',
    summary: 'Who answers for an engine, how to reach them, what they ask for, how sure that is.',
    load: () => import('./vendors.js'),
  },
  {
    name: 'quota',
    summary: 'What the ledger says was spent, and what VirusTotal says.',
    load: () => import('./quota.js'),
  },
  {
    name: 'simulate',
    summary: 'A local stand-in for the VirusTotal API, for tests, demos and pipelines without a key.',
    load: () => import('./simulate.js'),
  },
  {
    name: 'demo',
    summary: 'From the check to the cleared case, on shipped samples against the stand-in; needs no key.',
    load: () => import('./demo.js'),
  },
  {
    name: 'init',
    summary: 'Describe your product: write a commented config and a product profile.',
    load: () => import('./init.js'),
  },
];
