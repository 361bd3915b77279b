/** VirusTotal's categories of one engine's answer. */
export const CATEGORIES = [
  'malicious',
  'suspicious',
  'undetected',
  'harmless',
  'timeout',
  'confirmed-timeout',
  'failure',
  'type-unsupported',
] as const;

export type Category = (typeof CATEGORIES)[number];

/** What one engine is scripted to say. */
export interface ScriptedResult {
  readonly engine: string;
  readonly category: Category;
  /** The `result` text; null where an engine has none. */
  readonly label: string | null;
  readonly engineVersion?: string | null;
  /** `YYYYMMDD`; by default the day of the analysis. */
  readonly engineUpdate?: string | null;
}

/** Bytes to look for in uploaded content. */
interface ContentPattern {
  readonly bytes: Uint8Array;
  /** The pattern must end within so many bytes from the start of the file. */
  readonly withinBytes: number;
}

/** A rule applies when everything given here fits. */
export interface RuleMatch {
  /** Lower case, any of them. */
  readonly sha256?: readonly string[];
  /** Glob over the uploaded file's name, any case: `*` and `?`. */
  readonly name?: string;
  readonly content?: ContentPattern;
  /** Glob over the canonical URL, any case. */
  readonly url?: string;
}

/** An answer recorded elsewhere, served byte for byte. */
export interface RecordedAnswer {
  /** The envelope `{"data": …}` as text: parsing and printing would change numbers above 2^53. */
  readonly text: string;
  readonly kind: 'file' | 'url';
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What the service knows and says about the artifacts that the match describes. */
export interface Rule {
  readonly match: RuleMatch;
  /** Known before anything was submitted. Needs a sha256, a plain URL (no wildcard) or a recorded answer. */
  readonly known: boolean;
  /** Never known before it is submitted, whatever `known` and `knownShare` of the scenario say. */
  readonly unknown: boolean;
  /** Age of the analysis of a known artifact when the server starts, milliseconds. */
  readonly analysedAgoMs: number;
  /** How long its analysis takes; the server's setting when absent. */
  readonly analysisMs?: number;
  readonly results: readonly ScriptedResult[];
  /** What the engines say that `results` does not name. */
  readonly others: 'clean' | 'timeout' | 'absent';
  /** Merged over the attributes of the report: `known_distributors`, `signature_info`, `tags`, `names`, … */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly recorded?: RecordedAnswer;
}

/** Everything the stand-in knows in advance. The first rule that matches decides. */
export interface Scenario {
  readonly rules: readonly Rule[];
  /** sha256 of files known before any upload. */
  readonly known: readonly string[];
  /** Share (0 … 1) of all other sha256 that are known, chosen by the hash itself and so the same in every run. */
  readonly knownShare: number;
}

/** Nothing known, every submission comes out clean. */
export const EMPTY_SCENARIO: Scenario = Object.freeze({ rules: [], known: [], knownShare: 0 });

/** A rule as it is without any member. */
export const CLEAN_RULE: Rule = Object.freeze({
  match: {},
  known: false,
  unknown: false,
  analysedAgoMs: 86_400_000,
  results: [],
  others: 'clean',
  facts: {},
});
