import { z } from 'zod';

const digest = (digits: number) =>
  z.string().regex(new RegExp(`^[0-9a-fA-F]{${digits}}$`), `wanted ${digits} hexadecimal digits`);

/** One published file of our own manifest format: a name, a URL or both, and at least one digest. */
const file = z
  .strictObject({
    name: z.string().min(1).optional().describe('File name without folders.'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Where the file is published.'),
    sha256: digest(64).optional(),
    sha512: digest(128).optional().describe('Kept for completeness; not compared.'),
    sha1: digest(40).optional().describe('Compared; proves nothing.'),
    md5: digest(32).optional().describe('Compared; proves nothing.'),
  })
  .refine(({ name, url }) => name !== undefined || url !== undefined, { message: 'names nothing: give name or url' })
  .refine(({ sha256, sha512, sha1, md5 }) => [sha256, sha512, sha1, md5].some((value) => value !== undefined), {
    message: 'has no digest',
  });

/** A publisher's list of released files. Published as `schema/manifest.schema.json`. */
export const manifestSchema = z.strictObject({
  $schema: z.string().optional(),
  schemaVersion: z.literal(1),
  files: z.array(file),
});
