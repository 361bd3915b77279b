import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { CheckResult } from '../../src/domain/document.js';
import { parseScenario } from '../../src/simulate/parse-scenario.js';
import type { SimulatorOptions } from '../../src/simulate/server.js';
import { runCli, type CliResult } from '../support/cli.js';
import { programBytes, writeTree } from '../support/programs.js';
import { startService } from '../support/service.js';
import { tempFolder } from '../support/temp.js';

/** A window this short makes the waits between attempts short, too. */
const QUICK = ['--rate', '20/20ms', '--daily', '10000', '--monthly', '100000'] as const;

export const check = (...args: readonly string[]): readonly string[] => ['check', ...QUICK, ...args];

export const document = ({ stdout }: CliResult): CheckResult => JSON.parse(stdout) as CheckResult;

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** How often a pattern occurs. */
export const times = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

/** Programs `a.exe`, `b.exe`, … in a folder, and a service without a rate that knows none of them. */
export async function world(count: number, options: SimulatorOptions = {}) {
  const folder = tempFolder();
  const names = Array.from({ length: count }, (_, index) => `${String.fromCodePoint(97 + index)}.exe`);
  writeTree(folder, Object.fromEntries(names.map((name) => [name, programBytes(name)])));
  const { env, simulator } = await startService(folder, { rate: null, ...options });
  const run = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    runCli(args, { cwd: folder, env: { ...env, ...more } });
  return { folder, names, env, simulator, run, storePath: join(folder, 'absolve.db') };
}

/** A scenario in which these programs of `world` are known. */
export const known = (names: readonly string[]) =>
  parseScenario({ schemaVersion: 1, known: names.map((name) => sha256(programBytes(name))) });
