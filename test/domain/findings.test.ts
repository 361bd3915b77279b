import { describe, expect, it } from 'vitest';
import type { FileFacts, PeFacts, SectionFacts } from '../../src/domain/file-facts.js';
import { findFindings, SEVERITIES, type FindingInput } from '../../src/domain/findings.js';
import type { SignatureReport, Signer } from '../../src/domain/signature.js';

const NOW = Date.UTC(2026, 10, 24);

const UNSIGNED: SignatureReport = { state: 'unsigned', signers: [], reason: { code: 'no-signature', args: {} } };

const VERSION = { companyName: 'A', fileDescription: 'B', productName: 'C', fileVersion: '1.0' };

const section = (members: Partial<SectionFacts> = {}): SectionFacts => ({
  name: '.text',
  rawBytes: 100_000,
  virtualBytes: 100_000,
  entropy: 6.2,
  writable: false,
  executable: true,
  ...members,
});

const pe = (members: Partial<PeFacts> = {}): PeFacts => ({
  bits: 64,
  kind: 'exe',
  dotNet: false,
  builtAt: Date.UTC(2026, 0, 1),
  reproducible: false,
  linker: '14.40',
  hasRichHeader: true,
  sections: [section()],
  libraries: ['kernel32.dll'],
  functions: Array.from({ length: 40 }, (_, index) => `Function${index}`),
  hasExports: false,
  overlayBytes: 0,
  overlayEntropy: 0,
  embeddedExecutables: [],
  ...members,
});

function signer(...remarks: readonly string[]): Signer {
  return {
    subject: 'CN=A',
    issuer: 'CN=B',
    serialNumber: '01',
    thumbprintSha1: 'a'.repeat(40),
    thumbprintSha256: 'a'.repeat(64),
    notBefore: 0,
    notAfter: NOW,
    digest: 'sha256',
    validAtSigning: true,
    codeSigning: true,
    chain: [],
    anchored: false,
    pinned: false,
    nested: false,
    remarks: remarks.map((code) => ({ code, args: {} })),
  };
}

const intact = (...signers: readonly Signer[]): SignatureReport => ({ state: 'intact', signers });

function codesOf(members: Partial<FindingInput> & { readonly facts?: FileFacts } = {}): readonly string[] {
  const facts: FileFacts = { pe: pe(), versionResource: VERSION, unreadable: [] };
  return findFindings({ format: 'pe', signature: intact(signer()), facts, now: NOW, ...members }).map(
    ({ code, severity }) => `${severity} ${code}`,
  );
}

const codesOfPe = (members: Partial<PeFacts>, others: Partial<FileFacts> = {}): readonly string[] =>
  codesOf({ facts: { pe: pe(members), versionResource: VERSION, unreadable: [], ...others } });

describe('why a file may be flagged', () => {
  it('finds nothing about a signed, plain program', () => {
    expect(codesOf()).toEqual([]);
  });

  it.each([
    ['pe', ['medium unsigned']],
    ['msi', ['medium unsigned']],
    ['script', ['low unsigned']],
    ['zip', []],
  ] as const)('weighs a missing signature by the format: %s', (format, codes) => {
    expect(codesOf({ format, signature: UNSIGNED })).toEqual(codes);
  });

  it('names why a signature is broken or unreadable', () => {
    const reason = { code: 'digest-mismatch', args: {} };
    expect(codesOf({ signature: { state: 'tampered', signers: [], reason } })).toEqual(['high signature-broken']);
    expect(codesOf({ signature: { state: 'unreadable', signers: [], reason } })).toEqual([
      'medium signature-unreadable',
    ]);
  });

  it.each([
    ['signer-not-valid-at-signing', 'medium signer-expired'],
    ['self-signed', 'medium self-signed'],
    ['not-for-code-signing', 'medium not-for-code-signing'],
    ['timestamp-missing', 'low timestamp-missing'],
    ['weak-digest', 'low weak-digest'],
    ['unknown-unsigned-attribute', 'low unsigned-attribute'],
  ])('turns the remark %s into a finding', (remark, code) => {
    expect(codesOf({ signature: intact(signer(remark)) })).toEqual([code]);
  });

  it('lets the better of two signatures count', () => {
    expect(codesOf({ signature: intact(signer('weak-digest', 'timestamp-missing'), signer()) })).toEqual([]);
  });

  it.each([
    ['packed code', { entropy: 7.5 }, 'medium packed-section'],
    ['compressed data', { entropy: 7.95, executable: false }, 'low high-entropy-section'],
    ['a section that is writable and executable', { writable: true }, 'medium writable-executable-section'],
    ['UPX', { name: 'UPX1', entropy: 7.9 }, 'medium packer'],
    ['VMProtect', { name: '.vmp0' }, 'medium packer'],
  ])('finds %s', (_what, members, code) => {
    expect(codesOfPe({ sections: [section(members)] })).toEqual([code]);
  });

  it('takes small compressed data for what it is', () => {
    expect(codesOfPe({ sections: [section({ entropy: 7.95, executable: false, rawBytes: 2000 })] })).toEqual([]);
  });

  it('wants a version resource, and a whole one', () => {
    expect(codesOf({ facts: { pe: pe(), unreadable: [] } })).toEqual(['medium version-resource-missing']);
    expect(codesOfPe({}, { versionResource: { productName: 'C', fileVersion: '1' } })).toEqual([
      'low version-resource-incomplete',
    ]);
  });

  it('weighs an overlay by whether a loader expects it', () => {
    const overlay = { overlayBytes: 50_000, overlayEntropy: 7.99 };
    expect(codesOfPe(overlay)).toEqual(['medium overlay']);
    expect(codesOfPe(overlay, { installer: 'nsis' })).toEqual(['info installer', 'info installer-payload']);
  });

  it('weighs programs inside by whether the outer one is signed', () => {
    const facts: FileFacts = { pe: pe({ embeddedExecutables: [4096] }), versionResource: VERSION, unreadable: [] };
    expect(codesOf({ facts })).toEqual(['low embedded-executables']);
    expect(codesOf({ facts, signature: UNSIGNED })).toEqual(['medium embedded-executables', 'medium unsigned']);
  });

  it.each([
    [0, 'low timestamp-zero'],
    [NOW + 1, 'medium timestamp-future'],
    [NOW - 86_400_000, 'low build-young'],
  ])('looks at the build time %d', (builtAt, code) => {
    expect(codesOfPe({ builtAt })).toEqual([code]);
    expect(codesOfPe({ builtAt, reproducible: true })).toEqual([]);
  });

  it.each([
    ['14.40', []],
    ['2.25', []],
    ['3.0', []],
    ['48.0', []],
    ['1.68', ['low uncommon-linker']],
    ['83.82', ['low uncommon-linker']],
  ])('knows common linkers from uncommon ones: %s', (linker, codes) => {
    expect(codesOfPe({ linker })).toEqual(codes);
  });

  it('tells which parts could not be read', () => {
    expect(codesOfPe({}, { unreadable: ['resources: cyclic'] })).toEqual(['medium malformed']);
  });

  it('puts the worst first, then sorts by code', () => {
    const severities = codesOf({
      signature: { state: 'tampered', signers: [] },
      facts: { pe: pe({ builtAt: 0, linker: '1.0', sections: [section({ writable: true })] }), unreadable: [] },
    }).map((text) => text.split(' ')[0]);
    expect(severities).toEqual(
      severities.toSorted((a, b) => SEVERITIES.indexOf(a as 'low') - SEVERITIES.indexOf(b as 'low')),
    );
    expect(severities[0]).toBe('high');
  });
});

describe('combinations of imports', () => {
  const INJECTION = ['VirtualAllocEx', 'WriteProcessMemory', 'CreateRemoteThread'];
  const many = Array.from({ length: 40 }, (_, index) => `Function${index}`);

  it('needs every part of a combination', () => {
    expect(codesOfPe({ functions: [...many, ...INJECTION] })).toEqual(['medium suspicious-imports']);
    expect(codesOfPe({ functions: [...many, ...INJECTION.slice(1)] })).toEqual([]);
  });

  it('takes A and W variants for the same function', () => {
    expect(codesOfPe({ functions: [...many, 'URLDownloadToFileW', 'ShellExecuteA'] })).toEqual([
      'medium suspicious-imports',
    ]);
  });

  it('names the functions, sorted', () => {
    const [finding] = findFindings({
      format: 'pe',
      signature: intact(signer()),
      facts: { pe: pe({ functions: [...many, ...INJECTION] }), versionResource: VERSION, unreadable: [] },
      now: NOW,
    });
    expect(finding?.args).toEqual({ purpose: 'process-injection', functions: INJECTION.toSorted() });
  });

  it('notices a program that finds its functions at run time, unless it is managed code', () => {
    const functions = ['GetProcAddress', 'LoadLibraryA'];
    expect(codesOfPe({ functions })).toEqual(['medium few-imports']);
    expect(codesOfPe({ functions, dotNet: true })).toEqual([]);
  });
});
