import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * A minimal PE file that is recognised as one, different for each seed: 512 bytes and more, no code worth running.
 *
 * @param sizeBytes at least 512
 */
export function programBytes(seed: string, sizeBytes = 600): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  bytes.write('MZ');
  bytes.writeUInt32LE(0x80, 0x3c);
  bytes.write('PE\0\0', 0x80, 'latin1');
  bytes.writeUInt16LE(0x8664, 0x84);
  bytes.writeUInt16LE(0, 0x86);
  bytes.writeUInt16LE(240, 0x94);
  bytes.writeUInt16LE(0x20b, 0x98);
  bytes.write(seed, 0x1a0, 'utf8');
  return bytes;
}

/** Writes files below `folder` and returns their paths. */
export function writeTree(folder: string, files: Readonly<Record<string, Buffer | string>>): string[] {
  return Object.entries(files).map(([name, content]) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  });
}
