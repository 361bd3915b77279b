import type { SignatureDigest } from '../domain/signature.js';
import type { ByteReader } from '../formats/byte-reader.js';
import { FormatError } from '../formats/format-error.js';
import type { SignatureContainer } from './container.js';
import { digestBytes } from './digest.js';
import { SignatureError } from './signature-error.js';

/** Scripts of this size are data in disguise. */
const MAX_SCRIPT_BYTES = 16 * 1024 * 1024;

/** How each family of script languages writes the block. */
const STYLES: readonly { readonly open: string; readonly close: string; readonly label: string }[] = [
  { open: '# ', close: '', label: 'SIG # ' },
  { open: '<!-- ', close: ' -->', label: 'SIG # ' },
  { open: '/* ', close: ' */', label: 'SIG # ' },
  { open: '// SIG // ', close: '', label: '' },
  { open: "'' SIG '' ", close: '', label: '' },
];

interface Block {
  readonly message: Uint8Array;
  /** Characters in front of the block, without the line break that belongs to it. */
  readonly signedLength: number;
}

/**
 * The signature block at the end of a script; `undefined` when there is none. The digest is over the text in front of it as
 * UTF-16. How Windows reads the bytes depends on byte order marks and code pages, so each lossless reading is a candidate.
 * Source: behaviour of PowerShell's signature provider as osslsigncode reproduces it.
 *
 * @throws FormatError
 * @throws SignatureError
 */
export function openScriptContainer(reader: ByteReader): SignatureContainer | undefined {
  if (reader.sizeBytes > MAX_SCRIPT_BYTES) throw new FormatError('too-large', 'script');
  const readings = readingsOf(reader.read(0, reader.sizeBytes));
  const blocks = readings.map((text) => findBlock(text));
  const block = blocks.find((found) => found !== undefined);
  if (block === undefined) return undefined;
  return {
    messages: [block.message],
    padded: false,
    digests: (algorithms) => {
      const digests = new Map<SignatureDigest, readonly Uint8Array[]>();
      for (const algorithm of algorithms) {
        const candidates = readings.flatMap((text, index) => {
          const end = blocks[index]?.signedLength;
          return end === undefined ? [] : [digestText(algorithm, text.slice(0, end))];
        });
        digests.set(algorithm, candidates);
      }
      return Promise.resolve(digests);
    },
  };
}

function digestText(algorithm: SignatureDigest, text: string): Uint8Array {
  return digestBytes(algorithm, Buffer.from(text, 'utf16le'));
}

/** Every way to read the bytes that maps different bytes to different text: a lossy one could hide a change. */
function readingsOf(bytes: Uint8Array): readonly string[] {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) {
    const text = Buffer.from(bytes).toString('utf16le');
    return [text, text.slice(1)];
  }
  const readings: string[] = [];
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    readings.push(text);
    if (text.startsWith('\ufeff')) readings.push(text.slice(1));
  } catch {
    // No UTF-8: the code page below is what Windows takes in the west.
  }
  readings.push(new TextDecoder('windows-1252').decode(bytes));
  return readings;
}

function findBlock(text: string): Block | undefined {
  for (const { open, close, label } of STYLES) {
    const begin = `${open}${label}Begin signature block${close}`;
    // At the start of a line, and the last one: an earlier marker would be part of the signed text.
    const start = text.lastIndexOf(`\n${begin}`);
    if (start === -1) continue;
    const end = `${open}${label}End signature block${close}`;
    const lines = text.slice(start + 1).split(/\r?\n/);
    const last = lines.indexOf(end);
    if (last === -1) throw new FormatError('malformed', 'signature-block');
    const rest = lines.slice(last + 1).join('\n');
    if (rest.trim() !== '') throw new SignatureError('tampered', 'data-after-signature', { bytes: rest.length });
    const base64 = lines.slice(1, last).map((line) => {
      // A line that is no comment would be run, and nobody signed it.
      if (!line.startsWith(open) || !line.endsWith(close)) throw new SignatureError('tampered', 'hidden-data');
      return line.slice(open.length, line.length - close.length);
    });
    const signedLength = text[start - 1] === '\r' ? start - 1 : start;
    return { message: decodeBase64(base64.join('')), signedLength };
  }
  return undefined;
}

function decodeBase64(text: string): Uint8Array {
  if (text === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw new FormatError('malformed', 'signature-block');
  return Buffer.from(text, 'base64');
}
