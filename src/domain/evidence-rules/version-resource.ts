import type { Evidence } from '../evidence.js';
import { isOneOf, matchFileName } from '../profile.js';
import type { ClaimRule } from './input.js';

/**
 * Product and company of the version resource against the profile. Anybody can write these texts, so that they fit says nothing.
 * Another company in an unproven file that bears the product's name contradicts: the file does not even pretend inside.
 */
export const versionResource: ClaimRule = ({ facts, profile, names }, isProven) => {
  const resource = facts?.versionResource;
  if (resource === undefined || profile === undefined) return [];
  const { products, companies } = profile.versionResource;
  if (products.length === 0 && companies.length === 0) return [];
  const { productName, companyName, originalFilename } = resource;
  const detail = {
    ...(productName !== undefined && { productName }),
    ...(companyName !== undefined && { companyName }),
    ...(originalFilename !== undefined && { originalFilename }),
  };
  const fitsCompany = companies.length === 0 || isOneOf(companyName, companies);
  const fitsProduct = products.length === 0 || isOneOf(productName, products);
  if (fitsCompany && fitsProduct) return [evidence('silent', { ...detail, reason: 'fits-but-can-be-copied' })];
  const isOtherCompany = !fitsCompany && companyName !== undefined && companyName.trim() !== '';
  const bearsName = names.some((name) => matchFileName(profile, name) !== undefined);
  return isOtherCompany && bearsName && !isProven
    ? [evidence('contradicts', { ...detail, expected: companies })]
    : [evidence('silent', { ...detail, reason: 'not-as-in-the-profile' })];
};

function evidence(outcome: Evidence['outcome'], detail: Evidence['detail']): Evidence {
  return { kind: 'version-resource', outcome, detail };
}
