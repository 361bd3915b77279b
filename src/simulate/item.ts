import type { Analysis } from './analysis.js';
import type { Rule } from './scenario.js';

interface ItemBase {
  /** sha256 of the content, or of the canonical URL. */
  readonly id: string;
  rule: Rule;
  /** Oldest first: the last completed one and what runs. */
  analyses: readonly Analysis[];
  firstSubmittedMs: number;
  lastSubmittedMs: number;
  timesSubmitted: number;
  /** Keys that brought it to the service: reading it is free for them. */
  readonly freeFor: Set<string>;
}

export interface FileItem extends ItemBase {
  readonly kind: 'file';
  md5?: string;
  sha1?: string;
  sizeBytes?: number;
  /** Newest first. */
  names: readonly string[];
  readonly contentHits: Set<Rule>;
}

export interface UrlItem extends ItemBase {
  readonly kind: 'url';
  /** The canonical form. */
  readonly url: string;
}

export type Item = FileItem | UrlItem;

/** The newest analysis that is complete and shows in the report, which may lag behind it. Pure. */
export function reportOf(item: Item, now: number, lagMs: number): Analysis | undefined {
  return item.analyses.findLast((analysis) => now >= analysis.startedMs + analysis.durationMs + lagMs);
}

/** The analysis that is not finished yet. Pure. */
export function runningOf(item: Item, now: number): Analysis | undefined {
  return item.analyses.findLast((analysis) => now < analysis.startedMs + analysis.durationMs);
}

/** Adds an analysis and forgets what no report can show any more. */
export function addAnalysis(item: Item, analysis: Analysis, now: number, lagMs: number): void {
  const shown = reportOf(item, now, lagMs);
  const keptFrom = shown === undefined ? 0 : item.analyses.indexOf(shown);
  item.analyses = [...item.analyses.slice(keptFrom), analysis];
}
