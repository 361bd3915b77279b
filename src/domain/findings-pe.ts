import type { Finding } from './evidence.js';
import type { FileFacts, PeFacts, SectionFacts, VersionResource } from './file-facts.js';
import type { SignatureState } from './signature.js';
import { importFindings } from './suspicious-imports.js';
import { toIso, type Instant } from './time.js';

/** Plain code measures 5.5 to 6.8 bits a byte in compilers' output, packed code 7.4 and more. */
const PACKED_CODE_ENTROPY = 7.2;
/** Data that is compressed on purpose (images, payloads) reaches this; tables and text do not. */
const PACKED_DATA_ENTROPY = 7.8;
const MIN_DATA_BYTES = 64 * 1024;
const MIN_OVERLAY_BYTES = 4096;
/** Engines that weigh prevalence treat builds of the first days as unknown. */
const YOUNG_MS = 7 * 86_400_000;

/** Section names that packers and protectors leave. */
const PACKERS: readonly (readonly [RegExp, string])[] = [
  [/^upx[0-9!]/i, 'UPX'],
  [/^\.?aspack$|^\.adata$/i, 'ASPack'],
  [/^\.mpress[12]$/i, 'MPRESS'],
  [/^\.themida$|^\.winlice$/i, 'Themida'],
  [/^\.vmp[0-9]$/i, 'VMProtect'],
  [/^\.enigma[12]$/i, 'Enigma'],
  [/^pec2|^pecompact2?$/i, 'PECompact'],
  [/^\.petite$/i, 'Petite'],
  [/^\.nsp[0-2]$/i, 'NsPack'],
];

/** Major versions of the linkers that build most Windows programs. */
const COMMON_LINKERS: ReadonlySet<number> = new Set([
  2, // GNU ld, and Delphi's 2.25
  3, // Go
  // Microsoft, lld; also C# compilers that imitate them
  5,
  6,
  7,
  8,
  9,
  10,
  11,
  12,
  14,
  48, // Roslyn
  80, // older C# compilers
]);

/** Findings from the headers of a program; none for other formats. Pure. */
export function* peFindings(
  { pe, installer, versionResource }: FileFacts,
  { signature, now }: { readonly signature: SignatureState; readonly now: Instant },
): Generator<Finding> {
  if (pe === undefined) return;
  for (const section of pe.sections) yield* sectionFindings(section);
  yield* versionFindings(versionResource);
  yield* importFindings(pe);
  yield* buildFindings(pe, now);
  if (installer !== undefined) yield { code: 'installer', severity: 'info', args: { kind: installer } };
  if (pe.overlayBytes >= MIN_OVERLAY_BYTES) {
    const args = { bytes: pe.overlayBytes, entropy: pe.overlayEntropy };
    // An installer is a loader with an overlay; elsewhere it is content that no loader expects.
    yield installer === undefined
      ? { code: 'overlay', severity: 'medium', args }
      : { code: 'installer-payload', severity: 'info', args };
  }
  if (pe.embeddedExecutables.length > 0) {
    yield {
      code: 'embedded-executables',
      severity: signature === 'intact' ? 'low' : 'medium',
      args: { count: pe.embeddedExecutables.length },
    };
  }
}

function* sectionFindings({ name, entropy, rawBytes, executable, writable }: SectionFacts): Generator<Finding> {
  const packer = PACKERS.find(([pattern]) => pattern.test(name))?.[1];
  if (packer !== undefined) yield { code: 'packer', severity: 'medium', args: { section: name, packer } };
  else if (executable && entropy >= PACKED_CODE_ENTROPY) {
    yield { code: 'packed-section', severity: 'medium', args: { section: name, entropy } };
  } else if (entropy >= PACKED_DATA_ENTROPY && rawBytes >= MIN_DATA_BYTES) {
    yield { code: 'high-entropy-section', severity: 'low', args: { section: name, entropy } };
  }
  if (executable && writable) {
    yield { code: 'writable-executable-section', severity: 'medium', args: { section: name } };
  }
}

const EXPECTED_FIELDS = ['companyName', 'fileDescription', 'productName', 'fileVersion'] as const;

function* versionFindings(resource: VersionResource | undefined): Generator<Finding> {
  if (resource === undefined || Object.keys(resource).length === 0) {
    yield { code: 'version-resource-missing', severity: 'medium', args: {} };
    return;
  }
  const missing = EXPECTED_FIELDS.filter((field) => resource[field] === undefined);
  if (missing.length > 0) yield { code: 'version-resource-incomplete', severity: 'low', args: { missing } };
}

function* buildFindings(pe: PeFacts, now: Instant): Generator<Finding> {
  if (!isCommonLinker(pe)) yield { code: 'uncommon-linker', severity: 'low', args: { linker: pe.linker } };
  // In reproducible builds the field is a hash and says nothing about time.
  if (pe.reproducible) return;
  if (pe.builtAt === 0) yield { code: 'timestamp-zero', severity: 'low', args: {} };
  else if (pe.builtAt > now) yield { code: 'timestamp-future', severity: 'medium', args: { at: toIso(pe.builtAt) } };
  else if (now - pe.builtAt < YOUNG_MS) yield { code: 'build-young', severity: 'low', args: { at: toIso(pe.builtAt) } };
}

function isCommonLinker({ linker }: PeFacts): boolean {
  return COMMON_LINKERS.has(Number(linker.split('.')[0]));
}
