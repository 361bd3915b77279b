import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, mkdir, readFile, rename, rm, copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Reason } from '../domain/verdict.js';
import { ReportError } from '../errors.js';

/** Which files this program wrote, and with which content: what differs from it was edited by a person. */
const MANIFEST = '.absolve-written.json';

interface Manifest {
  readonly schemaVersion: 1;
  /** sha256 by path, `/` between folders. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Where a file ended.
 *
 * - `written`: under its own name
 * - `edited`: a person edited what was written last, and what is written now would be the same again: the edited one stays
 * - `beside`: a person edited the file under that name, `kept`, and what is written now is something else
 */
export type Written =
  | { readonly state: 'written' | 'edited'; readonly path: string }
  | { readonly state: 'beside'; readonly path: string; readonly kept: string };

/** A folder whose files can be written again and again without ever overwriting what a person changed. */
export interface KeptFolder {
  /** Writes a whole file, or nothing: a file of the same name is replaced only when it is still what was written last. */
  write(path: string, content: string | Readable): Promise<Written>;
  /** The same for a file that exists already, here or elsewhere on this disk: linked where possible, copied otherwise. */
  place(path: string, source: string): Promise<Written>;
  /** Where a file of this folder lies. */
  locate(path: string): string;
  /** Paths written by earlier runs and not by this one, sorted. */
  leftBehind(): readonly string[];
  /** Remembers what was written. */
  close(): Promise<void>;
}

/**
 * Opens `root`, making it where it is missing.
 *
 * @throws ReportError `REPORT_UNWRITABLE`, here and from every method
 */
export async function openKeptFolder(root: string): Promise<KeptFolder> {
  await guard(root, () => mkdir(root, { recursive: true }));
  const before = await readManifest(join(root, MANIFEST));
  const written = new Map<string, string>();
  let number = 0;

  /** The first name beside the wanted one whose file may be replaced: missing, as written last, or the same anyway. */
  const choose = async (path: string, digest: string): Promise<Written> => {
    for (let attempt = 0; ; attempt += 1) {
      const candidate = attempt === 0 ? path : beside(path, attempt);
      const current = await digestOf(join(root, candidate));
      if (current === undefined || current === digest || current === before[candidate]) {
        return attempt === 0 ? { state: 'written', path } : { state: 'beside', path: candidate, kept: path };
      }
      if (attempt === 0 && digest === before[path]) return { state: 'edited', path };
    }
  };

  const keep = async (path: string, make: (temporary: string) => Promise<string>): Promise<Written> => {
    const target = join(root, path);
    number += 1;
    const temporary = join(dirname(target), `.absolve-${number}.tmp`);
    return guard(root, async () => {
      await mkdir(dirname(target), { recursive: true });
      await rm(temporary, { force: true });
      try {
        const digest = await make(temporary);
        const chosen = await choose(path, digest);
        if (chosen.state !== 'edited') await rename(temporary, join(root, chosen.path));
        written.set(chosen.path, digest);
        return chosen;
      } finally {
        await rm(temporary, { force: true });
      }
    });
  };

  return {
    write: (path, content) =>
      keep(path, async (temporary) => {
        const hash = createHash('sha256');
        await pipeline(
          typeof content === 'string' ? Readable.from([Buffer.from(content, 'utf8')]) : content,
          hashing(hash),
          createWriteStream(temporary, { flags: 'wx' }),
        );
        return hash.digest('hex');
      }),
    place: (path, source) =>
      keep(path, async (temporary) => {
        // One sample goes to many vendors: links cost no space. Some file systems have none.
        await link(source, temporary).catch(() => copyFile(source, temporary));
        return (await digestOf(temporary)) ?? '';
      }),
    locate: (path) => join(root, path),
    leftBehind: () =>
      Object.keys(before)
        .filter((path) => !written.has(path))
        .toSorted(),
    async close() {
      // What an earlier run wrote and a person edited since stays known as edited.
      const files = Object.fromEntries(
        [...Object.entries(before), ...written].toSorted(([a], [b]) => (a < b ? -1 : 1)),
      );
      const manifest: Manifest = { schemaVersion: 1, files };
      const temporary = join(root, `${MANIFEST}.tmp`);
      await guard(root, async () => {
        await pipeline(Readable.from([`${JSON.stringify(manifest, null, 2)}\n`]), createWriteStream(temporary));
        await rename(temporary, join(root, MANIFEST));
      });
    },
  };
}

/** `message.eml` → `message.new.eml`, `message.new-2.eml`, … */
function beside(path: string, attempt: number): string {
  const suffix = attempt === 1 ? '.new' : `.new-${attempt}`;
  return path.replace(/(\.[^./]+)?$/, (extension) => `${suffix}${extension}`);
}

/** For the user, where a file was put beside an edited one. Pure. */
export function keptNote(written: Written): readonly Reason[] {
  return written.state === 'beside' ? [{ code: 'draft-kept', args: { file: written.kept, beside: written.path } }] : [];
}

function hashing(hash: Hash): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
}

async function digestOf(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return hash.digest('hex');
}

/** A manifest that is missing or broken means that everything there may be a person's work. */
async function readManifest(path: string): Promise<Manifest['files']> {
  try {
    const manifest = JSON.parse(await readFile(path, 'utf8')) as Partial<Manifest> | null;
    const files = manifest?.files;
    return typeof files === 'object' && files !== null ? files : {};
  } catch {
    return {};
  }
}

async function guard<T>(root: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unwritable(root, error);
  }
}

/** What the system refused, in words; anything else stays what it is. Pure. */
export function unwritable(root: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return error;
  return new ReportError('REPORT_UNWRITABLE', `cannot write to ${root}: ${code}`, {
    cause: error,
    hint: 'choose another folder with --out, or make room and give yourself the right to write there',
  });
}
