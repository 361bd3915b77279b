import { childrenOf, readElement, type Element } from '../../src/authenticode/der.js';
import { certificateTable, sample } from './support.js';

/** Encodes one element with a definite length. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length = Buffer.alloc(5, 0x84);
  length.writeUInt32BE(content.length, 1);
  return Buffer.concat([Buffer.from([tag]), length, content]);
}

/** An element again, with its children changed: each is kept, replaced, repeated or left out. */
export function rebuild(element: Element, change: (child: Element, index: number) => readonly Uint8Array[]): Buffer {
  return der(element.bytes[0]!, ...childrenOf(element).flatMap((child, index) => [...change(child, index)]));
}

/** The CMS message of a signed program. */
export function messageOf(name: string): Element {
  const bytes = sample(name);
  const { offset, size } = certificateTable(bytes);
  return readElement(bytes.subarray(offset + 8, offset + size));
}

/** A signed program with another message in place of its own. */
export function withMessage(name: string, message: Uint8Array): Buffer {
  const bytes = sample(name);
  const { entry, offset } = certificateTable(bytes);
  const padding = Buffer.alloc((8 - (message.length % 8)) % 8);
  const header = Buffer.alloc(8);
  header.writeUInt32LE(8 + message.length + padding.length);
  header.writeUInt16LE(0x0200, 4);
  header.writeUInt16LE(2, 6);
  bytes.writeUInt32LE(8 + message.length + padding.length, entry + 4);
  return Buffer.concat([bytes.subarray(0, offset), header, message, padding]);
}

/** A message with the fields of its SignedData changed, by their place in it. */
export function changeSignedData(
  message: Element,
  change: (field: Element, index: number, count: number) => readonly Uint8Array[],
): Buffer {
  return rebuild(message, (part, place) => {
    if (place === 0) return [part.bytes];
    const [data] = childrenOf(part);
    const count = childrenOf(data!).length;
    return [
      der(
        0xa0,
        rebuild(data!, (field, index) => change(field, index, count)),
      ),
    ];
  });
}

/** A message with the fields of its one signer changed. */
export function changeSigner(message: Element, change: (field: Element) => readonly Uint8Array[]): Buffer {
  return changeSignedData(message, (field, index, count) =>
    index === count - 1 ? [rebuild(field, (signer) => [rebuild(signer, change)])] : [field.bytes],
  );
}
