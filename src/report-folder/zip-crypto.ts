import { Transform } from 'node:stream';

/**
 * The traditional encryption of zip files (PKWARE APPNOTE 6.1). Broken as secrecy, and none is meant: the password stands in
 * the message. It keeps scanners on the way from opening the archive, and vendors' tools open it where they do not open AES.
 *
 * The package that writes the archives has it too, but begins each entry with random bytes; here the same input gives the
 * same bytes.
 */

const HEADER_BYTES = 12;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xed_b8_83_20 : value >>> 1;
  return value >>> 0;
});

/**
 * Encrypts one entry.
 *
 * @param password characters of ASCII
 * @param check the byte by which a reader tells a wrong password: with a data descriptor the high byte of the DOS time
 * @param seed 11 bytes that stand where random ones usually do
 */
export function createZipCrypto(password: string, check: number, seed: Uint8Array): Transform {
  let key0 = 0x12_34_56_78;
  let key1 = 0x23_45_67_89;
  let key2 = 0x34_56_78_90;
  const update = (byte: number): void => {
    key0 = CRC_TABLE[(key0 ^ byte) & 0xff]! ^ (key0 >>> 8);
    key1 = (Math.imul((key1 + (key0 & 0xff)) | 0, 134_775_813) + 1) | 0;
    key2 = CRC_TABLE[(key2 ^ (key1 >>> 24)) & 0xff]! ^ (key2 >>> 8);
  };
  const encrypt = (plain: Uint8Array): Buffer => {
    const secret = Buffer.allocUnsafe(plain.length);
    for (let index = 0; index < plain.length; index += 1) {
      const mix = key2 | 2;
      const byte = plain[index]!;
      secret[index] = byte ^ (Math.imul(mix, mix ^ 1) >>> 8);
      update(byte);
    }
    return secret;
  };
  for (const byte of Buffer.from(password, 'latin1')) update(byte);
  const header = new Uint8Array(HEADER_BYTES);
  header.set(seed.subarray(0, HEADER_BYTES - 1));
  header[HEADER_BYTES - 1] = check;
  let isStarted = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (!isStarted) this.push(encrypt(header));
      isStarted = true;
      done(null, encrypt(chunk));
    },
    flush(done) {
      // An empty entry still has its header.
      if (!isStarted) this.push(encrypt(header));
      done();
    },
  });
}
