import { CLEAN_RULE, type Rule, type Scenario } from './scenario.js';
import { matchesGlob } from './glob.js';

/** What is known of a file when its rule is chosen. */
export interface FileTraits {
  readonly sha256: string;
  /** Every name it was uploaded under, newest first. */
  readonly names: readonly string[];
  /** Rules whose content pattern was found while the upload streamed through. */
  readonly contentHits: ReadonlySet<Rule>;
}

/** The first rule for the file; the clean rule when none fits. Pure. */
export function ruleForFile(scenario: Scenario, traits: FileTraits): Rule {
  return scenario.rules.find((rule) => fitsFile(rule, traits)) ?? CLEAN_RULE;
}

function fitsFile(rule: Rule, { sha256, names, contentHits }: FileTraits): boolean {
  const { match } = rule;
  if (match.url !== undefined || rule.recorded?.kind === 'url') return false;
  if (match.sha256 !== undefined && !match.sha256.includes(sha256)) return false;
  if (match.content !== undefined && !contentHits.has(rule)) return false;
  const { name } = match;
  return name === undefined || names.some((candidate) => matchesGlob(name, candidate));
}

/** The first rule for a canonical URL; only rules with a URL (or nothing at all) to match can be it. Pure. */
export function ruleForUrl(scenario: Scenario, url: string): Rule {
  return scenario.rules.find(({ match }) => match.url !== undefined && matchesGlob(match.url, url)) ?? CLEAN_RULE;
}

/** A number in 0 … 1 (exclusive) that depends on nothing but the hash. Pure. */
export function shareOf(hexDigest: string): number {
  return Number.parseInt(hexDigest.slice(-8), 16) / 0x1_0000_0000;
}
