import { FormatError } from '../formats/format-error.js';

/** Universal tag numbers (X.680). */
export const TAG = Object.freeze({
  boolean: 1,
  integer: 2,
  bitString: 3,
  octetString: 4,
  objectIdentifier: 6,
  utf8String: 12,
  sequence: 16,
  set: 17,
  printableString: 19,
  teletexString: 20,
  ia5String: 22,
  utcTime: 23,
  generalizedTime: 24,
  universalString: 28,
  bmpString: 30,
});

/** One BER element. Nothing below it is decoded until somebody asks, so depth and number of elements cost nothing. */
export interface Element {
  /** Tag number for the universal class, `undefined` for the others. */
  readonly tag: number | undefined;
  /** Tag number for the context class, `undefined` for the others. */
  readonly context: number | undefined;
  readonly constructed: boolean;
  readonly indefinite: boolean;
  /** Tag, length and content. */
  readonly bytes: Uint8Array;
  readonly content: Uint8Array;
}

/** Real signatures, nested ones and revocation lists included, stay below 8,000 elements and 30 levels. */
const MAX_ELEMENTS = 50_000;
const MAX_DEPTH = 64;

/**
 * The one element at the start of `bytes`, after all of it was checked to be well-formed; bytes behind it are ignored. Reads
 * hostile bytes safely: linear in the length, builds nothing, and does not look into strings.
 *
 * @throws FormatError `truncated`, `malformed`, or `too-large` beyond 50,000 elements or 64 levels
 */
export function readElement(bytes: Uint8Array): Element {
  const end = measure(bytes, 0, bytes.length, { elements: MAX_ELEMENTS }, 0);
  return elementAt(bytes, 0, bytes.length, end);
}

/** Elements directly inside a constructed one; none for a primitive one. Cost: one step for each. */
export function childrenOf({ content, constructed }: Element): readonly Element[] {
  const children: Element[] = [];
  if (!constructed) return children;
  for (let at = 0; at < content.length;) {
    const child = elementAt(content, at, content.length);
    children.push(child);
    at += child.bytes.length;
  }
  return children;
}

/**
 * Elements of a SEQUENCE, or of the given other tag. Strict, because what a lenient reader overlooks is what it disagrees
 * with other readers about.
 *
 * @throws FormatError for any other element
 */
export function membersOf(element: Element | undefined, tag: number = TAG.sequence): readonly Element[] {
  if (element?.tag !== tag || !element.constructed) throw new FormatError('malformed', 'asn1');
  return childrenOf(element);
}

/** The one element inside an explicit context tag. @throws FormatError */
export function explicitOf(element: Element | undefined, context: number): Element {
  const members = element?.context === context && element.constructed ? childrenOf(element) : [];
  if (members.length !== 1) throw new FormatError('malformed', 'asn1');
  return members[0]!;
}

/** Octets of a string, also of one that BER cut into pieces. @throws FormatError for another element */
export function octetsOf(element: Element | undefined): Uint8Array {
  if (element?.tag !== TAG.octetString) throw new FormatError('malformed', 'asn1');
  return element.constructed ? Buffer.concat(childrenOf(element).map(octetsOf)) : element.content;
}

/** Dotted text of an object identifier. @throws FormatError for another element */
export function oidOf(element: Element | undefined): string {
  if (element?.tag !== TAG.objectIdentifier || element.content.length === 0 || element.content.length > 64) {
    throw new FormatError('malformed', 'asn1');
  }
  const parts: number[] = [];
  let value = 0;
  for (const byte of element.content) {
    value = value * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    // The first number holds two: 40 × (0, 1 or 2) + the second.
    if (parts.length === 0) {
      const first = Math.min(2, Math.floor(value / 40));
      parts.push(first, value - first * 40);
    } else parts.push(value);
    value = 0;
  }
  return parts.join('.');
}

interface Header {
  readonly tag: number;
  readonly tagClass: number;
  readonly constructed: boolean;
  readonly contentStart: number;
  /** `undefined` for the indefinite form. */
  readonly contentEnd: number | undefined;
}

function measure(bytes: Uint8Array, start: number, end: number, budget: { elements: number }, depth: number): number {
  budget.elements -= 1;
  if (depth > MAX_DEPTH || budget.elements < 0) throw new FormatError('too-large', 'asn1');
  const { constructed, contentStart, contentEnd } = readHeader(bytes, start, end);
  let at = contentStart;
  if (contentEnd === undefined) {
    while (!isEndOfContents(bytes, at, end)) at = measure(bytes, at, end, budget, depth + 1);
    return at + 2;
  }
  if (!constructed) return contentEnd;
  while (at < contentEnd) at = measure(bytes, at, contentEnd, budget, depth + 1);
  return contentEnd;
}

function elementAt(bytes: Uint8Array, start: number, end: number, knownEnd?: number): Element {
  const { tag, tagClass, constructed, contentStart, contentEnd } = readHeader(bytes, start, end);
  const isIndefinite = contentEnd === undefined;
  const elementEnd = contentEnd ?? knownEnd ?? measure(bytes, start, end, { elements: MAX_ELEMENTS }, 0);
  return {
    tag: tagClass === 0 ? tag : undefined,
    context: tagClass === 2 ? tag : undefined,
    constructed,
    indefinite: isIndefinite,
    bytes: bytes.subarray(start, elementEnd),
    content: bytes.subarray(contentStart, isIndefinite ? elementEnd - 2 : elementEnd),
  };
}

function isEndOfContents(bytes: Uint8Array, at: number, end: number): boolean {
  return at + 2 <= end && bytes[at] === 0 && bytes[at + 1] === 0;
}

function readHeader(bytes: Uint8Array, start: number, end: number): Header {
  const byteAt = (at: number): number => {
    const byte = at < end ? bytes[at] : undefined;
    if (byte === undefined) throw new FormatError('truncated', 'asn1');
    return byte;
  };
  const first = byteAt(start);
  let at = start + 1;
  let tag = first & 0x1f;
  if (tag === 0x1f) {
    tag = 0;
    for (let more = true; more; at += 1) {
      const byte = byteAt(at);
      if (at - start > 4) throw new FormatError('malformed', 'asn1');
      tag = tag * 128 + (byte & 0x7f);
      more = byte >= 0x80;
    }
  }
  const constructed = (first & 0x20) !== 0;
  const length = byteAt(at);
  at += 1;
  if (length === 0x80) {
    if (!constructed) throw new FormatError('malformed', 'asn1');
    return { tag, tagClass: first >> 6, constructed, contentStart: at, contentEnd: undefined };
  }
  let value = length;
  if (length > 0x80) {
    const count = length & 0x7f;
    if (count > 6) throw new FormatError('malformed', 'asn1');
    value = 0;
    for (let index = 0; index < count; index += 1) value = value * 256 + byteAt(at + index);
    at += count;
  }
  if (value > end - at) throw new FormatError('truncated', 'asn1');
  return { tag, tagClass: first >> 6, constructed, contentStart: at, contentEnd: at + value };
}
