import type { FileFormat } from './artifact.js';
import type { DocumentError } from './document.js';
import type { Evidence, Finding } from './evidence.js';
import type { FileFacts } from './file-facts.js';
import type { SignatureReport, SignatureState, SignerDocument } from './signature.js';
import { toSignerDocument } from './signature.js';
import { toIso } from './time.js';
import type { Reason } from './verdict.js';

/** One file of `inspect --json`. With `error` nothing else was found out. */
export interface InspectedFile {
  /** As the user spelled it. */
  readonly path: string;
  readonly sizeBytes?: number;
  readonly sha256?: string;
  readonly sha1?: string;
  readonly md5?: string;
  readonly format?: FileFormat;
  readonly signature: {
    readonly state: SignatureState;
    readonly signers: readonly SignerDocument[];
    readonly reason?: Reason;
  };
  readonly facts: InspectedFacts;
  readonly evidence: readonly Evidence[];
  readonly findings: readonly Finding[];
  readonly error?: DocumentError;
}

/** The facts that people compare; the rest shows in the findings. */
export interface InspectedFacts {
  readonly versionResource?: FileFacts['versionResource'];
  readonly msi?: FileFacts['msi'];
  readonly installer?: FileFacts['installer'];
  /** COFF time stamp, ISO 8601; absent when zero or a reproducible build's hash. */
  readonly builtAt?: string;
  readonly linker?: string;
  readonly unreadable: readonly string[];
}

/** What `absolve inspect --json` prints. All arrays are present and sorted. Published as `schema/inspect-result.schema.json`. */
export interface InspectResult {
  readonly schemaVersion: 1;
  readonly files: readonly InspectedFile[];
}

export function toInspectedSignature({ state, signers, reason }: SignatureReport): InspectedFile['signature'] {
  return { state, signers: signers.map(toSignerDocument), ...(reason === undefined ? {} : { reason }) };
}

export function toInspectedFacts({ versionResource, msi, installer, pe, unreadable }: FileFacts): InspectedFacts {
  const hasTime = pe !== undefined && pe.builtAt !== 0 && !pe.reproducible;
  return {
    ...(versionResource === undefined ? {} : { versionResource }),
    ...(msi === undefined ? {} : { msi }),
    ...(installer === undefined ? {} : { installer }),
    ...(hasTime ? { builtAt: toIso(pe.builtAt) } : {}),
    ...(pe === undefined ? {} : { linker: pe.linker }),
    unreadable,
  };
}
