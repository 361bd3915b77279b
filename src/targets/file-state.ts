import type { BigIntStats } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
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

/** The path to show for an absolute one. Pure. */
export function displayPath(absolutePath: string, cwd: string): string {
  const below = relative(cwd, absolutePath);
  const isBelow = below !== '' && below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
  return isBelow ? below : absolutePath;
}
