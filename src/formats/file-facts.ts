import type { FileFormat } from '../domain/artifact.js';
import { NO_FACTS, type FileFacts } from '../domain/file-facts.js';
import type { ByteReader } from './byte-reader.js';
import { FormatError } from './format-error.js';
import { readMsiIdentity } from './msi-tables.js';
import { openOle } from './ole.js';
import { readPeFacts, type ReadPart } from './pe-facts.js';

/**
 * What a file says about itself, by its format; `NO_FACTS` for formats without readable facts. Never throws on content:
 * parts that cannot be read are listed in `unreadable`.
 *
 * @throws NodeJS.ErrnoException from the reader
 */
export function readFileFacts(reader: ByteReader, format: FileFormat): FileFacts {
  const unreadable: string[] = [];
  const part: ReadPart = (name, read, fallback) => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      unreadable.push(`${name}: ${error.code}`);
      return fallback;
    }
  };
  const facts: Omit<FileFacts, 'unreadable'> = part('file', () => factsOf(reader, format, part), NO_FACTS);
  return { ...facts, unreadable: unreadable.sort() };
}

function factsOf(reader: ByteReader, format: FileFormat, part: ReadPart): Omit<FileFacts, 'unreadable'> {
  if (format === 'pe') return readPeFacts(reader, part);
  if (format !== 'msi' && format !== 'ole') return {};
  const msi = readMsiIdentity(openOle(reader));
  return msi === undefined ? {} : { msi };
}
