import type { BigIntStats } from 'node:fs';
import { sep } from 'node:path';
import type { FileState } from '../ports.js';

/** Nanoseconds and inodes exceed 2^53, hence stats of big integers. Pure. */
export function stateOf(absolutePath: string, stats: BigIntStats): FileState {
  return {
    path: absolutePath,
    sizeBytes: Number(stats.size),
    mtimeNs: String(stats.mtimeNs),
    inode: String(stats.ino),
  };
}

/**
 * The path to show for an absolute, normalised one. Pure.
 *
 * By prefix: `path.relative` normalises both paths anew, which for 20,000 files took as long as looking at them.
 */
export function displayPath(absolutePath: string, cwd: string): string {
  const prefix = withSeparator(cwd);
  return absolutePath.startsWith(prefix) && absolutePath.length > prefix.length
    ? absolutePath.slice(prefix.length)
    : absolutePath;
}

/** A folder's path to which a name can be added. Pure. */
export function withSeparator(folder: string): string {
  return folder.endsWith(sep) ? folder : folder + sep;
}
