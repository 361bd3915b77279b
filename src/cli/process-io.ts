import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import process from 'node:process';
import { EXIT } from '../errors.js';
import type { Io } from './io.js';
import { main } from './main.js';

/** The one place that knows the process: reads it into an `Io`, runs, leaves the exit status. */
export async function run(): Promise<void> {
  const controller = new AbortController();
  // One listener for each request and download that waits: many is normal here.
  setMaxListeners(0, controller.signal);
  let interrupts = 0;
  const interrupt = (): void => {
    interrupts += 1;
    // The second Ctrl-C means "now": everything that matters is in the store already.
    if (interrupts > 1) process.exit(EXIT.interrupted);
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreBrokenPipe);
  const io: Io = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    isTty: {
      stdin: process.stdin.isTTY ?? false,
      stdout: process.stdout.isTTY ?? false,
      stderr: process.stderr.isTTY ?? false,
    },
    columns: process.stdout.columns ?? process.stderr.columns ?? 80,
    platform: process.platform,
    hostname: hostname(),
    pid: process.pid,
    isAlive,
    signal: controller.signal,
    interrupt,
  };
  process.exitCode = await main(process.argv.slice(2), io);
  process.off('SIGINT', interrupt);
  process.off('SIGTERM', interrupt);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It lives and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function ignoreBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
