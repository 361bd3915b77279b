import { FormatError } from './format-error.js';

function need(bytes: Uint8Array, offset: number, length: number): void {
  if (offset < 0 || offset + length > bytes.length) throw new FormatError('truncated', 'field');
}

/** Little-endian, unsigned. @throws FormatError `truncated` */
export function u16(bytes: Uint8Array, offset: number): number {
  need(bytes, offset, 2);
  return bytes[offset]! | (bytes[offset + 1]! << 8);
}

/** Little-endian, unsigned. @throws FormatError `truncated` */
export function u32(bytes: Uint8Array, offset: number): number {
  need(bytes, offset, 4);
  return (bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24)) >>> 0;
}

/**
 * Little-endian, unsigned, 64 bits.
 *
 * @throws FormatError `truncated`; `too-large` above 2^53, where no real size or offset is
 */
export function u64(bytes: Uint8Array, offset: number): number {
  const value = u32(bytes, offset + 4) * 0x1_0000_0000 + u32(bytes, offset);
  if (!Number.isSafeInteger(value)) throw new FormatError('too-large', 'field');
  return value;
}

/** One character a byte (Latin-1), up to the first NUL or `length`. */
export function latin1(bytes: Uint8Array, offset: number, length: number): string {
  let text = '';
  for (const byte of bytes.subarray(offset, offset + length)) {
    if (byte === 0) break;
    text += String.fromCodePoint(byte);
  }
  return text;
}

/** UTF-16LE code units up to the first NUL or `units`. Lone surrogates stay; renderers escape them. */
export function utf16(bytes: Uint8Array, offset: number, units: number): string {
  let text = '';
  for (let index = 0; index < units && offset + index * 2 + 1 < bytes.length; index += 1) {
    const unit = bytes[offset + index * 2]! | (bytes[offset + index * 2 + 1]! << 8);
    if (unit === 0) break;
    text += String.fromCharCode(unit);
  }
  return text;
}

/** Offset of `needle` in `bytes` at or after `from`, or -1. */
export function indexOfBytes(bytes: Uint8Array, needle: Uint8Array | string, from = 0): number {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.indexOf(typeof needle === 'string' ? Buffer.from(needle, 'latin1') : needle, from);
}

/** Whether both hold the same bytes. Not constant in time: nothing secret is compared here. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
