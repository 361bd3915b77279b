import type { Evidence } from '../evidence.js';
import { isOneOf, matchFileName } from '../profile.js';
import type { ClaimRule } from './input.js';

/**
 * The UpgradeCode of an MSI against the profile: it stays the same over versions. Anybody can copy it, so that it fits says
 * nothing; another one in an unproven file under a name for which the profile states it contradicts.
 */
export const msiIdentity: ClaimRule = ({ facts, profile, names }, isProven) => {
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
  if (upgradeCode === undefined) return [evidence('silent', { ...detail, reason: 'no-upgrade-code' })];
  if (expected.length > 0 && !isOneOf(upgradeCode, expected) && !isProven) {
    return [evidence('contradicts', { ...detail, expected })];
  }
  const fits = isOneOf(upgradeCode, expected.length > 0 ? expected : known);
  return [evidence('silent', { ...detail, reason: fits ? 'fits-but-can-be-copied' : 'not-as-in-the-profile' })];
};

function evidence(outcome: Evidence['outcome'], detail: Evidence['detail']): Evidence {
  return { kind: 'msi-identity', outcome, detail };
}
