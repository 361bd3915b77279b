import type { ServiceFacts } from '../scan.js';

/** Tags by which the service itself doubts a signature; recorded together with `verified: Signed`. */
const DOUBTS = ['invalid-signature', 'revoked-cert', 'corrupt'];

/** The service's tags against the signature, sorted. Pure. */
export function signatureDoubts(service: ServiceFacts): readonly string[] {
  return DOUBTS.filter((tag) => service.tags?.includes(tag) === true).toSorted();
}

/**
 * The one whom the service found as signer with a chain that its Windows trusts; `undefined` when it found anything wrong. The
 * list goes from the signer upwards. Pure.
 */
export function confirmedSigner(service: ServiceFacts | undefined): string | undefined {
  if (service?.signature?.verified !== 'Signed' || signatureDoubts(service).length > 0) return undefined;
  return service.signature.signers?.[0];
}
