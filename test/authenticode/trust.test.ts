import { describe, expect, it } from 'vitest';
import { parseAnchors } from '../../src/authenticode/anchors.js';
import { signatureEvidence } from '../../src/domain/signature.js';
import { UsageError } from '../../src/errors.js';
import { ANCHORS, checkSample, NOW } from './support.js';

const ROOT_SUBJECT = 'CN=Example Test Root (worthless), O=Example Trust, C=DE';

async function signerOf(name: string, options: Parameters<typeof checkSample>[1] = { anchors: ANCHORS }) {
  const { signers } = await checkSample(name, options);
  return signers[0]!;
}

describe('whom a signature leads to', () => {
  it('names signer, issuer, thumbprints and what the signer claims', async () => {
    expect(await signerOf('hello-x64-signed.exe')).toMatchObject({
      subject: 'CN=Example Software GmbH, O=Example Software GmbH, L=Viersen, C=DE',
      commonName: 'Example Software GmbH',
      organisation: 'Example Software GmbH',
      issuer: 'CN=Example Test Code Signing CA, O=Example Trust, C=DE',
      thumbprintSha1: expect.stringMatching(/^[0-9a-f]{40}$/),
      thumbprintSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      digest: 'sha256',
      programName: 'Example Archive',
      programUrl: 'https://archive.example/',
      codeSigning: true,
      nested: false,
    });
  });

  it('anchors nothing without roots, and never calls it trusted', async () => {
    const report = await checkSample('hello-x64-signed.exe');
    expect(report.signers[0]).toMatchObject({ anchored: false, pinned: false, timestampAnchored: false });
    expect(signatureEvidence(report).map(({ outcome }) => outcome)).toEqual(['silent', 'silent']);
  });

  it('anchors a chain that ends in a given root, every link verified', async () => {
    const report = await checkSample('hello-x64-signed.exe', { anchors: ANCHORS });
    expect(report.signers[0]).toMatchObject({ anchored: true, timestampAnchored: true });
    expect(report.signers[0]?.chain.at(-1)).toBe(ROOT_SUBJECT);
    expect(signatureEvidence(report).map(({ outcome }) => outcome)).toEqual(['supports', 'supports']);
  });

  it('takes the time from a timestamp that an anchor backs', async () => {
    const signer = await signerOf('hello-x64-expired-timestamped.exe');
    expect(signer).toMatchObject({
      signedAt: Date.UTC(2022, 5, 15, 8),
      timestampKind: 'rfc3161',
      timestampedBy: 'CN=Example Test Timestamping, O=Example Trust, C=DE',
      validAtSigning: true,
      anchored: true,
    });
  });

  it('does not anchor an expired certificate without a timestamp', async () => {
    const signer = await signerOf('hello-x64-expired.exe');
    expect(signer).toMatchObject({ validAtSigning: false, anchored: false });
    expect(signer.remarks.map(({ code }) => code)).toEqual(['signer-not-valid-at-signing', 'timestamp-missing']);
  });

  it('does not anchor before the certificate began, whatever the clock says', async () => {
    const signer = await signerOf('hello-x64-signed-no-timestamp.exe', { anchors: ANCHORS, now: Date.UTC(2021, 0, 1) });
    expect(signer).toMatchObject({ validAtSigning: false, anchored: false });
  });

  it('lists a nested signature after the primary one', async () => {
    const { signers } = await checkSample('hello-x64-dual-signed.exe', { anchors: ANCHORS });
    expect(signers.map(({ digest, nested }) => [digest, nested])).toEqual([
      ['sha1', false],
      ['sha256', true],
    ]);
  });

  it.each(['thumbprintSha1', 'thumbprintSha256'] as const)('recognises a pinned signer by its %s', async (member) => {
    const known = await signerOf('hello-x64-signed.exe');
    const report = await checkSample('hello-x64-signed.exe', { pinned: [known[member]] });
    expect(report.signers[0]?.pinned).toBe(true);
    expect(signatureEvidence(report)[0]).toMatchObject({ kind: 'signature', outcome: 'supports' });
  });

  it('lets a pinned signer support nothing on a file that was changed', async () => {
    const known = await signerOf('hello-x64-signed.exe');
    const report = await checkSample('hello-x64-tampered.exe', { pinned: [known.thumbprintSha256], anchors: ANCHORS });
    expect(signatureEvidence(report)).toMatchObject([{ kind: 'signature', outcome: 'contradicts' }]);
  });

  it('stays silent on unsigned files', async () => {
    const report = await checkSample('hello-x64-unsigned.exe', { anchors: ANCHORS });
    expect(signatureEvidence(report)).toMatchObject([{ kind: 'signature', outcome: 'silent' }]);
  });
});

describe('roots given by the user', () => {
  it.each([
    ['an empty text', ''],
    ['text without certificates', 'hello'],
    ['a block that is no certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
  ])('refuses %s', (_what, pem) => {
    expect(() => parseAnchors(pem)).toThrow(UsageError);
  });

  it('is not fooled by another root of the same kind', async () => {
    const self = await signerOf('hello-x64-self-signed.exe', { anchors: ANCHORS, now: NOW });
    expect(self.anchored).toBe(false);
  });
});
