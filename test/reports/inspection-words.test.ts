import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InspectedFile } from '../../src/domain/inspect-document.js';
import { adviseOn, describeFinding, FINDING_CODES } from '../../src/reports/finding-words.js';
import { renderInspection } from '../../src/reports/inspect-terminal.js';
import { explainSignature, SIGNATURE_CODES } from '../../src/reports/signature-words.js';
import { plain } from '../../src/reports/style.js';

/** Every text that follows `pattern` in the sources of a folder or file. */
function codesIn(paths: readonly string[], pattern: RegExp): readonly string[] {
  return paths.flatMap((path) => [...readFileSync(path, 'utf8').matchAll(pattern)].map(([, code]) => code!));
}

const AUTHENTICODE = readdirSync('src/authenticode').map((name) => `src/authenticode/${name}`);
const FINDINGS = ['findings', 'findings-pe', 'suspicious-imports'].map((name) => `src/domain/${name}.ts`);

describe('words', () => {
  it('has some for every finding that the rules give, and no others', () => {
    const given = new Set(codesIn(FINDINGS, /code: '([a-z-]+)'/g));
    expect([...given].toSorted()).toEqual(FINDING_CODES.toSorted());
  });

  it('has some for every reason and remark about a signature', () => {
    const given = [
      ...codesIn(AUTHENTICODE, /new SignatureError\(\s*'[a-z]+',\s*'([a-z-]+)'/g),
      ...codesIn(AUTHENTICODE, /code: '([a-z-]+)'/g),
      ...codesIn(AUTHENTICODE, /unreadable\('([a-z-]+)'/g),
      'truncated',
      'malformed',
      'too-large',
      'cyclic',
      'overlapping',
      'unsupported',
      'timestamp-broken',
      'timestamp-unreadable',
    ];
    // These only appear as the cause of a broken timestamp.
    const causes = new Set(['not-a-timestamp', 'imprint-mismatch']);
    expect(given.filter((code) => !causes.has(code) && !SIGNATURE_CODES.includes(code))).toEqual([]);
  });

  it.each(FINDING_CODES)('says what is there and what to do about %s', (code) => {
    const finding = { code, severity: 'low', args: {} } as const;
    expect(describeFinding(finding)).not.toBe(code);
    expect(adviseOn(finding)).toMatch(/^[A-Z].*\.$/s);
  });

  it('shows a code without words as it is', () => {
    expect(describeFinding({ code: 'new-thing', severity: 'low', args: { a: 1 } })).toBe('new-thing a=1');
    expect(explainSignature({ code: 'new-thing', args: {} })).toBe('new-thing');
  });
});

const FILE: InspectedFile = {
  path: 'a.exe',
  sizeBytes: 1,
  sha256: 'a'.repeat(64),
  format: 'pe',
  signature: { state: 'unsigned', signers: [], reason: { code: 'no-signature', args: {} } },
  facts: { unreadable: [] },
  evidence: [],
  findings: [],
};

const render = (file: InspectedFile, columns = 100): string =>
  renderInspection({ schemaVersion: 1, files: [file] }, { columns, paint: plain });

describe('the page for a terminal', () => {
  it('lets no control character of a hostile file through', () => {
    // oxlint-disable-next-line no-control-regex -- control characters are what this is about
    const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        const page = render({
          ...FILE,
          path: text,
          facts: {
            versionResource: { productName: text, companyName: text, originalFilename: text },
            msi: { productCode: text, upgradeCode: text },
            unreadable: [text],
          },
          signature: {
            state: 'intact',
            signers: [
              {
                subject: text,
                issuer: text,
                serialNumber: '01',
                thumbprintSha1: 'a'.repeat(40),
                thumbprintSha256: 'a'.repeat(64),
                notBefore: '2025-01-01T00:00:00Z',
                notAfter: '2026-01-01T00:00:00Z',
                digest: 'sha256',
                signedAt: '2025-06-01T00:00:00Z',
                timestampedBy: text,
                timestampKind: 'rfc3161',
                validAtSigning: true,
                codeSigning: true,
                chain: [],
                anchored: false,
                pinned: false,
                nested: false,
                remarks: [{ code: 'unknown-unsigned-attribute', args: { oid: text } }],
              },
            ],
          },
          findings: [{ code: 'packer', severity: 'medium', args: { section: text, packer: text } }],
        });
        expect(page).not.toMatch(CONTROL);
      }),
    );
  });

  it('never says trusted', () => {
    expect(render({ ...FILE, signature: { state: 'intact', signers: [] } })).not.toMatch(/trusted/i);
  });

  it('shows an error instead of a page about nothing', () => {
    const page = render({ ...FILE, error: { code: 'ARTIFACT_EMPTY', message: 'is empty' } });
    expect(page).toBe('a.exe\n  error      is empty [ARTIFACT_EMPTY]\n');
  });
});
