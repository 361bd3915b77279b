import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../../src/package-files.js';
import { findEntryProblems } from '../../src/vendors/validate.js';

const read = (name: string): unknown => JSON.parse(readFileSync(packageFile(name), 'utf8'));
const shipped = read('data/vendors.json') as Record<string, unknown>[];
const entryOf = (engine: string): Record<string, unknown> =>
  structuredClone(shipped.find((entry) => entry['engine'] === engine)!);

describe('the shipped directory', () => {
  it('is valid by its published schema', () => {
    expect(findEntryProblems(shipped)).toEqual([]);
  });

  it('keeps sources, confidence and the date of verification of every engine', () => {
    for (const entry of shipped) {
      expect(entry).toMatchObject({
        confidence: expect.stringMatching(/^(high|medium|low)$/),
        lastVerified: expect.stringMatching(/^20\d\d/),
        sources: expect.arrayContaining([expect.any(String)]),
      });
    }
  });

  it('names every engine once and only known engines to clear first', () => {
    const engines = shipped.map(({ engine }) => engine);
    expect(new Set(engines).size).toBe(engines.length);
    for (const { lineage } of shipped) {
      const { clearFirst } = lineage as { clearFirst: string | null };
      if (clearFirst !== null) expect(engines).toContain(clearFirst);
    }
  });
});

describe('checking entries', () => {
  it('covers exactly the two conditions that the schema states beside the plain types', () => {
    // The schema's parser leaves conditions out: a third one would go unchecked.
    const { $defs } = read('schema/vendors.schema.json') as { $defs: { engine: { allOf: unknown[] } } };
    expect($defs.engine.allOf).toHaveLength(2);
  });

  it.each([
    ['an unknown key', { colour: 'red' }, ['0'], /colour/],
    ['a wrong choice', { confidence: 'total' }, ['0.confidence'], /high/],
    [
      'an address that is none',
      { channel: { emails: ['a@b.example\r\nBcc: c@d.example'] } },
      ['0.channel.emails.0'],
      /./,
    ],
    ['a script as form', { channel: { form: 'javascript:alert(1)' } }, ['0.channel.form'], /./],
    ['a web form without address', { channel: { preferred: 'web-form', form: null } }, ['0.channel.form'], /address/],
    [
      'an edition of nothing',
      { lineage: { role: 'edition', group: null } },
      ['0.lineage.group', '0.lineage.clearFirst'],
      /edition/,
    ],
    ['a month that is none', { lastVerified: '2026-13' }, ['0.lastVerified'], /./],
  ])('says where %s stands', (_what, change, paths, message) => {
    const entry = entryOf('Microsoft');
    for (const [key, value] of Object.entries(change)) {
      entry[key] = typeof value === 'object' ? { ...(entry[key] as object), ...value } : value;
    }
    const problems = findEntryProblems([entry]);
    expect(problems.map(({ path }) => path.join('.'))).toEqual(paths);
    expect(problems[0]?.message).toMatch(message);
  });
});
