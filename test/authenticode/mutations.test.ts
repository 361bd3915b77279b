import { writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { referenceState } from '../support/osslsigncode.js';
import { tempFolder } from '../support/temp.js';
import { ANCHORS, certificateTable, check, formatOf, ROOT, sample } from './support.js';

const SIGNED = [
  'hello-x64-signed.exe',
  'hello-x86-signed.exe',
  'hello-x64-dual-signed.exe',
  'hello-x64-signed-page-hashes.exe',
  'hello-x64-signed-no-timestamp.exe',
  'setup-signed.exe',
  'archive-signed.msi',
  'archive-signed-dse.msi',
  'archive-signed.cab',
  'archive-signed.msix',
  'install-signed.ps1',
];

/** Where we refuse what osslsigncode lets pass: damage beside the primary signature, and files that end early. */
const STRICTER = new Set([
  'hidden-data',
  'data-after-signature',
  'truncated',
  'malformed',
  'certificate-mismatch',
  'not-authenticode',
  'not-signed-data',
  'timestamp-broken',
  'timestamp-unreadable',
  'signature-removed',
  'signer-certificate-missing',
  'message-digest-mismatch',
  'metadata-digest-mismatch',
]);

const RUNS = 200;

/** A sample and what is done to it; half of the bit changes fall into the last bytes, where the signatures are. */
const mutation = fc.record({
  name: fc.constantFrom(...SIGNED),
  kind: fc.constantFrom('bit', 'bit', 'bit', 'bit-near-end', 'bit-near-end', 'bit-near-end', 'cut', 'append'),
  // Without bias: fast-check likes the ends of a range, where every change is the same change.
  place: fc.noBias(fc.nat(999_999)).map((millionths) => millionths / 1_000_000),
  bit: fc.nat(7),
});

type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function apply({ name, kind, place, bit }: Mutation): Buffer {
  const bytes = sample(name);
  if (kind === 'cut') return bytes.subarray(0, 64 + Math.floor(place * (bytes.length - 64)));
  if (kind === 'append') return Buffer.concat([bytes, Buffer.alloc(1 + Math.floor(place * 64), 0x41)]);
  const span = kind === 'bit' ? bytes.length : Math.min(bytes.length, 10_000);
  const at = bytes.length - 1 - Math.floor(place * span);
  bytes[at] = bytes[at]! ^ (1 << bit);
  return bytes;
}

describe('broken copies of signed files', () => {
  it(`agrees with osslsigncode on ${RUNS} of them, or refuses for a named reason`, async () => {
    const folder = tempFolder();
    const seen = { agree: 0 };
    const arbitrary = fc.asyncProperty(mutation, async (change) => {
      const bytes = apply(change);
      const path = join(folder, `mutant${extname(change.name)}`);
      writeFileSync(path, bytes);
      // osslsigncode answers "does it hold" and "does it lead to the root" at once: so do we, here.
      const report = await check(bytes, formatOf(change.name), { anchors: ANCHORS });
      const leads = report.signers.every(({ anchored, timestampAnchored }) => anchored && timestampAnchored !== false);
      const state = report.state === 'unsigned' || (report.state === 'intact' && leads) ? report.state : 'broken';
      const reference = referenceState(path, ROOT);
      if (state === reference) seen.agree += 1;
      else {
        expect({ state, reason: report.reason?.code, reference }).toMatchObject({ state: 'broken' });
        expect(STRICTER).toContain(report.state === 'intact' ? 'chain' : report.reason?.code);
      }
    });
    await fc.assert(arbitrary, { numRuns: RUNS, seed: 20_261_124 });
    // Refusing for named reasons must stay the exception, or nothing would be compared.
    expect(seen.agree).toBeGreaterThan(RUNS * 0.7);
  }, 180_000);

  it('never calls a program intact when a signed byte was changed', async () => {
    const original = sample('hello-x64-signed.exe');
    const { offset, entry } = certificateTable(original);
    const checksum = original.readUInt32LE(60) + 88;
    const isSigned = (at: number): boolean =>
      !(at >= checksum && at < checksum + 4) && !(at >= entry && at < entry + 8);
    await fc.assert(
      fc.asyncProperty(fc.nat(offset - 1).filter(isSigned), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const bytes = Buffer.from(original);
        bytes[at] = bytes[at]! ^ change;
        expect((await check(bytes)).state).not.toBe('intact');
      }),
      { numRuns: 300 },
    );
  });

  it('never throws, never hangs and never says "unexpected" on copies with many changes', async () => {
    const change = fc.record({ at: fc.nat(), value: fc.nat(0xffff_ffff), width: fc.constantFrom(1, 2, 4) });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...SIGNED),
        fc.array(change, { minLength: 1, maxLength: 8 }),
        fc.nat(),
        async (name, changes, cut) => {
          const whole = sample(name);
          const bytes = cut % 4 === 0 ? whole.subarray(0, cut % whole.length) : whole;
          for (const { at, value, width } of changes) {
            if (bytes.length >= 4) bytes.writeUIntLE(value % 256 ** width, at % (bytes.length - 3), width);
          }
          const startedAt = performance.now();
          const report = await check(bytes, formatOf(name));
          expect(performance.now() - startedAt).toBeLessThan(1000);
          expect(report.reason?.code).not.toBe('unexpected');
        },
      ),
      { numRuns: 400 },
    );
  });

  it('finds nothing signed in arbitrary bytes, whatever they are taken for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 4096 }),
        fc.constantFrom('pe', 'msi', 'cab', 'msix', 'script'),
        async (bytes, format) => {
          const { state, reason } = await check(bytes, format as 'pe');
          expect(state).not.toBe('intact');
          expect(reason?.code).not.toBe('unexpected');
        },
      ),
    );
  });
});
