import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Sha256 } from '../../src/domain/artifact.js';
import { ApiError } from '../../src/errors.js';
import type { Scanner, UploadSource } from '../../src/ports.js';
import { createScanner, type ScannerOptions } from '../../src/virustotal/client.js';
import { TEST_KEY } from '../support/service.js';
import { tempFolder } from '../support/temp.js';

export const signal = new AbortController().signal;

/** A client of whatever listens at `url`, without proxies; ended with the test. */
export function scannerAt(url: string, options: Partial<ScannerOptions> = {}): Scanner {
  const scanner = createScanner({
    apiRoot: `${url}/api/v3`,
    key: TEST_KEY,
    userAgent: 'absolve/test',
    env: {},
    clock: { now: () => 0 },
    ...options,
  });
  onTestFinished(() => scanner.close());
  return scanner;
}

/** A file on disk as an upload needs it. */
export function uploadSource(bytes: Buffer, name = 'setup.exe'): UploadSource {
  const path = join(tempFolder(), 'upload');
  writeFileSync(path, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex') as Sha256;
  return { path, name, sizeBytes: bytes.length, sha256 };
}

/** What a promise was rejected with. @throws when it was not */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome) return outcome.error;
  throw new Error(`expected a failure, got ${JSON.stringify(outcome.value)}`);
}

/** The same for an answer of the service that is no outcome. @throws when it was something else */
export async function apiFailureOf(work: Promise<unknown>): Promise<ApiError> {
  const error = await failureOf(work);
  if (error instanceof ApiError) return error;
  throw new Error('expected an ApiError', { cause: error });
}
