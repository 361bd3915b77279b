/** Parts of a small PE32+ file that a test is about; everything else is plain. */
export interface PeParts {
  readonly sections?: readonly PeSectionParts[];
  readonly timestamp?: number;
  readonly linker?: readonly [major: number, minor: number];
  readonly overlay?: Uint8Array;
  /** Data directories by number: address and size. */
  readonly directories?: Readonly<Record<number, readonly [address: number, size: number]>>;
}

export interface PeSectionParts {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly characteristics?: number;
}

export const CODE = 0x6000_0020;
export const CODE_WRITABLE = 0xe000_0020;
export const DATA = 0x4000_0040;

const ALIGNMENT = 512;
const PE_OFFSET = 64;
const FIRST_ADDRESS = 0x1000;

/** Address of a section's first byte, relative to the image: sections lie 64 KiB apart. */
export function addressOf(index: number): number {
  return FIRST_ADDRESS + index * 0x1_0000;
}

/** Builds a program that parsers can read (and nothing should run). */
export function buildPe({
  sections = [],
  timestamp = 1,
  linker = [14, 0],
  overlay,
  directories = {},
}: PeParts): Buffer {
  const header = Buffer.alloc(1024);
  header.write('MZ', 0, 'latin1');
  header.writeUInt32LE(PE_OFFSET, 60);
  header.write('PE\0\0', PE_OFFSET, 'latin1');
  header.writeUInt16LE(0x8664, PE_OFFSET + 4);
  header.writeUInt16LE(sections.length, PE_OFFSET + 6);
  header.writeUInt32LE(timestamp, PE_OFFSET + 8);
  header.writeUInt16LE(240, PE_OFFSET + 20);
  header.writeUInt16LE(0x22, PE_OFFSET + 22);
  const optional = PE_OFFSET + 24;
  header.writeUInt16LE(0x20b, optional);
  header.writeUInt8(linker[0], optional + 2);
  header.writeUInt8(linker[1], optional + 3);
  header.writeUInt16LE(3, optional + 68);
  header.writeUInt32LE(16, optional + 108);
  for (const [index, [address, size]] of Object.entries(directories)) {
    header.writeUInt32LE(address, optional + 112 + Number(index) * 8);
    header.writeUInt32LE(size, optional + 116 + Number(index) * 8);
  }
  const bodies = sections.map(({ bytes }) => pad(Buffer.from(bytes)));
  let offset = header.length;
  sections.forEach(({ name, bytes, characteristics = DATA }, index) => {
    const at = optional + 240 + index * 40;
    header.write(name, at, 8, 'latin1');
    header.writeUInt32LE(bytes.length, at + 8);
    header.writeUInt32LE(addressOf(index), at + 12);
    header.writeUInt32LE(bodies[index]!.length, at + 16);
    header.writeUInt32LE(offset, at + 20);
    header.writeUInt32LE(characteristics, at + 36);
    offset += bodies[index]!.length;
  });
  return Buffer.concat([header, ...bodies, overlay ?? Buffer.alloc(0)]);
}

function pad(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((ALIGNMENT - (bytes.length % ALIGNMENT)) % ALIGNMENT)]);
}

/** Bytes without any structure, the same on every run. */
export function noise(length: number): Buffer {
  let state = 1;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    }),
  );
}
