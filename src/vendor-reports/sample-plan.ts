import type { EngineEntry } from '../domain/vendor.js';
import type { Reason } from '../domain/verdict.js';
import type { ReportArtifact, SampleFile, SamplePlan } from './plan-types.js';
import type { LocalFacts } from './publisher.js';

/** What vendors' mailboxes usually take when they state no limit; base64 makes a third more of it on the way. */
const USUAL_LIMIT_BYTES = 10_000_000;

/** The password of nearly all vendors; what a vendor states wins. */
const USUAL_PASSWORD = 'infected';

export interface SampleChoice {
  readonly plan: SamplePlan;
  /** For the user: which files are not handed over, and why. */
  readonly notes: readonly Reason[];
}

/**
 * Which sample goes to a vendor. A file is handed over only when it is on disk with the content that was checked, and never
 * when it is tampered with. Pure.
 *
 * @param local by sha256; `null` when the user wants no samples
 */
export function planSample(
  { requirements }: EngineEntry,
  artifacts: readonly ReportArtifact[],
  local: ReadonlyMap<string, LocalFacts> | null,
): SampleChoice {
  const { archive, archivePassword, maxSizeMb, fields } = requirements;
  const wantsArchive = archive === 'zip' || archive === '7z';
  if (local === null || (!fields.includes('file') && !wantsArchive)) return { plan: { kind: 'none' }, notes: [] };
  const notes: Reason[] = [];
  const files: SampleFile[] = [];
  for (const artifact of artifacts) {
    if (artifact.kind === 'url') continue;
    const withheld = whyWithheld(artifact, artifact.sha256 === undefined ? undefined : local.get(artifact.sha256));
    if (typeof withheld === 'string') notes.push({ code: withheld, args: { artifact: artifact.name } });
    else files.push(withheld);
  }
  if (files.length === 0) return { plan: { kind: 'none' }, notes };
  if (archive === 'none') {
    return { plan: { kind: 'bare', files }, notes: [...notes, { code: 'sample-bare', args: {} }] };
  }
  if (archivePassword === null) notes.push({ code: 'password-usual', args: { password: USUAL_PASSWORD } });
  return {
    plan: {
      kind: 'archive',
      format: archive === '7z' ? '7z' : 'zip',
      password: archivePassword ?? USUAL_PASSWORD,
      limitBytes: maxSizeMb === null ? USUAL_LIMIT_BYTES : maxSizeMb * 1_000_000,
      files,
    },
    notes,
  };
}

function whyWithheld({ name, verdict, sha256 }: ReportArtifact, local: LocalFacts | undefined): string | SampleFile {
  if (verdict === 'tampered') return 'sample-tampered';
  if (local?.state === 'changed') return 'sample-changed';
  if (local?.state === 'unread') return 'sample-unread';
  if (local?.state !== 'present' || local.path === undefined || sha256 === undefined) return 'sample-gone';
  return { sha256, name, path: local.path, sizeBytes: local.sizeBytes ?? 0 };
}
