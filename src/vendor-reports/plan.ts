import type { Case } from '../domain/case.js';
import type { Detection } from '../domain/detection.js';
import type { CheckResult, DocumentArtifact } from '../domain/document.js';
import type { Instant } from '../domain/time.js';
import type { EngineEntry } from '../domain/vendor.js';
import type { Reason } from '../domain/verdict.js';
import { adviseWithoutChannel } from '../vendors/advice.js';
import type { VendorDirectory } from '../vendors/directory.js';
import { idOf, toReportArtifact } from './artifact-facts.js';
import { chooseEntry, contactOf } from './channel.js';
import { orderByFamily, upstreamVendor } from './family-order.js';
import { groupBy } from './group-by.js';
import { collectMissing, missingFor } from './missing.js';
import type { Language, ReportArtifact, ReportPlan, UnreachableEngine, VendorReport } from './plan-types.js';
import type { LocalFacts, PublisherFacts } from './publisher.js';
import { reportNotes } from './report-notes.js';
import { planSample } from './sample-plan.js';
import { followedCases, followedNote, keepDue, type VendorFlag } from './followed.js';

export interface PlanOptions {
  readonly language: Language;
  /** For the age of what the directory knows. */
  readonly now: Instant;
  /** Only reports to these vendors, by exact name; default: all. The order and who clears whom stay those of all. */
  readonly vendors?: readonly string[];
  /** Also artifacts with another verdict than `likely-false-positive`. Default: no. */
  readonly force?: boolean;
  /** What the files on disk tell, by sha256. */
  readonly local?: ReadonlyMap<string, LocalFacts>;
  /** Whether samples are handed over. Default: yes. */
  readonly samples?: boolean;
  /** What is followed already, in the order in which it was opened. Default: nothing is known. */
  readonly cases?: readonly Case[];
  /** Leave out what the program may not send by itself: what was reported before, is unclear, or is not followed. Default: no. */
  readonly onlyDue?: boolean;
}

/** One flagging engine of one artifact, resolved to who answers for it today. */
interface Flag extends VendorFlag {
  readonly entry: EngineEntry | undefined;
}

/**
 * What to write to whom about the false positives of one check: one report per vendor with all its engines and all
 * artifacts, upstream before licensee; the engines nobody can be written to for; the facts that are missing. Pure.
 */
export function planReports(
  document: CheckResult,
  directory: VendorDirectory,
  publisher: PublisherFacts,
  options: PlanOptions,
): ReportPlan {
  const flagged = document.artifacts.filter(({ detections }) => detections.length > 0);
  const isIncluded = ({ verdict }: DocumentArtifact): boolean =>
    verdict === 'likely-false-positive' || options.force === true;
  const included = flagged.filter(isIncluded);
  const all = included.flatMap((artifact) => flagsOf(artifact, directory));
  const followed = options.cases ?? [];
  const { flags, notes } = options.onlyDue === true ? keepDue(all, followed) : { flags: all, notes: [] };
  const groups = groupBy(flags, ({ vendor }) => vendor);
  const flagging = new Set(all.map(({ vendor }) => vendor));
  const reported = new Set(flags.map(({ artifact }) => artifact));
  const drafts = [...groups].flatMap(([vendor, group]) =>
    draftReport(vendor, group, { directory, publisher, options, groups, flagging }),
  );
  const ordered = orderByFamily(drafts).filter(({ vendor }) => options.vendors?.includes(vendor) ?? true);
  return {
    language: options.language,
    publisher,
    checkedAt: document.finishedAt,
    isForced: options.force === true,
    artifacts: [...reported].map((artifact) => describe(artifact, artifact.detections, options)).toSorted(byName),
    reports: ordered,
    unreachable: options.vendors === undefined ? unreachableOf(flags, drafts, directory) : [],
    missing: collectMissing(publisher, ordered),
    notes: flagged
      .filter((artifact) => !isIncluded(artifact))
      .map(({ name, verdict }): Reason => ({ code: 'left-out', args: { artifact: name, verdict } }))
      .concat(notes),
  };
}

function flagsOf(artifact: DocumentArtifact, directory: VendorDirectory): Flag[] {
  return artifact.detections.map((detection) => {
    // A renamed engine is answered for by whom it belongs to today.
    const entry = directory.currentOf(detection.engine);
    return { artifact, detection, vendor: entry?.vendor ?? detection.engine, entry };
  });
}

interface Surroundings {
  readonly directory: VendorDirectory;
  readonly publisher: PublisherFacts;
  readonly options: PlanOptions;
  readonly groups: ReadonlyMap<string, readonly Flag[]>;
  /** Vendors that flag something, reported about now or not. */
  readonly flagging: ReadonlySet<string>;
}

/** The report to one vendor, or nothing where there is no channel. */
function draftReport(vendor: string, flags: readonly Flag[], surroundings: Surroundings): VendorReport[] {
  const { directory, publisher, options, groups, flagging } = surroundings;
  const entries = [...new Set(flags.flatMap(({ entry }) => entry ?? []))];
  const entry = chooseEntry(directory, vendor, entries, new Set(flags.map(({ artifact }) => artifact.kind)));
  if (entry === undefined) return [];
  const artifacts = [...groupBy(flags, ({ artifact }) => artifact)]
    .map(([artifact, own]) =>
      describe(
        artifact,
        own.map(({ detection }) => detection),
        options,
      ),
    )
    .toSorted(byName);
  const allEngines = [...groups.values()].flat().map(({ detection }) => detection.engine);
  const upstream = upstreamVendor(directory, vendor, entries);
  const known = followedCases(flags, options.cases ?? []);
  const sample = planSample(entry, artifacts, options.samples === false ? null : (options.local ?? new Map()));
  return [
    {
      vendor,
      engines: [...new Set(flags.map(({ detection }) => detection.engine))].toSorted(compare),
      artifacts,
      contact: contactOf(entry),
      entry,
      clears: directory.clearedBy(vendor, allEngines),
      ...(upstream !== undefined && {
        upstream: { vendor: upstream, isInPlan: groups.has(upstream), isFlagging: flagging.has(upstream) },
      }),
      sample: sample.plan,
      cases: known.map(({ id }) => id),
      notes: [
        ...reportNotes({ entry, flagging: entries, artifacts, now: options.now }),
        ...(upstream === undefined
          ? []
          : [{ code: upstreamCode(upstream, groups, flagging), args: { vendor: upstream } }]),
        ...known.flatMap(followedNote),
        ...sample.notes,
      ],
      missing: missingFor(entry.requirements.fields, publisher, artifacts),
    },
  ];
}

function upstreamCode(
  upstream: string,
  groups: Surroundings['groups'],
  flagging: Surroundings['flagging'],
): 'after-upstream' | 'upstream-reported' | 'upstream-silent' {
  if (groups.has(upstream)) return 'after-upstream';
  return flagging.has(upstream) ? 'upstream-reported' : 'upstream-silent';
}

function describe(
  artifact: DocumentArtifact,
  detections: readonly Detection[],
  { local }: PlanOptions,
): ReportArtifact {
  return toReportArtifact(
    artifact,
    detections,
    artifact.sha256 === undefined ? undefined : local?.get(artifact.sha256),
  );
}

function byName(a: ReportArtifact, b: ReportArtifact): number {
  return compare(a.name, b.name) || compare(a.id, b.id);
}

function unreachableOf(
  flags: readonly Flag[],
  reports: readonly VendorReport[],
  directory: VendorDirectory,
): readonly UnreachableEngine[] {
  const reached = new Set(reports.map(({ vendor }) => vendor));
  return [...groupBy(flags, ({ detection }) => detection.engine)]
    .filter(([, [flag]]) => flag !== undefined && !reached.has(flag.vendor))
    .map(([engine, own]) => {
      const { reason, advice } = adviseWithoutChannel(directory, engine) ?? { reason: 'no-channel', advice: [] };
      const artifacts = [...new Set(own.map(({ artifact }) => idOf(artifact)))].toSorted(compare);
      return { engine, vendor: own[0]?.vendor ?? engine, artifacts, reason, advice };
    })
    .toSorted((a, b) => compare(a.engine, b.engine));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
