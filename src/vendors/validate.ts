import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { EngineEntry } from '../domain/vendor.js';
import { packageFile } from '../package-files.js';

/** What is wrong with a list of engine entries, and where: `2.channel.form`. */
export interface EntryProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

interface PublishedSchema {
  readonly $defs: { readonly engine: { readonly allOf?: unknown; readonly [key: string]: unknown } };
}

let shape: z.ZodType | undefined;

/**
 * Every problem of a list of entries by the published `schema/vendors.schema.json`, `[]` when it is a valid directory.
 * Some 40 ms for the whole directory, the package zod included: only for files that a user wrote.
 */
export function findEntryProblems(entries: unknown): readonly EntryProblem[] {
  const parsed = schemaShape().safeParse(entries);
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => ({ path, message }));
  return (entries as readonly EngineEntry[]).flatMap(findConditionalProblems);
}

function schemaShape(): z.ZodType {
  if (shape !== undefined) return shape;
  const published = JSON.parse(readFileSync(packageFile('schema/vendors.schema.json'), 'utf8')) as PublishedSchema;
  // zod reads no if/then: the two of the schema are `findConditionalProblems`, and a test counts them.
  const { allOf: _conditions, ...engine } = published.$defs.engine;
  shape = z.fromJSONSchema({ ...published, $defs: { ...published.$defs, engine } });
  return shape;
}

function findConditionalProblems({ channel, lineage }: EngineEntry, index: number): EntryProblem[] {
  const problems: EntryProblem[] = [];
  if (channel.preferred === 'web-form' && channel.form === null) {
    problems.push({ path: [index, 'channel', 'form'], message: 'a web form needs its address' });
  }
  if (channel.preferred === 'email' && channel.emails.length === 0) {
    problems.push({ path: [index, 'channel', 'emails'], message: 'e-mail needs an address' });
  }
  if (lineage.role === 'licensee' || lineage.role === 'edition' || lineage.role === 'rename') {
    for (const key of ['group', 'clearFirst'] as const) {
      if (lineage[key] === null) {
        problems.push({ path: [index, 'lineage', key], message: `needed for the role ${lineage.role}` });
      }
    }
  }
  return problems;
}
