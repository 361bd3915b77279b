import type { EngineEntry } from '../domain/vendor.js';
import type { VendorDirectory } from '../vendors/directory.js';

/**
 * The vendor whose engine this vendor's engines run, or `undefined` when at least one of them is its own: then a report to
 * it is worth sending at any time. Pure.
 */
export function upstreamVendor(
  directory: VendorDirectory,
  vendor: string,
  entries: readonly EngineEntry[],
): string | undefined {
  const upstreams = entries.map((entry) => {
    const first = entry.lineage.clearFirst === null ? undefined : directory.currentOf(entry.lineage.clearFirst);
    return first === undefined || first.vendor === vendor ? undefined : first.vendor;
  });
  const [upstream] = upstreams;
  return upstreams.every((each) => each === upstream) ? upstream : undefined;
}

interface Orderable {
  readonly vendor: string;
  readonly upstream?: { readonly vendor: string };
  readonly engines: readonly string[];
  readonly clears: readonly string[];
}

/**
 * The order in which to send: whoever clears most first, right behind it those of its family, upstream before licensee; then
 * by name. Total for any data, a cycle among the vendors included. Pure.
 */
export function orderByFamily<T extends Orderable>(reports: readonly T[]): readonly T[] {
  const byVendor = new Map(reports.map((report) => [report.vendor, report]));
  const rootOf = (report: T): { root: T; depth: number } => {
    const seen = new Set<T>([report]);
    let root = report;
    let next = report.upstream && byVendor.get(report.upstream.vendor);
    while (next !== undefined && !seen.has(next)) {
      seen.add(next);
      root = next;
      next = next.upstream && byVendor.get(next.upstream.vendor);
    }
    return { root, depth: seen.size - 1 };
  };
  const reach = ({ engines, clears }: T): number => engines.length + clears.length;
  return reports
    .map((report) => ({ report, ...rootOf(report) }))
    .toSorted(
      (a, b) =>
        reach(b.root) - reach(a.root) ||
        compare(a.root.vendor, b.root.vendor) ||
        a.depth - b.depth ||
        compare(a.report.vendor, b.report.vendor),
    )
    .map(({ report }) => report);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
