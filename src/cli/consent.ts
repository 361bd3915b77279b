import { askYesNo, canAsk } from './ask.js';
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
  if (!canAsk(io)) return false;
  await beforeAsking();
  return askYesNo(io, 'VirusTotal does not know some of these. Uploading publishes them to its partners. Upload?');
}
