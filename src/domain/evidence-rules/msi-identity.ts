import { isOneOf, matchFileName } from '../profile.js';
import type { EvidenceRule } from './input.js';

/**
 * The UpgradeCode of an MSI against the profile: it stays the same over versions. Anybody can copy it, so it supports weakly;
 * another one under a file name for which the profile states it contradicts.
 */
export const msiIdentity: EvidenceRule = ({ facts, profile, names }) => {
  const msi = facts?.msi;
  if (msi === undefined || profile === undefined) return [];
  const expected = [...new Set(names.flatMap((name) => matchFileName(profile, name)?.upgradeCodes ?? []))];
  const known = [...expected, ...profile.upgradeCodes];
  if (known.length === 0) return [];
  const { upgradeCode, productCode, productName } = msi;
  const detail = {
    ...(upgradeCode !== undefined && { upgradeCode }),
    ...(productCode !== undefined && { productCode }),
    ...(productName !== undefined && { productName }),
  };
  if (upgradeCode === undefined) {
    return [{ kind: 'msi-identity', outcome: 'silent', detail: { ...detail, reason: 'no-upgrade-code' } }];
  }
  if (expected.length > 0 && !isOneOf(upgradeCode, expected)) {
    return [{ kind: 'msi-identity', outcome: 'contradicts', detail: { ...detail, expected } }];
  }
  return isOneOf(upgradeCode, known)
    ? [{ kind: 'msi-identity', outcome: 'supports', detail }]
    : [{ kind: 'msi-identity', outcome: 'silent', detail: { ...detail, reason: 'not-the-product' } }];
};
