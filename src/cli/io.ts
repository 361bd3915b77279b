import { relative, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** Everything a command may know of the outside. Tests hand in their own; only `process-io.ts` knows the process. */
export interface Io {
  readonly stdin: Readable;
  /** Data only. */
  readonly stdout: Writable;
  /** Words and progress. */
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly isTty: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** Columns of the terminal behind stdout, or 80. */
  readonly columns: number;
  readonly platform: string;
  readonly hostname: string;
  readonly pid: number;
  /** Whether a process of this machine lives. */
  isAlive(pid: number): boolean;
  /** Aborted by Ctrl-C and by termination. */
  readonly signal: AbortSignal;
  /** The same as Ctrl-C. */
  interrupt(): void;
}

/** Writes all of `text` and waits until the stream took it: an early exit would cut piped JSON. */
export function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      // The reader went away (`| head`): that is its right and no failure of ours.
      if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') reject(error);
      else resolve();
    });
  });
}

/** An absolute path as the user would type it: from the working folder, where it lies below it. */
export function shownPath(path: string, { cwd }: Pick<Io, 'cwd'>): string {
  const below = relative(cwd, path);
  return below.startsWith('..') ? path : below || '.';
}

/** A path as the user spelled it, absolute. */
export function resolvePath(path: string, { cwd }: Pick<Io, 'cwd'>): string {
  return resolve(cwd, path);
}
