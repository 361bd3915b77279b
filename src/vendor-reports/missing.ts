import type { MissingFact, ReportArtifact } from './plan-types.js';
import type { PublisherFacts } from './publisher.js';

/** Which facts the words of a vendor's form ask for. What a person has to do by hand (captcha, screenshot) is not here. */
const ASKED_BY_FIELD: Readonly<Record<string, readonly string[]>> = {
  'application name': ['product'],
  'application purpose': ['purpose'],
  'application version': ['artifact.version'],
  company: ['publisher'],
  'contact name': ['contact.name'],
  description: ['purpose'],
  'download url': ['publishedAt'],
  email: ['contact.email'],
  'file origin': ['publishedAt'],
  md5: ['artifact.md5'],
  reason: ['purpose'],
  role: ['contact.role'],
  sha256: ['artifact.sha256'],
  'vt link': ['artifact.permalink'],
};

/** Facts that every report gains from, whether the vendor asks or not, in the order in which a user fills them in. */
const PUBLISHER_FACTS: readonly (readonly [string, (facts: PublisherFacts) => unknown])[] = [
  ['product', ({ product }) => product],
  ['publisher', ({ publisher }) => publisher],
  ['website', ({ website }) => website],
  ['contact.name', ({ contact }) => contact?.name],
  ['contact.role', ({ contact }) => contact?.role],
  ['contact.email', ({ contact }) => contact?.email],
  ['purpose', ({ purpose }) => purpose],
  ['behaviours', ({ behaviours }) => behaviours?.[0]],
  ['publishedAt', ({ publishedAt }) => publishedAt?.[0]],
  ['since', ({ since }) => since],
];

const ARTIFACT_FACTS: readonly (readonly [string, (artifact: ReportArtifact) => unknown])[] = [
  ['artifact.sha256', ({ kind, sha256 }) => kind === 'url' || sha256],
  ['artifact.md5', ({ kind, md5 }) => kind === 'url' || md5],
  ['artifact.sha1', ({ kind, sha1 }) => kind === 'url' || sha1],
  ['artifact.version', ({ kind, version }) => kind === 'url' || version],
  ['artifact.signer', ({ kind, signer }) => kind === 'url' || signer],
  ['artifact.permalink', ({ permalink }) => permalink],
];

/** Codes of the facts that these form fields ask for and that nobody gave, sorted. Pure. */
export function missingFor(
  fields: readonly string[],
  publisher: PublisherFacts,
  artifacts: readonly ReportArtifact[],
): readonly string[] {
  const asked = new Set(fields.flatMap((field) => ASKED_BY_FIELD[field] ?? []));
  const absent = [
    ...PUBLISHER_FACTS.filter(([, get]) => isAbsent(get(publisher))),
    ...ARTIFACT_FACTS.filter(([, get]) => artifacts.some((artifact) => isAbsent(get(artifact)))),
  ];
  return absent.map(([code]) => code).filter((code) => asked.has(code));
}

/** Every fact that nobody gave, once, with the artifacts it is missing of and the vendors that ask for it. Pure. */
export function collectMissing(
  publisher: PublisherFacts,
  reports: readonly {
    readonly vendor: string;
    readonly missing: readonly string[];
    readonly artifacts: readonly ReportArtifact[];
  }[],
): readonly MissingFact[] {
  if (reports.length === 0) return [];
  const artifacts = new Map(reports.flatMap((report) => report.artifacts.map((artifact) => [artifact.id, artifact])));
  const askedBy = (code: string): readonly string[] =>
    reports.filter(({ missing }) => missing.includes(code)).map(({ vendor }) => vendor);
  return [
    ...PUBLISHER_FACTS.filter(([, get]) => isAbsent(get(publisher))).map(([code]) => ({
      code,
      artifacts: [],
      askedBy: askedBy(code),
    })),
    ...ARTIFACT_FACTS.flatMap(([code, get]) => {
      const names = [...artifacts.values()].filter((artifact) => isAbsent(get(artifact))).map(({ name }) => name);
      return names.length === 0 ? [] : [{ code, artifacts: names.toSorted(), askedBy: askedBy(code) }];
    }),
  ];
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === '' || value === false;
}
