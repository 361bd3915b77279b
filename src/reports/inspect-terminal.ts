import type { Finding } from '../domain/evidence.js';
import type { InspectedFile, InspectResult } from '../domain/inspect-document.js';
import type { SignatureState, SignerDocument } from '../domain/signature.js';
import { visible } from '../domain/text.js';
import { fit, pad, wrap } from './columns.js';
import { adviseOn, describeFinding } from './finding-words.js';
import { explainSignature } from './signature-words.js';
import type { Paint, Style } from './style.js';

const STATE_STYLE: Readonly<Record<SignatureState, Style>> = {
  intact: 'green',
  tampered: 'red',
  unsigned: 'yellow',
  unreadable: 'yellow',
};

const SEVERITY_STYLE: Readonly<Record<Finding['severity'], Style>> = {
  high: 'red',
  medium: 'yellow',
  low: 'cyan',
  info: 'dim',
};

const LABEL_WIDTH = 13;

/** A readable page per file: what it is, who signed it, what may explain detections and what to do about that. Pure. */
export function renderInspection(
  { files }: InspectResult,
  { columns, paint }: { readonly columns: number; readonly paint: Paint },
): string {
  const width = Math.max(60, Math.min(columns, 120));
  return files.map((file) => `${fileLines(file, width, paint).join('\n')}\n`).join('\n');
}

function fileLines(file: InspectedFile, width: number, paint: Paint): readonly string[] {
  const title = paint('bold', fit(file.path, width));
  if (file.error !== undefined) {
    return [title, ...field('error', `${visible(file.error.message)} [${file.error.code}]`, width)];
  }
  const size = file.sizeBytes === undefined ? '' : `, ${file.sizeBytes.toLocaleString('en-US')} bytes`;
  return [
    title,
    ...field('format', `${file.format ?? 'other'}${size}`, width),
    ...(['sha256', 'sha1', 'md5'] as const).flatMap((name) => {
      const digest = file[name];
      return digest === undefined ? [] : field(name, digest, width);
    }),
    ...factLines(file, width),
    ...signatureLines(file, width, paint),
    ...evidenceLines(file, width),
    ...findingLines(file.findings, width, paint),
  ];
}

function factLines({ facts }: InspectedFile, width: number): readonly string[] {
  const { versionResource: version, msi } = facts;
  const lines: string[] = [];
  const add = (label: string, parts: readonly (string | undefined)[]): void => {
    const text = parts.flatMap((part) => (part === undefined || part === '' ? [] : [visible(part)])).join(', ');
    if (text !== '') lines.push(...field(label, text, width));
  };
  add('says it is', [
    version?.productName ?? msi?.productName,
    version?.productVersion ?? msi?.productVersion,
    version?.companyName ?? msi?.manufacturer,
  ]);
  add('named', [version?.originalFilename, version?.fileDescription]);
  add('msi codes', [
    msi?.productCode && `product ${msi.productCode}`,
    msi?.upgradeCode && `upgrade ${msi.upgradeCode}`,
  ]);
  add('built', [facts.builtAt]);
  return lines;
}

function signatureLines({ signature }: InspectedFile, width: number, paint: Paint): readonly string[] {
  const { state, signers, reason } = signature;
  const why = reason === undefined ? '' : `: ${explainSignature(reason)}`;
  const [first, ...more] = field('signature', `${state}${why}`, width);
  return [
    first!.replace(state, () => paint(STATE_STYLE[state], state)),
    ...more,
    ...signers.flatMap((signer) => signerLines(signer, state, width)),
  ];
}

function signerLines(signer: SignerDocument, state: SignatureState, width: number): readonly string[] {
  const trust = signer.pinned
    ? 'this certificate is pinned'
    : signer.anchored
      ? 'its chain ends in a root you gave'
      : 'its chain is not anchored: give roots with --roots to know who vouches for the name';
  const stamped =
    signer.signedAt === undefined
      ? undefined
      : `${signer.signedAt}, by ${visible(signer.timestampedBy ?? '?')} (${signer.timestampKind ?? '?'})`;
  return [
    ...field(signer.nested ? 'also signer' : 'signer', visible(signer.subject), width),
    ...field('', `issued by ${visible(signer.issuer)}`, width),
    ...field(
      '',
      `valid ${signer.notBefore.slice(0, 10)} to ${signer.notAfter.slice(0, 10)}, digest ${signer.digest}`,
      width,
    ),
    ...field('', `thumbprint sha1 ${signer.thumbprintSha1}`, width),
    ...field('', `thumbprint sha256 ${signer.thumbprintSha256}`, width),
    ...(stamped === undefined ? [] : field('', `timestamp ${stamped}`, width)),
    // Of a broken signature the name is only a claim; who would vouch for it does not matter.
    ...(state === 'intact' ? field('', trust, width) : []),
    ...signer.remarks.flatMap((remark) => field('', `note: ${explainSignature(remark)}`, width)),
  ];
}

function evidenceLines({ evidence }: InspectedFile, width: number): readonly string[] {
  return evidence
    .filter(({ outcome }) => outcome !== 'silent')
    .flatMap(({ kind, outcome }) => field('evidence', `${kind} ${outcome} that it is the publisher’s own file`, width));
}

function findingLines(findings: readonly Finding[], width: number, paint: Paint): readonly string[] {
  if (findings.length === 0) return field('findings', 'nothing here explains a detection', width);
  return [
    'why it may be flagged, and what to do',
    ...findings.flatMap((finding) => {
      const [first, ...more] = wrap(describeFinding(finding), width - LABEL_WIDTH);
      const label = paint(SEVERITY_STYLE[finding.severity], pad(finding.severity, LABEL_WIDTH - 2));
      const advice = adviseOn(finding);
      return [
        `  ${label}${first ?? ''}`,
        ...more.map((line) => `${' '.repeat(LABEL_WIDTH)}${line}`),
        ...(advice === undefined ? [] : field('', advice, width).map((line) => paint('dim', line))),
      ];
    }),
  ];
}

function field(label: string, text: string, width: number): readonly string[] {
  return wrap(text, width - LABEL_WIDTH).map((line, index) =>
    index === 0 ? `${pad(label === '' ? '' : `  ${label}`, LABEL_WIDTH)}${line}` : `${' '.repeat(LABEL_WIDTH)}${line}`,
  );
}
