import { isActive, type Case } from '../domain/case.js';
import { lastReport, sendabilityOf } from '../domain/case-send.js';
import type { Detection } from '../domain/detection.js';
import type { DocumentArtifact } from '../domain/document.js';
import { toIso } from '../domain/time.js';
import type { Reason } from '../domain/verdict.js';
import { idOf } from './artifact-facts.js';
import { groupBy } from './group-by.js';

/** One engine's claim about one artifact, with who answers for it today. */
export interface VendorFlag {
  readonly artifact: DocumentArtifact;
  readonly detection: Detection;
  readonly vendor: string;
}

/** The cases that these flags of one vendor are followed in, the newest for each artifact. Pure. */
export function followedCases(flags: readonly VendorFlag[], cases: readonly Case[]): readonly Case[] {
  const found = [...groupBy(flags, ({ artifact }) => artifact)].map(([artifact, own]) => caseOf(artifact, own, cases));
  return found.filter((each) => each !== undefined);
}

/**
 * By engine and not by vendor name: a renamed engine is answered for by another company than the one whose case was opened. A
 * superseded case lives on in the one that follows it.
 */
function caseOf(artifact: DocumentArtifact, flags: readonly VendorFlag[], cases: readonly Case[]): Case | undefined {
  const engines = new Set(flags.map(({ detection }) => detection.engine));
  const id = idOf(artifact);
  return cases.findLast(
    (each) =>
      each.artifact.id === id && each.state !== 'superseded' && each.claims.some(({ engine }) => engines.has(engine)),
  );
}

/** For the user: what was done about it already. Pure. */
export function followedNote(known: Case): readonly Reason[] {
  const artifact = known.artifact.name;
  if (sendabilityOf(known) === 'unclear')
    return [{ code: 'sending-unclear', args: { artifact, vendor: known.vendor } }];
  const report = isActive(known) ? lastReport(known) : undefined;
  if (report === undefined) return [];
  const day = toIso(report.at).slice(0, 10);
  return [{ code: 'reported-before', args: { artifact, vendor: known.vendor, day, ticket: report.ticket ?? '' } }];
}

/**
 * The flags of what the program may write about by itself, and for the user why the others are left out, one note for each
 * artifact and vendor. Pure.
 */
export function keepDue<T extends VendorFlag>(
  flags: readonly T[],
  cases: readonly Case[],
): { readonly flags: readonly T[]; readonly notes: readonly Reason[] } {
  const kept: T[] = [];
  const notes: Reason[] = [];
  for (const own of groupBy(flags, ({ vendor, artifact }) => JSON.stringify([vendor, idOf(artifact)])).values()) {
    const [flag] = own;
    if (flag === undefined) continue;
    const known = caseOf(flag.artifact, own, cases);
    const sendability = known === undefined ? 'unfollowed' : sendabilityOf(known);
    if (sendability === 'due') kept.push(...own);
    else {
      const told = known === undefined ? [] : followedNote(known);
      const args = { artifact: flag.artifact.name, vendor: flag.vendor };
      notes.push(...(told.length > 0 ? told : [{ code: `not-due-${sendability}`, args }]));
    }
  }
  return { flags: kept, notes };
}
