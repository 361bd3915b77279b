import { createHash, randomBytes, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { appendFile, copyFile, link, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Reason } from '../domain/verdict.js';
import { ReportError } from '../errors.js';

/**
 * Which contents this program wrote under which names, one JSON array of path and sha256 a line: what is none of them was edited by
 * a person. Only ever appended to, and before the file itself is put in place: neither a crash nor a second process makes the
 * program's own work look like a person's.
 */
const JOURNAL = '.absolve-written.jsonl';

/** What a killed run left is nobody's after this. */
const STALE_MS = 3_600_000;

/** Names of unfinished files and folders. */
const UNFINISHED = /^\.absolve-(?:.*\.tmp|samples-.*)$/;

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
  /** Paths that earlier runs wrote, that this one did not, and that are still there; sorted. */
  leftBehind(): Promise<readonly string[]>;
}

/**
 * Opens `root`, making it where it is missing.
 *
 * @throws ReportError `REPORT_UNWRITABLE`, here and from every method
 */
export async function openKeptFolder(root: string): Promise<KeptFolder> {
  await guard(root, () => mkdir(root, { recursive: true }));
  await guard(root, () => sweep(root));
  const journal = await readJournal(join(root, JOURNAL));
  const written = new Set<string>();

  const isOurs = (path: string, digest: string): boolean => journal.get(path)?.includes(digest) === true;

  /** The first name beside the wanted one whose file may be replaced: missing, our own, or the same anyway. */
  const choose = async (path: string, digest: string): Promise<Written> => {
    for (let attempt = 0; ; attempt += 1) {
      const candidate = attempt === 0 ? path : beside(path, attempt);
      const current = await digestOf(join(root, candidate));
      if (current === undefined || current === digest || isOurs(candidate, current)) {
        return attempt === 0 ? { state: 'written', path } : { state: 'beside', path: candidate, kept: path };
      }
      // Edited, and what it was made of has not changed since.
      if (attempt === 0 && journal.get(path)?.at(-1) === digest) return { state: 'edited', path };
    }
  };

  const note = async (path: string, digest: string): Promise<void> => {
    const known = journal.get(path) ?? [];
    if (known.at(-1) === digest) return;
    journal.set(path, [...known, digest]);
    // A line of its own whatever stands before: a killed run may have left half a line.
    await appendFile(join(root, JOURNAL), `\n${JSON.stringify([path, digest])}\n`);
  };

  const keep = async (path: string, make: (temporary: string) => Promise<string>): Promise<Written> => {
    const target = join(root, path);
    const temporary = join(dirname(target), `.absolve-${randomBytes(6).toString('hex')}.tmp`);
    return guard(root, async () => {
      await mkdir(dirname(target), { recursive: true });
      try {
        const digest = await make(temporary);
        const chosen = await choose(path, digest);
        await note(chosen.path, digest);
        if (chosen.state !== 'edited') await rename(temporary, join(root, chosen.path));
        written.add(chosen.path);
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
    async leftBehind() {
      const others = [...journal.keys()].filter((path) => !written.has(path)).toSorted();
      const isThere = await Promise.all(others.map((path) => exists(join(root, path))));
      return others.filter((_, index) => isThere[index]);
    },
  };
}

/** Takes away what killed runs left half done; what is young may belong to a run that lives. */
async function sweep(root: string): Promise<void> {
  const entries = await readdir(root, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  const found = entries.map(({ name }) => join(root, name));
  for (const { name } of folders) {
    // A folder that cannot be read holds nothing of ours.
    const inside = await readdir(join(root, name)).catch(() => []);
    found.push(...inside.map((each) => join(root, name, each)));
  }
  for (const path of found.filter((each) => UNFINISHED.test(basename(each)))) {
    const state = await stat(path).catch(() => undefined);
    if (state !== undefined && Date.now() - state.mtimeMs > STALE_MS) await rm(path, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
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

/** A line that is missing or broken means that what is there may be a person's work. */
async function readJournal(path: string): Promise<Map<string, readonly string[]>> {
  const journal = new Map<string, readonly string[]>();
  const text = await readFile(path, 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const entry = parseEntry(line);
    if (entry !== undefined) journal.set(entry[0], [...(journal.get(entry[0]) ?? []), entry[1]]);
  }
  return journal;
}

function parseEntry(line: string): readonly [path: string, digest: string] | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    if (!Array.isArray(entry)) return undefined;
    const [path, digest] = entry as readonly unknown[];
    return typeof path === 'string' && typeof digest === 'string' ? [path, digest] : undefined;
  } catch {
    return undefined;
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
