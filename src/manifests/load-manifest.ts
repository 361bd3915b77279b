import { open } from 'node:fs/promises';
import type { PublishedHash } from '../domain/published-hash.js';
import { UsageError } from '../errors.js';
import { parseChecksumFile } from './checksum-file.js';
import { parseJsonManifest } from './json-manifest.js';
import { baseName, type ParsedManifest } from './entry.js';
import { isWingetManifest, parseWingetManifest } from './winget-manifest.js';

/** A list of a hundred thousand files has some 15 MB; what is larger was named by mistake. */
const MAX_MANIFEST_BYTES = 32 * 1024 * 1024;

/** Enough to see what is wrong with a file, without filling a screen. */
const SHOWN_PROBLEMS = 20;

/**
 * The published hashes in a file: a checksum file (coreutils or BSD), a winget installer manifest, or our own JSON, told apart by
 * content. A digest alone is taken for the file that the list is called after: `setup.exe.sha256` is about `setup.exe`.
 *
 * @param path where it is
 * @param shown the path as the user spelled it, for messages and evidence
 * @throws UsageError `CONFIG_INVALID`: unreadable, over 32 MiB, empty, or with lines that cannot be read (with their numbers)
 */
export async function loadManifest(path: string, shown: string = path): Promise<readonly PublishedHash[]> {
  const { entries, problems } = await parseManifest(await readText(path, shown));
  if (problems.length > 0) {
    const list = problems.slice(0, SHOWN_PROBLEMS).map(({ where, message }) => `${where}: ${message}`);
    const more = problems.length > SHOWN_PROBLEMS ? `; and ${problems.length - SHOWN_PROBLEMS} more` : '';
    throw new UsageError('CONFIG_INVALID', `${shown}: ${list.join('; ')}${more}`, {
      hint: 'a manifest is a checksum file, a winget installer manifest, or JSON after schema/manifest.schema.json',
    });
  }
  if (entries.length === 0) {
    throw new UsageError('CONFIG_INVALID', `${shown} lists no hashes`, { hint: 'is it the right file?' });
  }
  const standsFor = baseName(shown).replace(/\.(?:sha256|sha512|sha1|md5)(?:sum)?$/i, '');
  const isNamedAfter = standsFor !== baseName(shown) && entries.length === 1;
  return entries.map((entry) => ({
    ...entry,
    ...(isNamedAfter && entry.name === undefined && entry.url === undefined && { name: standsFor }),
    source: shown,
  }));
}

/** Parses by what the text is. */
async function parseManifest(text: string): Promise<ParsedManifest> {
  const content = text.replace(/^\ufeff/, '');
  if (/^\s*[{[]/.test(content)) return parseJsonManifest(content);
  return isWingetManifest(content) ? parseWingetManifest(content) : parseChecksumFile(content);
}

async function readText(path: string, shown: string): Promise<string> {
  let bytes: Buffer;
  try {
    const file = await open(path);
    try {
      const state = await file.stat();
      // A device or a pipe has no size and may never end.
      if (!state.isFile()) throw new Error('is no file');
      if (state.size > MAX_MANIFEST_BYTES) throw new Error(`larger than ${MAX_MANIFEST_BYTES / 1024 / 1024} MiB`);
      bytes = await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : '');
    throw new UsageError('CONFIG_INVALID', `cannot read the manifest ${shown}: ${why}`, { cause: error });
  }
  // Windows PowerShell writes UTF-16 with a byte order mark.
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}
