import { createInterface } from 'node:readline/promises';
import type { Io } from './io.js';

/** Whether there is somebody to ask. */
export function canAsk({ isTty }: Io): boolean {
  return isTty.stdin && isTty.stderr;
}

/** Asks a person; everything but yes is no, Ctrl-C included, which then ends the program as well. */
export async function askYesNo(io: Io, question: string): Promise<boolean> {
  const terminal = createInterface({ input: io.stdin, output: io.stderr, terminal: true });
  // A person who presses Ctrl-C at a question means the program, not the question.
  terminal.on('SIGINT', () => io.interrupt());
  try {
    const reply = await terminal.question(`${question} [y/N] `, { signal: io.signal });
    return /^y(es)?$/i.test(reply.trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}
