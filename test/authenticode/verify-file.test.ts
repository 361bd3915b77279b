import { describe, expect, it } from 'vitest';
import { bufferReader } from '../../src/formats/byte-reader.js';
import { verifyFile } from '../../src/authenticode/verify-file.js';
import { referenceState, type ReferenceState } from '../support/osslsigncode.js';
import { ANCHORS, certificateTable, check, checkSample, formatOf, NOW, ROOT, sample, SAMPLES } from './support.js';

const STATES: readonly (readonly [name: string, state: ReferenceState | 'tampered', reason: string | undefined])[] = [
  ['hello-x64-unsigned.exe', 'unsigned', 'no-signature'],
  ['hello-x86-unsigned.exe', 'unsigned', 'no-signature'],
  ['hello-x64-signed.exe', 'intact', undefined],
  ['hello-x86-signed.exe', 'intact', undefined],
  ['hello-x64-signed-no-timestamp.exe', 'intact', undefined],
  ['hello-x64-signed-page-hashes.exe', 'intact', undefined],
  ['hello-x64-dual-signed.exe', 'intact', undefined],
  ['hello-x64-expired-timestamped.exe', 'intact', undefined],
  ['hello-x64-other-signer.exe', 'intact', undefined],
  ['hello-x64-tampered.exe', 'tampered', 'digest-mismatch'],
  ['setup-unsigned.exe', 'unsigned', 'no-signature'],
  ['setup-signed.exe', 'intact', undefined],
  ['archive-unsigned.msi', 'unsigned', 'no-signature'],
  ['archive-signed.msi', 'intact', undefined],
  ['archive-signed-dse.msi', 'intact', undefined],
  ['archive-tampered.msi', 'tampered', 'digest-mismatch'],
  ['archive-unsigned.cab', 'unsigned', 'no-signature'],
  ['archive-signed.cab', 'intact', undefined],
  ['archive-unsigned.msix', 'unsigned', 'no-signature'],
  ['archive-signed.msix', 'intact', undefined],
  ['install.ps1', 'unsigned', 'no-signature'],
  ['install-signed.ps1', 'intact', undefined],
];

describe('the state of a file’s signature', () => {
  it.each(STATES)('calls %s %s', async (name, state, reason) => {
    const report = await checkSample(name);
    expect([report.state, report.reason?.code]).toEqual([state, reason]);
  });

  it.each(STATES)('agrees with osslsigncode on %s', (name, state) => {
    expect(referenceState(`${SAMPLES}/${name}`, ROOT)).toBe(state === 'tampered' ? 'broken' : state);
  });

  it('calls a self-signed file intact, and says that nobody vouches for the name', async () => {
    const { state, signers } = await checkSample('hello-x64-self-signed.exe', { anchors: ANCHORS });
    expect(state).toBe('intact');
    expect(signers[0]).toMatchObject({ organisation: 'Example Software GmbH', anchored: false, chain: [] });
    expect(signers[0]?.remarks.map(({ code }) => code)).toContain('self-signed');
  });

  it('does not call content behind the signature intact, where osslsigncode sees no signature', async () => {
    const report = await checkSample('hello-x64-appended.exe');
    expect(report).toMatchObject({
      state: 'tampered',
      reason: { code: 'data-after-signature', args: { bytes: 1024 } },
    });
  });

  it('does not call content hidden in the certificate table intact, where osslsigncode does', async () => {
    const report = await checkSample('hello-x64-stuffed.exe');
    expect(report).toMatchObject({ state: 'tampered', reason: { code: 'hidden-data' } });
    expect(report.signers).toHaveLength(1);
  });

  it('accepts zeros behind the message: they pad, and hide nothing', async () => {
    const bytes = sample('hello-x64-signed.exe');
    const { entry, offset, size } = certificateTable(bytes);
    bytes.writeUInt32LE(size + 64, entry + 4);
    bytes.writeUInt32LE(size + 64, offset);
    expect(await check(Buffer.concat([bytes, Buffer.alloc(64)]))).toMatchObject({ state: 'intact' });
  });

  it('sees through a certificate table that starts inside a section', async () => {
    const bytes = sample('hello-x64-signed.exe');
    const header = bytes.readUInt32LE(60);
    const lastSection = header + 24 + bytes.readUInt16LE(header + 20) + 40 * (bytes.readUInt16LE(header + 6) - 1);
    bytes.writeUInt32LE(bytes.readUInt32LE(lastSection + 16) + 512, lastSection + 16);
    expect(await check(bytes)).toMatchObject({ state: 'tampered', reason: { code: 'signature-overlaps-section' } });
  });

  it.each(STATES)('leaves the bytes of %s as they are', async (name) => {
    const bytes = sample(name);
    await check(bytes, formatOf(name));
    expect(bytes.equals(sample(name))).toBe(true);
  });

  it('ignores the checksum, which is written after signing', async () => {
    const bytes = sample('hello-x64-signed.exe');
    bytes.writeUInt32LE(0x12345678, bytes.readUInt32LE(60) + 88);
    expect(await check(bytes)).toMatchObject({ state: 'intact' });
  });

  it('takes the signature of another file for what it is', async () => {
    const donor = sample('hello-x86-signed.exe');
    const from = certificateTable(donor);
    const bytes = sample('hello-x64-signed.exe');
    const to = certificateTable(bytes);
    bytes.writeUInt32LE(from.size, to.entry + 4);
    const swapped = Buffer.concat([bytes.subarray(0, to.offset), donor.subarray(from.offset)]);
    expect(await check(swapped)).toMatchObject({ state: 'tampered', reason: { code: 'digest-mismatch' } });
  });

  it('compares the metadata stream of a package with the package', async () => {
    const bytes = sample('archive-signed-dse.msi');
    // State bits of the root entry, which only the metadata digest covers.
    const directory = (bytes.readUInt32LE(48) + 1) * 2 ** bytes.readUInt16LE(30);
    bytes.writeUInt32LE(7, directory + 96);
    expect(await check(bytes, 'msi')).toMatchObject({
      state: 'tampered',
      reason: { code: 'metadata-digest-mismatch' },
    });
  });

  it('refuses code behind, and between the lines of, a script’s signature block', async () => {
    const text = sample('install-signed.ps1').toString('latin1');
    const behind = await check(Buffer.from(`${text}Remove-Item x\r\n`, 'latin1'), 'script');
    const between = await check(
      Buffer.from(text.replace('# SIG # End', 'Remove-Item x\r\n# SIG # End'), 'latin1'),
      'script',
    );
    expect([behind.reason?.code, between.reason?.code]).toEqual(['data-after-signature', 'hidden-data']);
    expect([behind.state, between.state]).toEqual(['tampered', 'tampered']);
  });

  it.each(['other', 'elf', 'zip', 'nupkg'] as const)('says that signatures of %s are not checked', async (format) => {
    expect(await check(Buffer.from('anything'), format)).toMatchObject({
      state: 'unreadable',
      reason: { code: 'format-without-signatures' },
    });
  });

  it('rejects with the signal’s reason when aborted', async () => {
    const big = bigSigned();
    const controller = new AbortController();
    controller.abort(new Error('stop'));
    await expect(
      verifyFile(bufferReader(big), 'pe', { anchors: [], pinned: [], now: NOW, signal: controller.signal }),
    ).rejects.toThrow('stop');
  });
});

/** A signed sample with 17 MB put in front of its signature: long enough to look at the signal. */
function bigSigned(): Buffer {
  const bytes = sample('hello-x64-signed.exe');
  const { entry, offset, size } = certificateTable(bytes);
  const filler = Buffer.alloc(17 * 1024 * 1024);
  const moved = Buffer.concat([bytes.subarray(0, offset), filler, bytes.subarray(offset, offset + size)]);
  moved.writeUInt32LE(offset + filler.length, entry);
  return moved;
}
