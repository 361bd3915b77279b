import { FILE_ENGINES, MOBILE_ENGINES, URL_ENGINES } from './engines.js';
import { CATEGORIES, type Category, type Rule, type ScriptedResult } from './scenario.js';

/** One entry of `results` on the wire. URL entries have no version and no update. */
export interface WireResult {
  readonly method: 'blacklist';
  readonly engine_name: string;
  readonly engine_version?: string | null;
  readonly engine_update?: string | null;
  readonly category: string;
  readonly result: string | null;
}

export type ItemKind = 'file' | 'url';

/**
 * What all engines say in one analysis, in a fixed order: the scripted answers, and the others filled in. `dateS` is the
 * start of the analysis in epoch seconds; it dates the signatures. Pure.
 */
export function engineResults(kind: ItemKind, rule: Rule, dateS: number): readonly WireResult[] {
  if (rule.recorded !== undefined) return recordedResults(rule.recorded.attributes);
  const scripted = new Map(rule.results.map((result) => [result.engine, result]));
  const listed = kind === 'file' ? FILE_ENGINES : URL_ENGINES;
  const others = rule.others === 'absent' ? [] : listed;
  const engines = new Set([...others, ...scripted.keys()]);
  const day = new Date(dateS * 1000).toISOString().slice(0, 10).replaceAll('-', '');
  return [...engines].map((engine, index) => {
    const result = scripted.get(engine) ?? filled(kind, rule, engine, index);
    return kind === 'file' ? fileResult(result, index, day) : urlResult(result);
  });
}

function recordedResults(attributes: Readonly<Record<string, unknown>>): readonly WireResult[] {
  const results = attributes['last_analysis_results'];
  return typeof results === 'object' && results !== null ? (Object.values(results) as WireResult[]) : [];
}

function filled(kind: ItemKind, rule: Rule, engine: string, index: number): ScriptedResult {
  if (rule.others === 'timeout') return { engine, category: 'timeout', label: null };
  if (kind === 'file') {
    return { engine, category: MOBILE_ENGINES.has(engine) ? 'type-unsupported' : 'undetected', label: null };
  }
  // Recorded URL reports: about a third of the services have no rating.
  return index % 3 === 2
    ? { engine, category: 'undetected', label: 'unrated' }
    : { engine, category: 'harmless', label: 'clean' };
}

function fileResult(result: ScriptedResult, index: number, day: string): WireResult {
  return {
    method: 'blacklist',
    engine_name: result.engine,
    engine_version: result.engineVersion === undefined ? `1.0.${index}.0` : result.engineVersion,
    engine_update: result.engineUpdate === undefined ? day : result.engineUpdate,
    category: result.category,
    result: result.label,
  };
}

function urlResult({ engine, category, label }: ScriptedResult): WireResult {
  return { method: 'blacklist', engine_name: engine, category, result: label };
}

const URL_CATEGORIES: readonly Category[] = ['malicious', 'suspicious', 'undetected', 'harmless', 'timeout'];

/** The `stats` block over the answers so far, every key of the kind present. Pure. */
export function statsOf(kind: ItemKind, results: readonly WireResult[]): Readonly<Record<string, number>> {
  const stats: Record<string, number> = {};
  for (const category of kind === 'file' ? CATEGORIES : URL_CATEGORIES) stats[category] = 0;
  for (const { category } of results) stats[category] = (stats[category] ?? 0) + 1;
  return stats;
}

/** The `results` block: an object keyed by engine. Pure. */
export function resultsByEngine(results: readonly WireResult[]): Readonly<Record<string, WireResult>> {
  return Object.fromEntries(results.map((result) => [result.engine_name, result]));
}
