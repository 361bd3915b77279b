import { visible } from '../domain/text.js';
import type { Language, ReportArtifact, ReportPlan, VendorReport } from './plan-types.js';
import type { SignerFacts } from './publisher.js';
import type { Model } from './template-render.js';

/** What became of the samples of one report; names are those of the files beside it. */
export interface SampleOutcome {
  readonly attached: readonly string[];
  readonly separate: readonly string[];
  readonly bare: readonly string[];
  readonly password?: string;
}

export const NO_SAMPLE: SampleOutcome = Object.freeze({ attached: [], separate: [], bare: [] });

/**
 * The values for the templates of one report, see `TEMPLATE_MODEL`. Every text is one line without control characters,
 * because a template decides what is a line. Pure.
 *
 * @param limit at most so many artifacts, for short forms; default: all
 */
export function toModel(plan: ReportPlan, report: VendorReport, sample: SampleOutcome, limit?: number): Model {
  const { publisher, language } = plan;
  const artifacts = report.artifacts.slice(0, limit);
  const detections = report.artifacts.flatMap((artifact) => artifact.detections);
  const [first] = detections;
  const left = report.artifacts.length - artifacts.length;
  const versions = [...new Set(report.artifacts.map(({ version }) => version ?? ''))];
  return {
    vendor: line(report.vendor),
    engines: report.engines.map(line),
    engineNames: join(report.engines),
    product: line(publisher.product),
    version: versions.length === 1 ? line(versions[0]) : '',
    publisher: line(publisher.publisher),
    website: line(publisher.website),
    domain: domainOf(publisher.website),
    purpose: line(publisher.purpose),
    behaviours: (publisher.behaviours ?? []).map(line),
    publishedAt: (publisher.publishedAt ?? []).map(line),
    since: line(publisher.since),
    users: line(publisher.users),
    contact: {
      name: line(publisher.contact?.name),
      role: line(publisher.contact?.role),
      email: line(publisher.contact?.email),
      phone: line(publisher.contact?.phone),
    },
    count: String(report.artifacts.length),
    isSeveral: report.artifacts.length > 1 ? 'yes' : '',
    firstName: line(report.artifacts[0]?.name),
    firstDetection:
      first === undefined ? '' : line(first.label === '' ? first.engine : `${first.engine}: ${first.label}`),
    moreDetections: detections.length > 1 ? String(detections.length - 1) : '',
    artifacts: artifacts.map((artifact, index) => artifactModel(artifact, index, language)),
    moreArtifacts: left > 0 ? String(left) : '',
    certificates: certificatesOf(report.artifacts).map(signerModel),
    clears: report.clears.map(line),
    clearNames: join(report.clears),
    upstream: report.upstream?.isInPlan === true ? line(report.upstream.vendor) : '',
    sample: {
      attached: sample.attached.map(line),
      separate: sample.separate.map(line),
      bare: sample.bare.map(line),
      password: line(sample.password),
      links: linksOf(plan, report).map(line),
    },
  };
}

/** Where the files can be had, for samples that no message takes. Pure. */
export function linksOf({ publisher }: ReportPlan, { artifacts }: VendorReport): readonly string[] {
  const exact = artifacts.flatMap(
    ({ downloadedFrom, kind, url }) => downloadedFrom ?? (kind === 'url' ? (url ?? []) : []),
  );
  return [...new Set(exact.length > 0 ? exact : (publisher.publishedAt ?? []))];
}

function artifactModel(artifact: ReportArtifact, index: number, language: Language): Model {
  return {
    number: String(index + 1),
    name: line(artifact.name),
    url: line(artifact.url),
    isUrl: artifact.kind === 'url' ? 'yes' : '',
    size: artifact.sizeBytes === undefined ? '' : grouped(artifact.sizeBytes, language),
    version: line(artifact.version),
    sha256: line(artifact.sha256),
    sha1: line(artifact.sha1),
    md5: line(artifact.md5),
    permalink: line(artifact.permalink),
    analysedAt: line(artifact.analysedAt),
    download: line(artifact.downloadedFrom),
    signer: signerModel(artifact.signer),
    detections: artifact.detections.map((detection) => ({
      engine: line(detection.engine),
      label: line(detection.label),
      category: detection.category,
      engineVersion: line(detection.engineVersion),
      engineUpdate: line(detection.engineUpdate),
    })),
  };
}

function signerModel(signer: SignerFacts | undefined): Model {
  return {
    subject: line(signer?.subject),
    issuer: line(signer?.issuer),
    thumbprintSha1: line(signer?.thumbprintSha1),
    thumbprintSha256: line(signer?.thumbprintSha256),
    signedAt: line(signer?.signedAt),
    timestampedBy: line(signer?.timestampedBy),
  };
}

function certificatesOf(artifacts: readonly ReportArtifact[]): readonly SignerFacts[] {
  const signers = artifacts.flatMap(({ signer }) => signer ?? []);
  const keyOf = ({ subject, thumbprintSha256, thumbprintSha1 }: SignerFacts): string =>
    thumbprintSha256 ?? thumbprintSha1 ?? subject;
  return [...new Map(signers.map((signer) => [keyOf(signer), signer])).values()];
}

function join(names: readonly string[]): string {
  return names.map(line).join(', ');
}

/** One line, hostile or not; `''` for what is missing. */
function line(value: string | undefined): string {
  return value === undefined ? '' : visible(value.replace(/\s+/g, ' ').trim());
}

function domainOf(website: string | undefined): string {
  if (website === undefined) return '';
  try {
    return new URL(website.includes('://') ? website : `https://${website}`).hostname.replace(/^www\./, '');
  } catch {
    return '';
  }
}

/** Written out instead of `Intl`: the same on every system, whatever language data its Node has. */
function grouped(value: number, language: Language): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, language === 'de' ? '.' : ',');
}
