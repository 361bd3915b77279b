import { describe, expect, it } from 'vitest';
import type { ServiceFacts } from '../../../src/domain/scan.js';
import { exampleProfile, outcomeOf, sampleInput } from './support.js';

const confirmed = (signer: string, tags: readonly string[] = ['signed']): ServiceFacts => ({
  signature: { verified: 'Signed', signers: [signer, 'Example Test Code Signing CA'] },
  tags,
});

describe('a signer whom the profile names', () => {
  it('proves when the chain ends in a given root', async () => {
    expect(outcomeOf('signer', await sampleInput('hello-x64-signed.exe'))).toBe('supports: anchor');
    expect(outcomeOf('signer', await sampleInput('hello-x64-dual-signed.exe'))).toBe('supports: anchor');
  });

  it('proves nothing by name alone: anybody can sign with that name', async () => {
    expect(outcomeOf('signer', await sampleInput('hello-x64-signed.exe', { roots: false }))).toBe(
      'silent: not-anchored',
    );
    expect(outcomeOf('signer', await sampleInput('hello-x64-self-signed.exe'))).toBe('silent: not-anchored');
  });

  it('proves by the thumbprint of the certificate, in either digest and any case', async () => {
    const input = await sampleInput('hello-x64-self-signed.exe');
    const [signer] = input.signature!.signers;
    for (const thumbprint of [signer!.thumbprintSha1, signer!.thumbprintSha256.toUpperCase()]) {
      const profile = exampleProfile({ signers: { thumbprints: [thumbprint] } });
      expect(outcomeOf('signer', { ...input, profile })).toBe('supports: thumbprint');
    }
  });

  it('proves when the service found a trusted chain to the same name', async () => {
    const input = await sampleInput('hello-x64-signed.exe', { roots: false });
    expect(outcomeOf('signer', { ...input, service: confirmed('Example Software GmbH') })).toBe('supports: service');
  });

  it('proves nothing when the service doubts the signature, or found somebody else', async () => {
    const input = await sampleInput('hello-x64-signed.exe', { roots: false });
    for (const service of [
      confirmed('Somebody Else Ltd'),
      confirmed('Example Software GmbH', ['signed', 'invalid-signature']),
      confirmed('Example Software GmbH', ['revoked-cert']),
      { signature: { verified: 'A certificate was explicitly revoked', signers: ['Example Software GmbH'] } },
      { signature: { product: 'Example Archive' } },
    ]) {
      expect(outcomeOf('signer', { ...input, service })).toBe('silent: not-anchored');
    }
  });

  it('proves nothing with a certificate that was over, unless a timestamp shows that it was not', async () => {
    expect(outcomeOf('signer', await sampleInput('hello-x64-expired.exe'))).toMatch(/^silent/);
    expect(outcomeOf('signer', await sampleInput('hello-x64-expired-timestamped.exe'))).toBe('supports: anchor');
  });
});

describe('another signer', () => {
  it('contradicts for a file that claims the product by its name', async () => {
    const input = await sampleInput('hello-x64-other-signer.exe', { name: 'examplearchive-4.2.exe' });
    expect(outcomeOf('signer', input)).toBe('contradicts');
  });

  it('contradicts for a file that claims it by its version resource', async () => {
    const input = await sampleInput('hello-x64-other-signer.exe', { name: 'x.exe' });
    const { productName } = input.facts!.versionResource!;
    const profile = exampleProfile({ versionResource: { products: [productName] } });
    expect(outcomeOf('signer', { ...input, profile })).toBe('contradicts');
  });

  it('is silent for a file that claims nothing: products contain libraries of others', async () => {
    const input = await sampleInput('hello-x64-other-signer.exe', { name: 'firebird.dll' });
    expect(outcomeOf('signer', input)).toBe('silent: other-signer');
  });

  it('is silent when the profile knows thumbprints only: certificates are renewed', async () => {
    const input = await sampleInput('hello-x64-other-signer.exe', { name: 'ExampleArchive.exe' });
    const profile = exampleProfile({ signers: { thumbprints: ['0'.repeat(40)] } });
    expect(outcomeOf('signer', { ...input, profile })).toBe('silent: other-signer');
  });
});

describe('without anything to compare', () => {
  it('a profile that knows no signer leaves it open', async () => {
    const input = await sampleInput('hello-x64-signed.exe');
    expect(outcomeOf('signer', { ...input, profile: exampleProfile({ signers: {} }) })).toBe(
      'silent: profile-names-no-signer',
    );
  });

  it('a broken signature is not asked who made it', async () => {
    const input = await sampleInput('hello-x64-tampered.exe');
    expect(outcomeOf('signer', input)).toBeUndefined();
    expect(outcomeOf('signature', input)).toMatch(/^contradicts/);
  });

  it('an unsigned file has no signer', async () => {
    expect(outcomeOf('signer', await sampleInput('hello-x64-unsigned.exe'))).toBe('silent: unsigned');
  });

  it('no profile, no question', async () => {
    const { profile: _, ...input } = await sampleInput('hello-x64-signed.exe');
    expect(outcomeOf('signer', input)).toBeUndefined();
  });
});
