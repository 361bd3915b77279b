import fs, { type BigIntStats } from 'node:fs';
import { resolve } from 'node:path';
import { parseDigest } from '../domain/artifact.js';
import type { Collected, FileState } from '../ports.js';
import { displayPath, stateOf } from './file-state.js';
import { expandGlob } from './glob.js';
import { parseTargetLines, readList } from './lines.js';
import { brokenLink, codeOf, invalidUrl, notAFile, noTarget, unreadable } from './problem.js';
import { walk } from './walk.js';

export interface CollectOptions {
  /** Absolute. */
  readonly cwd: string;
  /** Read when a target is `-`. */
  readonly stdin?: AsyncIterable<unknown>;
  readonly signal: AbortSignal;
  /** As `process.platform`: backslashes separate folders on `win32` only. */
  readonly platform: string;
}

type Candidate = Extract<Collected, { kind: 'file' }>;
type NoFile = Exclude<Collected, { kind: 'file' }>;

/** What one pattern means, before anything is walked. */
type Meaning =
  | { readonly kind: 'file'; readonly path: string; readonly stats: BigIntStats }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'done'; readonly collected: NoFile };

interface Resolved {
  readonly pattern: string;
  readonly meanings: readonly Meaning[];
}

/**
 * Everything the patterns mean: files, folders (walked), globs, URLs, digests, and `-` for one of these a line on
 * standard input.
 *
 * What exists under a pattern's very spelling wins over what the pattern could mean otherwise. Each file comes once,
 * however many patterns lead to it and however they spell it; hard links are names of their own. First everything that
 * was named, in the order of the patterns, then what the folders hold, sorted. Nothing is opened. A folder that holds
 * nothing yields nothing.
 *
 * @throws UsageError `CONFIG_NO_TARGET`, before anything is yielded, naming every pattern that leads to nothing
 * @throws the signal's reason when aborted
 */
export async function* collectTargets(
  patterns: readonly string[],
  options: CollectOptions,
): AsyncGenerator<Collected, void> {
  const cwd = resolve(options.cwd);
  const resolved = await resolveAll(patterns, { ...options, cwd });
  const files = new Set<string>();
  const others = new Set<string>();

  // Named files before folders: a file named and also found in a walk is taken whatever its format.
  for (const { meanings } of resolved) {
    for (const meaning of meanings) {
      if (meaning.kind === 'done' && isNew(others, keyOf(meaning.collected))) yield shown(meaning.collected, cwd);
      if (meaning.kind === 'file' && isNew(files, realPath(meaning.path))) {
        yield candidate(stateOf(meaning.path, meaning.stats), cwd, true);
      }
    }
  }
  for (const { meanings } of resolved) {
    for (const meaning of meanings) {
      if (meaning.kind !== 'folder' || !isNew(others, `folder ${realPath(meaning.path)}`)) continue;
      for await (const found of walk(meaning.path, options.signal)) {
        for (const one of found) {
          if (one.kind === 'file' && isNew(files, one.realPath)) yield candidate(one.state, cwd, false);
          if (one.kind === 'problem' && isNew(others, keyOf(one))) yield shown(one, cwd);
        }
      }
    }
  }
}

/** Remembers `key`; true the first time. */
function isNew(seen: Set<string>, key: string): boolean {
  const before = seen.size;
  return seen.add(key).size > before;
}

async function resolveAll(patterns: readonly string[], options: CollectOptions): Promise<readonly Resolved[]> {
  const resolved: Resolved[] = [];
  for (const pattern of await readPatterns(patterns, options)) {
    options.signal.throwIfAborted();
    resolved.push({ pattern, meanings: await resolvePattern(pattern, options) });
  }
  const unmatched = resolved.filter(({ meanings }) => meanings.length === 0).map(({ pattern }) => pattern);
  if (unmatched.length > 0 || resolved.length === 0) throw noTarget([...new Set(unmatched)]);
  return resolved;
}

/**
 * The patterns with `-` replaced by what standard input lists. Standard input is read once, however often it is named.
 */
async function readPatterns(
  patterns: readonly string[],
  { stdin, signal }: CollectOptions,
): Promise<readonly string[]> {
  if (!patterns.includes('-') || stdin === undefined) return patterns;
  const text = await readList(stdin, signal);
  const lines = text === undefined ? [] : parseTargetLines(text);
  // Not silently nothing: a pipe that broke must not let a release pass.
  if (lines.length === 0) throw noTarget(['-']);
  const first = patterns.indexOf('-');
  return patterns.flatMap((pattern, index) => (pattern === '-' ? (index === first ? lines : []) : [pattern]));
}

async function resolvePattern(text: string, options: CollectOptions): Promise<readonly Meaning[]> {
  if (/^https?:\/\//i.test(text)) return [{ kind: 'done', collected: urlTarget(text) }];
  const pattern = options.platform === 'win32' ? fromWindows(text) : text;
  if (pattern === '') return [];
  const path = resolve(options.cwd, pattern);
  const literal = inspect(path);
  if (literal !== undefined) return [literal];
  const digest = parseDigest(text);
  if (digest !== undefined) return [{ kind: 'done', collected: { kind: 'hash', ...digest } }];
  if (/^(?:https?:|[a-z][a-z0-9+.-]+:\/\/)/i.test(text)) {
    return [
      { kind: 'done', collected: invalidUrl(text, 'is no http or https URL', 'Only http and https are checked.') },
    ];
  }
  const matches = await expandGlob(pattern, options);
  return matches.map((match) => inspect(match)).filter((meaning) => meaning !== undefined);
}

/**
 * A Windows spelling with slashes, which Windows takes as well. A quote cannot be part of a name there: it is left over
 * from `"C:\dist\"`, whose last backslash escapes the closing quote. Pure.
 */
function fromWindows(pattern: string): string {
  return pattern.replaceAll('"', '').replaceAll('\\', '/');
}

/** What is at a path; `undefined` when nothing is. */
function inspect(path: string): Meaning | undefined {
  let isLink = false;
  try {
    isLink = fs.lstatSync(path).isSymbolicLink();
    const stats = fs.statSync(path, { bigint: true });
    if (stats.isFile()) return { kind: 'file', path, stats };
    return stats.isDirectory() ? { kind: 'folder', path } : { kind: 'done', collected: notAFile(path) };
  } catch (error) {
    const code = codeOf(error);
    if (isLink && code === 'ENOENT') return { kind: 'done', collected: brokenLink(path) };
    if (NOT_THERE.has(code)) return undefined;
    return { kind: 'done', collected: unreadable(path, error) };
  }
}

/** Nothing is there, or nothing could be: too long, or with characters that no name has. */
const NOT_THERE: ReadonlySet<string> = new Set([
  'ENOENT',
  'ENOTDIR',
  'ENAMETOOLONG',
  'EINVAL',
  'ERR_INVALID_ARG_VALUE',
]);

function urlTarget(text: string): NoFile {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) {
    return invalidUrl(text, 'is no valid URL', 'Write it as a browser shows it, with https:// in front.');
  }
  if (url.username !== '' || url.password !== '') {
    // Not repeated in the message: it would end in logs, and the service shows URLs to everybody.
    url.username = '';
    url.password = '';
    return invalidUrl(
      url.href,
      'was given with a user name or password',
      'They would be published; check the URL without them.',
    );
  }
  return { kind: 'url', url: text };
}

function keyOf(collected: NoFile): string {
  switch (collected.kind) {
    case 'url':
      return `url ${new URL(collected.url).href}`;
    case 'hash':
      return `hash ${collected.digest}`;
    case 'problem':
      return `problem ${collected.path}`;
  }
}

/** Links resolved and spelled as the file system spells it, so that two spellings of one file are equal. */
function realPath(path: string): string {
  try {
    return fs.realpathSync.native(path);
  } catch {
    return path;
  }
}

function candidate(state: FileState, cwd: string, isExplicit: boolean): Candidate {
  return { kind: 'file', path: displayPath(state.path, cwd), state, isExplicit };
}

function shown(collected: NoFile, cwd: string): NoFile {
  const isPath = collected.kind === 'problem' && collected.error.code !== 'ARTIFACT_URL_INVALID';
  return isPath ? { ...collected, path: displayPath(collected.path, cwd) } : collected;
}
