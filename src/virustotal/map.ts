import { z } from 'zod';
import {
  countResults,
  NO_STATS,
  type EngineCategory,
  type EngineResult,
  type Scan,
  type ScanStats,
  type ServiceFacts,
} from '../domain/scan.js';
import { ApiError } from '../errors.js';
import type { AnalysisOutcome, ServiceQuota, ServiceQuotas } from '../ports.js';
import * as wire from './wire.js';

const CATEGORIES: ReadonlySet<string> = new Set<EngineCategory>([
  'malicious',
  'suspicious',
  'undetected',
  'harmless',
  'timeout',
  'confirmed-timeout',
  'failure',
  'type-unsupported',
]);

/** Parses or throws `API_PROTOCOL` naming the member that is wrong; never echoes the value. */
export function parse<T extends z.ZodType>(schema: T, json: unknown, what: string): z.output<T> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? 'the answer itself' : issue.path.join('.');
  throw new ApiError('API_PROTOCOL', `VirusTotal's ${what} is not as documented: ${where}: ${issue?.message ?? ''}`, {
    hint: 'a proxy may have changed it; nothing was concluded from it',
  });
}

/** The member `data` of an answer. @throws ApiError `API_PROTOCOL` */
export function parseData(json: unknown, what: string): unknown {
  const { data } = parse(wire.envelope, json, what);
  if (data === undefined) throw new ApiError('API_PROTOCOL', `VirusTotal's ${what} has no data`);
  return data;
}

/** A file, URL, domain or address object (without its envelope) as a scan. @throws ApiError `API_PROTOCOL` */
export function toScan(data: unknown, what: string): Scan {
  const { type, id, attributes } = parse(wire.object, data, what);
  const report = parse(wire.reportAttributes, attributes ?? {}, what);
  const kind = type === 'file' || type === 'private_file' ? 'file' : 'url';
  const results = toResults(report.last_analysis_results);
  return {
    kind,
    id: kind === 'file' ? (report.sha256 ?? id).toLowerCase() : id,
    ...pick({ sha1: report.sha1, md5: report.md5, sizeBytes: report.size }),
    analysedAt: toInstant(report.last_analysis_date),
    results,
    stats: toStats(report.last_analysis_stats, results),
    facts: toFacts(report),
  };
}

/** An analysis answer with its envelope. @throws ApiError `API_PROTOCOL` */
export function toAnalysis(json: unknown): AnalysisOutcome {
  const what = 'analysis';
  const { data, meta } = parse(wire.envelope, json, what);
  const { type, attributes } = parse(wire.object, data, what);
  // Private analyses have a status and no engines: parsed, and never taken for an answer of the engines.
  const analysis = parse(wire.analysisAttributes, attributes ?? {}, what);
  const startedAt = toInstant(analysis.date);
  // Unknown states are waited for: a new name for "queued" must not read as "no detections".
  if (analysis.status !== 'completed' || type !== 'analysis') return { kind: 'pending', startedAt };
  const info = parse(wire.analysisMeta, meta ?? {}, what);
  const results = toResults(analysis.results);
  return {
    kind: 'completed',
    scan: {
      kind: info.url_info === undefined ? 'file' : 'url',
      id: info.file_info?.sha256?.toLowerCase() ?? info.url_info?.id ?? '',
      ...pick({ sha1: info.file_info?.sha1, md5: info.file_info?.md5, sizeBytes: info.file_info?.size }),
      analysedAt: startedAt,
      results,
      stats: toStats(analysis.stats, results),
      facts: {},
    },
  };
}

/** The analysis id of an accepted submission. @throws ApiError `API_PROTOCOL` */
export function toAnalysisId(json: unknown): string {
  return parse(wire.object, parseData(json, 'submission'), 'submission').id;
}

/**
 * The service's accounting. Where a user and a group entry exist, the smaller remainder counts: both pools must hold.
 *
 * @throws ApiError `API_PROTOCOL`
 */
export function toQuotas(json: unknown): ServiceQuotas {
  const quotas = parse(wire.overallQuotas, parseData(json, 'quotas'), 'quotas');
  const smaller = (entry: { user?: ServiceQuota | undefined; group?: ServiceQuota | undefined } | undefined) => {
    const pools = [entry?.user, entry?.group].filter((pool) => pool !== undefined);
    const [first] = pools.toSorted((a, b) => a.allowed - a.used - (b.allowed - b.used));
    return first === undefined ? undefined : { allowed: first.allowed, used: first.used };
  };
  return pick({
    hourly: smaller(quotas.api_requests_hourly),
    daily: smaller(quotas.api_requests_daily),
    monthly: smaller(quotas.api_requests_monthly),
  });
}

function toResults(results: z.output<typeof wire.results> | null | undefined): readonly EngineResult[] {
  return Object.entries(results ?? {})
    .map(([engine, result]) => ({
      engine,
      category: (CATEGORIES.has(result.category) ? result.category : 'other') as EngineCategory,
      label: result.result ?? null,
      // Some engines send the text "None" for a missing version.
      ...pick({
        engineVersion: result.engine_version === 'None' ? undefined : result.engine_version,
        engineUpdate: result.engine_update,
      }),
    }))
    .toSorted((a, b) => (a.engine < b.engine ? -1 : 1));
}

/** Recounted from the answers when they are there: in recorded pairs the service's own count was one off. */
function toStats(stats: z.output<typeof wire.stats> | null | undefined, results: readonly EngineResult[]): ScanStats {
  if (results.length > 0) return countResults(results);
  if (!stats) return NO_STATS;
  const counts = {
    malicious: stats.malicious ?? 0,
    suspicious: stats.suspicious ?? 0,
    undetected: stats.undetected ?? 0,
    harmless: stats.harmless ?? 0,
    timeout: stats.timeout ?? 0,
    confirmedTimeout: stats['confirmed-timeout'] ?? 0,
    failure: stats.failure ?? 0,
    typeUnsupported: stats['type-unsupported'] ?? 0,
  };
  return { ...counts, engines: Object.values(counts).reduce((sum, value) => sum + value, 0) };
}

function toFacts(report: z.output<typeof wire.reportAttributes>): ServiceFacts {
  const { known_distributors: distributors, signature_info: signature, popular_threat_classification: threat } = report;
  return pick({
    knownDistributors: distributors && {
      distributors: distributors.distributors ?? [],
      products: distributors.products ?? [],
    },
    trustedVerdict: report.trusted_verdict && {
      organization: report.trusted_verdict.organization,
      verdict: report.trusted_verdict.verdict,
    },
    signature:
      signature &&
      pick({
        verified: signature.verified,
        signers: signature.signers?.split('; '),
        product: signature.product,
        copyright: signature.copyright,
        signingDate: signature['signing date'],
      }),
    popularThreat:
      threat &&
      pick({
        label: threat.suggested_threat_label,
        names: (threat.popular_threat_name ?? []).map(({ value, count }) => ({ value, count })),
      }),
    tags: report.tags,
    firstSubmittedAt: toInstant(report.first_submission_date) ?? undefined,
    timesSubmitted: report.times_submitted,
    reputation: report.reputation,
    contentSha256: report.last_http_response_content_sha256,
    finalUrl: report.last_final_url,
  });
}

/** The service's dates are epoch seconds. */
function toInstant(seconds: number | null | undefined): number | null {
  return seconds === null || seconds === undefined ? null : seconds * 1000;
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Without the members that are undefined: absent and undefined are not the same in a document. */
function pick<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;
}
