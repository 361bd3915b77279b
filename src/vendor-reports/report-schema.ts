import { z } from 'zod';
import { DELIVERY_STATES } from '../domain/delivery.js';

const detail = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]));
const relativePath = z.string().describe('Relative to the document, / between folders.');

const contact = z.strictObject({
  preferred: z.enum(['email', 'web-form', 'account-portal', 'none']),
  emails: z.array(z.string()).describe('Best first.'),
  form: z.string().nullable(),
  confidence: z.enum(['high', 'medium', 'low']),
  lastVerified: z.string().describe('YYYY-MM or YYYY.'),
});

const delivery = z.strictObject({
  state: z.enum(DELIVERY_STATES),
  to: z.array(z.string()).optional(),
  messageId: z.string().optional(),
  at: z.string().optional().describe('ISO 8601 UTC.'),
  reason: z.string().optional().describe("The server's words, or why nothing was sent."),
});

const vendor = z.strictObject({
  vendor: z.string(),
  engines: z.array(z.string()),
  artifacts: z.array(z.string()).describe('sha256, or the URL.'),
  channel: contact.shape.preferred,
  contact,
  files: z.strictObject({
    message: relativePath.optional(),
    form: relativePath.optional(),
    samples: z.array(relativePath),
  }),
  delivery: delivery.optional().describe('What became of the message, once one was sent or tried.'),
});

const unreachable = z.strictObject({
  engine: z.string(),
  vendor: z.string(),
  artifacts: z.array(z.string()),
  reason: z.enum(['unknown-engine', 'no-channel']),
  advice: z.array(z.strictObject({ code: z.string(), args: detail })).describe('What can be done, in order.'),
});

/** `report.json` of a report folder; `schema/report.schema.json` is made from it. */
export const reportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  vendors: z.array(vendor).describe('In the order in which to send: upstream engines first.'),
  unreachable: z.array(unreachable).describe('Engines that flag something and that nobody can be written to for.'),
});
