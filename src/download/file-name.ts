import { visible } from '../domain/text.js';

const LONGEST_NAME = 200;

/**
 * The name under which a download is shown and uploaded: from `Content-Disposition` (RFC 6266, the extended form first),
 * else the last part of the URL's path, else the host. Never a path: the server wrote it. Pure.
 */
export function downloadName(url: string, contentDisposition: string | undefined): string {
  const { pathname, hostname } = new URL(url);
  const candidates = [fromDisposition(contentDisposition ?? ''), decode(pathname.split('/').at(-1) ?? ''), hostname];
  const name = candidates.map((candidate) => baseName(candidate)).find((candidate) => candidate !== '') ?? 'download';
  return visible(name).slice(0, LONGEST_NAME);
}

function fromDisposition(header: string): string {
  const extended = /filename\*\s*=\s*utf-8''([^;\s]+)/i.exec(header)?.[1];
  if (extended !== undefined) return decode(extended);
  const plain = /filename\s*=\s*(?:"([^"]*)"|([^;\s]+))/i.exec(header);
  return asUtf8(plain?.[1] ?? plain?.[2] ?? '');
}

/** Headers are read as Latin-1, and many servers write UTF-8: what decodes as such was meant so. */
function asUtf8(text: string): string {
  try {
    const isLatin1 = text.split('').every((character) => character <= '\u00ff');
    return isLatin1 ? new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1')) : text;
  } catch {
    return text;
  }
}

function baseName(path: string): string {
  const name = path.split(/[/\\]/).at(-1) ?? '';
  return /^\.+$/.test(name) ? '' : name.trim();
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
