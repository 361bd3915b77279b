import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { loadDirectory } from '../../src/vendors/directory.js';
import { loadDirectoryWith, overlayEntries } from '../../src/vendors/overlay.js';
import { tempFolder } from '../support/temp.js';

const base = loadDirectory().entries;

function refusalOf(run: () => unknown): UsageError {
  try {
    run();
  } catch (error) {
    if (error instanceof UsageError) return error;
  }
  throw new Error('was accepted');
}

describe('a file of the user', () => {
  it('overrides single members of a known engine and leaves the rest', () => {
    const [over] = [{ engine: 'microsoft', channel: { emails: ['fp@example.com'] }, lastVerified: '2026-11' }];
    const entry = overlayEntries(base, [over], 'mine.json').find(({ engine }) => engine === 'Microsoft');
    const before = base.find(({ engine }) => engine === 'Microsoft');
    expect(entry).toEqual({
      ...before,
      channel: { ...before?.channel, emails: ['fp@example.com'] },
      lastVerified: '2026-11',
    });
  });

  it('adds an engine that the directory does not know', () => {
    const folder = tempFolder();
    const path = join(folder, 'mine.json');
    const channel = { preferred: 'email', emails: ['fp@new.example'] };
    writeFileSync(path, JSON.stringify([{ engine: 'NewAV', vendor: 'New AV Ltd', channel, lastVerified: '2026-10' }]));
    const directory = loadDirectoryWith(path, 'mine.json');
    expect(directory.vendorOf('newav')).toBe('New AV Ltd');
    expect(directory.contactOf('New AV Ltd')).toMatchObject({ preferred: 'email', emails: ['fp@new.example'] });
    expect(directory.entries).toHaveLength(base.length + 1);
  });

  it('keeps two keys apart that differ in case alone', () => {
    const entries = overlayEntries(base, [{ engine: 'Zerofox', notes: 'mine' }], 'mine.json');
    expect(entries.find(({ engine }) => engine === 'Zerofox')?.notes).toBe('mine');
    expect(entries.find(({ engine }) => engine === 'ZeroFox')).toEqual(base.find(({ engine }) => engine === 'ZeroFox'));
    expect(entries).toHaveLength(base.length);
  });

  it('is refused with every problem and its path at once', () => {
    const error = refusalOf(() =>
      overlayEntries(
        base,
        [
          { engine: 'Microsoft', channel: { preferred: 'pigeon' } },
          { engine: 'NewAV', channel: { preferred: 'email' } },
          { engine: 'Avast', colour: 1 },
          'nonsense',
        ],
        'mine.json',
      ),
    );
    expect(error.code).toBe('CONFIG_VENDORS');
    for (const part of ['mine.json', '0.channel.preferred', '1.vendor', '1.lastVerified', '2: ', 'colour', '3: ']) {
      expect(error.message).toContain(part);
    }
  });

  it('is refused when it names an engine twice', () => {
    const twice = [{ engine: 'Avast' }, { engine: 'AVAST' }];
    expect(refusalOf(() => overlayEntries(base, twice, 'mine.json')).message).toContain('1.engine: named twice');
  });

  it.each([
    ['is missing', undefined],
    ['is no JSON', '[{"engine": '],
    ['is no array', '{"engine": "Avast"}'],
  ])('is refused when it %s', (_what, text) => {
    const path = join(tempFolder(), 'mine.json');
    if (text !== undefined) writeFileSync(path, text);
    expect(refusalOf(() => loadDirectoryWith(path, 'mine.json'))).toMatchObject({ code: 'CONFIG_VENDORS' });
  });
});
