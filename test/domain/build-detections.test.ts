import { describe, expect, it } from 'vitest';
import { buildDetections } from '../../src/domain/build-detections.js';
import type { IgnoreRule } from '../../src/domain/policy.js';
import { countResults, type EngineResult, type Scan } from '../../src/domain/scan.js';
import { loadDirectory } from '../../src/vendors/directory.js';
import { MALWARE_REPORTS, recordedScan } from '../support/recorded.js';

const directory = loadDirectory();
const SHA256 = 'ab'.repeat(32);
const NOW = Date.UTC(2026, 5, 15, 12);

function scanOf(results: readonly EngineResult[], changes: Partial<Scan> = {}): Scan {
  return { kind: 'file', id: SHA256, analysedAt: NOW, results, stats: countResults(results), facts: {}, ...changes };
}

const flag = (engine: string, label: string | null, changes: Partial<EngineResult> = {}): EngineResult => ({
  engine,
  category: 'malicious',
  label,
  ...changes,
});

const build = (scan: Scan, ignores: readonly IgnoreRule[] = [], now = NOW) =>
  buildDetections(scan, directory, ignores, now);

const rule = (changes: Partial<IgnoreRule>): IgnoreRule => ({ reason: 'reported', until: '2026-06-30', ...changes });

describe('detections', () => {
  it('say who claims what, for which family of engines, with which signatures', () => {
    const scan = scanOf([
      flag('Emsisoft', 'Trojan.Ransom.Hive.AF (B)', { engineVersion: '2024.8.0', engineUpdate: '20260614' }),
    ]);
    expect(build(scan).detections).toEqual([
      {
        engine: 'Emsisoft',
        vendor: 'Emsisoft',
        family: 'bitdefender',
        category: 'malicious',
        label: 'Trojan.Ransom.Hive.AF (B)',
        labelClass: 'named-family',
        malwareFamily: 'hive',
        engineVersion: '2024.8.0',
        engineUpdate: '2026-06-14',
      },
    ]);
  });

  it('are those of the engines that flag, by engine', () => {
    const scan = scanOf([
      flag('Zoner', 'Probably W32.Malware'),
      flag('Avast', 'Win32:Evo-gen [Trj]'),
      { engine: 'Microsoft', category: 'undetected', label: null },
      flag('Acronis', 'suspicious', { category: 'suspicious' }),
    ]);
    expect(build(scan).detections.map(({ engine, category }) => [engine, category])).toEqual([
      ['Acronis', 'suspicious'],
      ['Avast', 'malicious'],
      ['Zoner', 'malicious'],
    ]);
  });

  it('belong to the family of the day on which the engines were asked', () => {
    const results = [flag('ZoneAlarm', 'Trojan.Win32.Agentb.bqaf')];
    expect(build(scanOf(results, { analysedAt: Date.UTC(2023, 5, 1) })).detections[0]?.family).toBe('kaspersky');
    expect(build(scanOf(results, { analysedAt: null })).detections[0]?.family).toBe('sophos');
  });

  it('show control characters and keep no endless label', () => {
    const scan = scanOf([flag('Nobody\u001b[2J', `Trojan\r\n::error::${'x'.repeat(5000)}`)]);
    const [detection] = build(scan).detections;
    expect(detection?.engine).toBe(String.raw`Nobody\u{1b}[2J`);
    expect(detection?.label.startsWith(String.raw`Trojan\u{d}\u{a}::error::`)).toBe(true);
    expect(detection?.label).toHaveLength(300);
  });

  it('are unclassified without a label', () => {
    expect(build(scanOf([flag('Nobody', null)])).detections[0]).toMatchObject({
      label: '',
      labelClass: 'unclassified',
    });
  });

  it.each(['2026061', '20261399', 'None', ''])('have no day of signatures when the service says %j', (engineUpdate) => {
    expect(build(scanOf([flag('Nobody', 'x', { engineUpdate })])).detections[0]).not.toHaveProperty('engineUpdate');
  });

  it('of recorded reports are as many as the service counts', () => {
    for (const name of MALWARE_REPORTS) {
      const scan = recordedScan(name);
      expect(build(scan).detections, name).toHaveLength(scan.stats.malicious + scan.stats.suspicious);
    }
  });
});

describe('accepted detections', () => {
  const scan = scanOf([flag('Bkav', 'W32.AIDetectMalware'), flag('MaxSecure', 'Trojan.Malware.300983.susgen')]);
  const ignoredEngines = (rules: readonly IgnoreRule[], now = NOW) =>
    build(scan, rules, now)
      .detections.filter(({ ignored }) => ignored !== undefined)
      .map(({ engine }) => engine);

  it.each([
    ['engine', rule({ engine: 'bkav' })],
    ['label', rule({ label: 'w32.aidetectmalware' })],
    ['both', rule({ engine: 'Bkav', label: 'W32.AIDetectMalware' })],
    ['both and the file', rule({ engine: 'Bkav', label: 'W32.AIDetectMalware', sha256: SHA256.toUpperCase() })],
  ])('are found by %s', (_what, accepted) => {
    expect(ignoredEngines([accepted])).toEqual(['Bkav']);
  });

  it('carry the reason and the last day', () => {
    expect(build(scan, [rule({ engine: 'Bkav' })]).detections[0]?.ignored).toEqual({
      reason: 'reported',
      until: '2026-06-30',
    });
  });

  it('are all of a file when the rule names the file', () => {
    expect(ignoredEngines([rule({ sha256: SHA256 })])).toEqual(['Bkav', 'MaxSecure']);
  });

  it.each([
    ['another engine', rule({ engine: 'Avast', label: 'W32.AIDetectMalware' })],
    ['another label', rule({ engine: 'Bkav', label: 'W32.AIDetect' })],
    ['another file', rule({ engine: 'Bkav', sha256: 'cd'.repeat(32) })],
    ['nothing', rule({})],
  ])('are none when the rule names %s', (_what, other) => {
    expect(ignoredEngines([other])).toEqual([]);
  });

  it('stay accepted until the last day is over, in UTC', () => {
    const rules = [rule({ engine: 'Bkav' })];
    expect(ignoredEngines(rules, Date.UTC(2026, 5, 30, 23, 59, 59, 999))).toEqual(['Bkav']);
    expect(ignoredEngines(rules, Date.UTC(2026, 6, 1))).toEqual([]);
  });

  it('are not accepted by a rule whose day cannot be read', () => {
    expect(ignoredEngines([rule({ engine: 'Bkav', until: 'never' })])).toEqual([]);
  });

  it('say which rule ran out', () => {
    const old = rule({ engine: 'Bkav', until: '2026-01-31' });
    const unused = rule({ engine: 'Avast', until: '2026-01-31' });
    expect(build(scan, [old, unused]).expired).toEqual([old]);
  });

  it('say nothing of an old rule that was renewed', () => {
    const old = rule({ engine: 'Bkav', until: '2026-01-31' });
    const renewed = rule({ engine: 'Bkav', reason: 'still open' });
    const built = build(scan, [old, renewed]);
    expect(built.expired).toEqual([]);
    expect(built.detections[0]?.ignored?.reason).toBe('still open');
  });

  it('of a URL are not accepted by a file’s digest', () => {
    const url = scanOf([flag('Fortinet', 'malware')], { kind: 'url' });
    expect(build(url, [rule({ sha256: SHA256 })]).detections[0]).not.toHaveProperty('ignored');
  });
});
