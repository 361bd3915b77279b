import type { FileFacts } from './file-facts.js';

/** One kind of file that a product is released as. */
export interface ProductFile {
  /** File name with `*` for what changes, e.g. `ExampleSetup-*.exe`; case does not matter. */
  readonly pattern: string;
  /** What it is, for a reader. */
  readonly purpose?: string;
  /** The UpgradeCodes that an MSI of this name has, upper case with braces. */
  readonly upgradeCodes: readonly string[];
}

/** Who signs the product. Empty lists: the profile does not know. */
export interface ProductSigners {
  /** Legal names as certificates state them (attribute `O`), compared without case. */
  readonly organisations: readonly string[];
  /** SHA-1 or SHA-256 of signing certificates, lower-case hexadecimal. */
  readonly thumbprints: readonly string[];
  /** Absolute path of a PEM file with the roots to trust. */
  readonly roots?: string;
}

export interface ProductContact {
  readonly name?: string;
  /** What this person does, e.g. `release engineer`. */
  readonly role?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly url?: string;
}

/** What a publisher knows about its own product. All lists are there, possibly empty; empty means "not known". */
export interface ProductProfile {
  /** Short name by which it is chosen. */
  readonly name: string;
  readonly product: string;
  readonly publisher: string;
  readonly homepage?: string;
  /** What the product does and why that may look suspicious: for analysts. */
  readonly purpose: readonly string[];
  readonly files: readonly ProductFile[];
  readonly signers: ProductSigners;
  /** Host names that the product is published on, lower case; subdomains are not included. */
  readonly hosts: readonly string[];
  /** Texts of version resources, compared without case. */
  readonly versionResource: { readonly products: readonly string[]; readonly companies: readonly string[] };
  /** UpgradeCodes of all its MSI packages, upper case with braces. */
  readonly upgradeCodes: readonly string[];
  readonly contact: ProductContact;
  /** Pages or files where everybody can get it. */
  readonly downloads?: readonly string[];
  /** Since when it exists, as the publisher puts it: `2006`, `May 2006`. */
  readonly since?: string;
  /** Roughly how many use it, in words. */
  readonly users?: string;
}

/**
 * The kind of file that a name belongs to, or `undefined`. Of several that match, the one with the longest pattern.
 * Pure; linear in the name for each pattern.
 *
 * @param name without folders
 */
export function matchFileName({ files }: ProductProfile, name: string): ProductFile | undefined {
  return files
    .filter(({ pattern }) => matchesPattern(pattern.toLowerCase(), name.toLowerCase()))
    .toSorted((a, b) => b.pattern.length - a.pattern.length)[0];
}

/**
 * The one profile of which some name matches a file pattern; `undefined` when names match none, or more than one profile.
 * Pure.
 *
 * @param names without folders
 */
export function chooseProfile(
  profiles: readonly ProductProfile[],
  names: readonly string[],
): ProductProfile | undefined {
  const matching = profiles.filter((profile) => names.some((name) => matchFileName(profile, name) !== undefined));
  return matching.length === 1 ? matching[0] : undefined;
}

/** How a file says that it is the product; `undefined` when it does not. Hostile: a claim, never a proof. Pure. */
export function findClaim(
  profile: ProductProfile,
  names: readonly string[],
  facts: FileFacts,
): 'file-name' | 'version-resource' | 'msi' | undefined {
  if (names.some((name) => matchFileName(profile, name) !== undefined)) return 'file-name';
  const { versionResource, msi } = facts;
  const { products, companies } = profile.versionResource;
  if (isOneOf(versionResource?.productName, products) || isOneOf(versionResource?.companyName, companies)) {
    return 'version-resource';
  }
  if (isOneOf(msi?.manufacturer, [profile.publisher]) || isOneOf(msi?.upgradeCode, profile.upgradeCodes)) return 'msi';
  return undefined;
}

/** Whether a text is in a list, without regard to case and outer spaces. Pure. */
export function isOneOf(text: string | undefined, list: readonly string[]): boolean {
  if (text === undefined) return false;
  const wanted = text.trim().toLowerCase();
  return list.some((entry) => entry.trim().toLowerCase() === wanted);
}

/** `*` stands for any characters, none included. Greedy with one point to return to, so it cannot explode. */
function matchesPattern(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let resumeAt = 0;
  let inPattern = 0;
  while (at < name.length) {
    if (pattern[inPattern] === '*') {
      star = inPattern++;
      resumeAt = at;
    } else if (pattern[inPattern] === name[at]) {
      inPattern++;
      at++;
    } else if (star >= 0) {
      inPattern = star + 1;
      at = ++resumeAt;
    } else {
      return false;
    }
  }
  while (pattern[inPattern] === '*') inPattern++;
  return inPattern === pattern.length;
}
