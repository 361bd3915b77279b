import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { loadProfile } from '../../src/config/load-profile.js';
import { runCli } from '../support/cli.js';
import { tempFolder } from '../support/temp.js';

const ANSWERS = [
  'Example Archive',
  'Example Software GmbH',
  'ExampleArchiveSetup-*.exe, ExampleArchive-*.msi',
  'Example Software GmbH',
  'download.example.com',
  'security@example.com',
].join('\n');

describe('absolve init', () => {
  it('writes a config and a profile that the program accepts', async () => {
    const cwd = tempFolder();
    const { code, stdout } = await runCli(['init'], { cwd, stdin: ANSWERS });
    expect(code).toBe(0);
    expect(stdout).toBe('absolve.config.jsonc\nexample-archive.profile.json\n');
    const config = await loadConfig({}, cwd);
    expect(config).toMatchObject({ product: './example-archive.profile.json', upload: 'ask', maxAge: 86_400_000 });
    expect(await loadProfile(config.product ?? '', cwd)).toMatchObject({
      name: 'example-archive',
      signers: { organisations: ['Example Software GmbH'] },
      hosts: ['download.example.com'],
      contact: { email: 'security@example.com' },
    });
  });

  it('starts from a shipped profile and asks only for what is not known', async () => {
    const cwd = tempFolder();
    const { code, stderr } = await runCli(['init', '--product', 'mailstore'], {
      cwd,
      stdin: 'MailStore Software GmbH\nsecurity@example.com\n',
    });
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/Product name/);
    const profile = await loadProfile('./mailstore.profile.json', cwd);
    expect(profile.signers.organisations).toEqual(['MailStore Software GmbH']);
    expect(profile.files.map(({ pattern }) => pattern)).toContain('MailStoreClientSetup-*.msi');
  });

  it('overwrites nothing', async () => {
    const cwd = tempFolder();
    writeFileSync(join(cwd, 'absolve.config.jsonc'), 'mine');
    const { code, stderr } = await runCli(['init'], { cwd, stdin: ANSWERS });
    expect(code).toBe(5);
    expect(stderr).toMatch(/\[REPORT_EXISTS\]/);
    expect(readFileSync(join(cwd, 'absolve.config.jsonc'), 'utf8')).toBe('mine');
  });

  it.each([
    ['', 'CONFIG_USAGE'],
    [ANSWERS.replace('download.example.com', 'not a host'), 'CONFIG_PROFILE'],
  ])('writes nothing when the answers will not do', async (stdin, errorCode) => {
    const cwd = tempFolder();
    const { code, stderr } = await runCli(['init'], { cwd, stdin });
    expect(code).toBe(2);
    expect(stderr).toContain(`[${errorCode}]`);
    await expect(loadConfig({}, cwd)).resolves.toEqual({});
  });
});
