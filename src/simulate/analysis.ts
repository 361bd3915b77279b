import type { FileItem, Item } from './item.js';
import { engineResults, type WireResult } from './results.js';

/** One analysis: everything about it follows from its start, its length and the clock, so it needs no timer. */
export interface Analysis {
  readonly id: string;
  readonly item: Item;
  /** Epoch seconds: `attributes.date`, and part of the id. */
  readonly dateS: number;
  readonly startedMs: number;
  readonly durationMs: number;
  readonly results: readonly WireResult[];
}

export interface AnalysisState {
  readonly status: 'queued' | 'in-progress' | 'completed';
  /** What has been answered so far; empty while queued. */
  readonly results: readonly WireResult[];
}

/** A new analysis of the item, starting at `startedMs` (epoch milliseconds). Pure. */
export function startAnalysis(item: Item, startedMs: number, durationMs: number): Analysis {
  const dateS = Math.floor(startedMs / 1000);
  const results = engineResults(item.kind, item.rule, dateS);
  return { id: analysisId(item, dateS), item, dateS, startedMs, durationMs, results };
}

/**
 * The id as the service builds it: base64 of `<md5>:<epoch>` for files, `u-<id>-<epoch>` for URLs. Two submissions of one
 * item within a second share it. Source: recorded submissions.
 */
function analysisId(item: Item, dateS: number): string {
  if (item.kind === 'url') return `u-${item.id}-${dateS}`;
  return Buffer.from(`${md5Of(item)}:${dateS}`).toString('base64');
}

/** A file known by its sha256 alone has no MD5 to show; the id only needs to be opaque and stable. */
const md5Of = (file: FileItem): string => file.md5 ?? file.id.slice(0, 32);

/**
 * Where the analysis is at `now`. After the queue, answers come in one by one; the last one completes it.
 *
 * @param queuedShare part (0 … 1) of its duration that it waits in the queue
 */
export function stateOf(analysis: Analysis, now: number, queuedShare: number): AnalysisState {
  const elapsedMs = now - analysis.startedMs;
  if (elapsedMs >= analysis.durationMs) return { status: 'completed', results: analysis.results };
  const queuedMs = analysis.durationMs * queuedShare;
  if (elapsedMs < queuedMs) return { status: 'queued', results: [] };
  const share = (elapsedMs - queuedMs) / (analysis.durationMs - queuedMs);
  const answered = Math.min(analysis.results.length - 1, 1 + Math.floor(share * analysis.results.length));
  return { status: 'in-progress', results: analysis.results.slice(0, answered) };
}
