import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { UsageError } from '../errors.js';
import type { Config } from './schema.js';

/** Looked for in the working folder when `ABSOLVE_CONFIG` names none. */
export const CONFIG_NAME = 'absolve.config.jsonc';

/** A config file is written by a person; more than this is something else. */
const MAX_CONFIG_BYTES = 1_000_000;

/**
 * The config file's settings, `{}` when there is none. JSON with comments.
 *
 * @throws UsageError `CONFIG_INVALID`: a named file that cannot be read, no JSON, unknown or wrong keys (all at once, with
 *   their paths)
 */
export async function loadConfig(env: Readonly<Record<string, string | undefined>>, cwd: string): Promise<Config> {
  const named = env['ABSOLVE_CONFIG'];
  const path = named ? (isAbsolute(named) ? named : join(cwd, named)) : join(cwd, CONFIG_NAME);
  const text = await readConfig(path, named !== undefined && named !== '');
  if (text === null) return {};
  // Loaded only now: most runs have no config file, and the parsers cost a third of node's own start.
  const [{ default: stripJsonComments }, { configSchema }, { describeIssues }] = await Promise.all([
    import('strip-json-comments'),
    import('./schema.js'),
    import('./issues.js'),
  ]);
  let json: unknown;
  try {
    json = JSON.parse(stripJsonComments(text, { trailingCommas: true }));
  } catch (error) {
    throw new UsageError('CONFIG_INVALID', `${path} is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
  const parsed = configSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UsageError('CONFIG_INVALID', `${path}: ${describeIssues(parsed.error)}`, {
    hint: 'absolve init writes a commented example',
  });
}

async function readConfig(path: string, isNamed: boolean): Promise<string | null> {
  try {
    const text = await readFile(path, 'utf8');
    if (text.length > MAX_CONFIG_BYTES) throw new Error(`larger than ${MAX_CONFIG_BYTES} bytes`);
    return text;
  } catch (error) {
    if (!isNamed && (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new UsageError('CONFIG_INVALID', `cannot read the config file ${path}`, { cause: error });
  }
}
