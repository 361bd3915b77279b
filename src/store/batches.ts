/** SQLite allows 32,766 parameters a statement, PostgreSQL 65,535; a few hundred keep the statement cache useful. */
const BATCH = 500;

/** Slices of at most 500, for `in (…)`. */
export function* inBatches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += BATCH) yield items.slice(start, start + BATCH);
}
