import type { LabelClass } from './detection.js';
import {
  GENERIC_WORDS,
  LABEL_RULES,
  PLATFORM_WORDS,
  SMALL_LETTER_VARIANTS,
  TYPE_WORDS,
  type LabelRule,
} from './label-rules.js';

export interface LabelClaim {
  readonly labelClass: LabelClass;
  /** The malware that the label names, lower case, letters, digits and `-` only; absent when it names none. */
  readonly malwareFamily?: string;
}

/** Recorded labels have up to 60 characters. What a hostile one says after this is not looked at. */
const MAX_LABEL_LENGTH = 300;

/**
 * What kind of claim an engine's label makes, and which malware it names. A label that neither a rule nor its own words
 * explain is `unclassified`: nothing is guessed. Pure; linear in the label, of which the first 300 characters count.
 */
export function classifyLabel(engine: string, label: string): LabelClaim {
  const text = label.slice(0, MAX_LABEL_LENGTH).trim();
  const rule = findLabelRule(engine, text);
  const { family, isStructured } = readWords(engine, text);
  if (rule !== undefined) {
    return { labelClass: rule.labelClass, ...(rule.names && family !== undefined && { malwareFamily: family }) };
  }
  // Without a word that is known nobody can say whether the rest is a name, a code or a sentence.
  if (!isStructured) return { labelClass: 'unclassified' };
  return family === undefined ? { labelClass: 'generic' } : { labelClass: 'named-family', malwareFamily: family };
}

/** The rule that decides a label's class, or `undefined` when its words have to. Pure. */
export function findLabelRule(engine: string, label: string): LabelRule | undefined {
  const key = engine.toLowerCase();
  return LABEL_RULES.find(
    ({ engines, pattern }) => (engines === undefined || engines.includes(key)) && pattern.test(label),
  );
}

/** Whether a name can be a malware's: no type, platform, cluster or code. Pure. */
export function isFamilyName(name: string): boolean {
  return CVE.test(name) || kindOf(name) === 'name';
}

/** A published weakness is as specific as a name. */
const CVE = /(?<![a-z])cve[-_. ]?(\d{4})[-_. ]?(\d{3,7})(?!\d)/i;

interface WordsRead {
  readonly family?: string;
  /** At least one word says type, platform or "generic": the label is made the way labels are. */
  readonly isStructured: boolean;
}

/** Reads a label word by word: the family is the first name before a word that says that there is none. */
function readWords(engine: string, label: string): WordsRead {
  const cve = CVE.exec(label);
  if (cve !== null) return { family: `cve-${cve[1]}-${cve[2]}`, isStructured: true };
  // What follows `!`, `@` or a bracket after a space is a checksum, a database or a suffix of the engine's own.
  const [core = ''] = label.split(/[!@]| [([]/, 1);
  const tokens = core.split(/[^a-z0-9]+/i).filter((token) => token !== '');
  const kinds = tokens.map(kindOf);
  // "Generic.Name" and "Gen:Name" of Bitdefender and its licensees: there the word is a prefix.
  if (kinds[0] === 'end' && tokens.length > 1 && /^gen(?:eric)?$/i.test(tokens[0]!)) kinds[0] = 'word';
  const isStructured = NAME_CODE_HASH.test(label) || kinds.some((kind) => kind === 'word' || kind === 'end');
  const end = kinds.indexOf('end');
  const index = kinds.findIndex(
    (kind, at) => kind === 'name' && (end < 0 || at < end || CAPITALISED.test(tokens[at]!)),
  );
  const family = tokens[index];
  if (family === undefined) return { isStructured };
  const isVariant = SMALL_LETTER_VARIANTS.has(engine.toLowerCase()) && index > 0 && /^[a-z]{4,6}$/.test(family);
  if (isVariant) return { isStructured };
  // Words with spaces between them are a sentence: one known word in it does not make the others names.
  return { isStructured: isStructured && !/\s/.test(core.trim()), family: family.toLowerCase() };
}

/** After "Agent" or "Generic" comes a variant, unless it is written as nobody writes variants: `Agent.KerrDown`. */
const CAPITALISED = /^[A-Z][a-z]{2,}[A-Z]?[a-z]{2,}$/;

/** McAfee's form: a name, a code of letters, the first half of the MD5. */
const NAME_CODE_HASH = /^[a-z]{4,20}-[A-Z]{3,4}![0-9A-F]{12}$/i;

type Kind = 'word' | 'end' | 'code' | 'name';

function kindOf(token: string): Kind {
  const lower = token.toLowerCase();
  const base = lower.replace(/\d+$/, '');
  if ([lower, base].some((word) => TYPE_WORDS.has(word) || PLATFORM_WORDS.has(word))) return 'word';
  if (base.startsWith('generic') || GENERIC_WORDS.has(lower) || GENERIC_WORDS.has(base)) return 'end';
  const digits = lower.length - lower.replace(/\d/g, '').length;
  const isHash = digits > 0 && /^[0-9a-f]+$/.test(lower);
  // Three letters are a variant far more often than a name; half of them digits is a number.
  return !/^[a-z]/.test(lower) || lower.length < 4 || lower.length > 40 || digits * 2 >= lower.length || isHash
    ? 'code'
    : 'name';
}
