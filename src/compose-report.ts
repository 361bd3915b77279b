import { isAbsolute, join } from 'node:path';
import type { Case } from './domain/case.js';
import type { CheckResult, DocumentArtifact } from './domain/document.js';
import { toIso, type Instant } from './domain/time.js';
import { AppError } from './errors.js';
import { recogniseFormat } from './formats/recognise.js';
import { createHasher } from './hashing/hasher.js';
import { inspectFile } from './inspection/inspect-file.js';
import type { Hasher } from './ports.js';
import { templateFinder } from './report-folder/read-templates.js';
import { writeReportFolder, type WrittenFolder } from './report-folder/write-folder.js';
import { planReports } from './vendor-reports/plan.js';
import type { Language, ReportPlan } from './vendor-reports/plan-types.js';
import type { LocalFacts, PublisherFacts } from './vendor-reports/publisher.js';
import { createTemplates } from './vendor-reports/templates.js';
import type { VendorDirectory } from './vendors/directory.js';

export interface ReportSettings {
  readonly language: Language;
  readonly publisher: PublisherFacts;
  readonly directory: VendorDirectory;
  /** Exact names; default: all. */
  readonly vendors?: readonly string[];
  readonly force: boolean;
  readonly samples: boolean;
  /** What is followed already, see `PlanOptions`. */
  readonly cases?: readonly Case[];
  readonly onlyDue?: boolean;
  /** Address that messages are from. */
  readonly from?: string;
  /** Folder to write to, absolute. */
  readonly out: string;
  /** Folder of the user's templates, absolute. */
  readonly templates?: string;
}

export interface ReportSurroundings {
  /** What the paths of the document start from. */
  readonly cwd: string;
  readonly now: Instant;
  readonly signal: AbortSignal;
}

/** The plan that was carried out, and the folder that came of it; no folder when there is nothing to report. */
export interface ReportRun {
  readonly plan: ReportPlan;
  readonly written: WrittenFolder | null;
}

/**
 * `absolve report`: reads the files that are still there, plans, writes. No network.
 *
 * @throws ReportError `REPORT_UNWRITABLE`; UsageError `CONFIG_TEMPLATE`; the signal's reason when aborted. A file that is
 *   gone or changed costs its sample alone
 */
export async function runReport(
  document: CheckResult,
  settings: ReportSettings,
  surroundings: ReportSurroundings,
): Promise<ReportRun> {
  const local = await readLocalFacts(document, settings, surroundings);
  const plan = planReports(document, settings.directory, settings.publisher, {
    language: settings.language,
    now: surroundings.now,
    force: settings.force,
    samples: settings.samples,
    local,
    onlyDue: settings.onlyDue ?? false,
    ...(settings.cases !== undefined && { cases: settings.cases }),
    ...(settings.vendors !== undefined && { vendors: settings.vendors }),
  });
  if (plan.artifacts.length === 0) return { plan, written: null };
  const templates = createTemplates(templateFinder(settings.language, settings.templates));
  const { signal } = surroundings;
  const sender = settings.from === undefined ? {} : { from: settings.from };
  return { plan, written: await writeReportFolder(plan, settings.out, { templates, signal, ...sender }) };
}

/** Version, signature and the other digests of every file that will be reported and is still what was checked. */
async function readLocalFacts(
  document: CheckResult,
  { force }: ReportSettings,
  surroundings: ReportSurroundings,
): Promise<ReadonlyMap<string, LocalFacts>> {
  const facts = new Map<string, LocalFacts>();
  const hasher = createHasher({ recognise: recogniseFormat });
  try {
    for (const artifact of document.artifacts) {
      if (artifact.detections.length === 0 || (artifact.verdict !== 'likely-false-positive' && !force)) continue;
      if (artifact.sha256 === undefined || artifact.paths.length === 0) continue;
      facts.set(artifact.sha256, await readFirstPresent(artifact, hasher, surroundings));
    }
  } finally {
    await hasher.close();
  }
  return facts;
}

async function readFirstPresent(
  { paths, sha256 }: DocumentArtifact,
  hasher: Hasher,
  surroundings: ReportSurroundings,
): Promise<LocalFacts> {
  let state: LocalFacts['state'] = 'gone';
  for (const shown of paths) {
    const path = isAbsolute(shown) ? shown : join(surroundings.cwd, shown);
    try {
      const { digests, format, sizeBytes } = await hasher.identify(path, {
        md5AndSha1: true,
        signal: surroundings.signal,
      });
      if (digests.sha256 !== sha256) {
        state = 'changed';
        continue;
      }
      const { signature, facts } = await inspectFile(path, format, { anchors: [], pinned: [], ...surroundings });
      const version =
        facts.versionResource?.fileVersion ?? facts.versionResource?.productVersion ?? facts.msi?.productVersion;
      const signer = signature.state === 'intact' ? signature.signers.find(({ nested }) => !nested) : undefined;
      return {
        state: 'present',
        path,
        sizeBytes,
        ...(digests.md5 !== undefined && { md5: digests.md5 }),
        ...(digests.sha1 !== undefined && { sha1: digests.sha1 }),
        ...(version !== undefined && { version }),
        ...(signer !== undefined && {
          signer: {
            subject: signer.subject,
            issuer: signer.issuer,
            thumbprintSha1: signer.thumbprintSha1,
            thumbprintSha256: signer.thumbprintSha256,
            ...(signer.signedAt !== undefined && {
              signedAt: toIso(signer.signedAt),
            }),
            ...(signer.timestampedBy !== undefined && { timestampedBy: signer.timestampedBy }),
          },
        }),
      };
    } catch (error) {
      surroundings.signal.throwIfAborted();
      if (!(error instanceof AppError)) throw error;
      if (error.code !== 'ARTIFACT_GONE') state = error.code === 'ARTIFACT_CHANGED' ? 'changed' : 'unread';
    }
  }
  return { state };
}
