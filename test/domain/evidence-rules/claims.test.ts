import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gatherEvidence } from '../../../src/domain/evidence-rules/gather.js';
import type { EvidenceInput } from '../../../src/domain/evidence-rules/input.js';
import { isStrongSupport } from '../../../src/domain/evidence-strength.js';
import { judge } from '../../../src/domain/verdict.js';
import { FALSE_POSITIVE_REPORTS, MALWARE_REPORTS, recordedScan } from '../../support/recorded.js';
import { download, evidenceInput, evidenceOf, exampleProfile, outcomeOf, sampleInput } from './support.js';

const facts = (versionResource: object) => ({ versionResource, unreadable: [] });
const UPGRADE = '{C0A5F9B1-6D4E-4E8B-8B1C-9F2E7A30D111}';

describe('the version resource', () => {
  const profile = exampleProfile({
    versionResource: { products: ['Example Archive'], companies: ['Example Software GmbH'] },
  });
  const outcome = (versionResource: object, names: string[] = []) =>
    outcomeOf('version-resource', evidenceInput({ profile, names, facts: facts(versionResource) }));

  it('says nothing when product and company are the profile’s: anybody can write them', () => {
    expect(outcome({ productName: 'example archive ', companyName: 'EXAMPLE Software GmbH' })).toBe(
      'silent: fits-but-can-be-copied',
    );
  });

  it('contradicts when a file of the product’s name is another company’s', () => {
    expect(outcome({ productName: 'Example Archive', companyName: 'Evil' }, ['ExampleArchive.exe'])).toBe(
      'contradicts',
    );
  });

  it('contradicts nothing in a proven file: then the profile is out of date', async () => {
    const input = await sampleInput('hello-x64-signed.exe', { name: 'ExampleArchive.exe' });
    const outdated = exampleProfile({ versionResource: { companies: ['Former Name Ltd'] } });
    expect(outcomeOf('version-resource', { ...input, profile: outdated })).toBe('silent: not-as-in-the-profile');
  });

  it('is silent about other files, and where it says too little', () => {
    expect(outcome({ companyName: 'Firebird Project' }, ['fbclient.dll'])).toBe('silent: not-as-in-the-profile');
    expect(outcome({ productName: 'Example Archive' }, ['ExampleArchive.exe'])).toBe('silent: not-as-in-the-profile');
    expect(outcome({ companyName: ' ' }, ['ExampleArchive.exe'])).toBe('silent: not-as-in-the-profile');
  });

  it('is not asked where the profile knows no texts', () => {
    const input = evidenceInput({ profile: exampleProfile(), facts: facts({ companyName: 'Evil' }) });
    expect(outcomeOf('version-resource', input)).toBeUndefined();
  });
});

describe('the identity of an MSI', () => {
  const profile = exampleProfile({ files: [{ pattern: 'archive-*.msi', upgradeCodes: [UPGRADE.toLowerCase()] }] });

  it('fits with the UpgradeCode of the profile, read from a real package', async () => {
    const input = await sampleInput('archive-signed.msi', { format: 'msi' });
    expect(outcomeOf('msi-identity', { ...input, profile })).toBe('silent: fits-but-can-be-copied');
  });

  it('contradicts with another one under a name for which it is known', () => {
    const msi = { upgradeCode: UPGRADE.replace('C0A5', 'FFFF') };
    const input = evidenceInput({ profile, names: ['archive-9.msi'], facts: { msi, unreadable: [] } });
    expect(outcomeOf('msi-identity', input)).toBe('contradicts');
    expect(outcomeOf('msi-identity', { ...input, names: ['x.msi'] })).toBe('silent: not-as-in-the-profile');
  });

  it('is silent without an UpgradeCode', () => {
    const input = evidenceInput({ profile, names: ['archive-9.msi'], facts: { msi: {}, unreadable: [] } });
    expect(outcomeOf('msi-identity', input)).toBe('silent: no-upgrade-code');
  });
});

describe('a file that claims the product without proof', () => {
  const name = 'ExampleArchive-4.2.exe';

  it('contradicts when it should be signed and is not', async () => {
    expect(outcomeOf('impersonation', await sampleInput('hello-x64-unsigned.exe', { name }))).toBe(
      'contradicts: unsigned',
    );
  });

  it('contradicts when only the signer himself vouches for the publisher’s name', async () => {
    const input = await sampleInput('hello-x64-self-signed.exe', { name });
    expect(outcomeOf('impersonation', input)).toBe('contradicts: self-signed');
  });

  it('is forgiven with a published hash', async () => {
    const input = await sampleInput('hello-x64-unsigned.exe', { name });
    const published = [{ algorithm: 'sha256' as const, digest: input.digests.sha256!, source: 'list' }];
    expect(outcomeOf('impersonation', { ...input, published })).toBeUndefined();
  });

  it('is not accused where the profile knows no signer, or nobody can say', async () => {
    const input = await sampleInput('hello-x64-unsigned.exe', { name });
    const unknowing = { ...input, profile: exampleProfile({ signers: {} }) };
    expect(outcomeOf('impersonation', unknowing)).toBe('silent: profile-names-no-signer');
    expect(outcomeOf('impersonation', { ...input, format: 'zip' })).toBe('silent: not-proven');
    const { signature: _, ...remote } = input;
    expect(outcomeOf('impersonation', remote)).toBe('silent: not-proven');
  });

  it('is no claim when the name is another', async () => {
    expect(
      outcomeOf('impersonation', await sampleInput('hello-x64-unsigned.exe', { name: 'tool.exe' })),
    ).toBeUndefined();
  });
});

describe('what the service knows', () => {
  const signature = { verified: 'Signed', signers: ['Example Software GmbH'] };

  it('about the signature supports when it is the publisher’s, and contradicts when it was revoked', () => {
    const input = evidenceInput({ profile: exampleProfile(), service: { signature } });
    expect(outcomeOf('service-signature', input)).toBe('supports');
    expect(outcomeOf('service-signature', { ...input, service: { signature, tags: ['corrupt'] } })).toBe('silent');
    expect(outcomeOf('service-signature', { ...input, service: { signature, tags: ['revoked-cert'] } })).toBe(
      'contradicts',
    );
  });

  it('about somebody else’s revoked library is no contradiction', () => {
    const scan = recordedScan('file-report-clean-signed-revoked-cert-dll.json');
    const input = evidenceInput({ profile: exampleProfile(), service: scan.facts });
    expect(outcomeOf('service-signature', input)).toBe('silent');
  });

  it('about an unsigned file’s version resource is no signature', () => {
    const scan = recordedScan('file-report-clean-pedll-unsigned-with-signature-info.json');
    expect(outcomeOf('service-signature', evidenceInput({ service: scan.facts }))).toBeUndefined();
  });

  it('about distributors and good software supports', () => {
    const scan = recordedScan('file-report-fp1-known-distributor-peexe.json');
    expect(outcomeOf('known-distributor', evidenceInput({ service: scan.facts }))).toBe('supports');
    const trusted = (verdict: string) => ({ trustedVerdict: { organization: 'Example', verdict } });
    expect(outcomeOf('trusted-verdict', evidenceInput({ service: trusted('goodware') }))).toBe('supports');
    expect(outcomeOf('trusted-verdict', evidenceInput({ service: trusted('malware') }))).toBe('silent');
  });

  it('proves nothing for any recorded report', () => {
    for (const name of [...MALWARE_REPORTS, ...FALSE_POSITIVE_REPORTS]) {
      const service = recordedScan(name).facts;
      const evidence = gatherEvidence(evidenceInput({ service, profile: exampleProfile() }));
      expect(evidence.filter(isStrongSupport), name).toEqual([]);
    }
  });
});

const text = fc.oneof(
  fc.constantFrom('Example Archive', 'Example Software GmbH', 'ExampleArchive.exe', UPGRADE),
  fc.string(),
);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** Everything that anybody can write into a file, a URL or the service: all but signatures and published lists. */
const forgeable: fc.Arbitrary<Partial<EvidenceInput>> = fc.record({
  names: fc.array(text, { maxLength: 3 }),
  isLocal: fc.boolean(),
  facts: fc.record({
    versionResource: fc.record({ productName: text, companyName: text, originalFilename: text }),
    msi: fc.record({ upgradeCode: text, manufacturer: text }),
    unreadable: fc.constant([]),
  }),
  service: fc.record({
    knownDistributors: fc.record({ distributors: fc.array(text), products: fc.array(text) }),
    trustedVerdict: fc.record({ organization: text, verdict: fc.constantFrom('goodware', 'x') }),
    signature: fc.record({ verified: fc.constantFrom('Signed', 'revoked', ''), signers: fc.array(text) }),
    tags: fc.array(fc.constantFrom('signed', 'revoked-cert', 'corrupt', 'legit')),
  }),
  downloads: fc.array(
    fc
      .record({ requestedUrl: optional(text), finalUrl: optional(text), tls: fc.boolean() })
      .map(({ requestedUrl, finalUrl, tls }) =>
        download({
          tls,
          ...(requestedUrl !== undefined && { requestedUrl }),
          ...(finalUrl !== undefined && { finalUrl }),
        }),
      ),
    { maxLength: 3 },
  ),
});

const KNOWING = exampleProfile({
  hosts: ['download.example.com'],
  upgradeCodes: [UPGRADE],
  versionResource: { products: ['Example Archive'], companies: ['Example Software GmbH'] },
});

describe('always', () => {
  it('what anybody can write proves nothing', () => {
    fc.assert(
      fc.property(forgeable, (members) => {
        expect(gatherEvidence(evidenceInput({ ...members, profile: KNOWING })).some(isStrongSupport)).toBe(false);
      }),
    );
  });

  it('the order of names, downloads and lists does not matter', () => {
    fc.assert(
      fc.property(forgeable, (members) => {
        const input = evidenceInput({ ...members, profile: KNOWING });
        const reversed = { ...input, names: input.names.toReversed(), downloads: input.downloads.toReversed() };
        expect(gatherEvidence(reversed)).toEqual(gatherEvidence(input));
      }),
    );
  });

  it('evidence is plain data', () => {
    fc.assert(
      fc.property(forgeable, (members) => {
        const evidence = gatherEvidence(evidenceInput({ ...members, profile: KNOWING }));
        expect(JSON.parse(JSON.stringify(evidence))).toEqual(evidence);
      }),
    );
  });

  it('a broken signature outweighs a published hash', async () => {
    const input = await sampleInput('hello-x64-tampered.exe');
    const published = [{ algorithm: 'sha256' as const, digest: input.digests.sha256!, source: 'list' }];
    const evidence = gatherEvidence({ ...input, published });
    expect(evidenceOf('published-hash', { ...input, published })[0]?.outcome).toBe('supports');
    expect(judge({ kind: 'file', opinions: 70, detections: [], evidence }).verdict).toBe('tampered');
  });
});
