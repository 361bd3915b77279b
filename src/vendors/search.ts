import type { EngineEntry } from '../domain/vendor.js';
import type { VendorDirectory } from './directory.js';

/** What a search text was found in. `similar`: only after correcting letters. */
export type MatchKind = 'engine' | 'alias' | 'vendor' | 'similar';

export interface EngineMatch {
  readonly entry: EngineEntry;
  readonly kind: MatchKind;
  /** The name that matched. */
  readonly name: string;
  /** Lower is better; only good for ordering. */
  readonly rank: number;
}

/**
 * Engines that a person may mean by `text`: key, older or other name, or company; part of a name is enough. Spelling is
 * forgiven (one wrong letter from 4 on, two from 8 on) only when nothing matches as written. An empty text means all.
 * Best first, then by engine name. Pure.
 */
export function searchEngines(directory: VendorDirectory, text: string): readonly EngineMatch[] {
  const wanted = fold(text);
  const best = (rankOf: (name: string) => number): EngineMatch[] =>
    directory.entries.flatMap((entry) => bestMatch(entry, rankOf) ?? []);
  // A text of nothing but punctuation means nothing; no text at all means everything.
  if (wanted === '') {
    return text.trim() === '' ? best(() => 0) : [];
  }
  const literal = best((name) => rankLiteral(name, wanted));
  const found = literal.length > 0 ? literal : best((name) => rankSimilar(name, wanted)).map(asSimilar);
  return found.toSorted((a, b) => a.rank - b.rank || compare(a.entry.engine, b.entry.engine));
}

const NO_MATCH = Number.POSITIVE_INFINITY;

/** A name counts as what it is: an engine's own key before another name, that before the company. */
const KIND_PENALTY: Readonly<Record<Exclude<MatchKind, 'similar'>, number>> = { engine: 0, alias: 0.3, vendor: 0.5 };

function bestMatch(entry: EngineEntry, rankOf: (name: string) => number): EngineMatch | undefined {
  const names: readonly (readonly [Exclude<MatchKind, 'similar'>, string])[] = [
    ['engine', entry.engine],
    ...entry.aliases.map((alias) => ['alias', alias] as const),
    ['vendor', entry.vendor],
  ];
  let best: EngineMatch | undefined;
  for (const [kind, name] of names) {
    const rank = rankOf(name) + KIND_PENALTY[kind];
    if (rank < (best?.rank ?? NO_MATCH)) best = { entry, kind, name, rank };
  }
  return best;
}

function asSimilar(match: EngineMatch): EngineMatch {
  return { ...match, kind: 'similar' };
}

function rankLiteral(name: string, wanted: string): number {
  const folded = fold(name);
  if (folded === wanted) return 0;
  if (words(name).includes(wanted)) return 1;
  if (folded.startsWith(wanted)) return 2;
  // Two letters are somewhere in a third of all names.
  if (wanted.length < 3) return NO_MATCH;
  if (words(name).some((word) => word.startsWith(wanted))) return 3;
  return folded.includes(wanted) ? 4 : NO_MATCH;
}

function rankSimilar(name: string, wanted: string): number {
  const allowed = wanted.length >= 8 ? 2 : wanted.length >= 4 ? 1 : 0;
  if (allowed === 0) return NO_MATCH;
  const distance = Math.min(
    ...[fold(name), ...words(name)].map((candidate) =>
      Math.abs(candidate.length - wanted.length) > allowed ? NO_MATCH : editDistance(candidate, wanted),
    ),
  );
  return distance <= allowed ? distance : NO_MATCH;
}

/** Lower case letters and digits of any script; accents, punctuation and spaces do not tell names apart. */
function fold(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

function words(text: string): readonly string[] {
  return text
    .split(/[^\p{L}\p{N}]+/u)
    .map(fold)
    .filter((word) => word !== '');
}

/** Letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const isSame = a[row - 1] === b[column - 1];
      let least = Math.min(
        rows[row - 1]![column]! + 1,
        current[column - 1]! + 1,
        rows[row - 1]![column - 1]! + (isSame ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        least = Math.min(least, rows[row - 2]![column - 2]! + 1);
      }
      current.push(least);
    }
    rows.push(current);
  }
  return rows[a.length]![b.length]!;
}

/** By code unit: the same on every system, whatever its language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
