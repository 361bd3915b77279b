/** Windows runs these by their extension alone. Source: Microsoft, Windows Script Host and PowerShell documentation. */
const SCRIPT_NAME = /\.(?:bat|cmd|ps1|psm1|vbs|vbe|js|jse|wsf)$/i;

/** How much of the text is looked at, bytes. */
const SAMPLE_BYTES = 4096;

/**
 * A web page, such as a portal or a scanner answers instead of a file: an HTML tag or document type at the start, or a
 * root element `html` after comments and declarations. XML of other kinds is none. Pure.
 */
export function isHtml(head: Uint8Array): boolean {
  const text = decode(head).trimStart().toLowerCase();
  if (/^<(?:!doctype html|html|head|body|title|meta|script|iframe|center|h1)[\s>]/.test(text)) return true;
  return /^<(?:!--|\?xml|!doctype)/.test(text) && /<html[\s>]/.test(text);
}

/** Text under a name that Windows runs. Pure. */
export function isScriptText(head: Uint8Array, name: string): boolean {
  return SCRIPT_NAME.test(name) && head.length > 0 && isText(decode(head));
}

/** No control characters but blanks, form feed and escape, which batch files use for colours. */
function isText(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  return !/[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f]/.test(text);
}

function decode(head: Uint8Array): string {
  const sample = head.subarray(0, SAMPLE_BYTES);
  const isUtf16 = (sample[0] === 0xff && sample[1] === 0xfe) || (sample[0] === 0xfe && sample[1] === 0xff);
  // The decoder takes off the byte order mark, and replaces what is malformed.
  if (isUtf16) return new TextDecoder(sample[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(sample);
  return new TextDecoder('utf-8').decode(sample);
}
