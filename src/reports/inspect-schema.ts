import { z } from 'zod';

const detail = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]));
const reason = z.strictObject({ code: z.string(), args: detail });
const time = z.string().describe('ISO 8601 UTC.');
const hex = (digits: number): z.ZodString => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));

const signer = z.strictObject({
  subject: z.string(),
  commonName: z.string().optional(),
  organisation: z.string().optional(),
  issuer: z.string(),
  serialNumber: z.string(),
  thumbprintSha1: hex(40),
  thumbprintSha256: hex(64),
  notBefore: time,
  notAfter: time,
  digest: z.enum(['md5', 'sha1', 'sha256', 'sha384', 'sha512']),
  signedAt: time.optional(),
  timestampedBy: z.string().optional(),
  timestampKind: z.enum(['rfc3161', 'legacy']).optional(),
  timestampAnchored: z.boolean().optional(),
  validAtSigning: z.boolean(),
  codeSigning: z.boolean(),
  chain: z.array(z.string()),
  anchored: z.boolean(),
  pinned: z.boolean(),
  nested: z.boolean(),
  programName: z.string().optional(),
  programUrl: z.string().optional(),
  remarks: z.array(reason),
});

const text = z.string().optional();

const facts = z.strictObject({
  versionResource: z
    .strictObject({
      productName: text,
      companyName: text,
      originalFilename: text,
      internalName: text,
      fileDescription: text,
      legalCopyright: text,
      productVersion: text,
      fileVersion: text,
    })
    .optional(),
  msi: z
    .strictObject({
      productCode: text,
      upgradeCode: text,
      productName: text,
      manufacturer: text,
      productVersion: text,
    })
    .optional(),
  installer: z.enum(['nsis', 'inno', 'wix-burn', '7z-sfx', 'squirrel', 'electron']).optional(),
  builtAt: time.optional(),
  linker: z.string().optional(),
  unreadable: z.array(z.string()),
});

const file = z.strictObject({
  path: z.string(),
  sizeBytes: z.number().int().nonnegative().optional(),
  sha256: hex(64).optional(),
  sha1: hex(40).optional(),
  md5: hex(32).optional(),
  format: z.string().optional(),
  signature: z.strictObject({
    state: z.enum(['intact', 'tampered', 'unsigned', 'unreadable']),
    signers: z.array(signer),
    reason: reason.optional(),
  }),
  facts,
  evidence: z.array(
    z.strictObject({ kind: z.string(), outcome: z.enum(['supports', 'contradicts', 'silent']), detail }),
  ),
  findings: z.array(
    z.strictObject({ code: z.string(), severity: z.enum(['info', 'low', 'medium', 'high']), args: detail }),
  ),
  error: z.strictObject({ code: z.string(), message: z.string(), hint: z.string().optional() }).optional(),
});

/** What `absolve inspect --json` prints; `schema/inspect-result.schema.json` is made from it. */
export const inspectSchema = z.strictObject({ schemaVersion: z.literal(1), files: z.array(file) });
