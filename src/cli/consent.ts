import { createInterface } from 'node:readline/promises';
import type { Io } from './io.js';

export type UploadPolicy = 'never' | 'ask' | 'unknown';

/**
 * Whether unknown artifacts may be submitted. `ask` asks once per run on a terminal; where nobody can be asked the answer
 * is no, because an upload publishes the file.
 */
export function createConsent(policy: UploadPolicy, io: Io, beforeAsking: () => Promise<void>): () => Promise<boolean> {
  let answer: Promise<boolean> | undefined;
  return () => {
    answer ??= decide(policy, io, beforeAsking);
    return answer;
  };
}

async function decide(policy: UploadPolicy, io: Io, beforeAsking: () => Promise<void>): Promise<boolean> {
  if (policy !== 'ask') return policy === 'unknown';
  if (!io.isTty.stdin || !io.isTty.stderr) return false;
  await beforeAsking();
  const terminal = createInterface({ input: io.stdin, output: io.stderr, terminal: true });
  // A person who presses Ctrl-C at a question means the program, not the question.
  terminal.on('SIGINT', () => io.interrupt());
  try {
    const reply = await terminal.question(
      'VirusTotal does not know some of these. Uploading publishes them to its partners. Upload? [y/N] ',
      { signal: io.signal },
    );
    return /^y(es)?$/i.test(reply.trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}
