import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadDirectory } from '../../src/vendors/directory.js';
import { searchEngines } from '../../src/vendors/search.js';

const directory = loadDirectory();
const keys = (text: string): string[] => searchEngines(directory, text).map(({ entry }) => entry.engine);

describe('searching the vendor directory', () => {
  it('puts the engine that is named exactly first', () => {
    expect(keys('bitdefender')[0]).toBe('BitDefender');
    expect(keys('Google')[0]).toBe('Google');
  });

  it('finds an engine by an older name', () => {
    expect(keys('comodo')).toContain('Xcitium');
    expect(searchEngines(directory, 'Windows Defender')[0]).toMatchObject({
      entry: { engine: 'Microsoft' },
      kind: 'alias',
    });
  });

  it('finds all engines of a company', () => {
    expect(keys('Gen Digital')).toEqual(expect.arrayContaining(['Avast', 'Avast-Mobile', 'AVG']));
  });

  it('does not care for case, accents, spaces and punctuation', () => {
    expect(keys('dr web')).toEqual(expect.arrayContaining(['DrWeb', 'Dr.Web']));
    expect(keys('ÉSET nod32')[0]).toBe('ESET-NOD32');
  });

  it('forgives wrong letters only when nothing is spelled like that', () => {
    expect(searchEngines(directory, 'micrsoft')[0]).toMatchObject({ entry: { engine: 'Microsoft' }, kind: 'similar' });
    expect(searchEngines(directory, 'Kapsersky')[0]).toMatchObject({ entry: { engine: 'Kaspersky' }, kind: 'similar' });
    expect(searchEngines(directory, 'Avast').every(({ kind }) => kind !== 'similar')).toBe(true);
  });

  it('finds nothing for a name that nobody has, and everything for no text', () => {
    expect(keys('no such engine')).toEqual([]);
    expect(keys('§§')).toEqual([]);
    expect(keys(' ')).toHaveLength(directory.entries.length);
  });

  it('finds every engine under its own key, as first or beside one that shares the name', () => {
    for (const { engine } of directory.entries) {
      const found = searchEngines(directory, engine);
      const best = found.filter(({ rank }) => rank === found[0]?.rank).map(({ entry }) => entry.engine);
      expect(best).toContain(engine);
    }
  });

  it('takes any text without failing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(Array.isArray(searchEngines(directory, text))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});
