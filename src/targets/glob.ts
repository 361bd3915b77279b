import fs, { type Dirent } from 'node:fs';
import { join, resolve } from 'node:path';

export interface GlobOptions {
  readonly cwd: string;
  readonly platform: string;
  readonly signal: AbortSignal;
}

/** The part of a pattern that is there as it is spelled, and the rest, which is a glob. */
interface SplitPattern {
  readonly base: string;
  readonly rest: string;
}

/**
 * What a glob matches: absolute paths, sorted by code unit; files, and folders where the pattern has no `**`. Empty for
 * a text that is no glob. Names that begin with a dot match only when the pattern spells the dot, as in a shell.
 *
 * Leading folders that exist literally are taken literally, so that `C:\Program Files (x86)\[1.0]\*.exe` means what it
 * says.
 */
export async function expandGlob(pattern: string, { cwd, platform, signal }: GlobOptions): Promise<readonly string[]> {
  const { base, rest } = splitLiteral(pattern, cwd);
  if (rest === '' || !/[*?[{(!]/.test(rest)) return [];
  // Loaded only for a pattern that may be one: shells expand most globs themselves.
  const { glob, isDynamicPattern } = await import('tinyglobby');
  if (!isDynamicPattern(rest)) return [];
  const isRecursive = rest.includes('**');
  const matches = await glob(rest, {
    cwd: base,
    absolute: true,
    expandDirectories: false,
    // A recursive glob goes through folders that nobody named: links to folders could lead it anywhere, and round in
    // circles.
    followSymbolicLinks: !isRecursive,
    onlyFiles: isRecursive,
    caseSensitiveMatch: platform !== 'win32',
    signal,
    ...(isRecursive ? { fs: { readdir: readLinkedFiles as typeof fs.readdir } } : {}),
  });
  signal.throwIfAborted();
  return matches.map((match) => resolve(match)).sort();
}

function splitLiteral(pattern: string, cwd: string): SplitPattern {
  const segments = pattern.split('/');
  let base = pattern.startsWith('/') ? '/' : resolve(cwd);
  let taken = 0;
  // A drive (`C:`) is resolved like any other leading folder that exists.
  for (const segment of segments.slice(0, -1)) {
    const next = taken === 0 && /^[a-z]:$/i.test(segment) ? `${segment}/` : join(base, segment);
    if (segment.includes('**') || !isDirectory(next)) break;
    base = next;
    taken += 1;
  }
  return { base, rest: segments.slice(taken).join('/') };
}

function isDirectory(path: string): boolean {
  try {
    return fs.statSync(path).isDirectory();
  } catch {
    return false;
  }
}

type ReadCallback = (error: NodeJS.ErrnoException | null, entries: Dirent[]) => void;

/** `readdir` that shows a link to a file as a file. Links to folders stay links, which are not followed. */
function readLinkedFiles(path: string, options: { readonly withFileTypes: true }, callback: ReadCallback): void {
  fs.readdir(path, options, (error, entries) => {
    if (error !== null) callback(error, []);
    else
      callback(
        null,
        entries.map((entry) => (entry.isSymbolicLink() && isFile(join(path, entry.name)) ? asFile(entry) : entry)),
      );
  });
}

function isFile(path: string): boolean {
  try {
    return fs.statSync(path).isFile();
  } catch {
    return false;
  }
}

function asFile(entry: Dirent): Dirent {
  return Object.assign(Object.create(entry) as Dirent, { isFile: () => true, isSymbolicLink: () => false });
}
