import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { CaseList } from '../../src/compose-cases.js';
import type { RecheckResult } from '../../src/domain/recheck-document.js';
import { parseScenario } from '../../src/simulate/parse-scenario.js';
import type { SimulatorOptions } from '../../src/simulate/server.js';
import { runCli } from '../support/cli.js';
import { programBytes, writeTree } from '../support/programs.js';
import { FAST_FLAGS, startService } from '../support/service.js';

const DAY_MS = 86_400_000;

/** What engines say: a label flags, `timeout` is no answer, engines that are not named find nothing. */
export type Said = Readonly<Record<string, string>>;

export const BYTES = programBytes('product');
export const SHA256 = createHash('sha256').update(BYTES).digest('hex');

/** A program and the checksum file that proves it to be the publisher's. */
export function writeProduct(folder: string): void {
  writeTree(folder, { 'setup.exe': BYTES, SHA256SUMS: `${SHA256}  setup.exe\n` });
}

/** The service as it was so many days ago, with the same store as the others in this folder. */
export async function serviceOf(folder: string, daysAgo: number, said: Said, options: SimulatorOptions = {}) {
  const detections = Object.entries(said).map(([engine, label]) =>
    label === 'timeout' ? { engine, category: 'timeout' } : { engine, category: 'malicious', label },
  );
  return startService(folder, {
    now: () => Date.now() - daysAgo * DAY_MS,
    scenario: parseScenario({
      schemaVersion: 1,
      rules: [{ match: { sha256: SHA256 }, known: true, analysedAgo: '10d', detections }],
    }),
    ...options,
  });
}

export interface Tools {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

export const checkProduct = ({ folder, env }: Tools, ...more: readonly string[]) =>
  runCli(['check', ...FAST_FLAGS, '--manifest', 'SHA256SUMS', 'setup.exe', ...more], { cwd: folder, env });

export async function recheck({ folder, env }: Tools, ...more: readonly string[]) {
  const { code, stdout, stderr } = await runCli(
    ['recheck', ...FAST_FLAGS, '--min-gap', '1h', '--json', '--quiet', ...more],
    { cwd: folder, env },
  );
  if (stdout === '') throw new Error(stderr);
  const result = JSON.parse(stdout) as RecheckResult;
  return {
    code,
    result,
    changes: result.changes.map(({ change, claims }) => `${change} ${claims.map(({ engine }) => engine).join('+')}`),
  };
}

/** Cases need no service and no key. */
export async function cases(folder: string, ...args: readonly string[]) {
  const env = { ABSOLVE_STORE: join(folder, 'absolve.db') };
  return runCli(['cases', ...args], { cwd: folder, env });
}

export async function caseList(folder: string): Promise<CaseList> {
  return JSON.parse((await cases(folder, '--json')).stdout) as CaseList;
}
