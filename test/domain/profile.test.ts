import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProfile } from '../../src/config/load-profile.js';
import { NO_FACTS } from '../../src/domain/file-facts.js';
import { chooseProfile, findClaim, matchFileName } from '../../src/domain/profile.js';

const profileOf = (name: string, patterns: readonly string[], members = {}) =>
  parseProfile(
    { name, product: name, publisher: 'P', files: patterns.map((pattern) => ({ pattern })), ...members },
    'test',
    '/',
  );

describe('file names', () => {
  const profile = profileOf('example', ['ExampleSetup-*.exe', 'ExampleSetup-*-beta.exe', 'Example*Tool*.msi']);

  it('match without case, with anything for a star', () => {
    expect(matchFileName(profile, 'examplesetup-1.2.EXE')?.pattern).toBe('ExampleSetup-*.exe');
    expect(matchFileName(profile, 'ExampleTool.msi')?.pattern).toBe('Example*Tool*.msi');
    expect(matchFileName(profile, 'Example-A-Tool-B.msi')).toBeDefined();
  });

  it('belong to the most specific of several kinds', () => {
    expect(matchFileName(profile, 'ExampleSetup-1-beta.exe')?.pattern).toBe('ExampleSetup-*-beta.exe');
  });

  it('are whole, and dots are dots', () => {
    for (const name of [
      'MyExampleSetup-1.exe',
      'ExampleSetup-1.exe.scr',
      'ExampleSetup-1xexe',
      'ExampleSetup.exe',
      '',
    ]) {
      expect(matchFileName(profile, name), name).toBeUndefined();
    }
  });

  it('match as a regular expression with .* would', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 }), (pattern, name) => {
        const [given] = profile.files;
        const expected = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(name);
        const matched = matchFileName({ ...profile, files: [{ ...given!, pattern }] }, name);
        expect(matched !== undefined).toBe(expected);
      }),
    );
  });

  it('cost no more than pattern times name', () => {
    const [given] = profile.files;
    const hard = { ...profile, files: [{ ...given!, pattern: `${'*a'.repeat(50)}b` }] };
    const startedAt = performance.now();
    expect(matchFileName(hard, 'a'.repeat(50_000))).toBeUndefined();
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

describe('choosing a profile', () => {
  const one = profileOf('one', ['One-*.exe']);
  const two = profileOf('two', ['Two-*.exe', 'Shared.exe']);
  const three = profileOf('three', ['Shared.exe']);

  it('takes the one that names speak for', () => {
    expect(chooseProfile([one, two, three], ['readme.txt', 'One-1.exe', 'One-2.exe'])).toBe(one);
  });

  it('takes none when nothing matches, or when more than one does', () => {
    expect(chooseProfile([one, two, three], ['readme.txt'])).toBeUndefined();
    expect(chooseProfile([one, two, three], [])).toBeUndefined();
    expect(chooseProfile([one, two, three], ['Shared.exe'])).toBeUndefined();
    expect(chooseProfile([one, two, three], ['One-1.exe', 'Two-1.exe'])).toBeUndefined();
  });
});

describe('a file claims the product', () => {
  const profile = profileOf('example', ['Example-*.exe'], {
    versionResource: { products: ['Example'], companies: ['Example Ltd'] },
    upgradeCodes: ['{c0a5f9b1-6d4e-4e8b-8b1c-9f2e7a30d111}'],
  });
  const claim = (names: string[], facts: object) => findClaim(profile, names, { ...NO_FACTS, ...facts });

  it('by its name, its version resource or its package', () => {
    expect(claim(['Example-1.exe'], {})).toBe('file-name');
    expect(claim(['x.exe'], { versionResource: { productName: ' EXAMPLE' } })).toBe('version-resource');
    expect(claim(['x.exe'], { versionResource: { companyName: 'Example Ltd' } })).toBe('version-resource');
    expect(claim(['x.msi'], { msi: { manufacturer: 'p' } })).toBe('msi');
    expect(claim(['x.msi'], { msi: { upgradeCode: '{C0A5F9B1-6D4E-4E8B-8B1C-9F2E7A30D111}' } })).toBe('msi');
  });

  it('or does not', () => {
    expect(claim(['x.exe'], { versionResource: { productName: 'Other' }, msi: {} })).toBeUndefined();
  });
});
