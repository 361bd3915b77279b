import { z } from 'zod';
import { EVIDENCE_KINDS } from '../domain/evidence.js';
import { SEVERITIES } from '../domain/findings.js';
import { VERDICTS } from '../domain/verdict.js';

const detail = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]));
const reason = z.strictObject({ code: z.string().describe('Stable, kebab-case.'), args: detail });
const time = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/)
  .describe('ISO 8601 UTC.');
const hex = (digits: number): z.ZodString => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));
const count = z.number().int().nonnegative();

const stats = z.strictObject({
  malicious: count,
  suspicious: count,
  undetected: count,
  harmless: count,
  timeout: count,
  confirmedTimeout: count,
  failure: count,
  typeUnsupported: count,
  engines: count.describe('All engines, with and without an opinion.'),
});

const detection = z.strictObject({
  engine: z.string().describe("VirusTotal's exact key."),
  vendor: z.string().describe('The company that answers for the engine.'),
  family: z.string().describe('Engines of one family run the same engine: their detections are one opinion.'),
  category: z.enum(['malicious', 'suspicious']),
  label: z.string().describe("The engine's own text: hostile input."),
  labelClass: z.enum([
    'named-family',
    'generic',
    'heuristic',
    'machine-learning',
    'reputation',
    'unwanted',
    'unclassified',
  ]),
  malwareFamily: z.string().optional(),
  engineVersion: z.string().optional(),
  engineUpdate: z.string().optional().describe('YYYY-MM-DD.'),
  ignored: z
    .strictObject({ reason: z.string(), until: z.string() })
    .optional()
    .describe('The policy accepts this detection.'),
});

const evidence = z.strictObject({
  kind: z.enum(EVIDENCE_KINDS),
  outcome: z.enum(['supports', 'contradicts', 'silent']),
  detail,
});

const finding = z.strictObject({
  code: z.string().describe('Stable, kebab-case.'),
  severity: z.enum(SEVERITIES),
  args: detail,
});

const error = z.strictObject({ code: z.string(), message: z.string(), hint: z.string().optional() });

const artifact = z.strictObject({
  kind: z.enum(['file', 'url', 'hash']),
  name: z.string(),
  paths: z.array(z.string()).describe('Every path with this content.'),
  url: z.string().optional(),
  sizeBytes: count.optional(),
  sha256: hex(64).optional(),
  sha1: hex(40).optional(),
  md5: hex(32).optional(),
  source: z.enum(['cache', 'lookup', 'upload', 'rescan', 'none']),
  permalink: z.string().optional(),
  analysedAt: time.optional(),
  stats,
  detections: z.array(detection),
  independentOpinions: count.describe('Flagged engine families.'),
  evidence: z.array(evidence),
  findings: z.array(finding).describe('What about a flagged local file may explain the detections, worst first.'),
  verdict: z.enum(VERDICTS),
  reasons: z.array(reason),
  change: z.enum(['new', 'known', 'gone', 'relabelled']).optional(),
  contains: z.array(hex(64)).optional().describe('sha256 of what is behind the URL.'),
  downloadedFrom: z.string().optional(),
  error: error.optional(),
});

const vendor = z.strictObject({
  vendor: z.string(),
  engines: z.array(z.string()),
  artifacts: z.array(z.string()).describe('sha256, or URL, of what its engines flag.'),
  contact: z
    .strictObject({
      preferred: z.enum(['email', 'web-form', 'account-portal', 'none']),
      emails: z.array(z.string()),
      form: z.string().nullable(),
      confidence: z.enum(['high', 'medium', 'low']),
      lastVerified: z.string().describe('YYYY-MM or YYYY.'),
    })
    .nullable(),
  clears: z.array(z.string()).describe('Engines of the same family, which withdraw when this vendor does.'),
});

/** What `absolve check --json` prints; `schema/check-result.schema.json` is made from it. */
export const checkSchema = z.strictObject({
  schemaVersion: z.literal(1),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  startedAt: time,
  finishedAt: time,
  product: z.string().nullable().describe('Name of the product profile.'),
  outcome: z.enum(['pass', 'fail', 'incomplete']),
  exitCode: count,
  requests: z.strictObject({
    total: count,
    lookups: count,
    uploads: count,
    polls: count,
    rescans: count,
    other: count,
    refused: count.describe('Answers 429, which no other member repeats.'),
  }),
  artifacts: z.array(artifact),
  vendors: z.array(vendor),
});
