import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadProfile, loadShippedProfiles, parseProfile } from '../../src/config/load-profile.js';
import { findShippedName } from '../../src/config/shipped-profiles.js';
import { matchFileName } from '../../src/domain/profile.js';
import { UsageError } from '../../src/errors.js';
import { tempFolder } from '../support/temp.js';

const MINIMAL = {
  name: 'example',
  product: 'Example',
  publisher: 'Example Ltd',
  files: [{ pattern: 'Example-*.exe' }],
};

describe('a profile', () => {
  it('is chosen by the name of a shipped one, in any case', async () => {
    expect(await loadProfile('MailStore', '/')).toMatchObject({
      name: 'mailstore',
      publisher: 'MailStore Software GmbH',
    });
  });

  it('is chosen by a path from the working folder, with comments and trailing commas', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'own.json'), `\ufeff// ours\n${JSON.stringify(MINIMAL).replace(/\}$/, ',}')}`);
    const profile = await loadProfile('./own.json', folder);
    expect(profile).toEqual({
      ...MINIMAL,
      purpose: [],
      files: [{ pattern: 'Example-*.exe', upgradeCodes: [] }],
      signers: { organisations: [], thumbprints: [] },
      hosts: [],
      versionResource: { products: [], companies: [] },
      upgradeCodes: [],
      contact: {},
    });
    expect(await loadProfile(join(folder, 'own.json'), '/elsewhere')).toEqual(profile);
  });

  it('is brought into one form: case of codes, hosts and thumbprints, and codes of files', () => {
    const code = '{be92b2df-f505-4228-8c44-726bd3fa38ba}';
    const profile = parseProfile(
      {
        ...MINIMAL,
        files: [{ pattern: 'Example-*.msi', upgradeCodes: [code] }],
        hosts: ['Download.Example.COM'],
        signers: { organisations: [' Example Ltd '], thumbprints: ['AB'.repeat(20)], roots: 'roots.pem' },
      },
      'x',
      '/release',
    );
    expect(profile.upgradeCodes).toEqual([code.toUpperCase()]);
    expect(profile.hosts).toEqual(['download.example.com']);
    expect(profile.signers).toEqual({
      organisations: ['Example Ltd'],
      thumbprints: ['ab'.repeat(20)],
      roots: join('/release', 'roots.pem'),
    });
  });

  it('with unknown or wrong keys is refused, every problem with its path', () => {
    const wrong = {
      ...MINIMAL,
      name: 'Wrong Name',
      files: [{ pattern: '*.exe' }, { pattern: 'dist/Example.exe' }, { pattern: 'Example.exe', upgradeCodes: ['x'] }],
      hosts: ['https://example.com/'],
      signers: { organisations: [''], thumbprints: ['123'], signer: 'x' },
      contact: { email: 'nobody' },
      extra: 1,
    };
    const refuse = (): unknown => parseProfile(wrong, 'own.json', '/');
    expect(refuse).toThrow(UsageError);
    const paths = [
      'name',
      'files.0.pattern',
      'files.1.pattern',
      'files.2.upgradeCodes.0',
      'hosts.0',
      'signers.organisations.0',
    ];
    for (const path of [...paths, 'signers.thumbprints.0', 'contact.email', 'extra', 'signer']) {
      expect(refuse).toThrow(path);
    }
  });

  it('that does not exist, is no JSON or is a folder is refused', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'broken.json'), '{');
    for (const name of ['nobody', './none.json', './broken.json', '.', '/dev/zero', '../mailstore', 'constructor']) {
      await expect(loadProfile(name, folder), name).rejects.toMatchObject({ code: 'CONFIG_PROFILE' });
    }
    await expect(loadProfile('nobody', folder)).rejects.toMatchObject({ hint: expect.stringContaining('mailstore') });
  });
});

describe('file names', () => {
  it('choose the one shipped profile that they match', async () => {
    expect(await findShippedName(['readme.txt', 'MailStoreHomeSetup-25.1.0.22653.exe'])).toBe('mailstore');
    expect(await findShippedName(['setup.exe'])).toBeUndefined();
    expect(await findShippedName([])).toBeUndefined();
  });
});

describe('shipped profiles', () => {
  it('are called as their files are', async () => {
    const profiles = await loadShippedProfiles();
    expect(profiles.map(({ name }) => name)).toContain('mailstore');
    for (const { name } of profiles) expect((await loadProfile(name, '/')).name).toBe(name);
  });

  it('of MailStore names the published installers, and no signer that nobody has verified', async () => {
    const profile = await loadProfile('mailstore', '/');
    for (const name of [
      'MailStoreServerSetup-26.3.2.24194.exe',
      'MailStoreHomeSetup.exe',
      'MailStoreClientSetup-26.3.2.24194.msi',
      'MailStoreOutlookAddinSetup-26.3.2.24194.msi',
    ]) {
      expect(matchFileName(profile, name), name).toBeDefined();
    }
    expect(profile.signers).toEqual({ organisations: [], thumbprints: [] });
    expect(profile.hosts).toContain('download.mailstore.com');
  });
});

it('the published schemas are what the validators read', async () => {
  const { publishedSchemas } = await import('../../src/published-schemas.js');
  const folder = join(import.meta.dirname, '../../schema');
  for (const [name, text] of Object.entries(publishedSchemas())) {
    // When it differs: node scripts/schemas.js
    expect(readFileSync(join(folder, name), 'utf8'), name).toBe(text);
  }
});
