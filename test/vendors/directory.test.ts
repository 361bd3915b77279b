import { describe, expect, it } from 'vitest';
import type { EngineEntry } from '../../src/domain/vendor.js';
import { createDirectory, loadDirectory } from '../../src/vendors/directory.js';

const directory = loadDirectory();

describe('finding an engine', () => {
  it('finds a key in any case', () => {
    expect(directory.findEngine('BITDEFENDER')?.engine).toBe('BitDefender');
  });

  it('prefers the exact spelling where two keys differ in case alone', () => {
    expect(directory.findEngine('Zerofox')?.status).toBe('retired');
    expect(directory.findEngine('ZeroFox')?.status).toBe('active');
    expect(directory.findEngine('ZEROFOX')?.engine).toBe('ZeroFox');
  });

  it('resolves a retired key to its own entry and on to the engine it became', () => {
    expect(directory.findEngine('Comodo')).toMatchObject({ engine: 'Comodo', status: 'retired' });
    expect(directory.currentOf('Comodo')?.engine).toBe('Xcitium');
    expect(directory.currentOf('Microsoft')?.engine).toBe('Microsoft');
  });

  it('resolves an alias, and one that several engines claim to the source of the group', () => {
    expect(directory.findEngine('windows defender')?.engine).toBe('Microsoft');
    expect(directory.findEngine('K7')?.engine).toBe('K7AntiVirus');
  });

  it('answers an unknown engine with itself', () => {
    expect(directory.findEngine('Brand New AV')).toBeUndefined();
    expect(directory.vendorOf('Brand New AV')).toBe('Brand New AV');
    expect(directory.familyOf('Brand New AV')).toBe('brand new av');
  });

  it('is not confused by names of object members', () => {
    for (const name of ['constructor', '__proto__', 'toString', '']) {
      expect(directory.findEngine(name)).toBeUndefined();
      expect(directory.familyOf(name)).toBe(name.toLowerCase());
    }
  });
});

describe('engine families', () => {
  it.each([
    ['BitDefender', 'bitdefender'],
    ['ALYac', 'bitdefender'],
    ['microworld-escan', 'bitdefender'],
    ['AVG', 'avast'],
    ['F-Secure', 'avira'],
    ['McAfeeD', 'mcafee-trellix'],
    ['McAfee-GW-Edition', 'mcafee-trellix'],
    ['F-Prot', 'cyren-varist'],
    ['Microsoft', 'microsoft'],
    ['Alibaba', 'alibaba'],
    ['alibabacloud', 'alibabacloud'],
  ])('%s belongs to %s', (engine, family) => {
    expect(directory.familyOf(engine)).toBe(family);
  });

  it('are dated: ZoneAlarm was Kaspersky until 2024 and is Sophos since', () => {
    expect(directory.familyOf('ZoneAlarm', Date.UTC(2023, 5, 1))).toBe(directory.familyOf('Kaspersky'));
    expect(directory.familyOf('ZoneAlarm', Date.UTC(2024, 11, 31, 23, 59))).toBe('kaspersky');
    expect(directory.familyOf('ZoneAlarm', Date.UTC(2025, 0, 1))).toBe(directory.familyOf('Sophos'));
    expect(directory.familyOf('ZoneAlarm')).toBe('sophos');
  });

  it('are dated: VIPRE had names of its own before it had Bitdefender’s', () => {
    expect(directory.familyOf('VIPRE', Date.UTC(2021, 5, 1))).toBe('vipre');
    expect(directory.familyOf('VIPRE', Date.UTC(2023, 0, 1))).toBe(directory.familyOf('BitDefender'));
  });

  it('are told by the label where an engine runs its own beside a licensed one', () => {
    expect(directory.familyOf('Emsisoft', undefined, 'Trojan.Ransom.Hive.AF (B)')).toBe('bitdefender');
    expect(directory.familyOf('Emsisoft', undefined, 'Malware.Win32.Thing (A)')).toBe('emsisoft');
    expect(directory.familyOf('FireEye', undefined, 'Generic.mg.0123456789abcdef')).toBe('fireeye');
  });
});

describe('clearing', () => {
  it('names the licensees of other vendors among the engines that flag', () => {
    const flagging = ['ALYac', 'VIPRE', 'BitDefender', 'Microsoft', 'Unknown', 'ALYac'];
    expect(directory.clearedBy('Bitdefender', flagging)).toEqual(['ALYac', 'VIPRE']);
    expect(directory.clearedBy('Microsoft', flagging)).toEqual([]);
  });

  it('ends on data that goes round in circles', () => {
    const [sample] = directory.entries;
    const entry = (engine: string, clearFirst: string): EngineEntry => ({
      ...sample!,
      engine,
      vendor: engine,
      lineage: { group: 'g', role: 'rename', clearFirst },
    });
    const circular = createDirectory([entry('A1', 'B1'), entry('B1', 'A1')]);
    expect(circular.clearedBy('C1', ['A1', 'B1'])).toEqual([]);
    expect(circular.currentOf('A1')).toBeDefined();
  });
});

describe('contacts', () => {
  it('gives the way that the vendor prefers, and null where none is known', () => {
    expect(directory.contactOf('Microsoft')).toMatchObject({ preferred: expect.stringMatching(/form|email|portal/) });
    expect(directory.contactOf('0xSI')).toBeNull();
    expect(directory.contactOf('Nobody')).toBeNull();
  });
});
