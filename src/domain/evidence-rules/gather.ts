import { EVIDENCE_KINDS, type Evidence } from '../evidence.js';
import { isStrongSupport } from '../evidence-strength.js';
import { signatureEvidence } from '../signature.js';
import { downloadContent } from './download-content.js';
import { downloadHost } from './download-host.js';
import { downloadMatch } from './download-match.js';
import { impersonation } from './impersonation.js';
import type { ClaimRule, EvidenceInput, EvidenceRule } from './input.js';
import { knownDistributor } from './known-distributor.js';
import { msiIdentity } from './msi-identity.js';
import { publishedHash } from './published-hash.js';
import { serviceSignature } from './service-signature.js';
import { signer } from './signer.js';
import { trustedVerdict } from './trusted-verdict.js';
import { versionResource } from './version-resource.js';

/** What can show whose file it is, and what else the file and its way here tell. One line a kind. */
const RULES: readonly EvidenceRule[] = [
  ({ signature }) => (signature === undefined ? [] : signatureEvidence(signature)),
  signer,
  publishedHash,
  downloadMatch,
  downloadHost,
  downloadContent,
  knownDistributor,
  trustedVerdict,
  serviceSignature,
];

/** What the file says about itself, held against the profile once it is known whether it is proven. One line a kind. */
const CLAIM_RULES: readonly ClaimRule[] = [versionResource, msiIdentity, impersonation];

/** All evidence for and against authenticity of one content, by kind and then in a fixed order. Pure, total. */
export function gatherEvidence(input: EvidenceInput): readonly Evidence[] {
  const evidence = RULES.flatMap((rule) => rule(input));
  const isProven = evidence.some(isStrongSupport);
  const claims = CLAIM_RULES.flatMap((rule) => rule(input, isProven));
  return [...evidence, ...claims].toSorted(inOrder);
}

/** Several of one kind come in the order in which downloads ended, which is no order. */
function inOrder(a: Evidence, b: Evidence): number {
  const byKind = EVIDENCE_KINDS.indexOf(a.kind) - EVIDENCE_KINDS.indexOf(b.kind);
  if (byKind !== 0) return byKind;
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}
