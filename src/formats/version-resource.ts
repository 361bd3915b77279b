import type { VersionResource } from '../domain/file-facts.js';
import { u16, u32, utf16 } from './bytes.js';
import { FormatError } from './format-error.js';

const MAX_BLOCKS = 2048;
const MAX_DEPTH = 4;
const MAX_TEXT = 1024;

const FIELDS: Readonly<Record<string, keyof VersionResource>> = {
  ProductName: 'productName',
  CompanyName: 'companyName',
  OriginalFilename: 'originalFilename',
  InternalName: 'internalName',
  FileDescription: 'fileDescription',
  LegalCopyright: 'legalCopyright',
  ProductVersion: 'productVersion',
  FileVersion: 'fileVersion',
};

/**
 * Strings of a VS_VERSIONINFO block, from its first language; the fixed version numbers fill in for missing strings.
 * Source: Microsoft, VS_VERSIONINFO, StringFileInfo and their children.
 *
 * @throws FormatError
 */
export function parseVersionResource(bytes: Uint8Array): VersionResource {
  const fields: Partial<Record<keyof VersionResource, string>> = {};
  let blocksLeft = MAX_BLOCKS;
  const visit = (start: number, end: number, depth: number): void => {
    let at = start;
    while (at + 6 <= end) {
      blocksLeft -= 1;
      if (blocksLeft < 0 || depth > MAX_DEPTH) throw new FormatError('too-large', 'version-resource');
      const length = u16(bytes, at);
      if (length < 6) return;
      const blockEnd = Math.min(at + length, end);
      const key = utf16(bytes, at + 6, Math.min(128, Math.floor((blockEnd - at - 6) / 2)));
      const valueAt = align(at + 6 + (key.length + 1) * 2);
      const valueLength = u16(bytes, at + 2);
      const isText = u16(bytes, at + 4) === 1;
      if (depth === 0 && !isText) Object.assign(fields, fixedVersions(bytes, valueAt, valueLength));
      const field = depth === 3 ? FIELDS[key] : undefined;
      if (field === undefined) visit(align(valueAt + (isText ? 0 : valueLength)), blockEnd, depth + 1);
      else setText(fields, field, utf16(bytes, valueAt, Math.min(MAX_TEXT, Math.floor((blockEnd - valueAt) / 2))));
      at = align(at + length);
    }
  };
  visit(0, bytes.length, 0);
  return fields;
}

function setText(
  fields: Partial<Record<keyof VersionResource, string>>,
  field: keyof VersionResource,
  text: string,
): void {
  const isVersion = field === 'fileVersion' || field === 'productVersion';
  // Version strings win over the fixed numbers; of other strings the first language's stays.
  if (text.trim() !== '' && (isVersion || fields[field] === undefined)) fields[field] = text.trim();
}

function fixedVersions(bytes: Uint8Array, at: number, length: number): Partial<VersionResource> {
  if (length < 52 || u32(bytes, at) !== 0xfeef04bd) return {};
  const version = (from: number): string =>
    [u16(bytes, from + 2), u16(bytes, from), u16(bytes, from + 6), u16(bytes, from + 4)].join('.');
  return { fileVersion: version(at + 8), productVersion: version(at + 16) };
}

function align(offset: number): number {
  return Math.ceil(offset / 4) * 4;
}
