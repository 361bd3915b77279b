/** Used by `scripts/schemas.js` and its test; no part of the program. */
import { z } from 'zod';
import { profileSchema } from './config/profile-schema.js';
import { configSchema } from './config/schema.js';
import { manifestSchema } from './manifests/manifest-schema.js';
import { checkSchema } from './reports/check-schema.js';
import { inspectSchema } from './reports/inspect-schema.js';
import { reportSchema } from './vendor-reports/report-schema.js';
import { scenarioFile } from './simulate/scenario-file.js';

/** Title and validator by file name in `schema/`. What people write is described before it is read, what we write after. */
const SCHEMAS: Readonly<Record<string, readonly [title: string, schema: z.ZodType, io: 'input' | 'output']>> = {
  'check-result.schema.json': ['What absolve check --json prints', checkSchema, 'output'],
  'config.schema.json': ['Configuration of absolve', configSchema, 'input'],
  'inspect-result.schema.json': ['What absolve inspect --json prints', inspectSchema, 'output'],
  'manifest.schema.json': ['Published hashes of released files', manifestSchema, 'input'],
  'product-profile.schema.json': ['What a publisher knows about its own product', profileSchema, 'input'],
  'report.schema.json': ['What a report folder holds', reportSchema, 'output'],
  'scenario.schema.json': ['What absolve simulate knows and says', scenarioFile, 'input'],
};

/** Every schema that is made from a validator, as the text of its file. Pure. */
export function publishedSchemas(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(SCHEMAS).map(([name, [title, schema, io]]) => [
      name,
      `${JSON.stringify({ title, ...z.toJSONSchema(schema, { io }) }, null, 2)}\n`,
    ]),
  );
}
