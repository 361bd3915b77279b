import fs, { type BigIntStats, type Dirent } from 'node:fs';
import { sep } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { stateOf, withSeparator } from './file-state.js';
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

/**
 * A file of a walk, with the path by which it is told apart from others: links resolved, the file system's own
 * spelling.
 */
export interface WalkedFile {
  readonly kind: 'file';
  readonly state: FileState;
  readonly realPath: string;
}

/** How long a walk may keep the thread before others get their turn. */
const TURN_MS = 10;

/** An empty file is nothing to recognise; under such a name it is an installer that went missing. */
const INSTALLER_NAME = /\.(?:exe|dll|sys|msi|msp|msix|appx|cab|zip|jar|nupkg|dmg|pkg|deb|rpm|7z|ps1|apk)$/i;

/** What a walk finds, in pieces: an asynchronous step for each of 20,000 files would cost more than looking at them. */
export type Found = readonly (WalkedFile | TargetProblem)[];

const BATCH = 256;

/**
 * Every file below a folder, depth first, sorted by name within each folder. Looks, but opens nothing.
 *
 * Links to files are followed. Links to folders are not: what is inside the folder is walked under its own name anyway,
 * a circle or a link that leads outside is a problem of its own. Folders that cannot be read, sockets, pipes and
 * devices are problems, too.
 *
 * Cost: about 5 µs per file, on the calling thread (asynchronous `stat` takes several times as long); others get their
 * turn every 10 ms.
 *
 * @param root absolute
 */
export async function* walk(root: string, signal: AbortSignal): AsyncGenerator<Found, void> {
  let found: (WalkedFile | TargetProblem)[] = [];
  let turnStartedAt = performance.now();
  for (const one of walkRoot(root)) {
    if (one !== undefined) found.push(one);
    const isTurnOver = performance.now() - turnStartedAt > TURN_MS;
    if (found.length >= BATCH || (isTurnOver && found.length > 0)) {
      yield found;
      found = [];
    }
    if (isTurnOver) {
      await nextTurn();
      turnStartedAt = performance.now();
    }
    signal.throwIfAborted();
  }
  if (found.length > 0) yield found;
}

interface Folder {
  /** Ends with a separator, like `realPath`: names are put behind them thousands of times. */
  readonly path: string;
  readonly realPath: string;
  readonly realRoot: string;
}

/** One step for each entry; `undefined` for one that is nothing. */
type Steps = Generator<WalkedFile | TargetProblem | undefined, void>;

function* walkRoot(root: string): Steps {
  let realRoot: string;
  try {
    realRoot = fs.realpathSync.native(root);
  } catch (error) {
    yield unreadable(root, error);
    return;
  }
  const realPath = withSeparator(realRoot);
  yield* walkFolder({ path: withSeparator(root), realPath, realRoot: realPath });
}

function* walkFolder(folder: Folder): Steps {
  let entries: Dirent[];
  try {
    entries = fs.readdirSync(folder.path, { withFileTypes: true });
  } catch (error) {
    yield unreadable(folder.path.slice(0, -1), error);
    return;
  }
  // By code unit and not by locale: the order must be the same on every machine.
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.isDirectory()) {
      const path = folder.path + entry.name + sep;
      yield* walkFolder({ path, realPath: folder.realPath + entry.name + sep, realRoot: folder.realRoot });
    } else {
      yield inspectEntry(folder, entry);
    }
  }
}

function inspectEntry(folder: Folder, entry: Dirent): WalkedFile | TargetProblem | undefined {
  const path = folder.path + entry.name;
  if (!entry.isFile() && !entry.isSymbolicLink()) return notAFile(path);
  try {
    const stats = fs.statSync(path, { bigint: true });
    if (!entry.isSymbolicLink()) return walkedFile(path, folder.realPath + entry.name, stats);
    const realPath = fs.realpathSync.native(path);
    if (stats.isDirectory()) return linkedFolder(path, withSeparator(realPath), folder);
    return stats.isFile() ? walkedFile(path, realPath, stats) : notAFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return entry.isSymbolicLink() ? brokenLink(path) : vanished(path, entry, error);
    return unreadable(path, error);
  }
}

/**
 * Deleted since the folder was read, which is nobody's problem; or a name that is no UTF-8, which cannot be spelled
 * back to the system.
 */
function vanished(path: string, entry: Dirent, error: unknown): TargetProblem | undefined {
  return entry.name.includes('\ufffd') ? unreadable(path, error) : undefined;
}

function walkedFile(path: string, realPath: string, stats: BigIntStats): WalkedFile | TargetProblem | undefined {
  if (stats.size === 0n) return INSTALLER_NAME.test(path) ? emptyFile(path) : undefined;
  return { kind: 'file', state: stateOf(path, stats), realPath };
}

/** All paths end with a separator here, so that a prefix is a folder. */
function linkedFolder(path: string, realPath: string, folder: Folder): TargetProblem | undefined {
  if (folder.realPath.startsWith(realPath)) return directoryLoop(path);
  return realPath.startsWith(folder.realRoot) ? undefined : linkOutside(path);
}
