import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/domain/document.js';
import { parseScenario } from '../../src/simulate/parse-scenario.js';
import { runCli } from '../support/cli.js';
import { programBytes, writeTree } from '../support/programs.js';
import { FAST_FLAGS, startService } from '../support/service.js';
import { tempFolder } from '../support/temp.js';

/** A flagged program in a folder of its own, checked with this config. */
async function checkFlagged(labels: Readonly<Record<string, string>>, config: object = {}) {
  const folder = tempFolder();
  writeTree(folder, { 'flagged.exe': programBytes('flagged'), 'absolve.json': JSON.stringify(config) });
  const detections = Object.entries(labels).map(([engine, label]) => ({ engine, category: 'malicious', label }));
  const { env } = await startService(folder, {
    scenario: parseScenario({ schemaVersion: 1, rules: [{ match: { name: 'flagged*' }, detections }] }),
  });
  const { code, stdout, stderr } = await runCli(['check', ...FAST_FLAGS, '--upload', '--json', 'flagged.exe'], {
    cwd: folder,
    env: { ...env, ABSOLVE_CONFIG: join(folder, 'absolve.json') },
  });
  const document = JSON.parse(stdout) as CheckResult;
  return { code, stderr, document, artifact: document.artifacts[0]! };
}

describe('the detections of a check', () => {
  it('name vendors, families and kinds of claims, and count independent opinions', async () => {
    const { artifact, document } = await checkFlagged({
      ALYac: 'Trojan.GenericKD.37706356',
      BitDefender: 'Trojan.GenericKD.37706356',
      Elastic: 'malicious (high confidence)',
    });
    expect(artifact.detections.map(({ engine, family, labelClass }) => [engine, family, labelClass])).toEqual([
      ['ALYac', 'bitdefender', 'generic'],
      ['BitDefender', 'bitdefender', 'generic'],
      ['Elastic', 'elastic', 'machine-learning'],
    ]);
    expect(artifact.independentOpinions).toBe(2);
    expect(document.vendors.map(({ vendor, clears }) => [vendor, clears])).toEqual([
      ['Bitdefender', ['ALYac']],
      ['ESTsecurity', []],
      ['Elastic', []],
    ]);
    expect(document.vendors.every(({ contact }) => contact !== null)).toBe(true);
  });

  it('that are knowingly accepted do not fail, and stay visible', async () => {
    const accepted = { engine: 'MaxSecure', reason: 'reported on 2026-06-01', until: '2099-12-31' };
    const labels = { MaxSecure: 'Trojan.Malware.300983.susgen' };
    const { code, artifact } = await checkFlagged(labels, { ignore: [accepted] });
    expect(code).toBe(0);
    expect(artifact.verdict).toBe('unproven');
    expect(artifact.detections[0]?.ignored).toEqual({ reason: accepted.reason, until: accepted.until });
    const expired = await checkFlagged(labels, { ignore: [{ ...accepted, until: '2020-12-31' }] });
    expect(expired.code).toBe(1);
    expect(expired.artifact.detections[0]).not.toHaveProperty('ignored');
    expect(expired.stderr).toMatch(/the acceptance "reported on 2026-06-01" ended on 2020-12-31/);
  });

  it('are strong from where the config says', async () => {
    const labels = { Elastic: 'malicious (high confidence)' };
    const byDefault = await checkFlagged(labels);
    expect(byDefault.artifact.reasons.map(({ code }) => code)).toEqual(['no-evidence']);
    const strict = await checkFlagged(labels, { thresholds: { maxIndependentOpinionsFile: 0 } });
    expect(strict.artifact.reasons.map(({ code }) => code)).toEqual(['no-evidence', 'many-opinions']);
  });
});
