import { createCipheriv, createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflateRaw } from 'node:zlib';
import type { WriteArchive } from './write-archive.js';
import { readChecked, type CheckedFile } from './checked-file.js';
import { safeEntryNames } from './safe-names.js';

/**
 * The 7z format, as far as a container for samples needs it: each file deflated and encrypted (7zAES) by itself, then an encrypted
 * header, so that no scanner on the way reads the names. Source: 7-Zip, `DOC/7zFormat.txt` and `DOC/Methods.txt`.
 *
 * No package for Node.js writes this format; those that exist carry the whole of 7-Zip.
 */

const SIGNATURE = Buffer.from('377abcaf271c0004', 'hex');
const START_BYTES = 32;
const BLOCK_BYTES = 16;

/** 2^19 rounds, as 7-Zip itself writes: its readers refuse little more. */
const KEY_ROUNDS_POWER = 19;

const PROPERTY = Object.freeze({
  end: 0x00,
  header: 0x01,
  mainStreams: 0x04,
  filesInfo: 0x05,
  packInfo: 0x06,
  unpackInfo: 0x07,
  size: 0x09,
  crc: 0x0a,
  folder: 0x0b,
  unpackSize: 0x0c,
  names: 0x11,
  encodedHeader: 0x17,
});

const AES_METHOD = Buffer.from('06f10701', 'hex');
const DEFLATE_METHOD = Buffer.from('040108', 'hex');

/** One packed stream and how it is unpacked. */
interface Folder {
  readonly iv: Buffer;
  /** On disk, whole blocks. */
  readonly packedBytes: number;
  /** What decryption gives, without the padding. */
  readonly plainBytes: number;
  /** What inflating gives; absent for what is not deflated. */
  readonly contentBytes?: number;
  /** CRC-32 of the content. */
  readonly crc: number;
}

/** A 7z with encrypted names. */
export const writeSevenZipArchive: WriteArchive = async (target, files, password, signal) => {
  const key = deriveKey(password);
  const file = await open(target, 'wx');
  try {
    let at = START_BYTES;
    const folders: Folder[] = [];
    for (const each of files) {
      const folder = await writeContent(file, at, each, key, signal);
      folders.push(folder);
      at += folder.packedBytes;
    }
    const header = encodeHeader(folders, safeEntryNames(files.map(({ name }) => name)));
    const iv = createHash('sha256').update(header).digest().subarray(0, BLOCK_BYTES);
    const packed = encrypt(header, key, iv);
    await file.write(packed, 0, packed.length, at);
    const sizes = { packedBytes: packed.length, plainBytes: header.length };
    const streams = encodeStreams([{ iv, crc: crc32(header), ...sizes }], at - START_BYTES);
    const end = Buffer.concat([Buffer.of(PROPERTY.encodedHeader), streams]);
    await file.write(end, 0, end.length, at + packed.length);
    const start = encodeStart(at + packed.length - START_BYTES, end);
    await file.write(start, 0, start.length, 0);
  } finally {
    await file.close();
  }
};

async function writeContent(
  target: FileHandle,
  start: number,
  file: CheckedFile,
  key: Buffer,
  signal: AbortSignal,
): Promise<Folder> {
  const measured = { sizeBytes: 0, crc32: 0 };
  // Nothing is secret here, and the same file has to give the same bytes.
  const iv = Buffer.from(file.sha256, 'hex').subarray(0, BLOCK_BYTES);
  const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  let plainBytes = 0;
  let at = start;
  const put = async (bytes: Buffer): Promise<void> => {
    await target.write(bytes, 0, bytes.length, at);
    at += bytes.length;
  };
  await pipeline(
    readChecked(file, signal, measured),
    createDeflateRaw({ level: 6 }),
    async (deflated: AsyncIterable<Buffer>) => {
      for await (const chunk of deflated) {
        plainBytes += chunk.length;
        await put(cipher.update(chunk));
      }
    },
  );
  await put(Buffer.concat([cipher.update(padding(plainBytes)), cipher.final()]));
  return { iv, packedBytes: at - start, plainBytes, contentBytes: measured.sizeBytes, crc: measured.crc32 };
}

/** SHA-256 over 2^19 times password and counter. Some 60 ms. */
function deriveKey(password: string): Buffer {
  const word = Buffer.from(password, 'utf16le');
  const perRound = word.length + 8;
  const rounds = 2 ** KEY_ROUNDS_POWER;
  const batch = 4096;
  const buffer = Buffer.alloc(perRound * batch);
  for (let index = 0; index < batch; index += 1) word.copy(buffer, index * perRound);
  const hash = createHash('sha256');
  for (let round = 0; round < rounds; round += batch) {
    for (let index = 0; index < batch; index += 1) {
      buffer.writeUInt32LE(round + index, index * perRound + word.length);
    }
    hash.update(buffer);
  }
  return hash.digest();
}

function padding(bytes: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (bytes % BLOCK_BYTES)) % BLOCK_BYTES);
}

function encrypt(plain: Buffer, key: Buffer, iv: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(plain), cipher.update(padding(plain.length)), cipher.final()]);
}

function encodeStart(nextAt: number, next: Buffer): Buffer {
  const start = Buffer.alloc(START_BYTES);
  SIGNATURE.copy(start);
  start.writeBigUInt64LE(BigInt(nextAt), 12);
  start.writeBigUInt64LE(BigInt(next.length), 20);
  start.writeUInt32LE(crc32(next), 28);
  start.writeUInt32LE(crc32(start.subarray(12)), 8);
  return start;
}

function encodeHeader(folders: readonly Folder[], names: readonly string[]): Buffer {
  const texts = Buffer.from(names.map((name) => `${name}\0`).join(''), 'utf16le');
  return Buffer.concat([
    Buffer.of(PROPERTY.header, PROPERTY.mainStreams),
    encodeStreams(folders, 0),
    Buffer.of(PROPERTY.filesInfo),
    number(names.length),
    // The zero says that the names follow here.
    Buffer.concat([Buffer.of(PROPERTY.names), number(texts.length + 1), Buffer.of(0), texts]),
    Buffer.of(PROPERTY.end, PROPERTY.end),
  ]);
}

/** Where the packed streams lie, how they are unpacked, and the checksums of what comes out. */
function encodeStreams(folders: readonly Folder[], packedAt: number): Buffer {
  const crcs = Buffer.alloc(folders.length * 4);
  folders.forEach(({ crc }, index) => crcs.writeUInt32LE(crc, index * 4));
  return Buffer.concat([
    Buffer.of(PROPERTY.packInfo),
    number(packedAt),
    number(folders.length),
    Buffer.of(PROPERTY.size),
    ...folders.map(({ packedBytes }) => number(packedBytes)),
    Buffer.of(PROPERTY.end),
    Buffer.of(PROPERTY.unpackInfo, PROPERTY.folder),
    number(folders.length),
    Buffer.of(0),
    ...folders.map(encodeFolder),
    Buffer.of(PROPERTY.unpackSize),
    ...folders.flatMap(({ plainBytes, contentBytes }) =>
      [plainBytes, ...(contentBytes === undefined ? [] : [contentBytes])].map(number),
    ),
    Buffer.of(PROPERTY.crc, 1),
    crcs,
    Buffer.of(PROPERTY.end, PROPERTY.end),
  ]);
}

/** The coders in the order of unpacking: decrypt, then inflate what that gives. */
function encodeFolder({ iv, contentBytes }: Folder): Buffer {
  // Rounds and "has an IV" in the first byte; the second counts the bytes of salt (none) and IV, less one.
  const properties = Buffer.concat([Buffer.of(0x40 | KEY_ROUNDS_POWER, BLOCK_BYTES - 1), iv]);
  const aes = Buffer.concat([Buffer.of(0x20 | AES_METHOD.length), AES_METHOD, number(properties.length), properties]);
  if (contentBytes === undefined) return Buffer.concat([number(1), aes]);
  const deflate = Buffer.concat([Buffer.of(DEFLATE_METHOD.length), DEFLATE_METHOD]);
  // The one bond: input 1 (inflating) takes output 0 (decrypting).
  return Buffer.concat([number(2), aes, deflate, Buffer.of(1, 0)]);
}

/** A number of the format: as many leading ones in the first byte as bytes follow. */
function number(value: number): Buffer {
  const bytes = Buffer.alloc(9);
  for (let follow = 0; follow < 8; follow += 1) {
    if (value < 2 ** (7 * (follow + 1))) {
      const high = Math.floor(value / 2 ** (8 * follow));
      bytes[0] = (0xff << (8 - follow)) | high;
      for (let index = 0; index < follow; index += 1) bytes[1 + index] = Math.floor(value / 2 ** (8 * index)) % 256;
      return bytes.subarray(0, 1 + follow);
    }
  }
  bytes[0] = 0xff;
  bytes.writeBigUInt64LE(BigInt(value), 1);
  return bytes;
}
