import { z } from 'zod';
import { FAIL_ON } from '../domain/outcome.js';
import { parseRate } from '../domain/rate.js';
import { parseDuration } from '../domain/time.js';
import { DEFAULT_THRESHOLDS } from '../domain/verdict.js';

/** A text such as `30s`, read as milliseconds. */
const duration = z.string().transform((text, context) => {
  const durationMs = parseDuration(text);
  if (durationMs !== undefined) return durationMs;
  context.addIssue({ code: 'custom', message: 'not a duration; wanted something like 500ms, 30s, 10min, 2h or 7d' });
  return z.NEVER;
});

const rate = z.string().transform((text, context) => {
  const parsed = parseRate(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: 'not a rate; wanted something like 4/min or 20/500ms' });
  return z.NEVER;
});

const count = z.number().int().positive();

const isoDay = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'not a day; wanted YYYY-MM-DD');

/** One knowingly accepted detection: what, why and until when. */
const ignore = z
  .strictObject({
    engine: z.string().min(1).optional(),
    label: z.string().min(1).optional(),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, 'not a sha256')
      .optional(),
    reason: z.string().min(1),
    until: isoDay,
  })
  .refine(({ engine, label, sha256 }) => engine !== undefined || label !== undefined || sha256 !== undefined, {
    message: 'names nothing: give engine, label or sha256',
  });

const threshold = (min: number, max: number, fallback: number) => z.number().int().min(min).max(max).default(fallback);

/**
 * From where on detections are strong. A policy can be as strict as it likes, but not so lax that recorded malware (17 and
 * more independent opinions on a file, 8 on a URL, 4 specific ones, names that engines agree on) would be called a false positive.
 */
const thresholds = z.strictObject({
  minOpinionsFile: threshold(5, 100, DEFAULT_THRESHOLDS.minOpinionsFile),
  minOpinionsUrl: threshold(5, 100, DEFAULT_THRESHOLDS.minOpinionsUrl),
  maxIndependentOpinionsFile: threshold(0, 12, DEFAULT_THRESHOLDS.maxIndependentOpinionsFile),
  maxIndependentOpinionsUrl: threshold(0, 7, DEFAULT_THRESHOLDS.maxIndependentOpinionsUrl),
  maxSpecificOpinions: threshold(0, 3, DEFAULT_THRESHOLDS.maxSpecificOpinions),
  minAgreeingOpinions: threshold(1, 2, DEFAULT_THRESHOLDS.minAgreeingOpinions),
});

/** Names under which this very machine is reached: what is said to it crosses no network. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i;

/** The mail server that `absolve report --send` hands messages to. Its password never belongs in here. */
const smtp = z
  .strictObject({
    host: z.string().regex(/^[\w.:-]+$/, 'not a host name'),
    port: z
      .number()
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe('Default: 465 for tls, 587 for starttls, 25 for none.'),
    security: z
      .enum(['tls', 'starttls', 'none'])
      .default('tls')
      .describe(
        'tls: encrypted from the start; starttls: before anything else is said; none: only for this machine itself.',
      ),
    user: z.string().min(1).optional().describe('Login; its password comes from ABSOLVE_SMTP_PASSWORD.'),
    from: z
      .email()
      .optional()
      .describe("Address that messages are from. Default: the contact's in the product profile."),
    ca: z.string().min(1).optional().describe("PEM file of the authority behind the server's certificate, if private."),
    rate: rate.optional().describe('Messages per time. Default: 6/min.'),
  })
  .refine(({ host, security }) => security !== 'none' || LOOPBACK.test(host), {
    path: ['security'],
    message: '"none" is for a server on this machine only: messages and login would cross the network in the clear',
  });

/** The config file. Data only; a key never belongs in it. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  product: z.string().min(1).optional().describe('Product profile: a shipped name or the path of a JSON file.'),
  roots: z.string().min(1).optional().describe('PEM file of the certificates to trust as roots of signatures.'),
  upload: z
    .enum(['never', 'ask', 'unknown'])
    .optional()
    .describe('Whether what VirusTotal does not know is uploaded, which publishes it to its partners. Default: ask.'),
  download: z.boolean().optional().describe('Whether the files behind URLs are downloaded and checked. Default: true.'),
  rate: rate.optional().describe('Requests per time of your key, e.g. "4/min". Default: learnt from the service.'),
  daily: count.optional().describe('Requests per UTC day.'),
  monthly: count.optional().describe('Requests per UTC month.'),
  concurrency: count.max(64).optional().describe('Requests on the wire at once. Default: 4.'),
  maxAge: duration.optional().describe('How long an answer is used without asking again. Default: 1d.'),
  timeout: duration.optional().describe('Longest time of one run; what was submitted is kept for the next.'),
  failOn: z.enum(FAIL_ON).optional().describe('The mildest verdict that fails a release.'),
  ignore: z.array(ignore).optional().describe('Detections that are knowingly accepted, why and until when.'),
  smtp: smtp.optional().describe('The mail server for absolve report --send.'),
  thresholds: thresholds.optional().describe('From where on detections are too strong for a false positive.'),
});

export type Config = z.output<typeof configSchema>;
