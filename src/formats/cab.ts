import type { ByteReader } from './byte-reader.js';
import { u16, u32 } from './bytes.js';
import { FormatError } from './format-error.js';

export interface CabHeader {
  /** First byte after the fixed header and its reserved place. */
  readonly headerEnd: number;
  /** Where the reserved place says that a signature is. */
  readonly signature?: { readonly offset: number; readonly length: number };
}

const FLAG_PREVIOUS = 1;
const FLAG_RESERVE = 4;

/**
 * Reads a cabinet's header as far as signatures need it.
 * Source: Microsoft, "Cabinet file format" ([MS-CAB]); the 20 reserved bytes of signed cabinets from files that carry them.
 *
 * @throws FormatError
 */
export function parseCab(reader: ByteReader): CabHeader {
  const fixed = reader.read(0, 36);
  if (u32(fixed, 0) !== 0x4643534d || u32(fixed, 4) !== 0) throw new FormatError('malformed', 'cab-header');
  const flags = u16(fixed, 30);
  // Later parts of a set repeat names in front of the folders; nobody signs those.
  if ((flags & FLAG_PREVIOUS) !== 0) throw new FormatError('unsupported', 'cab-set');
  if ((flags & FLAG_RESERVE) === 0) return { headerEnd: 36 };
  const reserve = reader.read(36, 24);
  // Other reserved places are rare and somebody else's; whether such a cabinet is signed cannot be said.
  if (u32(reserve, 0) !== 20 || u32(reserve, 4) !== 0x0010_0000) throw new FormatError('unsupported', 'cab-reserve');
  const offset = u32(reserve, 8);
  const length = u32(reserve, 12);
  if (offset === 0 && length === 0) return { headerEnd: 60 };
  if (offset === 0 || length === 0) throw new FormatError('malformed', 'cab-reserve');
  return { headerEnd: 60, signature: { offset, length } };
}
