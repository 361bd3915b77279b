import { stateOf, type Analysis } from './analysis.js';
import { reportOf, type FileItem, type Item, type UrlItem } from './item.js';
import { resultsByEngine, statsOf } from './results.js';
import type { Settings } from './settings.js';

/** Where links point: scheme, host, port and `/api/v3`. */
export interface View {
  readonly root: string;
  readonly now: number;
  readonly settings: Settings;
}

const seconds = (ms: number): number => Math.floor(ms / 1000);

/** The text of the answer for a file or URL: the recorded one, or an object made from what is known. Pure. */
export function itemText(item: Item, view: View): string {
  return item.rule.recorded?.text ?? JSON.stringify({ data: itemObject(item, view) });
}

function itemObject(item: Item, view: View): unknown {
  const report = reportOf(item, view.now, view.settings.reportLagMs);
  const results = report?.results ?? [];
  const attributes = {
    ...(item.kind === 'file' ? fileAttributes(item) : urlAttributes(item)),
    first_submission_date: seconds(item.firstSubmittedMs),
    last_submission_date: seconds(item.lastSubmittedMs),
    times_submitted: item.timesSubmitted,
    reputation: 0,
    total_votes: { harmless: 0, malicious: 0 },
    tags: [],
    // Before its first analysis is complete a report exists already, and is all zero.
    ...(report === undefined ? {} : { last_analysis_date: report.dateS }),
    last_modification_date: seconds(report === undefined ? item.lastSubmittedMs : report.startedMs + report.durationMs),
    last_analysis_stats: statsOf(item.kind, results),
    last_analysis_results: resultsByEngine(results),
    ...item.rule.facts,
  };
  return { id: item.id, type: item.kind, links: { self: itemLink(item, view) }, attributes };
}

function fileAttributes(file: FileItem): Readonly<Record<string, unknown>> {
  const { id, sha1, md5, sizeBytes, names } = file;
  return {
    sha256: id,
    ...(sha1 === undefined ? {} : { sha1 }),
    ...(md5 === undefined ? {} : { md5 }),
    ...(sizeBytes === undefined ? {} : { size: sizeBytes }),
    names,
    ...(names[0] === undefined ? {} : { meaningful_name: names[0] }),
  };
}

function urlAttributes({ url }: UrlItem): Readonly<Record<string, unknown>> {
  return { url, last_final_url: url, categories: {} };
}

/** Address of the object. Pure. */
export function itemLink(item: Item, { root }: View): string {
  return `${root}/${item.kind === 'file' ? 'files' : 'urls'}/${item.id}`;
}

/** Not percent-encoded, as recorded: the padding of the id is `=`, and `/` cannot occur in what it encodes. */
const analysisLink = (analysis: Analysis, { root }: View): string => `${root}/analyses/${analysis.id}`;

/** The answer to a submission: a descriptor and nothing of the analysis. Pure. */
export function submissionObject(analysis: Analysis, view: View): unknown {
  return { data: { type: 'analysis', id: analysis.id, links: { self: analysisLink(analysis, view) } } };
}

/** The answer for one analysis, as far as it has come. Pure. */
export function analysisObject(analysis: Analysis, view: View): unknown {
  const { item } = analysis;
  const { status, results } = stateOf(analysis, view.now, view.settings.queuedShare);
  return {
    data: {
      id: analysis.id,
      type: 'analysis',
      links: { self: analysisLink(analysis, view), item: itemLink(item, view) },
      attributes: {
        date: analysis.dateS,
        status,
        stats: statsOf(item.kind, results),
        results: resultsByEngine(results),
      },
    },
    meta: item.kind === 'file' ? { file_info: fileInfo(item) } : { url_info: { id: item.id, url: item.url } },
  };
}

function fileInfo({ id, sha1, md5, sizeBytes }: FileItem): Readonly<Record<string, unknown>> {
  return { sha256: id, sha1, md5, size: sizeBytes };
}
