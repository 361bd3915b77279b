import { createHash } from 'node:crypto';
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startDownloadHost } from '../../src/demo/download-host.js';
import type { CheckResult, DocumentArtifact } from '../../src/domain/document.js';
import { parseScenario } from '../../src/simulate/parse-scenario.js';
import { runCli } from '../support/cli.js';
import { FAST_FLAGS, startService } from '../support/service.js';
import { tempFolder } from '../support/temp.js';

const SAMPLES = join(import.meta.dirname, '../../fixtures/samples');

const PROFILE = {
  name: 'example-archive',
  product: 'Example Archive',
  publisher: 'Example Software GmbH',
  files: [{ pattern: 'ExampleSetup-*.exe' }],
  signers: { organisations: ['Example Software GmbH'] },
  hosts: ['download.example.com'],
};

/** One weak detection on whatever is called `ExampleSetup-…`. */
const FLAGGED = parseScenario({
  schemaVersion: 1,
  knownShare: 0,
  rules: [
    {
      match: { name: 'ExampleSetup-*' },
      detections: [{ engine: 'Bkav', category: 'malicious', label: 'W32.AIDetectMalware' }],
    },
  ],
});

/** A folder with samples under names of their own, the publisher's profile and root, and a service. */
async function release(samples: Readonly<Record<string, string>>) {
  const folder = tempFolder();
  for (const [name, sample] of Object.entries(samples)) copyFileSync(join(SAMPLES, sample), join(folder, name));
  copyFileSync(join(SAMPLES, 'test-root.pem'), join(folder, 'root.pem'));
  writeFileSync(join(folder, 'profile.json'), JSON.stringify(PROFILE));
  const { env, simulator } = await startService(folder, { scenario: FLAGGED });
  const check = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await runCli(['check', ...FAST_FLAGS, '--upload', '--json', ...args], {
      cwd: folder,
      env,
    });
    return { code, stderr, result: (stdout === '' ? null : JSON.parse(stdout)) as CheckResult };
  };
  return { folder, check, simulator };
}

const PROVING = ['--product', 'profile.json', '--roots', 'root.pem'] as const;

const artifactOf = (result: CheckResult, name: string): DocumentArtifact =>
  result.artifacts.find((artifact) => artifact.name === name)!;

const outcomes = ({ evidence }: DocumentArtifact) =>
  Object.fromEntries(evidence.map(({ kind, outcome }) => [kind, outcome]));

const digestOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('a check with evidence', () => {
  it('calls a weak detection on a proven file a false positive, and on the same file without roots unproven', async () => {
    const { check } = await release({ 'ExampleSetup-1.exe': 'setup-signed.exe' });
    const proven = await check(...PROVING, 'ExampleSetup-1.exe');
    expect(proven.result.product).toBe('example-archive');
    expect(proven.result.artifacts[0]).toMatchObject({ verdict: 'likely-false-positive' });
    expect(outcomes(proven.result.artifacts[0]!)).toMatchObject({ signature: 'supports', signer: 'supports' });

    const unproven = await check('--product', 'profile.json', 'ExampleSetup-1.exe');
    expect(unproven.result.requests.total).toBe(0);
    expect(unproven.result.artifacts[0]).toMatchObject({ verdict: 'unproven' });
    expect(outcomes(unproven.result.artifacts[0]!)).toMatchObject({ signature: 'silent', signer: 'silent' });
  });

  it('takes the roots that the profile names, from beside the profile', async () => {
    const { check, folder } = await release({ 'ExampleSetup-1.exe': 'setup-signed.exe' });
    mkdirSync(join(folder, 'profiles'));
    copyFileSync(join(SAMPLES, 'test-root.pem'), join(folder, 'profiles', 'own.pem'));
    const profile = { ...PROFILE, signers: { ...PROFILE.signers, roots: 'own.pem' } };
    writeFileSync(join(folder, 'profiles', 'own.json'), JSON.stringify(profile));
    const { result } = await check('--product', 'profiles/own.json', 'ExampleSetup-1.exe');
    expect(outcomes(result.artifacts[0]!)).toMatchObject({ signature: 'supports', signer: 'supports' });
    const inspected = await runCli(['inspect', '--product', 'profiles/own.json', '--json', 'ExampleSetup-1.exe'], {
      cwd: folder,
    });
    expect(JSON.parse(inspected.stdout)).toMatchObject({ files: [{ signature: { signers: [{ anchored: true }] } }] });
    writeFileSync(join(folder, 'profiles', 'own.pem'), 'no certificate');
    expect((await check('--product', 'profiles/own.json', 'ExampleSetup-1.exe')).code).toBe(2);
  });

  it.each([
    ['hello-x64-tampered.exe', 'signature'],
    ['hello-x64-other-signer.exe', 'signer'],
    ['hello-x64-self-signed.exe', 'impersonation'],
    ['setup-unsigned.exe', 'impersonation'],
  ])('fails on %s under a name of the product, because the %s contradicts', async (sample, kind) => {
    const { check } = await release({ 'ExampleSetup-2.exe': sample });
    const { code, result } = await check(...PROVING, 'ExampleSetup-2.exe');
    expect(code).toBe(1);
    expect(result.artifacts[0]).toMatchObject({ verdict: 'tampered' });
    expect(outcomes(result.artifacts[0]!)).toMatchObject({ [kind]: 'contradicts' });
  });

  it('finds a broken signature without any product, on a file that nothing flags', async () => {
    const { check } = await release({ 'a.exe': 'hello-x64-tampered.exe' });
    const { code, result } = await check('a.exe');
    expect(code).toBe(1);
    expect(result.product).toBeNull();
    expect(result.artifacts[0]).toMatchObject({ detections: [], verdict: 'tampered' });
  });

  it('says what may explain a detection, of what is flagged alone, and the same from memory', async () => {
    const { check, folder } = await release({
      'ExampleSetup-1.exe': 'setup-unsigned.exe',
      'b.exe': 'hello-x64-unsigned.exe',
    });
    const { result } = await check('ExampleSetup-1.exe', 'b.exe');
    const flagged = artifactOf(result, 'ExampleSetup-1.exe');
    expect(flagged.findings.map(({ code }) => code)).toEqual(['unsigned', 'installer', 'installer-payload']);
    expect(artifactOf(result, 'b.exe').findings).toEqual([]);
    const again = await check('ExampleSetup-1.exe', 'b.exe');
    expect(again.result.requests.total).toBe(0);
    expect(artifactOf(again.result, 'ExampleSetup-1.exe').findings).toEqual(flagged.findings);
    // A bare hash is no file: nothing can be read.
    const bare = await check(digestOf(join(folder, 'ExampleSetup-1.exe')));
    expect(bare.result.artifacts[0]?.detections).toHaveLength(1);
    expect(bare.result.artifacts[0]?.findings).toEqual([]);
  });

  it('takes published hashes from every list it is given', async () => {
    const { check, folder } = await release({
      'ExampleSetup-1.exe': 'setup-unsigned.exe',
      'b.exe': 'setup-signed.exe',
    });
    writeFileSync(join(folder, 'SUMS'), `${digestOf(join(folder, 'ExampleSetup-1.exe'))}  ExampleSetup-1.exe\n`);
    writeFileSync(join(folder, 'b.exe.sha256'), `${'0'.repeat(64)}\n`);
    const { code, result } = await check(
      '--manifest',
      'SUMS',
      '--manifest',
      'b.exe.sha256',
      'ExampleSetup-1.exe',
      'b.exe',
    );
    expect(code).toBe(1);
    const [own, other] = [artifactOf(result, 'ExampleSetup-1.exe'), artifactOf(result, 'b.exe')];
    expect([own.verdict, other.verdict]).toEqual(['likely-false-positive', 'tampered']);
    expect(own.evidence).toContainEqual(
      expect.objectContaining({
        kind: 'published-hash',
        outcome: 'supports',
        detail: expect.objectContaining({ list: 'SUMS' }),
      }),
    );
  });

  it('lets a file name choose a shipped product, and a flag choose another', async () => {
    const { check } = await release({ 'MailStoreHomeSetup-26.1.0.1.exe': 'hello-x64-unsigned.exe' });
    const chosen = await check('MailStoreHomeSetup-26.1.0.1.exe');
    expect(chosen.result.product).toBe('mailstore');
    // Its profile knows no signer: nobody can say, and nobody is accused.
    expect(chosen.result.artifacts[0]).toMatchObject({ verdict: 'clean' });
    const given = await check('--product', 'profile.json', 'MailStoreHomeSetup-26.1.0.1.exe');
    expect(given.result.product).toBe('example-archive');
  });

  it('compares a download with the list, the hosts and what was promised', async () => {
    const { check, folder, simulator } = await release({ 'local.exe': 'setup-signed.exe' });
    const host = await startDownloadHost(join(SAMPLES, 'setup-signed.exe'));
    onTestFinished(() => host.close());
    const files = (digest: string) => JSON.stringify({ schemaVersion: 1, files: [{ url: host.url, sha256: digest }] });
    writeFileSync(join(folder, 'good.json'), files(digestOf(join(folder, 'local.exe'))));
    writeFileSync(join(folder, 'bad.json'), files('0'.repeat(64)));

    const good = await check('--manifest', 'good.json', '--product', 'profile.json', host.url, 'local.exe');
    expect(outcomes(artifactOf(good.result, host.url))).toMatchObject({
      'download-match': 'supports',
      'download-host': 'silent',
      'download-content': 'silent',
    });
    expect(outcomes(artifactOf(good.result, 'local.exe'))).toMatchObject({
      'published-hash': 'supports',
      'download-match': 'supports',
    });

    const before = simulator.log.length;
    const bad = await check('--manifest', 'bad.json', host.url);
    expect(bad.code).toBe(1);
    expect(artifactOf(bad.result, host.url).verdict).toBe('tampered');
    expect(simulator.log.length).toBe(before);
  });

  it('gives the same evidence from memory, and notices when the file is another', async () => {
    const { check, folder } = await release({ 'a.exe': 'hello-x64-dual-signed.exe', 'b.zip': 'archive.zip' });
    const first = await check(...PROVING, 'a.exe', 'b.zip');
    const second = await check(...PROVING, 'a.exe', 'b.zip');
    expect(second.result.requests.total).toBe(0);
    expect(second.result.artifacts.map(({ evidence }) => evidence)).toEqual(
      first.result.artifacts.map(({ evidence }) => evidence),
    );
    expect(artifactOf(second.result, 'b.zip').evidence).toEqual([]);
    appendFileSync(join(folder, 'a.exe'), 'x');
    const third = await check(...PROVING, 'a.exe');
    expect(outcomes(third.result.artifacts[0]!)).toMatchObject({ signature: 'contradicts' });
  });

  it('judges a file that nothing else speaks about as it would beside others', async () => {
    const { check, folder } = await release({ 'a.exe': 'hello-x64-unsigned.exe', 'b.exe': 'hello-x64-signed.exe' });
    writeFileSync(join(folder, 'SUMS'), `${'0'.repeat(64)}  else.exe\n`);
    const alone = await check('a.exe', 'b.exe');
    const listed = await check('--manifest', 'SUMS', 'a.exe', 'b.exe');
    for (const name of ['a.exe', 'b.exe']) {
      const more = artifactOf(listed.result, name).evidence.filter(({ kind }) => kind !== 'published-hash');
      expect(artifactOf(alone.result, name).evidence, name).toEqual(more);
    }
  });

  it.each([
    ['a product that is not there', ['--product', 'nothere'], 'CONFIG_PROFILE'],
    ['a manifest that is not there', ['--manifest', 'nothere'], 'CONFIG_INVALID'],
    ['a manifest with a line that is none', ['--manifest', 'profile.json'], 'CONFIG_INVALID'],
    ['roots without a certificate', ['--roots', 'profile.json'], 'CONFIG_INVALID'],
  ])('ends before anything is asked for %s', async (_, args, code) => {
    const { check, simulator } = await release({ 'a.exe': 'hello-x64-unsigned.exe' });
    const run = await check(...args, 'a.exe');
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(`[${code}]`);
    expect(simulator.log).toEqual([]);
  });
});
