import type { EvidenceRule } from './input.js';

/** The service knows somebody who distributes this file. Recorded also for a test virus: weak. */
export const knownDistributor: EvidenceRule = ({ service }) => {
  const known = service?.knownDistributors;
  if (known === undefined || known.distributors.length === 0) return [];
  // Recorded lists of products have dozens of entries; three show what it is about.
  const products = known.products.slice(0, 3);
  return [{ kind: 'known-distributor', outcome: 'supports', detail: { distributors: known.distributors, products } }];
};
