import { z } from 'zod';
import type { CheckResult } from '../domain/document.js';
import { SEVERITIES } from '../domain/findings.js';
import { VERDICTS } from '../domain/verdict.js';
import { UsageError } from '../errors.js';

const detail = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]));
const hex = (digits: number): z.ZodString => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));

const detection = z.looseObject({
  engine: z.string().min(1),
  vendor: z.string(),
  family: z.string(),
  category: z.enum(['malicious', 'suspicious']),
  label: z.string(),
  labelClass: z.string(),
  engineVersion: z.string().optional(),
  engineUpdate: z.string().optional(),
});

const artifact = z.looseObject({
  kind: z.enum(['file', 'url', 'hash']),
  name: z.string(),
  paths: z.array(z.string()),
  url: z.string().optional(),
  sizeBytes: z.number().optional(),
  sha256: hex(64).optional(),
  sha1: hex(40).optional(),
  md5: hex(32).optional(),
  permalink: z.string().optional(),
  analysedAt: z.string().optional(),
  downloadedFrom: z.string().optional(),
  detections: z.array(detection),
  evidence: z.array(
    z.looseObject({ kind: z.string(), outcome: z.enum(['supports', 'contradicts', 'silent']), detail }),
  ),
  findings: z.array(z.looseObject({ code: z.string(), severity: z.enum(SEVERITIES), args: detail })).default([]),
  verdict: z.enum(VERDICTS),
});

/** What a report reads of a result document; the rest is taken as it is. */
const result = z.looseObject({
  schemaVersion: z.literal(1),
  finishedAt: z.iso.datetime(),
  product: z.string().nullable(),
  artifacts: z.array(artifact),
});

/**
 * A result document from the text of a file.
 *
 * @param shown the file as the user knows it
 * @throws UsageError `CONFIG_USAGE` with every problem and its path
 */
export function parseResult(text: string, shown: string): CheckResult {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw refuse(`${shown} is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
  const parsed = result.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
    throw refuse(`${shown} is no result of a check: ${problems.slice(0, 10).join('; ')}`);
  }
  return parsed.data as unknown as CheckResult;
}

function refuse(message: string): UsageError {
  return new UsageError('CONFIG_USAGE', message, { hint: 'absolve check --json prints such a document' });
}
