import type { InstallerKind, PeFacts, SectionFacts, VersionResource } from '../domain/file-facts.js';
import type { ByteReader } from './byte-reader.js';
import { u32 } from './bytes.js';
import { findExecutables } from './embedded-executables.js';
import { entropyOf } from './entropy.js';
import { detectInstaller } from './installer.js';
import type { Extent } from './ole.js';
import { readImports } from './pe-imports.js';
import { readResources, RESOURCE_TYPE } from './pe-resources.js';
import { DIRECTORY, endOfSections, offsetOfAddress, parsePe, type PeImage } from './pe.js';
import { parseVersionResource } from './version-resource.js';

export interface PeFileFacts {
  readonly pe: PeFacts;
  readonly versionResource?: VersionResource;
  readonly installer?: InstallerKind;
}

/** Runs the reading of one part; a part that cannot be read is noted and replaced. */
export type ReadPart = <T>(part: string, read: () => T, fallback: T) => T;

const SECTION = Object.freeze({ executable: 0x2000_0000, writable: 0x8000_0000 });
const FILE_IS_DLL = 0x2000;
const SUBSYSTEM_NATIVE = 1;
const DEBUG_TYPE_REPRO = 16;
const MAX_VERSION_BYTES = 64 * 1024;

/**
 * What the headers and tables of a PE file say. Costs, beside small reads, up to 4 MiB a section for entropy and 64 MiB for
 * the search in resources and overlay.
 *
 * @throws FormatError when the headers themselves cannot be read; every other part through `part`
 */
export function readPeFacts(reader: ByteReader, part: ReadPart): PeFileFacts {
  const image = parsePe(reader);
  const resources = part('resources', () => readResources(reader, image), []);
  const imports = part('imports', () => readImports(reader, image), { libraries: [], functions: [] });
  const overlay = overlayOf(reader, image);
  const version = resources.find(({ type }) => type === RESOURCE_TYPE.version);
  const versionResource =
    version &&
    part(
      'version-resource',
      () => parseVersionResource(reader.read(version.offset, Math.min(version.size, MAX_VERSION_BYTES))),
      undefined,
    );
  const { libraries } = imports;
  const installer = part(
    'installer',
    () => detectInstaller(reader, { image, overlay, resources, libraries }),
    undefined,
  );
  const searched = [...resources.map(({ offset, size }) => ({ offset, length: size })), overlay];
  return {
    pe: {
      bits: image.bits,
      kind: kindOf(image),
      dotNet: (image.directories[DIRECTORY.clr]?.address ?? 0) !== 0,
      builtAt: image.timestamp * 1000,
      reproducible: part('debug', () => isReproducible(reader, image), false),
      linker: `${image.linkerMajor}.${image.linkerMinor}`,
      hasRichHeader: part('rich-header', () => hasRichHeader(reader, image), false),
      sections: part('sections', () => sectionFacts(reader, image), []),
      ...imports,
      hasExports: (image.directories[DIRECTORY.exports]?.address ?? 0) !== 0,
      overlayBytes: overlay.length,
      overlayEntropy: part('overlay', () => entropyOf(reader, overlay.offset, overlay.length), 0),
      embeddedExecutables: part('embedded', () => findExecutables(reader, searched), []),
    },
    ...(versionResource === undefined ? {} : { versionResource }),
    ...(installer === undefined ? {} : { installer }),
  };
}

function kindOf(image: PeImage): PeFacts['kind'] {
  if (image.subsystem === SUBSYSTEM_NATIVE) return 'driver';
  return (image.characteristics & FILE_IS_DLL) === 0 ? 'exe' : 'dll';
}

/** From the end of the sections to the certificates, or to the end of the file. */
function overlayOf({ sizeBytes }: ByteReader, image: PeImage): Extent {
  const offset = Math.min(endOfSections(image), sizeBytes);
  const certificates = image.directories[DIRECTORY.certificates];
  const hasTable = certificates !== undefined && certificates.address >= offset && certificates.size > 0;
  const end = hasTable ? Math.min(certificates.address, sizeBytes) : sizeBytes;
  // Up to seven zero bytes align the certificates and are no overlay.
  return end - offset < 8 ? { offset: end, length: 0 } : { offset, length: end - offset };
}

function sectionFacts(reader: ByteReader, image: PeImage): readonly SectionFacts[] {
  // Lying tables make every section as long as the file: the sum is bounded, not only each.
  let budget = reader.sizeBytes * 2;
  return image.sections.map(({ name, rawOffset, rawBytes, virtualBytes, characteristics }) => {
    const measured = Math.min(rawBytes, budget);
    budget -= measured;
    return {
      name,
      rawBytes,
      virtualBytes,
      entropy: entropyOf(reader, rawOffset, measured),
      writable: (characteristics & SECTION.writable) !== 0,
      executable: (characteristics & SECTION.executable) !== 0,
    };
  });
}

function isReproducible(reader: ByteReader, image: PeImage): boolean {
  const directory = image.directories[DIRECTORY.debug];
  if (directory === undefined || directory.address === 0) return false;
  const offset = offsetOfAddress(image, directory.address);
  if (offset === undefined) return false;
  const count = Math.min(Math.floor(directory.size / 28), 32);
  const entries = reader.read(offset, count * 28);
  return Array.from({ length: count }, (_, index) => u32(entries, index * 28 + 12)).includes(DEBUG_TYPE_REPRO);
}

/** Microsoft's linker leaves the list of tools between DOS stub and PE header, closed by `Rich`. */
function hasRichHeader(reader: ByteReader, { peOffset }: PeImage): boolean {
  if (peOffset <= 64) return false;
  const stub = reader.read(64, Math.min(peOffset, 4096) - 64);
  for (let at = 0; at + 8 <= stub.length; at += 4) if (u32(stub, at) === 0x68636952) return true;
  return false;
}
