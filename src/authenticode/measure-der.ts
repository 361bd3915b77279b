import { FormatError } from '../formats/format-error.js';

/** Real signatures, nested ones and revocation lists included, stay below 8,000 elements and 30 levels. */
const MAX_ELEMENTS = 50_000;
const MAX_DEPTH = 64;

interface Budget {
  elements: number;
}

interface Element {
  readonly tag: number;
  readonly constructed: boolean;
  readonly contentStart: number;
  /** `undefined` for the indefinite form. */
  readonly contentEnd: number | undefined;
}

/**
 * Length in bytes of the one BER element at the start of `bytes`, after walking all of it without building anything.
 *
 * Runs before any decoder sees hostile bytes: a decoder that builds objects needs seconds and gigabytes for what fits into
 * a few megabytes of nested or tiny elements. asn1js also decodes the content of octet and bit strings on trial, so those
 * count as well. Linear in the bytes, no recursion on content.
 *
 * @throws FormatError `truncated`, `malformed`, or `too-large` beyond 50,000 elements or 64 levels
 */
export function measureDer(bytes: Uint8Array): number {
  return walk(bytes, 0, bytes.length, { elements: MAX_ELEMENTS }, 0);
}

/** Walks one element and returns its end. */
function walk(bytes: Uint8Array, start: number, end: number, budget: Budget, depth: number): number {
  if (depth > MAX_DEPTH) throw new FormatError('too-large', 'asn1');
  budget.elements -= 1;
  if (budget.elements < 0) throw new FormatError('too-large', 'asn1');
  const element = readHeader(bytes, start, end);
  if (element.contentEnd === undefined) return walkIndefinite(bytes, element, end, budget, depth);
  if (element.constructed) {
    for (let at = element.contentStart; at < element.contentEnd;) {
      at = walk(bytes, at, element.contentEnd, budget, depth + 1);
    }
  } else if (element.tag === 3 || element.tag === 4) {
    walkTrial(bytes, element, budget, depth);
  }
  return element.contentEnd;
}

function walkIndefinite(bytes: Uint8Array, element: Element, end: number, budget: Budget, depth: number): number {
  if (!element.constructed) throw new FormatError('malformed', 'asn1');
  let at = element.contentStart;
  while (!(bytes[at] === 0 && bytes[at + 1] === 0 && at + 2 <= end)) {
    at = walk(bytes, at, end, budget, depth + 1);
  }
  return at + 2;
}

/** What asn1js decodes on trial inside strings: spends the budget the same way, and ignores what does not parse. */
function walkTrial(bytes: Uint8Array, element: Element, budget: Budget, depth: number): void {
  // A bit string starts with its count of unused bits.
  const start = element.contentStart + (element.tag === 3 ? 1 : 0);
  if (element.contentEnd === undefined || start >= element.contentEnd) return;
  try {
    walk(bytes, start, element.contentEnd, budget, depth + 1);
  } catch (error) {
    if (error instanceof FormatError && error.code === 'too-large') throw error;
  }
}

function readHeader(bytes: Uint8Array, start: number, end: number): Element {
  const first = bytes[start];
  if (first === undefined || start >= end) throw new FormatError('truncated', 'asn1');
  let at = start + 1;
  let tag = first & 0x1f;
  if (tag === 0x1f) {
    tag = 0;
    for (let more = true; more; at += 1) {
      const byte = bytes[at];
      if (byte === undefined || at >= end) throw new FormatError('truncated', 'asn1');
      if (at - start > 4) throw new FormatError('malformed', 'asn1');
      tag = tag * 128 + (byte & 0x7f);
      more = byte >= 0x80;
    }
  }
  const length = readLength(bytes, at, end);
  const contentStart = at + length.headerBytes;
  const contentEnd = length.value === undefined ? undefined : contentStart + length.value;
  if (contentEnd !== undefined && contentEnd > end) throw new FormatError('truncated', 'asn1');
  // Application, context and private classes have tags of their own: only universal ones are strings.
  const universal = first < 0x40;
  return { tag: universal ? tag : -1, constructed: (first & 0x20) !== 0, contentStart, contentEnd };
}

function readLength(
  bytes: Uint8Array,
  at: number,
  end: number,
): { readonly headerBytes: number; readonly value: number | undefined } {
  const first = bytes[at];
  if (first === undefined || at >= end) throw new FormatError('truncated', 'asn1');
  if (first < 0x80) return { headerBytes: 1, value: first };
  if (first === 0x80) return { headerBytes: 1, value: undefined };
  const count = first & 0x7f;
  if (count > 6 || at + 1 + count > end) throw new FormatError('malformed', 'asn1');
  let value = 0;
  for (const byte of bytes.subarray(at + 1, at + 1 + count)) value = value * 256 + byte;
  return { headerBytes: 1 + count, value };
}
