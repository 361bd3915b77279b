import { PassThrough, Readable, Writable } from 'node:stream';
import process from 'node:process';
import type { Io } from '../../src/cli/io.js';
import { main } from '../../src/cli/main.js';

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** What a person types, when stdin and stderr are a terminal. */
  readonly typed?: string;
  readonly columns?: number;
  readonly signal?: AbortSignal;
}

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

class Sink extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

/** Runs one command line in this process, with nothing of the real environment. */
export async function runCli(argv: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const stdout = new Sink();
  const stderr = new Sink();
  const isTty = options.typed !== undefined;
  const typed = new PassThrough();
  if (isTty) typed.write(options.typed);
  const controller = new AbortController();
  const io: Io = {
    stdin: isTty ? typed : Readable.from([options.stdin ?? '']),
    stdout,
    stderr,
    env: { TERM: 'dumb', ...options.env },
    cwd: options.cwd ?? process.cwd(),
    isTty: { stdin: isTty, stdout: false, stderr: isTty },
    columns: options.columns ?? 100,
    platform: process.platform,
    hostname: 'test',
    pid: process.pid,
    isAlive: (pid) => pid === process.pid,
    signal: options.signal ?? controller.signal,
    interrupt: () => controller.abort(),
  };
  const code = await main(argv, io);
  return { code, stdout: stdout.text, stderr: stderr.text };
}
