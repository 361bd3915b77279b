import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { parseAnchors } from '../../src/authenticode/anchors.js';
import { verifyFile, type VerifyOptions } from '../../src/authenticode/verify-file.js';
import type { FileFormat } from '../../src/domain/artifact.js';
import type { SignatureReport } from '../../src/domain/signature.js';
import { bufferReader } from '../../src/formats/byte-reader.js';

export const SAMPLES = 'fixtures/samples';
export const ROOT = `${SAMPLES}/test-root.pem`;
/** After every timestamp of the samples, while the publisher's certificate is valid. */
export const NOW = Date.UTC(2026, 5, 1);

const FORMATS: Readonly<Record<string, FileFormat>> = {
  '.exe': 'pe',
  '.msi': 'msi',
  '.cab': 'cab',
  '.msix': 'msix',
  '.ps1': 'script',
};

export function formatOf(name: string): FileFormat {
  return FORMATS[extname(name)] ?? 'other';
}

export function sample(name: string): Buffer {
  return readFileSync(`${SAMPLES}/${name}`);
}

export const ANCHORS = parseAnchors(readFileSync(ROOT, 'latin1'));

/** Verifies bytes without anchors, unless told otherwise. */
export function check(
  bytes: Uint8Array,
  format: FileFormat = 'pe',
  options: Partial<VerifyOptions> = {},
): Promise<SignatureReport> {
  const signal = new AbortController().signal;
  return verifyFile(bufferReader(bytes), format, { anchors: [], pinned: [], now: NOW, signal, ...options });
}

export function checkSample(name: string, options: Partial<VerifyOptions> = {}): Promise<SignatureReport> {
  return check(sample(name), formatOf(name), options);
}

/** Offsets of the certificate table's directory entry and of the table, in a PE sample. */
export function certificateTable(bytes: Buffer): { entry: number; offset: number; size: number } {
  const header = bytes.readUInt32LE(60);
  const entry = header + 24 + (bytes.readUInt16LE(header + 24) === 0x20b ? 112 : 96) + 32;
  return { entry, offset: bytes.readUInt32LE(entry), size: bytes.readUInt32LE(entry + 4) };
}
