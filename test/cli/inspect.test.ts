import { copyFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { InspectResult } from '../../src/domain/inspect-document.js';
import { inspectSchema } from '../../src/reports/inspect-schema.js';
import { runCli } from '../support/cli.js';
import { tempFolder } from '../support/temp.js';

const SAMPLES = 'fixtures/samples';
const ROOTS = ['--roots', `${SAMPLES}/test-root.pem`];

async function inspectJson(...argv: readonly string[]): Promise<InspectResult> {
  const { stdout, stderr } = await runCli(['inspect', '--json', ...argv]);
  expect(stderr).toBe('');
  return inspectSchema.parse(JSON.parse(stdout)) as InspectResult;
}

describe('absolve inspect', () => {
  it('prints a page about signature, identity and findings', async () => {
    const { code, stdout, stderr } = await runCli(['inspect', ...ROOTS, `${SAMPLES}/hello-x64-signed.exe`]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('signature  intact');
    expect(stdout).toContain('CN=Example Software GmbH');
    expect(stdout).toContain('its chain ends in a root you gave');
    expect(stdout).toContain('timestamp 2026-01-05T09:00:00Z');
    expect(stdout).toContain('why it may be flagged, and what to do');
  });

  it('says that a chain is not anchored when no roots are given', async () => {
    const { stdout } = await runCli(['inspect', `${SAMPLES}/hello-x64-signed.exe`]);
    expect(stdout).toContain('its chain is not anchored');
  });

  it('prints one document that fits its schema, for files of every kind', async () => {
    const { files } = await inspectJson(...ROOTS, SAMPLES);
    expect(files.length).toBeGreaterThan(25);
    const states = Object.fromEntries(
      files.map(({ path, signature }) => [path.slice(SAMPLES.length + 1), signature.state]),
    );
    expect(states).toMatchObject({
      'archive-signed.msi': 'intact',
      'archive-signed.msix': 'intact',
      'archive-signed.cab': 'intact',
      'hello-x64-tampered.exe': 'tampered',
      'hello-x64-unsigned.exe': 'unsigned',
      'hello-linux-x64': 'unreadable',
      'install-signed.ps1': 'intact',
    });
  });

  it('gives digests, facts, evidence and findings of a file', async () => {
    const { files } = await inspectJson(`${SAMPLES}/archive-tampered.msi`);
    expect(files).toMatchObject([
      {
        path: `${SAMPLES}/archive-tampered.msi`,
        format: 'msi',
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        md5: expect.stringMatching(/^[0-9a-f]{32}$/),
        signature: { state: 'tampered', reason: { code: 'digest-mismatch' } },
        facts: { msi: { upgradeCode: '{C0A5F9B1-6D4E-4E8B-8B1C-9F2E7A30D111}' } },
        evidence: [{ kind: 'signature', outcome: 'contradicts' }],
        findings: [{ code: 'signature-broken', severity: 'high' }],
      },
    ]);
  });

  it('compares the signer with the product that is named', async () => {
    const folder = tempFolder();
    const profile = {
      name: 'example',
      product: 'Example Archive',
      publisher: 'Example Software GmbH',
      signers: { organisations: ['Example Software GmbH'] },
      files: [{ pattern: 'hello-*.exe' }],
    };
    writeFileSync(join(folder, 'example.json'), JSON.stringify(profile));
    const argv = [...ROOTS, '--product', join(folder, 'example.json')];
    const signerOf = async (name: string): Promise<string | undefined> => {
      const { files } = await inspectJson(...argv, `${SAMPLES}/${name}`);
      return files[0]?.evidence.find(({ kind }) => kind === 'signer')?.outcome;
    };
    expect(await signerOf('hello-x64-signed.exe')).toBe('supports');
    expect(await signerOf('hello-x64-other-signer.exe')).toBe('contradicts');
    expect(await signerOf('hello-x64-self-signed.exe')).toBe('silent');
  });

  it('goes on after a file that cannot be read, and says so with status 3', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'empty.exe'), '');
    copyFileSync(`${SAMPLES}/hello-x64-unsigned.exe`, join(folder, 'good.exe'));
    symlinkSync(join(folder, 'gone'), join(folder, 'link.exe'));
    const { code, stdout } = await runCli(['inspect', '--json', 'empty.exe', 'good.exe', 'link.exe'], { cwd: folder });
    const { files } = JSON.parse(stdout) as InspectResult;
    expect(code).toBe(3);
    expect(files.map(({ path, error }) => [path, error?.code])).toEqual([
      ['empty.exe', 'ARTIFACT_EMPTY'],
      ['good.exe', undefined],
      ['link.exe', expect.stringMatching(/^ARTIFACT_/)],
    ]);
    expect(files.map(({ signature }) => signature.state)).toEqual(['unreadable', 'unsigned', 'unreadable']);
  });

  it.each([
    ['a name that leads nowhere', ['nothere.exe'], 'CONFIG_NO_TARGET'],
    ['a URL', ['https://example.com/a.exe'], 'CONFIG_USAGE'],
    ['a hash', ['a'.repeat(64)], 'CONFIG_USAGE'],
    ['a product that is not there', ['--product', 'nosuch', `${SAMPLES}/install.ps1`], 'CONFIG_PROFILE'],
    ['roots that are not there', ['--roots', 'nothere.pem', `${SAMPLES}/install.ps1`], 'CONFIG_INVALID'],
    ['roots without certificates', ['--roots', `${SAMPLES}/install.ps1`, `${SAMPLES}/install.ps1`], 'CONFIG_INVALID'],
  ])('refuses %s with status 2', async (_what, argv, errorCode) => {
    const { code, stdout, stderr } = await runCli(['inspect', ...argv]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`[${errorCode}]`);
  });

  it('gives the same document for the same files', async () => {
    const argv = ['inspect', '--json', ...ROOTS, SAMPLES];
    expect((await runCli(argv)).stdout).toBe((await runCli(argv)).stdout);
  });
});
