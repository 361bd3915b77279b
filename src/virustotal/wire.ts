/**
 * The shapes of the answers as far as they are read: strict about those members, loose about all others. Facts: VirusTotal's
 * API reference and recorded answers of 2019 to 2026, whose oddities are named where they are met.
 */
import { z } from 'zod';

// 2019 answers of /analyse carried a number here.
const id = z.union([z.string().min(1), z.number().transform(String)]);
const count = z.number().int().nonnegative();
/** Up to the last second that a `Date` can name. */
const epochSeconds = z.number().int().nonnegative().max(8_640_000_000_000);
/** Wrong or null values of members that only help are dropped, they must not cost the answer. */
const optional = <T extends z.ZodType>(type: T) => type.optional().catch(undefined);

export const engineResult = z.looseObject({
  category: z.string(),
  engine_name: optional(z.string()),
  engine_version: optional(z.string()),
  engine_update: optional(z.string()),
  result: z.string().nullish(),
});

export const results = z.record(z.string(), engineResult);

/** Hyphens, not underscores; 2019 reports lack `confirmed-timeout`; an absent key is zero. */
export const stats = z.looseObject({
  malicious: count.optional(),
  suspicious: count.optional(),
  undetected: count.optional(),
  harmless: count.optional(),
  timeout: count.optional(),
  'confirmed-timeout': count.optional(),
  failure: count.optional(),
  'type-unsupported': count.optional(),
});

const texts = optional(z.array(z.string()));

/** Attributes of files and URLs; what a kind does not have is simply absent. */
export const reportAttributes = z.looseObject({
  sha256: optional(z.string()),
  sha1: optional(z.string()),
  md5: optional(z.string()),
  size: optional(count),
  url: optional(z.string()),
  last_final_url: optional(z.string()),
  last_http_response_content_sha256: optional(z.string()),
  last_analysis_date: epochSeconds.nullish(),
  last_analysis_stats: stats.nullish(),
  last_analysis_results: results.nullish(),
  first_submission_date: optional(epochSeconds),
  times_submitted: optional(count),
  reputation: optional(z.number()),
  tags: texts,
  known_distributors: optional(z.looseObject({ distributors: texts, products: texts })),
  trusted_verdict: optional(z.looseObject({ organization: z.string(), verdict: z.string() })),
  // Present for unsigned files too: then it holds only texts of the version resource.
  signature_info: optional(
    z.looseObject({
      verified: optional(z.string()),
      signers: optional(z.string()),
      product: optional(z.string()),
      copyright: optional(z.string()),
      'signing date': optional(z.string()),
    }),
  ),
  popular_threat_classification: optional(
    z.looseObject({
      suggested_threat_label: optional(z.string()),
      popular_threat_name: optional(z.array(z.looseObject({ value: z.string(), count }))),
    }),
  ),
});

export const analysisAttributes = z.looseObject({
  status: z.string(),
  date: epochSeconds.nullish(),
  stats: stats.nullish(),
  results: results.nullish(),
});

/** `{type, id, attributes}`; `links` is missing in submissions before 2021. */
export const object = z.looseObject({
  type: z.string(),
  id,
  attributes: z.looseObject({}).optional(),
});

export const envelope = z.looseObject({ data: z.unknown(), meta: z.looseObject({}).optional() });

/** Members as 2025 shows them; some recordings have no `meta` at all. */
export const analysisMeta = z.looseObject({
  file_info: optional(
    z.looseObject({
      sha256: optional(z.string()),
      sha1: optional(z.string()),
      md5: optional(z.string()),
      size: optional(count),
    }),
  ),
  url_info: optional(z.looseObject({ id: optional(z.string()), url: optional(z.string()) })),
});

export const errorEnvelope = z.looseObject({
  error: z.looseObject({ code: z.string(), message: optional(z.string()) }),
});

const quota = z.looseObject({ allowed: count, used: count });
const quotaEntry = z.looseObject({ user: optional(quota), group: optional(quota) });

/** `GET /users/{id}/overall_quotas`: an hourly entry and no per-minute one. */
export const overallQuotas = z.looseObject({
  api_requests_hourly: optional(quotaEntry),
  api_requests_daily: optional(quotaEntry),
  api_requests_monthly: optional(quotaEntry),
});
