import fs, { type BigIntStats, type Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { stateOf } from './file-state.js';
import {
  brokenLink,
  codeOf,
  directoryLoop,
  emptyFile,
  linkOutside,
  notAFile,
  unreadable,
  type TargetProblem,
} from './problem.js';
import type { FileState } from '../ports.js';

/** A file of a walk, with the path by which it is told apart from others: links resolved, the file system's own spelling. */
export interface WalkedFile {
  readonly kind: 'file';
  readonly state: FileState;
  readonly realPath: string;
}

/** How long a walk may keep the thread before others get their turn. */
const TURN_MS = 10;

/** An empty file is nothing to recognise; under such a name it is an installer that went missing. */
const INSTALLER_NAME = /\.(?:exe|dll|sys|msi|msp|msix|appx|cab|zip|jar|nupkg|dmg|pkg|deb|rpm|7z|ps1|apk)$/i;

/**
 * Every file below a folder, depth first, sorted by name within each folder. Looks, but opens nothing.
 *
 * Links to files are followed. Links to folders are not: what is inside the folder is walked under its own name anyway, a circle or a link that
 * leads outside is a problem of its own. Folders that cannot be read, sockets, pipes and devices are problems, too.
 *
 * Cost: about 4 µs per file, on the calling thread (asynchronous `stat` takes ten times as long); others get their turn every 10 ms.
 */
export async function* walk(root: string, signal: AbortSignal): AsyncGenerator<WalkedFile | TargetProblem, void> {
  const realRoot = fs.realpathSync.native(root);
  yield* walkFolder({ path: root, realPath: realRoot, realRoot }, { signal, turnStartedAt: performance.now() });
}

interface Folder {
  readonly path: string;
  readonly realPath: string;
  readonly realRoot: string;
}

interface Walk {
  readonly signal: AbortSignal;
  turnStartedAt: number;
}

async function* walkFolder(folder: Folder, state: Walk): AsyncGenerator<WalkedFile | TargetProblem, void> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder.path, { withFileTypes: true });
  } catch (error) {
    yield unreadable(folder.path, error);
    return;
  }
  state.signal.throwIfAborted();
  // By code unit and not by locale: the order must be the same on every machine.
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (performance.now() - state.turnStartedAt > TURN_MS) {
      await nextTurn();
      state.signal.throwIfAborted();
      state.turnStartedAt = performance.now();
    }
    if (entry.isDirectory()) {
      const path = join(folder.path, entry.name);
      yield* walkFolder({ path, realPath: join(folder.realPath, entry.name), realRoot: folder.realRoot }, state);
    } else {
      const found = inspectEntry(folder, entry);
      if (found !== undefined) yield found;
    }
  }
}

function inspectEntry(folder: Folder, entry: Dirent): WalkedFile | TargetProblem | undefined {
  const path = join(folder.path, entry.name);
  if (!entry.isFile() && !entry.isSymbolicLink()) return notAFile(path);
  try {
    const stats = fs.statSync(path, { bigint: true });
    if (!entry.isSymbolicLink()) return walkedFile(path, join(folder.realPath, entry.name), stats);
    const realPath = fs.realpathSync.native(path);
    if (stats.isDirectory()) return linkedFolder(path, realPath, folder);
    return stats.isFile() ? walkedFile(path, realPath, stats) : notAFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return entry.isSymbolicLink() ? brokenLink(path) : vanished(path, entry, error);
    return unreadable(path, error);
  }
}

/** Deleted since the folder was read, which is nobody's problem; or a name that is no UTF-8, which cannot be spelled back to the system. */
function vanished(path: string, entry: Dirent, error: unknown): TargetProblem | undefined {
  return entry.name.includes('\ufffd') ? unreadable(path, error) : undefined;
}

function walkedFile(path: string, realPath: string, stats: BigIntStats): WalkedFile | TargetProblem | undefined {
  if (stats.size === 0n) return INSTALLER_NAME.test(path) ? emptyFile(path) : undefined;
  return { kind: 'file', state: stateOf(path, stats), realPath };
}

function linkedFolder(path: string, realPath: string, folder: Folder): TargetProblem | undefined {
  if (isWithin(folder.realPath, realPath)) return directoryLoop(path);
  return isWithin(realPath, folder.realRoot) ? undefined : linkOutside(path);
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
