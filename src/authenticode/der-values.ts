import type { Instant } from '../domain/time.js';
import { FormatError } from '../formats/format-error.js';
import { childrenOf, oidOf, TAG, type Element } from './der.js';

/** Characters kept of one value. */
const MAX_TEXT = 1024;

/** Text of the string types that names use; empty for others. Never throws: odd bytes become replacement characters. */
export function textOf(element: Element | undefined): string {
  if (element === undefined || element.constructed) return '';
  const bytes = Buffer.from(element.content.subarray(0, MAX_TEXT * 4));
  const text = ((): string => {
    switch (element.tag) {
      case TAG.utf8String:
        return bytes.toString('utf8');
      case TAG.printableString:
      case TAG.ia5String:
      case TAG.teletexString:
        return bytes.toString('latin1');
      case TAG.bmpString:
        return bigEndianText(bytes);
      case TAG.universalString:
        return universalText(bytes);
      default:
        return '';
    }
  })();
  return text.slice(0, MAX_TEXT);
}

/** UTF-16 with the high byte first; half a unit at the end is dropped. */
export function bigEndianText(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)))
    .swap16()
    .toString('utf16le');
}

function universalText(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const point = bytes.readUInt32BE(at);
    text += point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
  }
  return text;
}

/** An UTCTime or GeneralizedTime. @throws FormatError for anything else */
export function timeOf(element: Element | undefined): Instant {
  const text = Buffer.from(element?.content ?? []).toString('latin1');
  const pattern =
    element?.tag === TAG.utcTime
      ? /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?()(Z|[+-]\d{4})$/
      : /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?(?:[.,](\d{1,9}))?(Z|[+-]\d{4})$/;
  const match = pattern.exec(text);
  const isTime = element?.tag === TAG.utcTime || element?.tag === TAG.generalizedTime;
  if (!isTime || match === null) throw new FormatError('malformed', 'time');
  const [, yearText, month, day, hour, minute, second = '0', fraction = '', zone = 'Z'] = match;
  const year = Number(yearText);
  // RFC 5280: two digits mean 1950 to 2049.
  const fullYear = element.tag === TAG.utcTime ? year + (year >= 50 ? 1900 : 2000) : year;
  const milliseconds = Math.floor(Number(`0.${fraction === '' ? '0' : fraction}`) * 1000);
  const local = Date.UTC(fullYear, Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const offset = zone === 'Z' ? 0 : (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3))) * 60_000;
  const at = local + milliseconds - (zone.startsWith('-') ? -offset : offset);
  if (!Number.isFinite(at)) throw new FormatError('malformed', 'time');
  return at;
}

/** One part of a distinguished name. */
export interface NamePart {
  readonly oid: string;
  readonly text: string;
}

/** Parts of a distinguished name in the order of the encoding. @throws FormatError */
export function nameParts(name: Element): readonly NamePart[] {
  return childrenOf(name).flatMap((set) =>
    childrenOf(set).map((pair) => {
      const [type, value] = childrenOf(pair);
      return { oid: oidOf(type), text: textOf(value) };
    }),
  );
}
