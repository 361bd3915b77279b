import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { childrenOf, readElement, type Element } from '../../src/authenticode/der.js';
import { parseAnchors } from '../../src/authenticode/anchors.js';
import { changeSignedData, changeSigner, der, messageOf, rebuild, withMessage } from './der-builder.js';
import { ANCHORS, check, SAMPLES } from './support.js';

const NAME = 'hello-x64-signed.exe';
const message = messageOf(NAME);

const stateOf = async (changed: Uint8Array): Promise<string> => {
  const { state, reason } = await check(withMessage(NAME, changed), 'pe', { anchors: ANCHORS });
  return `${state} ${reason?.code ?? ''}`.trim();
};

const keep = ({ bytes }: Element): readonly Uint8Array[] => [bytes];
const isUnsigned = ({ context }: Element): boolean => context === 1;

describe('messages that were put together by somebody else', () => {
  it('is the way this file builds them that is right', async () => {
    expect(await stateOf(message.bytes)).toBe('intact');
    expect(await stateOf(changeSigner(message, keep))).toBe('intact');
  });

  it('refuses two signers, of whom a reader would see one', async () => {
    const changed = changeSignedData(message, (field, index, count) =>
      index === count - 1 ? [rebuild(field, ({ bytes }) => [bytes, bytes])] : [field.bytes],
    );
    expect(await stateOf(changed)).toBe('unreadable signer-count');
  });

  it('refuses a message without signer', async () => {
    const changed = changeSignedData(message, (field, index, count) =>
      index === count - 1 ? [der(0x31)] : [field.bytes],
    );
    expect(await stateOf(changed)).toBe('unreadable signer-count');
  });

  it('refuses a signer whose certificate is not there', async () => {
    const changed = changeSignedData(message, (field) => (field.context === 0 ? [] : [field.bytes]));
    expect(await stateOf(changed)).toBe('unreadable signer-certificate-missing');
  });

  it('refuses a signer without signed attributes', async () => {
    const changed = changeSigner(message, (field) => (field.context === 0 ? [] : [field.bytes]));
    expect(await stateOf(changed)).toBe('unreadable attributes-missing');
  });

  it('notices signed attributes that were repeated or left out', async () => {
    const repeated = changeSigner(message, (field) =>
      field.context === 0 ? [rebuild(field, ({ bytes }) => [bytes, bytes])] : [field.bytes],
    );
    const emptied = changeSigner(message, (field) => (field.context === 0 ? [der(0xa0)] : [field.bytes]));
    expect(await stateOf(repeated)).toBe('tampered content-type-mismatch');
    expect(await stateOf(emptied)).toBe('tampered content-type-mismatch');
  });

  it('does without a timestamp, and says so', async () => {
    const changed = withMessage(
      NAME,
      changeSigner(message, (field) => (isUnsigned(field) ? [] : [field.bytes])),
    );
    const { state, signers } = await check(changed, 'pe', { anchors: ANCHORS });
    expect(state).toBe('intact');
    expect(signers[0]?.signedAt).toBeUndefined();
    expect(signers[0]?.remarks.map(({ code }) => code)).toEqual(['timestamp-missing']);
  });

  it('refuses the timestamp of another signature', async () => {
    const [foreign] = unsignedAttributesOf(messageOf('hello-x86-signed.exe'));
    const changed = changeSigner(message, (field) => (isUnsigned(field) ? [foreign!] : [field.bytes]));
    expect(await stateOf(changed)).toBe('tampered timestamp-broken');
  });

  it('remarks on unsigned attributes that nobody knows: a place to hide content', async () => {
    const unknown = der(0x30, der(0x06, Buffer.from([0x2a, 0x03])), der(0x31, der(0x04, Buffer.alloc(500))));
    const changed = changeSigner(message, (field) =>
      isUnsigned(field) ? [der(0xa1, ...childrenOf(field).map(({ bytes }) => bytes), unknown)] : [field.bytes],
    );
    const { state, signers } = await check(withMessage(NAME, changed));
    expect(state).toBe('intact');
    expect(signers[0]?.remarks).toEqual([{ code: 'unknown-unsigned-attribute', args: { oid: '1.2.3' } }]);
  });

  it('verifies a nested signature as strictly as the primary one', async () => {
    const nest = (nested: Uint8Array): Buffer => {
      const oid = der(0x06, Buffer.from('2b060104018237020401', 'hex'));
      const attribute = der(0x30, oid, der(0x31, nested));
      return changeSigner(message, (field) => (isUnsigned(field) ? [der(0xa1, attribute)] : [field.bytes]));
    };
    expect(await stateOf(nest(message.bytes))).toBe('intact');
    expect(await stateOf(nest(messageOf('hello-x86-signed.exe').bytes))).toBe('tampered digest-mismatch');
    expect(await stateOf(nest(der(0x30)))).toMatch(/^unreadable/);
  });

  it('stops at signatures nested without end', async () => {
    const oid = der(0x06, Buffer.from('2b060104018237020401', 'hex'));
    const values = der(0x31, ...Array.from({ length: 40 }, () => message.bytes));
    const changed = changeSigner(message, (field) =>
      isUnsigned(field) ? [der(0xa1, der(0x30, oid, values))] : [field.bytes],
    );
    expect(await stateOf(changed)).toBe('unreadable too-many-signatures');
  });

  it('stops at hundreds of certificates', async () => {
    const changed = changeSignedData(message, (field) =>
      field.context === 0
        ? [der(0xa0, ...Array.from({ length: 40 }, () => childrenOf(field).map(({ bytes }) => bytes)).flat())]
        : [field.bytes],
    );
    expect(await stateOf(changed)).toBe('unreadable too-many-certificates');
  });

  it('refuses a digest algorithm that it does not know', async () => {
    // The last arc of SHA-256 changed: no algorithm has that number.
    const unknown = Buffer.from(message.bytes).toString('hex').replaceAll('608648016503040201', '60864801650304027f');
    expect(await stateOf(Buffer.from(unknown, 'hex'))).toBe('unreadable digest-unsupported');
  });
});

function unsignedAttributesOf(element: Element): readonly Uint8Array[] {
  let found: Uint8Array | undefined;
  changeSigner(element, (field) => {
    if (isUnsigned(field)) found = field.bytes;
    return [field.bytes];
  });
  return found === undefined ? [] : [found];
}

describe('algorithms', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'absolve-algorithms-'));
    return () => rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['ec', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], 'sha256'],
    ['ec', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'], 'sha384'],
    ['rsa', ['rsa:3072'], 'sha512'],
    ['rsa', ['rsa:2048'], 'sha1'],
  ])('verifies %s %j with %s', async (_type, newKey, digest) => {
    const [key, certificate, signed] = ['key.pem', 'certificate.pem', 'signed.exe'].map((name) => join(folder, name));
    execFileSync(
      'openssl',
      ['req', '-x509', '-nodes', '-newkey', ...newKey, '-keyout', key!, '-out', certificate!, '-days', '9000'].concat([
        '-subj',
        '/O=Example/CN=Test',
        '-addext',
        'extendedKeyUsage=codeSigning',
      ]),
      { stdio: 'ignore' },
    );
    execFileSync(
      'osslsigncode',
      ['sign', '-certs', certificate!, '-key', key!, '-h', digest, '-time', '1780000000'].concat([
        '-in',
        `${SAMPLES}/hello-x64-unsigned.exe`,
        '-out',
        signed!,
      ]),
      { stdio: 'ignore' },
    );
    const anchors = parseAnchors(readFileSync(certificate!, 'latin1'));
    const bytes = readFileSync(signed!);
    const now = Date.now();
    rmSync(signed!);
    expect(await check(bytes, 'pe', { anchors, now })).toMatchObject({
      state: 'intact',
      signers: [{ digest, organisation: 'Example', anchored: true }],
    });
    bytes[0x400] = bytes[0x400]! ^ 1;
    expect(await check(bytes, 'pe', { anchors, now })).toMatchObject({ state: 'tampered' });
  });

  it.each([
    ['rsa:2048', 'sha256', ['rsa_pss_saltlen:digest']],
    ['rsa:2048', 'sha512', ['rsa_pss_saltlen:max']],
    // Without a word about digest and salt the message relies on the defaults of RFC 4055.
    ['rsa:3072', 'sha1', ['rsa_pss_saltlen:20']],
    ['rsa-pss', 'sha256', ['rsa_pss_saltlen:32']],
  ])('verifies RSASSA-PSS by %s with %s and %j, as OpenSSL makes it', async (newKey, digest, settings) => {
    const signed = signWithPss(folder, newKey, digest, settings);
    expect(await check(withMessage(NAME, signed))).toMatchObject({
      state: 'intact',
      signers: [{ organisation: 'Pss' }],
    });
    const broken = Buffer.from(signed);
    broken[broken.length - 1] = broken.at(-1)! ^ 1;
    expect(await stateOf(broken)).toBe('tampered signature-invalid');
  });

  it('does not guess at a mask that takes another digest', async () => {
    const signed = signWithPss(folder, 'rsa:2048', 'sha256', ['rsa_pss_saltlen:digest', 'rsa_mgf1_md:sha512']);
    expect(await stateOf(signed)).toBe('unreadable pss-unsupported');
  });
});

/** The sample's message signed anew: signer and certificate are OpenSSL's, what they sign is the sample's own statement. */
function signWithPss(folder: string, newKey: string, digest: string, settings: readonly string[]): Buffer {
  const [key, certificate, content] = ['pss-key.pem', 'pss.pem', 'content'].map((name) => join(folder, name));
  const run = (...args: readonly string[]): Buffer =>
    execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const subject = [
    '-x509',
    '-nodes',
    '-days',
    '9000',
    '-subj',
    '/O=Pss/CN=Test',
    '-addext',
    'extendedKeyUsage=codeSigning',
  ];
  run('req', ...subject, '-newkey', newKey, '-keyout', key!, '-out', certificate!);
  let statement: Uint8Array = Buffer.alloc(0);
  changeSignedData(message, (field, index) => {
    // What is signed leaves out tag and length of the statement: PKCS #7, not CMS.
    if (index === 2) statement = childrenOf(childrenOf(field)[1]!)[0]!.content;
    return [field.bytes];
  });
  writeFileSync(content!, statement);
  const form = ['-binary', '-nodetach', '-econtent_type', '1.3.6.1.4.1.311.2.1.4', '-outform', 'DER'];
  const padding = ['rsa_padding_mode:pss', ...settings].flatMap((setting) => ['-keyopt', setting]);
  const by = ['-signer', certificate!, '-inkey', key!, '-md', digest];
  const signed = readElement(run('cms', '-sign', ...form, '-in', content!, ...by, ...padding));
  const original: Uint8Array[] = [];
  changeSignedData(message, (field) => {
    original.push(field.bytes);
    return [field.bytes];
  });
  return changeSignedData(signed, (field, index) => [index === 2 ? original[2]! : field.bytes]);
}
