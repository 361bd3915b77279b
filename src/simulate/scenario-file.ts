import { z } from 'zod';
import { parseDuration } from '../domain/time.js';
import { CATEGORIES } from './scenario.js';
import { canonicalUrl } from './url-id.js';

/** The scenario file as people write it. Its JSON Schema is published as `schema/scenario.schema.json`. */

const sha256 = z
  .string()
  .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal digits')
  .toLowerCase()
  .describe('sha256 in hexadecimal');

const duration = z
  .string()
  .transform((text, context) => {
    const durationMs = parseDuration(text);
    if (durationMs === undefined)
      context.addIssue({ code: 'custom', message: 'must be a duration such as 500ms, 2s or 30d' });
    return durationMs ?? 0;
  })
  .describe('A duration such as 500ms, 2s, 10min, 30d');

const content = z
  .strictObject({
    text: z.string().min(1).max(4096).optional().describe('Text to find, as UTF-8'),
    hex: z
      .string()
      .regex(/^(?:[0-9a-fA-F]{2}){1,4096}$/, 'must be pairs of hexadecimal digits')
      .optional()
      .describe('Bytes to find, in hexadecimal'),
    withinMb: z.number().positive().max(650).default(32).describe('Only so far from the start of the file, in MiB'),
  })
  .refine(({ text, hex }) => (text === undefined) !== (hex === undefined), 'must have either text or hex');

const match = z
  .strictObject({
    sha256: z
      .union([sha256, z.array(sha256).min(1)])
      .optional()
      .describe('Any of these digests'),
    name: z.string().min(1).max(512).optional().describe('Glob over the uploaded name, any case: * and ?'),
    content: content.optional().describe('Bytes in the uploaded content'),
    url: z.string().min(1).max(4096).optional().describe('Glob over the URL, any case'),
  })
  .refine(
    ({ url, ...file }) => url === undefined || Object.values(file).every((member) => member === undefined),
    'a url cannot be combined with sha256, name or content',
  )
  .refine(({ url }) => url === undefined || url.includes('*') || canonicalUrl(url) !== undefined, {
    message: 'must be an http or https address, or have a *',
    path: ['url'],
  });

const engineText = z.string().max(1024).nullable().optional();

const detection = z.strictObject({
  engine: z.string().min(1).max(128).describe("The engine's name as VirusTotal writes it"),
  category: z.enum(CATEGORIES).default('malicious'),
  label: z.string().max(1024).optional().describe("The engine's own text; needed when it flags a file"),
  engineVersion: engineText,
  engineUpdate: engineText.describe('Date of the signatures, YYYYMMDD; by default the day of the analysis'),
});

export const ruleFile = z
  .strictObject({
    comment: z.string().optional().describe('For the reader'),
    match: match.default({}).describe('Everything given must fit; without any member every file fits'),
    known: z.boolean().optional().describe('Known to the service before anything is submitted'),
    unknown: z.boolean().default(false).describe('Not known before it is submitted, whatever else the scenario says'),
    analysedAgo: duration.optional().describe('Age of the analysis of what is known; default 1d'),
    analysisTime: duration.optional().describe('How long its analysis takes'),
    detections: z.array(detection).default([]).describe('What engines say; those not named find nothing'),
    others: z.enum(['clean', 'timeout', 'absent']).default('clean').describe('What the engines do that are not named'),
    facts: z.record(z.string(), z.unknown()).default({}).describe('Merged over the attributes of the report'),
    recorded: z
      .union([z.string().min(1), z.record(z.string(), z.unknown())])
      .optional()
      .describe('A recorded answer to serve as it is: a file, relative to this one, or the object itself'),
  })
  .superRefine((rule, context) => {
    for (const { message, path } of contradictions(rule)) context.addIssue({ code: 'custom', message, path });
  });

export const scenarioFile = z.strictObject({
  $schema: z.string().optional(),
  schemaVersion: z.literal(1),
  known: z.array(sha256).default([]).describe('Files known before any upload, clean unless a rule says otherwise'),
  knownShare: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Share of all other files that are known, chosen by their hash'),
  rules: z.array(ruleFile).default([]).describe('The first rule that fits decides'),
});

interface Problem {
  readonly message: string;
  readonly path: (string | number)[];
}

interface RuleShape {
  readonly match: z.output<typeof match>;
  readonly known?: boolean | undefined;
  readonly unknown: boolean;
  readonly detections: readonly z.output<typeof detection>[];
  readonly recorded?: unknown;
  readonly facts: object;
}

/** Members that are fine one by one and make no sense together. */
function contradictions({ match, known, unknown, detections, recorded, facts }: RuleShape): readonly Problem[] {
  const problems: Problem[] = [];
  const add = (message: string, ...path: (string | number)[]) => problems.push({ message, path });
  if (known === true && unknown) add('a rule cannot be known and unknown at once', 'unknown');
  if (known === true && recorded === undefined && match.sha256 === undefined && !isPlainUrl(match.url)) {
    add('needs match.sha256, a match.url without *, or recorded', 'known');
  }
  if (recorded !== undefined && (detections.length > 0 || Object.keys(facts).length > 0)) {
    add('is served as it is and cannot be combined with detections or facts', 'recorded');
  }
  for (const [index, { engine, category, label }] of detections.entries()) {
    if (detections.findIndex((other) => other.engine === engine) < index) {
      add(`${engine} is there twice`, 'detections', index, 'engine');
    }
    if (match.url === undefined && (category === 'malicious' || category === 'suspicious') && !label) {
      add('is needed when an engine flags a file', 'detections', index, 'label');
    }
  }
  return problems;
}

const isPlainUrl = (url: string | undefined): boolean => url !== undefined && !url.includes('*');
