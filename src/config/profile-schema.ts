import { z } from 'zod';

const text = z.string().trim().min(1);
const texts = z.array(text).default([]);

const thumbprint = z
  .string()
  .regex(/^(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})$/, 'not a thumbprint; wanted 40 or 64 hexadecimal digits')
  .transform((digits) => digits.toLowerCase());

const guid = z
  .string()
  .regex(
    /^\{[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}$/,
    'not a code; wanted {XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}',
  )
  .transform((code) => code.toUpperCase());

const host = z
  .string()
  .regex(/^[a-zA-Z0-9-]{1,63}(?:\.[a-zA-Z0-9-]{1,63})+$/, 'not a host name; wanted something like download.example.com')
  .transform((name) => name.toLowerCase());

/** A pattern that fits everything would make every file claim the product. */
const pattern = text
  .regex(/^[^/\\]+$/, 'a file name has no folders in it')
  .refine((value) => value.replace(/\.[^.]*$/, '').replaceAll(/[^\p{L}\p{N}]/gu, '').length >= 3, {
    message: 'fits nearly every file; give at least three letters beside the extension',
  });

const file = z.strictObject({
  pattern: pattern.describe('File name with * for what changes, e.g. "ExampleSetup-*.exe". Case does not matter.'),
  purpose: text.optional().describe('What this file is.'),
  upgradeCodes: z.array(guid).default([]).describe('UpgradeCodes of an MSI of this name.'),
});

/** A product profile as people write it. Published as `schema/product-profile.schema.json`. Data only. */
export const profileSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'wanted small letters, digits and hyphens')
    .describe('Short name by which the profile is chosen.'),
  product: text,
  publisher: text.describe('Legal name of the publisher.'),
  homepage: z.url({ protocol: /^https?$/ }).optional(),
  purpose: texts.describe('What the product does, and why that may look suspicious: for analysts, a paragraph each.'),
  files: z.array(file).min(1).describe('What the product is released as.'),
  signers: z
    .strictObject({
      organisations: texts.describe('Legal names in the signing certificates, now and formerly.'),
      thumbprints: z.array(thumbprint).default([]).describe('SHA-1 or SHA-256 of signing certificates.'),
      roots: text
        .optional()
        .describe('PEM file of the certificates to trust as roots of these signatures; relative to this profile.'),
    })
    .prefault({})
    .describe('Who signs it. What is not known stays empty: then no signature proves anything.'),
  hosts: z.array(host).default([]).describe('Hosts that it is published on; subdomains are not included.'),
  versionResource: z
    .strictObject({ products: texts, companies: texts })
    .prefault({})
    .describe('Texts of version resources. List all that genuine files have: another company contradicts.'),
  upgradeCodes: z.array(guid).default([]).describe('UpgradeCodes of all its MSI packages.'),
  contact: z
    .strictObject({
      name: text.optional(),
      role: text.optional().describe('What this person does, e.g. "release engineer".'),
      email: z.email().optional(),
      phone: text.optional(),
      url: z.url({ protocol: /^https?$/ }).optional(),
    })
    .prefault({})
    .describe('Whom vendors may ask.'),
  downloads: z
    .array(z.url({ protocol: /^https?$/ }))
    .optional()
    .describe('Pages or files where everybody can get it: for reports to vendors.'),
  since: text.optional().describe('Since when it exists, e.g. "2006": for reports to vendors.'),
  users: text.optional().describe('Roughly how many use it, e.g. "some 100,000 companies": for reports to vendors.'),
});
