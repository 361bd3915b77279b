import { createHash } from 'node:crypto';
import type { Case, CaseArtifact, CaseIdentifier } from '../../src/domain/case.js';
import { advance, type Observation } from '../../src/domain/case-advance.js';

export const DAY_MS = 86_400_000;
export const T0 = Date.UTC(2026, 5, 1);

export const identify: CaseIdentifier = (key) => createHash('sha256').update(key).digest('hex');

export const ARTIFACT: CaseArtifact = { kind: 'file', id: 'a'.repeat(64), name: 'setup.exe', sizeBytes: 1000 };

/** What engines say: a label flags, `quiet` found nothing, and whoever is not named gave no answer. */
export type Answers = Readonly<Record<string, string>>;

export const VENDORS: Readonly<Record<string, string>> = { TrendMicro: 'Trend Micro', HouseCall: 'Trend Micro' };

/** An observation of that day. Engines answer for a vendor of their own name unless `VENDORS` knows better. */
export function observe(day: number, answers: Answers, members: Partial<Observation> = {}): Observation {
  const entries = Object.entries(answers);
  return {
    artifact: ARTIFACT,
    analysedAt: T0 + day * DAY_MS,
    at: T0 + day * DAY_MS + 60_000,
    origin: 'check',
    verdict: 'likely-false-positive',
    evidence: [],
    flagged: entries
      .filter(([, answer]) => answer !== 'quiet')
      .map(([engine, label]) => ({ engine, label, vendor: VENDORS[engine] ?? engine })),
    quiet: entries.filter(([, answer]) => answer === 'quiet').map(([engine]) => engine),
    ...members,
  };
}

/** The cases after all these observations, one after the other. */
export function after(...observations: readonly Observation[]): readonly Case[] {
  return observations.reduce<readonly Case[]>((cases, each) => advance(cases, each, identify), []);
}
