import type { Evidence, EvidenceKind } from '../evidence.js';
import { signatureEvidence } from '../signature.js';
import { downloadHost } from './download-host.js';
import { downloadMatch } from './download-match.js';
import { impersonation } from './impersonation.js';
import type { EvidenceInput, EvidenceRule } from './input.js';
import { knownDistributor } from './known-distributor.js';
import { msiIdentity } from './msi-identity.js';
import { publishedHash } from './published-hash.js';
import { serviceSignature } from './service-signature.js';
import { signer } from './signer.js';
import { trustedVerdict } from './trusted-verdict.js';
import { versionResource } from './version-resource.js';

/** One line a kind; the order is the one in which a reader wants them. */
const RULES: readonly EvidenceRule[] = [
  ({ signature }) => (signature === undefined ? [] : signatureEvidence(signature)),
  signer,
  publishedHash,
  downloadMatch,
  downloadHost,
  versionResource,
  msiIdentity,
  knownDistributor,
  trustedVerdict,
  serviceSignature,
];

/** All evidence for and against authenticity of one content, by kind and then in a fixed order. Pure, total. */
export function gatherEvidence(input: EvidenceInput): readonly Evidence[] {
  const evidence = RULES.flatMap((rule) => sortWithin(rule(input)));
  return [...evidence, ...impersonation(input, evidence)];
}

/** Several of one kind come in the order in which downloads ended, which is no order. */
function sortWithin(evidence: readonly Evidence[]): readonly Evidence[] {
  const key = ({ kind, detail }: Evidence): string => `${ORDER.indexOf(kind)}${JSON.stringify(detail)}`;
  return evidence.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Kinds that one rule gives together. */
const ORDER: readonly EvidenceKind[] = ['signature', 'timestamp'];
