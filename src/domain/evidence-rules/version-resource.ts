import { isOneOf, matchFileName } from '../profile.js';
import type { EvidenceRule } from './input.js';

/**
 * Product and company of the version resource against the profile. Texts that anybody can write: they support weakly, and only
 * together. Another company in a file that bears the product's name contradicts.
 */
export const versionResource: EvidenceRule = ({ facts, profile, names }) => {
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
  if (fitsCompany && fitsProduct) return [{ kind: 'version-resource', outcome: 'supports', detail }];
  const isOtherCompany = !fitsCompany && companyName !== undefined && companyName.trim() !== '';
  const bearsName = names.some((name) => matchFileName(profile, name) !== undefined);
  return isOtherCompany && bearsName
    ? [{ kind: 'version-resource', outcome: 'contradicts', detail: { ...detail, expected: companies } }]
    : [{ kind: 'version-resource', outcome: 'silent', detail: { ...detail, reason: 'not-the-product' } }];
};
