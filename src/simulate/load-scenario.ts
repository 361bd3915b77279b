import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../errors.js';
import { parseScenario, problemsIn } from './parse-scenario.js';
import type { Scenario } from './scenario.js';

/**
 * Reads a scenario file and the recorded answers that it names, relative to it.
 *
 * @throws UsageError `CONFIG_SCENARIO` when it cannot be read, is no JSON, or is wrong: every problem with its path
 */
export async function loadScenario(path: string): Promise<Scenario> {
  const value = await readJson(path);
  const recordings = new Map<string, string>();
  for (const name of recordedNames(value)) {
    const text = await readFile(resolve(dirname(path), name), 'utf8').catch(() => undefined);
    if (text !== undefined) recordings.set(name, text);
  }
  return parseScenario(value, { origin: path, recordings });
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError('CONFIG_SCENARIO', `${path} cannot be read: ${reason}`, { cause });
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw problemsIn(path, [{ path: [], message: error instanceof Error ? error.message : 'not JSON' }]);
  }
}

/** The files that the value names, looked for before it is checked: a wrong shape names none. */
function recordedNames(value: unknown): readonly string[] {
  const rules = (value as { rules?: unknown } | null)?.rules;
  if (!Array.isArray(rules)) return [];
  return rules
    .map((rule: unknown) => (rule as { recorded?: unknown } | null)?.recorded)
    .filter((recorded) => typeof recorded === 'string');
}
